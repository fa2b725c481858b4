"""What the decoder is asked along a walk, and with which skip features."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change
from opening import DASHBOARD, open_page
from PIL import Image
from reading import words
from walking import decide, open_walk, people_met

from dashboard.pc_walk import words as walk_words
from dashboard.pc_walk.words import MEAN, OFF, OWN
from dashboard.shared import links, pictures, predictions
from posecore.bundle import open_bundle
from posecore.components.pca import fit_components
from posecore.inference import Predictor, decode_latents


def test_the_decoder_is_asked_with_the_skips_that_are_chosen(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[np.ndarray] = []
    real = predictions.stop_heatmaps

    def listen(*arguments: object) -> np.ndarray:
        asked.append(real(*arguments))  # type: ignore[arg-type]
        return asked[-1]

    monkeypatch.setattr(predictions, "stop_heatmaps", listen)
    bundle = open_bundle(artifacts / "people")
    fitted = fit_components(bundle.latents, 2)
    row = bundle.row("train-1014")
    step = np.sqrt(fitted.variances[1]) * fitted.axes[1]
    latents = np.float32(bundle.latents[row]) + np.array([-2, 0, 2], np.float32)[:, None] * step
    network = Predictor(bundle.network(), "fp32")
    crop = np.asarray(Image.open(bundle.path / "pictures/train-1014.webp").convert("RGB"))
    features = {
        "off": None,
        OWN: network.encode(crop[None].copy()).skips,
        MEAN: network.features(bundle.skip_means()),
    }
    assert tuple(features) == walk_words.SKIPS
    link = {"walk_component": "2", "walk_range": "2", "walk_steps": "3", "walk_start": "train-1014"}
    for skips, given in features.items():
        app = open_walk(monkeypatch, artifacts, **link, walk_skips=skips)
        np.testing.assert_allclose(asked[-1], decode_latents(network, latents, given), atol=2e-3)
        assert [walk_words.HOW[one] in words(app) for one in features] == [one == skips for one in features]
    assert not np.allclose(asked[0], asked[1], atol=0.01) and not np.allclose(asked[1], asked[2], atol=0.01)


@pytest.mark.parametrize(("height", "usual"), [(0.1, OFF), (None, MEAN), ("unknown", OFF)])
def test_the_decoder_sees_the_latent_alone_unless_it_is_known_to_find_nothing_in_it(
    height: float | str | None, usual: str, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if height != "unknown":
        decide(open_bundle(copied), height)  # type: ignore[arg-type]
    app = open_walk(monkeypatch, copied.parent)
    assert app.button_group(key=links.WALK_SKIPS).value == usual
    assert walk_words.HOW[usual] in words(app)
    assert (walk_words.MEAN_AT_FIRST in words(app)) == (height is None)
    for chosen in (walk_words.OFF, walk_words.MEAN):
        assert walk_words.HOW[chosen] in words(open_walk(monkeypatch, copied.parent, walk_skips=chosen))


def test_another_bundle_brings_its_own_default_and_keeps_what_was_chosen(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(copied, copied.with_name("silent"))
    decide(open_bundle(copied), 0.1)
    decide(open_bundle(copied.with_name("silent")), None)
    # The walk as the page it is: the bundle's picker stands above it.
    app = open_page(monkeypatch, copied.parent, "pc_walk")
    seen = []
    for name in ("silent", "people"):
        app.selectbox(key=links.BUNDLE).set_value(name).run()
        seen.append(app.button_group(key=links.WALK_SKIPS).value)
    app.button_group(key=links.WALK_SKIPS).set_value(OWN).run()
    app.selectbox(key=links.BUNDLE).set_value("silent").run()
    seen.append(app.button_group(key=links.WALK_SKIPS).value)
    assert seen == [MEAN, OFF, OWN]


def test_the_shipped_network_is_sure_of_a_joint_at_every_stop_it_opens_with(
    monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    app = open_page(monkeypatch, DASHBOARD.parent / "artifacts", "pc_walk")
    assert app.button_group(key=links.WALK_SKIPS).value == "off"
    # Of how many joints the real person's heatmaps are sure, then those of the decoder.
    sure = [[int(count) for count in re.findall(r"(\d+) of 17", stop.words)] for stop in frames[1]]
    assert len(sure) == 7 and all(len(both) == 2 and both[1] >= 1 for both in sure)


def test_own_skips_need_a_person_with_a_picture(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = open_walk(monkeypatch, artifacts, walk_skips=OWN)
    assert walk_words.NOBODY_S_OWN in words(app) and walk_words.HOW[walk_words.OFF] in words(app)
    make_fake_bundle(tmp_path / "plain", 12)
    app = open_walk(monkeypatch, tmp_path, walk_skips=OWN, walk_start="train-1014")
    absent = pictures.absent(open_bundle(tmp_path / "plain"), "train-1014")
    assert walk_words.no_own_features(absent) in words(app)
    assert walk_words.HOW[walk_words.OFF] in words(app)


def test_without_usable_weights_real_people_are_still_met(
    copied: Path, monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    weights = copied / "model.safetensors"
    weights.write_bytes(b"x" * weights.stat().st_size)
    note_change(copied, "model.safetensors")
    app = open_walk(monkeypatch, copied.parent)
    (error,) = app.error
    assert "model.safetensors" in error.value
    assert len(people_met(app)) == 7 and len(frames[0]) == 2
