"""A picture of one's own placed on the latent map."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reading import words
from sent_map import open_map, png, rewritten, sent
from streamlit.testing.v1 import AppTest

from dashboard.latent_map import words as map_words
from dashboard.latent_map.placement import JUDGES, verdict
from dashboard.shared import bundles, latents, predictions
from posecore.bundle import Bundle, open_bundle
from posecore.components.outliers import Judgement


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
    nearest = np.argsort(np.linalg.norm(scores[:, :10] - scores[row, :10], axis=1), kind="stable")[:8]
    assert set(info["marked"]) == set(seen.samples["sample_id"].iloc[nearest])
    assert map_words.placed(map_words.AMONG) in words(app)
    assert map_words.how_it_was_judged(JUDGES, bundles.source_line(seen)) in words(app)


def test_a_picture_of_nothing_is_off_the_data(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    app = place_upload(monkeypatch, projected, png(Image.fromarray(noise)))
    assert map_words.placed(map_words.OFF) in words(app)
    assert map_words.MEANS[map_words.OFF] in app.warning[0].value
    assert sent(app, "latent_map").header["placedWords"].endswith(map_words.OFF)


def test_umap_has_no_place_for_a_new_picture(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = place_upload(monkeypatch, projected, png(Image.new("RGB", (64, 64), (9, 99, 9))), map_plane="UMAP")
    info = sent(app, "latent_map").header
    assert info["placed"] is None and len(info["marked"]) == 8
    assert map_words.UMAP_HAS_NO_PLACE in words(app)


def test_a_bad_file_gets_a_sentence(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = place_upload(monkeypatch, artifacts, b"these are words")
    assert "PNG" in app.error[0].value
    assert sent(app, "latent_map").header["placed"] is None


@pytest.mark.parametrize(
    ("distance", "norm", "off", "says"),
    [
        (50, 50, False, map_words.AMONG),
        (0, 60, True, map_words.NEAR),
        (99, 50, True, map_words.OFF),
        (0, 99.9, True, map_words.OFF),
        (0, 1, True, map_words.OFF),
    ],
)
def test_a_verdict_tells_too_near_from_too_far(distance: float, norm: float, off: bool, says: str) -> None:
    one = Judgement(*(np.array([value]) for value in (1.0, distance, 2.0, norm, off)))
    assert verdict(one) == says
    said = map_words.judged(says, one)
    assert says.capitalize() in said and " 1.0 " in said and f"{distance:.0f} %" in said
    assert " 2.0 " in said and f"{norm:.0f} %" in said
