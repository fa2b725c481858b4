"""The bundle that ships with the project: whole, and still what this code makes of its pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from posecore.ablation import ALL_ON
from posecore.bundle import Bundle, open_bundle, verify
from posecore.data.heatmaps import decode
from posecore.inference import Predictor
from posecore.metrics.pck import hits, image_scores
from posecore.samples import read_points, read_visibility

ROOT = Path(__file__).parent.parent

PROMISED = {
    "Leeds Sports Pose Extended val": 0.60,
    "COCO train2017 sample train": 0.26,
    "rendered people train, the people of this bundle": 0.75,
}
"""PCK on people that the network was not trained on, below which none ships; keyed as in the manifest."""


@pytest.fixture(scope="module")
def demo() -> Bundle:
    return open_bundle(ROOT / "artifacts" / "demo")


def test_every_file_is_as_it_was_written(demo: Bundle) -> None:
    assert verify(demo.path) == []


def test_it_shows_people_whose_making_is_known(demo: Bundle) -> None:
    assert demo.manifest.people == 1000
    assert demo.manifest.dataset["pictures"] >= 300
    families = demo.samples["truth_family"].value_counts()
    assert len(families) == 9 and families.min() >= 50
    scores = image_scores(
        hits(read_points(demo.samples, "predicted"), read_points(demo.samples, "annotated"),
             read_visibility(demo.samples))
    )  # fmt: skip
    assert np.allclose(demo.samples["pck"], scores, equal_nan=True)


def test_this_code_makes_of_the_shipped_pictures_what_is_stored(demo: Bundle) -> None:
    rows = demo.samples.iloc[:12]
    pictures = np.stack(
        [np.asarray(Image.open(demo.picture_path(name)).convert("RGB")) for name in rows["sample_id"]]
    )
    network = Predictor(demo.network(), "fp32")
    encoded = network.encode(pictures)
    points, _ = decode(network.decode(encoded, (ALL_ON,))[0])
    same = (points == read_points(rows, "predicted")).all(axis=-1)
    # The stored ones may come from bf16, which moves a maximum now and then.
    assert same.mean() > 0.95
    latents, stored = encoded.bottleneck.flatten(1).numpy(), demo.latents[:12].astype(np.float32)
    assert np.linalg.norm(latents - stored) < 0.05 * np.linalg.norm(stored)


def test_it_finds_as_many_joints_as_a_network_that_ships_has_to(demo: Bundle) -> None:
    found = {name: figures["pck"] for name, figures in demo.manifest.figures.items()}
    assert set(found) == set(PROMISED)
    assert not {name: pck for name, pck in found.items() if pck < PROMISED[name]}
    assert found["rendered people train, the people of this bundle"] == pytest.approx(
        demo.samples["pck"].mean()
    )


def test_the_tracked_files_stay_small() -> None:
    sizes = [path.stat().st_size for path in (ROOT / "artifacts" / "demo").rglob("*") if path.is_file()]
    assert sum(sizes) < 29e6
