"""What is said of a cut skip in two networks that were trained differently."""

import dataclasses

import numpy as np
import pytest
from comparing import (
    CUTS,
    EVERYBODY,
    NONE,
    ONE,
    open_compare,
    pair_of,
    trained,
)
from reading import words

from dashboard.compare import words as compare_words
from dashboard.shared import bundles as components
from posecore.ablation import LEVEL_NAMES
from posecore.bundle import open_bundle
from posecore.statistics import Estimate


def test_what_a_cut_means_depends_on_how_a_network_was_trained(artifacts):
    first, second = compare_words.cutting(trained(artifacts, CUTS, NONE))
    assert first == f"A: one, **{components.CUTS}**: {compare_words.MET_CUTS}"
    assert second == f"B: twin, **{components.NO_CUTS}**: {compare_words.NEVER_MET}"
    unknown, _ = compare_words.cutting(trained(artifacts, {}, NONE))
    assert unknown == f"A: one, {compare_words.NOT_RECORDED}"
    pair = trained(artifacts, NONE, NONE)._replace(other=open_bundle(artifacts / "other"))
    without = compare_words.cutting(pair)[1]
    assert [name for name in LEVEL_NAMES if name in without] == [LEVEL_NAMES[0]]
    assert without.endswith(compare_words.OTHERS_THERE)
    met = trained(artifacts, NONE, CUTS)
    model = open_bundle(artifacts / "other").manifest.model
    built = dataclasses.replace(met.other, manifest=dataclasses.replace(met.other.manifest, model=model))
    assert compare_words.cutting(met._replace(other=built))[1].endswith(compare_words.OTHERS_CUT)


def test_the_page_says_what_a_cut_means_where_skips_are_cut(artifacts, monkeypatch):
    for tab in (ONE, EVERYBODY):
        said = words(open_compare(monkeypatch, artifacts, tab))
        assert all(line in said for line in compare_words.cutting(pair_of(artifacts)))


@pytest.mark.parametrize(
    ("one", "other", "difference", "said"),
    [
        (CUTS, NONE, (0.01, 0.02), ["1.5"]),
        (NONE, CUTS, (-0.02, -0.01), ["1.5"]),
        (NONE, CUTS, (0.01, 0.02), ["B: twin", "1.5"]),
        (CUTS, NONE, (-0.02, -0.01), ["A: one", "1.5"]),
        (CUTS, NONE, (-0.01, 0.02), [compare_words.NO_COST]),
        (CUTS, CUTS, (0.01, 0.02), []),
        (NONE, NONE, (0.01, 0.02), []),
        (CUTS, {}, (0.01, 0.02), []),
    ],
)
def test_what_cuts_in_training_cost_where_nothing_is_cut(artifacts, one, other, difference, said):
    """said: what they cost; of a network that finds more with them its name, too."""
    ends = np.array(difference)
    all_on = Estimate(ends.mean(), ends[0], ends[1], np.int64(9))
    told = compare_words.cost_of_cuts(trained(artifacts, one, other), all_on)
    every = ("A: one", "B: twin", "1.5", compare_words.NO_COST)
    assert [part for part in every if part in told] == said and bool(told) == bool(said)
    if said:
        apart = compare_words.cost_of_cuts(trained(artifacts, one, other | {"seed": 7, "epochs": 5}), all_on)
        assert "epochs, seed" in apart and "epochs, seed" not in told
        assert [part for part in every if part in apart] == said
