"""The bundles that ship with the project: whole, and still what this code makes of their pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from posecore.ablation import ALL_OFF, ALL_ON
from posecore.bundle import Bundle, open_bundle, open_study, verify
from posecore.compression.cost import parameters
from posecore.data.crops import box_crop
from posecore.data.heatmaps import decode
from posecore.inference import Predictor
from posecore.metrics.pck import hits, scores
from posecore.samples import read_points, read_visibility
from posecore.studies.compression.facts import BAYESIAN, TUNED
from posecore.studies.compression.results import load_compression_study
from posecore.studies.pair.results import load_pair_study
from posecore.studies.skips.certainty import PERSON, joint_limit, person_threshold, thresholds
from posecore.studies.skips.results import load_skip_study

ROOT = Path(__file__).parent.parent

BUNDLES = {"demo": 1000, "plain": 1000, "compressed": 200}
"""How many people each shows: the network trained with skips cut at random, the same one trained with all of
them, and the first one made smaller."""

LEEDS, COCO = "Leeds Sports Pose Extended val", "COCO train2017 sample train"
RENDERED = "rendered people train, the people of this bundle"
PROMISED = {
    "demo": {
        LEEDS: 0.66,
        COCO: 0.30,
        RENDERED: 0.76,
        f"{LEEDS}, all skips cut": 0.36,
        "rendered people train, all skips cut": 0.48,
    },
    "plain": {LEEDS: 0.66, COCO: 0.30, RENDERED: 0.76},
    "compressed": {LEEDS: 0.59, RENDERED: 0.68},
}
"""PCK on people that the network was not trained on, below which none ships; keyed as in the manifest."""

FLOORS = {
    "demo": {"1111": 0.70, "0000": 0.40},
    "plain": {"1111": 0.70, "0000": 0.0},
    "compressed": {"1111": 0.65, "0000": 0.30},
}
"""PCK of the first hundred shipped pictures, by mask, below which none ships."""

SURE_OF = {"demo": 8, "plain": 8, "compressed": 7}
"""Of the first eight people with a picture."""


@pytest.fixture(scope="module", params=BUNDLES)
def shipped(request: pytest.FixtureRequest) -> Bundle:
    return open_bundle(ROOT / "artifacts" / request.param)


def test_every_file_is_as_it_was_written(shipped: Bundle) -> None:
    assert verify(shipped.path) == []


def test_it_shows_people_whose_making_is_known(shipped: Bundle) -> None:
    people = BUNDLES[shipped.path.name]
    assert shipped.manifest.people == people
    assert shipped.manifest.dataset["pictures"] >= people / 2
    families = shipped.samples["truth_family"].value_counts()
    assert len(families) == 9 and families.min() >= people / 25
    pck = scores(
        hits(
            read_points(shipped.samples, "predicted"),
            read_points(shipped.samples, "annotated"),
            read_visibility(shipped.samples),
        )
    )
    assert np.allclose(shipped.samples["pck"], pck, equal_nan=True)


def test_the_two_differ_in_the_masks_they_met_alone() -> None:
    demo, plain = (open_bundle(ROOT / "artifacts" / name) for name in ("demo", "plain"))
    met = {name: one.manifest.training.pop("cut_skips") for name, one in (("demo", demo), ("plain", plain))}
    assert met == {"demo": 0.5, "plain": 0.0}
    assert demo.manifest.training == plain.manifest.training
    assert demo.manifest.model == plain.manifest.model and demo.manifest.dataset == plain.manifest.dataset
    assert demo.samples["sample_id"].tolist() == plain.samples["sample_id"].tolist()
    assert plain.manifest.pictures_in == "demo"
    load_pair_study(demo, plain)  # Compare is open on a fresh clone


def test_the_smaller_one_has_half_of_the_parameters_and_people_of_the_first() -> None:
    demo, small = (open_bundle(ROOT / "artifacts" / name) for name in ("demo", "compressed"))
    assert small.manifest.network_config.compressed and small.manifest.pictures_in == "demo"
    assert 0.45 < parameters(small.network()) / parameters(demo.network()) <= 0.5
    assert set(small.samples["sample_id"]) < set(demo.samples["sample_id"])
    assert small.manifest.dataset["fingerprint"] == demo.manifest.dataset["fingerprint"]
    tuned = [
        one for one in load_compression_study(demo).points if (one.kind, one.method) == (TUNED, BAYESIAN)
    ]
    assert parameters(small.network()) in [one.parameters for one in tuned]


def seen(picture: Image.Image) -> np.ndarray:
    """What the network sees of a whole picture that somebody uploads."""
    size = float(picture.width), float(picture.height)
    return box_crop((0.0, 0.0, *size), *picture.size).cut(picture)


def test_it_is_sure_of_people_and_not_of_pictures_of_nothing(shipped: Bundle) -> None:
    limit = joint_limit(shipped, ALL_ON, "zero")
    assert limit.known and limit.above is not None
    shown = [name for name in shipped.samples["sample_id"] if shipped.picture_path(name)][:8]
    people = [np.asarray(Image.open(shipped.picture_path(name)).convert("RGB")) for name in shown]
    nothing = [
        seen(Image.new("RGB", size, colour))
        for size, colour in (((1, 1), "red"), ((300, 300), "black"), ((300, 300), "white"))
    ]
    nothing += [
        np.random.default_rng(seed).integers(0, 256, (256, 256, 3)).astype(np.uint8) for seed in (0, 1)
    ]
    network = Predictor(shipped.network(), shipped.manifest.precision)
    count = limit.sure(decode(network.heatmaps(np.stack(people + nothing)))[1]).sum(axis=1)
    assert (count[:8] >= 12).sum() >= SURE_OF[shipped.path.name]
    assert count[8:].max() < PERSON


def test_the_stored_study_says_when_a_joint_is_sure_under_every_mask(shipped: Bundle) -> None:
    info = open_study(shipped, "skips").info
    study = load_skip_study(shipped)
    assert info["sure_above"] == thresholds(study) and info["person_above"] == person_threshold(study)
    assert info["labelled_joints"] > 12.5 * len(study.sample_ids)


def some_pictures(bundle: Bundle, people: int) -> tuple[list[int], np.ndarray]:
    """Rows of the first people of whom there is a picture, and these."""
    paths = [bundle.picture_path(name) for name in bundle.samples["sample_id"]]
    rows = [row for row, path in enumerate(paths) if path][:people]
    return rows, np.stack([np.asarray(Image.open(paths[row]).convert("RGB")) for row in rows])


def test_this_code_makes_of_the_shipped_pictures_what_is_stored(shipped: Bundle) -> None:
    rows, pictures = some_pictures(shipped, 12)
    network = Predictor(shipped.network(), "fp32")
    encoded = network.encode(pictures)
    points, _ = decode(network.decode(encoded, (ALL_ON,))[0])
    same = (points == read_points(shipped.samples.iloc[rows], "predicted")).all(axis=-1)
    # The stored ones may come from bf16, which moves a maximum now and then.
    assert same.mean() > 0.95
    latents, stored = encoded.bottleneck.flatten(1).numpy(), shipped.latents[rows].astype(np.float32)
    assert np.linalg.norm(latents - stored) < 0.05 * np.linalg.norm(stored)


def test_it_finds_as_many_joints_as_a_network_that_ships_has_to(shipped: Bundle) -> None:
    found = {name: figures["pck"] for name, figures in shipped.manifest.figures.items()}
    promised = PROMISED[shipped.path.name]
    assert set(promised) <= set(found)
    assert not {name: found[name] for name in promised if found[name] < promised[name]}
    assert found[RENDERED] == pytest.approx(shipped.samples["pck"].mean())


def test_a_hundred_pictures_hold_their_score_with_all_skips_and_with_none(shipped: Bundle) -> None:
    rows, pictures = some_pictures(shipped, 100)
    network = Predictor(shipped.network(), shipped.manifest.precision)
    points = []
    for some in np.array_split(pictures, 10):
        heatmaps = network.decode(network.encode(some), (ALL_ON, ALL_OFF))
        points.append(np.stack([decode(maps)[0] for maps in heatmaps]))
    on, off = np.concatenate(points, axis=1)
    floors = FLOORS[shipped.path.name]
    for found, mask in ((on, "1111"), (off, "0000")):
        table = shipped.samples.iloc[rows]
        pck = scores(hits(found, read_points(table, "annotated"), read_visibility(table)))
        assert np.nanmean(pck) >= floors[mask]


def test_the_tracked_files_stay_small() -> None:
    files = [path for name in BUNDLES for path in (ROOT / "artifacts" / name).rglob("*")]
    assert sum(path.stat().st_size for path in files if path.is_file()) < 58.5e6
