"""Sealing: the same claim in other words is the same claim, and every parameter makes it another."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from planted_causes import plant_causes
from planting import UNTRAINED, make_claimed_bundle

from posecore.bundle import open_bundle
from posecore.bundle.studies import study_folder
from posecore.errors import ConfigError
from posecore.ledger.claim import Claim, check_subject, fingerprint, is_of, make_claim, plain, read_claim
from posecore.ledger.kinds import KINDS, Known
from posecore.ledger.parameters import packed, unpacked
from posecore.ledger.people import Rendered, source_for

CENTROIDS = packed(np.arange(2 * 128, dtype=np.float32).reshape(2, 128))
GIVEN = {
    "masks": {"masks": ["1111", "0111"], "joints": "small joints", "replacement": "zero"},
    "component": {"component": 1, "attribute": "hip_angle"},
    "group": {
        "group": {"of": "cluster", "cluster": 1, "components": None, "centroids": CENTROIDS},
        "attribute": "hip_angle",
    },
    "cause": {"cause": "turn", "strength": 60.0, "component": 1},
    "networks": {"beside": "other", "joints": "all joints"},
}
"""Something to claim, of every kind."""

CHANGED = {
    "masks": [
        {"masks": ["1111", "1011"]},
        {"joints": "big joints"},
        {"joints": "nose"},
        {"replacement": "mean"},
    ],
    "component": [{"component": 2}, {"attribute": "knee_angle"}],
    "group": [
        {"group": {**GIVEN["group"]["group"], "cluster": 2}},
        {"group": {**GIVEN["group"]["group"], "centroids": packed(np.ones((2, 128), np.float32))}},
        {"group": {"of": "area", "plane": [1, 2], "corners": [[0, 0], [1, 0], [0, 1]]}},
        {"attribute": "knee_angle"},
    ],
    "cause": [{"cause": "lying"}, {"strength": 30.0}, {"component": 2}],
    "networks": [{"joints": "knees"}, {"beside": "photographs"}],
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    folder = tmp_path_factory.mktemp("artifacts")
    make_claimed_bundle(folder / "demo")
    make_claimed_bundle(folder / "other", seed=1)
    make_fake_bundle(folder / "photographs", 12)
    return Known(open_bundle(folder / "demo"))


def claim(known: Known, kind: str, **changed: object) -> Claim:
    return make_claim(known, kind, {**GIVEN[kind], **changed}, "I say so.")


def test_every_kind_is_tried_here() -> None:
    assert GIVEN.keys() == CHANGED.keys() == KINDS.keys()
    for kind in KINDS.values():
        assert set(kind.fields) == set(GIVEN[kind.key])


@pytest.mark.parametrize("kind", GIVEN)
def test_other_words_are_the_same_people_and_other_parameters_others(known: Known, kind: str) -> None:
    first = claim(known, kind)
    way = KINDS[kind].directions[-1]
    same = make_claim(known, kind, GIVEN[kind], "Said quite otherwise.", way, 2 * KINDS[kind].smallest)
    assert same.seal == first.seal and same.seed == first.seed
    others = [claim(known, kind, **changed) for changed in CHANGED[kind]]
    assert len({one.seed for one in (first, *others)}) == 1 + len(others)
    # What stands in a file is the same claim.
    assert read_claim({**plain(first), "number": 1}).seal == first.seal


def test_the_other_way_round_is_the_same_claim_of_masks(known: Known) -> None:
    assert claim(known, "masks").seal == claim(known, "masks", masks=["0111", "1111"]).seal


def test_an_area_is_the_same_from_whichever_corner_it_was_drawn(known: Known) -> None:
    def seal(*corners: list[int]) -> str:
        return claim(known, "group", group={"of": "area", "plane": [1, 2], "corners": list(corners)}).seal

    a, b, c, d = [0, 0], [2, 0], [2, 1], [0, 3]
    assert seal(a, b, c, d) == seal(c, d, a, b) == seal(d, c, b, a)
    assert seal(a, b, c, d) != seal(a, c, b, d)


def test_the_same_weights_under_another_name_are_the_same_claim(known: Known) -> None:
    shutil.copytree(known.bundle.path.with_name("other"), known.bundle.path.with_name("renamed"))
    assert claim(known, "networks", beside="renamed").seal == claim(known, "networks").seal


def test_other_people_who_are_rendered_of_another_seed(known: Known) -> None:
    one, same, other = (
        source_for(known.bundle, claim(known, "component", **changed), 3)
        for changed in ({}, {}, {"component": 2})
    )
    assert isinstance(one, Rendered) and one == same != other
    np.testing.assert_array_equal(one.subject(0).crop, same.subject(0).crop)
    assert (one.subject(0).crop != other.subject(0).crop).any()


def test_weights_people_and_components_are_sealed_too(known: Known, tmp_path: Path) -> None:
    first = claim(known, "component")
    make_claimed_bundle(tmp_path / "demo", seed=2)
    other = Known(open_bundle(tmp_path / "demo"))
    assert claim(other, "component").seal != first.seal
    check_subject(first, known.bundle)
    with pytest.raises(ConfigError, match="is of other weights"):
        check_subject(first, other.bundle)
    assert is_of(first, known.bundle, fingerprint(known.bundle))
    assert not is_of(first, other.bundle, fingerprint(other.bundle))
    assert not is_of(first, known.bundle, fingerprint(other.bundle))


@pytest.mark.parametrize(
    ("kind", "changed", "message"),
    [
        ("masks", {"masks": ["1111", "1111"]}, "are the same"),
        ("masks", {"masks": ["1111"]}, "expected two"),
        ("masks", {"masks": ["1111", "11"]}, "four digits"),
        ("masks", {"masks": ["1111", "1" * 100_000]}, "four digits"),
        ("masks", {"joints": "tails"}, "joints 'tails'"),
        ("masks", {"replacement": "other"}, "replacement"),
        ("component", {"component": 0}, "whole number from 1"),
        ("component", {"component": True}, "whole number from 1"),
        ("component", {"attribute": "shoe_size"}, "attribute 'shoe_size'"),
        ("group", {"group": {"of": "umap"}}, "expected cluster or area"),
        ("group", {"group": {"of": "area", "plane": [1, 2], "corners": [[0, 0]]}}, "corners"),
        ("group", {"group": {**GIVEN["group"]["group"], "cluster": 3}}, "cluster 3"),
        ("group", {"group": {**GIVEN["group"]["group"], "centroids": {"shape": [2, 3]}}}, "centroids"),
        ("group", {"group": {**GIVEN["group"]["group"], "components": 2}}, "2 numbers each"),
        ("cause", {"cause": "love"}, "cause 'love'"),
        ("cause", {"cause": "grain", "strength": 1.0}, "held against"),
        ("cause", {"strength": 0.0}, "changes nothing"),
        ("cause", {"strength": 10**400}, "expected a number"),
        ("cause", {"strength": 45.0}, "by 30 and 60 only; choose what it looked at"),
        ("networks", {"beside": "demo"}, "another bundle"),
        ("networks", {"beside": "../demo"}, "name of a bundle"),
        ("networks", {"beside": "![](https://evil.test/x.png)"}, "name of a bundle"),
        ("networks", {"beside": "x" * 256}, "name of a bundle"),
        ("networks", {"beside": "nobody"}, "no such folder"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    known: Known, kind: str, changed: dict, message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as raised:
        claim(known, kind, **changed)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 400


@pytest.mark.parametrize("name", ["../other", "![](https://evil.test/x.png)", "x" * 256])
def test_a_file_names_no_network_that_no_bundle_can_be_called(known: Known, name: str) -> None:
    """Of a claim in a file nobody looks for the other bundle before it is shown."""
    with pytest.raises(ConfigError, match="name of a bundle"):
        KINDS["networks"].read(known, {**GIVEN["networks"], "beside": name})


def test_texts_directions_and_sizes_that_cannot_be_are_refused(known: Known) -> None:
    def made(text: str = "I say so.", **how: object) -> Claim:
        return make_claim(known, "cause", GIVEN["cause"], text, **how)  # type: ignore[arg-type]

    for text, message in (("  \n ", "is empty"), ("x" * 501, "501 characters")):
        with pytest.raises(ConfigError, match=message):
            made(text)
    with pytest.raises(ConfigError, match="direction"):
        made(direction=-1)
    for smallest in (0.0, float("nan"), 11.0):
        with pytest.raises(ConfigError, match="smallest effect"):
            made(smallest=smallest)
    with pytest.raises(ConfigError, match="of kind 'hope'"):
        make_claim(known, "hope", {}, "I say so.")
    with pytest.raises(ConfigError, match="component is not given"):
        make_claim(known, "component", {"attribute": "hip_angle"}, "I say so.")
    with pytest.raises(ConfigError, match="has no 'more'"):
        make_claim(known, "component", {**GIVEN["component"], "more": 1}, "I say so.")
    assert made("two\nlines \x1b[31m").text == "two lines \\x1b[31m"


def test_what_untrained_networks_do_stands_in_a_claim_on_a_cause_and_gives_nobody_other_people(
    known: Known, tmp_path: Path
) -> None:
    made = claim(known, "cause")
    assert made.parameters == {**GIVEN["cause"], "untrained": pytest.approx(UNTRAINED, abs=1e-3)}
    # Nobody says by themselves what a cause is held against.
    assert claim(known, "cause", untrained=0.0) == replace(made, made=claim(known, "cause").made)
    other = Known(open_bundle(shutil.copytree(known.bundle.path, tmp_path / "demo")))
    shutil.copytree(known.bundle.path.with_name("other"), tmp_path / "other")
    shutil.rmtree(study_folder(other.bundle, "causes"))
    plant_causes(other.bundle.path, {"turn": [1.0, 0.0]}, untrained=0.5)
    again = claim(other, "cause")
    assert again.parameters["untrained"] == pytest.approx(0.5, abs=1e-3) and again.seal == made.seal
    shutil.rmtree(study_folder(other.bundle, "causes"))
    with pytest.raises(ConfigError, match=r"cannot be told here: .*`python scripts/cause_study\.py"):
        claim(other, "cause")
    # One that was sealed before is of the same people, and stays what it was.
    before = {**plain(made), "number": 1, "parameters": GIVEN["cause"]}
    assert read_claim(before).seal == made.seal
    assert KINDS["cause"].read(other, GIVEN["cause"]) == GIVEN["cause"]


def test_photographs_need_people_set_aside(known: Known) -> None:
    photographs = Known(open_bundle(known.bundle.path.with_name("photographs")))
    made = claim(photographs, "component")
    with pytest.raises(ConfigError, match="POSE_HELDOUT"):
        source_for(photographs.bundle, made, 3)
    with pytest.raises(ConfigError, match="only rendered people"):
        source_for(photographs.bundle, replace(made, kind="cause", parameters=GIVEN["cause"]), 3)


def test_centroids_are_kept_to_the_last_bit() -> None:
    array = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    np.testing.assert_array_equal(unpacked(packed(array)), array)
