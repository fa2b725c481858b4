"""The bundle that ships with the project: whole, and still what this code makes of its pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from posecore.ablation import ALL_ON
from posecore.bundle import Bundle, open_bundle, open_study, verify
from posecore.data.crops import box_crop
from posecore.data.heatmaps import decode
from posecore.inference import Predictor
from posecore.metrics.pck import hits, image_scores
from posecore.samples import read_points, read_visibility
from posecore.skips.certainty import PERSON, joint_limit, thresholds
from posecore.skips.results import load_skip_study

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


def seen(picture: Image.Image) -> np.ndarray:
    """What the network sees of a whole picture that somebody uploads."""
    size = float(picture.width), float(picture.height)
    return box_crop((0.0, 0.0, *size), *picture.size).cut(picture)


def test_it_is_sure_of_people_and_not_of_pictures_of_nothing(demo: Bundle) -> None:
    limit = joint_limit(demo, ALL_ON, "zero")
    assert limit.known and limit.above is not None
    shown = [name for name in demo.samples["sample_id"] if demo.picture_path(name)][:8]
    people = [np.asarray(Image.open(demo.picture_path(name)).convert("RGB")) for name in shown]
    nothing = [seen(Image.new("RGB", size, colour)) for size, colour in
               (((1, 1), "red"), ((300, 300), "black"), ((300, 300), "white"))]  # fmt: skip
    network = Predictor(demo.network(), demo.manifest.precision)
    count = limit.sure(decode(network.heatmaps(np.stack(people + nothing)))[1]).sum(axis=1)
    assert count[:8].min() >= 12
    red, *plain = count[8:].tolist()
    assert red < 8 and max(plain) < PERSON


def test_the_stored_study_says_when_a_joint_is_sure_under_every_mask(demo: Bundle) -> None:
    info = open_study(demo, "skips").info
    assert info["sure_above"] == thresholds(load_skip_study(demo))
    assert info["labelled_joints"] > 5000


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
