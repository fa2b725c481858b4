"""What pages say of a cut skip fits how the network was trained."""

import re
from dataclasses import replace

import pytest
from fake_bundle import make_fake_bundle

from dashboard.overview import words as overview_words
from dashboard.shared import cut_words
from dashboard.shared.bundles import UNTRAINED, how_trained, network_name
from dashboard.shared.cut_words import named_by_cuts, what_cutting_says
from posecore.bundle import Bundle, open_bundle

TRAINED = {"preset": "fast"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return open_bundle(make_fake_bundle(tmp_path_factory.mktemp("words") / "people", 4))


def trained(bundle: Bundle, training: dict[str, object], skips: str = "1111") -> Bundle:
    model = bundle.manifest.model
    built = {**model, "config": model["config"] | {"skips": skips}}
    return replace(bundle, manifest=replace(bundle.manifest, training=training, model=built))


@pytest.mark.parametrize(
    ("training", "skips", "says", "name"),
    [
        (TRAINED, "1111", cut_words.NEVER_MET, cut_words.NAMED_NEVER_MET),
        (TRAINED | {"cut_skips": 0.0}, "1111", cut_words.NEVER_MET, cut_words.NAMED_NEVER_MET),
        (TRAINED | {"cut_skips": 0.5}, "1111", cut_words.MET_CUTS, cut_words.NAMED_MET),
        ({}, "1111", cut_words.NOT_RECORDED, cut_words.NAMED_NOT_RECORDED),
        (TRAINED, "0100", cut_words.NEVER_MET, "64 × 64, 16 × 16, 8 × 8"),
        (TRAINED | {"cut_skips": 0.5}, "1110", cut_words.MET_CUTS, "8 × 8"),
    ],
)
def test_three_experiments_are_kept_apart(
    training: dict[str, object], skips: str, says: str, name: str, bundle: Bundle
) -> None:
    """name: what it is called by, which are the levels that it lacks, where it lacks any."""
    other = trained(bundle, training, skips)
    words = what_cutting_says(other)
    every = (cut_words.NEVER_MET, cut_words.MET_CUTS, cut_words.NOT_RECORDED, cut_words.NEVER_LEARNED)
    assert [one for one in every if one in words] == [says]
    assert (cut_words.TRAINED_WITHOUT in words) == (skips == "1111")
    assert (name in words) == (skips != "1111")
    assert named_by_cuts(other).endswith(name)


def test_in_a_network_without_skips_there_is_nothing_to_cut(bundle: Bundle) -> None:
    none = trained(bundle, TRAINED, "0000")
    assert what_cutting_says(none) == cut_words.NOTHING_TO_CUT


def test_a_network_that_never_learned_is_not_said_to_have_been_trained(bundle: Bundle) -> None:
    untrained = trained(bundle, {"untrained": True, "seed": 3})
    assert how_trained(untrained.manifest) == UNTRAINED and UNTRAINED in network_name(untrained)
    for words in (
        what_cutting_says(untrained),
        named_by_cuts(untrained),
        overview_words.trained(untrained, []),
    ):
        assert "never" in words and not re.search("trained with(?!out)", words)
