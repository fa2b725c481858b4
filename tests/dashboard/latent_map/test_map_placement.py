"""A picture of one's own placed on the latent map."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reading import words
from sent_map import open_map, png, rewritten, sent
from streamlit.testing.v1 import AppTest

from dashboard.latent_map import words as map_words
from dashboard.latent_map.placement import verdict
from dashboard.shared import bundles, latents, predictions
from posecore.bundle import Bundle, open_bundle, study_command
from posecore.components.belonging import Rule
from posecore.studies.belonging.results import BelongingStudy, load_belonging
from posecore.studies.belonging.study import BelongingSettings, judge_pictures

ROWS = np.arange(100)


def place_upload(monkeypatch: pytest.MonkeyPatch, artifacts: Path, data: bytes, **link: str) -> AppTest:
    app = open_map(monkeypatch, artifacts, map_source="your own picture", **link)
    assert map_words.AWAITED in words(app)
    app.file_uploader[0].upload("me.png", data)
    app.run()
    assert not app.exception, app.exception
    return app


def test_a_picture_of_the_bundle_lands_on_itself(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Latents of this bundle are drawn, so first they are made those of its pictures."""
    folder = artifacts.parent / f"{artifacts.name}-seen"
    if not folder.exists():
        predictor = predictions.predictor(bundle)
        crops = [
            np.asarray(Image.open(bundle.path / f"pictures/{who}.webp").convert("RGB"))
            for who in bundle.samples["sample_id"]
        ]
        encoded = predictor.encode(np.stack(crops))
        folder.mkdir()
        rewritten(artifacts, folder, latents=lambda _: predictor.latents(encoded, "bottleneck").astype("f2"))
    seen = open_bundle(folder / "people")
    app = place_upload(monkeypatch, folder, (seen.path / "pictures/train-1063.webp").read_bytes())
    info = sent(app, "latent_map").header
    scores = latents.components(seen)[1]
    row = seen.row("train-1063")
    assert info["placed"] == pytest.approx(scores[row, :2].tolist(), abs=0.02 * float(np.abs(scores).max()))
    assert info["marked"][0] == "train-1063" and len(info["marked"]) == 8
    nearest = np.argsort(np.linalg.norm(scores - scores[row], axis=1), kind="stable")[:8]
    assert set(info["marked"]) == set(seen.samples["sample_id"].iloc[nearest])
    # Nobody has looked at what the rule refuses: no verdict, and the command that looks.
    assert map_words.placed(None) in words(app) and info["placedWords"] == map_words.star(None)
    assert study_command(seen, "belonging") in words(app) and not app.success


def test_the_study_s_rule_and_its_power_stand_below_the_map(
    projected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(projected, tmp_path / "judged")
    bundle = open_bundle(folder / "people")
    judge_pictures(bundle, BelongingSettings(pictures=2))
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    app = place_upload(monkeypatch, folder, png(Image.fromarray(noise)))
    study, said = load_belonging(bundle), words(app)
    assert map_words.power(study, bundles.source_line(bundle)) in said
    assert said.count("refuse") >= 3 and not app.success
    (found,) = [one for one in map_words.VERDICTS if map_words.placed(one) in said]
    assert sent(app, "latent_map").header["placedWords"] == map_words.star(found)
    assert map_words.MEANS[found] in said


def test_umap_has_no_place_for_a_new_picture(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = place_upload(monkeypatch, projected, png(Image.new("RGB", (64, 64), (9, 99, 9))), map_plane="UMAP")
    info = sent(app, "latent_map").header
    assert info["placed"] is None and len(info["marked"]) == 8
    assert map_words.UMAP_HAS_NO_PLACE in words(app)


def test_a_bad_file_gets_a_sentence(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = place_upload(monkeypatch, artifacts, b"these are words")
    assert "PNG" in app.error[0].value
    assert sent(app, "latent_map").header["placed"] is None


def study(refused: int = 20) -> BelongingStudy:
    """Of 100 people who measure 1 to 100 by everything, and of 20 pictures without any."""
    usual = np.tile(np.arange(1.0, 101.0)[:, None], 3)
    nobody = np.zeros((20, 3), bool)
    nobody[:refused, 0] = True
    # With 2 of 101 people as far, a distance's p of 0.02 weighs 0.1.
    return BelongingStudy(
        Rule(usual, 0.11), 5, {"people": np.zeros((100, 3), bool), "noise": nobody}, 100, ROWS
    )


@pytest.mark.parametrize(
    ("measured", "says"),
    [
        ((50, 50, 50), map_words.AMONG),
        ((100, 50, 50), map_words.UNSEEN),
        # Peaks come first, whatever else is so.
        ((100, 200, 200), map_words.UNSEEN),
        ((50, 101, 50), map_words.UNLIKE),
        ((50, 50, 101), map_words.UNLIKE),
        ((50, 50, 0.5), map_words.NEAR),
        # Where everybody is near, nobody is meant.
        ((50, 0.5, 0.5), map_words.AMONG),
    ],
)
def test_peaks_are_asked_first_then_distances_then_doubles(measured: tuple[float, ...], says: str) -> None:
    assert verdict(study(), np.array([measured], float), False) == says


def test_what_passes_is_not_affirmed_where_the_rule_has_no_power_or_no_joint_is_sure() -> None:
    """An untrained network's rule lets pictures of nothing pass."""
    usual = np.full((1, 3), 50.0)
    assert [verdict(study(n), usual, False) for n in (19, 18)] == [map_words.AMONG, map_words.UNTOLD]
    assert verdict(study(), usual, True) == map_words.UNSEEN


def test_measures_and_their_shares_are_said() -> None:
    said = map_words.judged(map_words.UNLIKE, [-0.25, 7.31, 2.04], [0.5, 0.004, 0.2])
    for figure in ("0.25", "50 %", "7.3", "less than 1 %", "2.0", "20 %"):
        assert figure in said
    said = map_words.power(study(18), "somebody's")
    assert "0 of 100" in said and said.count("18 of 20 (68.3 to 98.8 %)") == 2
