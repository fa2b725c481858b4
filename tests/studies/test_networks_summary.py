"""What a study of networks says: figures of the right networks, seeds apart, stacks the right way round."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_networks import make_study, planted

from posecore.keypoints import COCO17, MPII16
from posecore.metrics.paired import paired
from posecore.metrics.pck import pck, per_joint
from posecore.statistics import Estimate, bootstrap
from posecore.studies.networks.summary import Gains, part_scores, parts_of, seed_gain, summarise


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory):
    return make_study(tmp_path_factory.mktemp("runs"), planted())


def by_name(study):
    return {network.name: network for network in study.networks}


def test_scores_are_everybody_s_pck(study):
    for data in study.data:
        found = summarise(study, data).pck
        assert found.one.mean == pytest.approx([pck(study.as_built(n, data)) for n in study.networks])
        assert found.other.mean == pytest.approx([pck(study.cut(n, data)) for n in study.networks])


def test_every_gain_is_over_the_control_of_the_same_seed(study):
    data = study.data[0]
    summary, named = summarise(study, data), by_name(study)
    expected = {
        "none": "plain",
        "two": "plain",
        "ae": "plain on",
        "none on": "plain on",
        "two on": "plain on",
    }
    pairs = {
        named[f"{label} · seed {seed}"]: named[f"{control} · seed {seed}"]
        for label, control in expected.items()
        for seed in (0, 1)
    }
    assert dict(summary.fair.pairs) == pairs
    for place, (network, control) in enumerate(summary.fair.pairs):
        own = paired(study.as_built(control, data), study.as_built(network, data)).overall.difference
        difference = summary.fair.found.difference
        assert difference.mean[place] == pytest.approx(own.mean)
        assert (difference.low[place], difference.high[place]) == pytest.approx((own.low, own.high))
        assert difference.n[place] == data.people


def test_gains_over_the_beginning_are_of_who_was_trained_on(study):
    summary, named = summarise(study, study.data[0]), by_name(study)
    begun = {"plain on": "plain", "ae": "plain", "none on": "none", "two on": "two"}
    assert dict(summary.since.pairs) == {
        named[f"{label} · seed {seed}"]: named[f"{before} · seed {seed}"]
        for label, before in begun.items()
        for seed in (0, 1)
    }


def test_seeds_are_not_mixed(study):
    """Seed 1 of the autoencoder finds all, its control nothing; of seed 0 both find the same."""
    summary = summarise(study, study.data[0])
    gained = {
        network.name: difference
        for (network, _), difference in zip(
            summary.fair.pairs, summary.fair.found.difference.mean, strict=True
        )
    }
    assert gained["ae · seed 0"] == 0 and gained["ae · seed 1"] == 1


def test_three_seeds_give_an_interval_over_seeds(study):
    # Of 1, 2 and 3: mean 2, standard deviation 1, and Student's t of 2 degrees of freedom is 4.3027.
    mean, low, high, seeds = seed_gain([0.01, 0.02, 0.03])
    assert (mean, seeds) == (pytest.approx(0.02), 3)
    assert (low, high) == pytest.approx((0.02 - 0.0248414, 0.02 + 0.0248414), abs=1e-6)
    summary = summarise(study, study.data[0])
    assert summary.over_seeds() == {}
    third = [(replace(network, seed=2), control) for network, control in summary.fair.pairs if network.seed]
    rows = [row for row, (network, _) in enumerate(summary.fair.pairs) if network.seed]
    difference = Estimate(*(np.append(part, part[rows]) for part in summary.fair.found.difference))
    fair = Gains((*summary.fair.pairs, *third), summary.fair.found._replace(difference=difference))
    found = replace(summary, fair=fair).over_seeds()["ae"]
    # Seed 0 gains nothing, the others all.
    assert found.seeds == 3 and found.mean == pytest.approx(2 / 3) and found.low < 0 < 1 < found.high


def test_cut_and_trained_without_are_of_the_longest_trained(study):
    data = study.data[0]
    summary = summarise(study, data)
    assert [(one.plain.name, one.without.name) for one in summary.skips] == [
        ("plain on · seed 0", "none on · seed 0"),
        ("plain on · seed 1", "none on · seed 1"),
    ]
    for one in summary.skips:
        whole, cut, trained = (
            part_scores(hits)
            for hits in (
                study.as_built(one.plain, data),
                study.cut(one.plain, data),
                study.as_built(one.without, data),
            )
        )
        for found, other in ((one.cut, cut), (one.trained, trained)):
            np.testing.assert_allclose(found.one.mean, np.nanmean(whole, axis=0))
            np.testing.assert_allclose(found.other, bootstrap(other))
            np.testing.assert_allclose(found.difference, bootstrap(other - whole), atol=1e-12)
        assert len(one.cut.one.mean) == len(parts_of(COCO17)) == 8


def test_the_last_stack_s_gain_over_the_first_is_positive_where_it_finds_more(study):
    data = study.data[0]
    stacks = summarise(study, data).stacks
    assert [one.network.name for one in stacks] == ["two on · seed 0", "two on · seed 1"]
    for network, found in stacks:
        first, last = study.stack_hits(network, data, 1), study.as_built(network, data)
        np.testing.assert_allclose(found.difference.mean[1:], per_joint(last)[0] - per_joint(first)[0])
        assert found.difference.mean[0] == pytest.approx(pck(last) - pck(first)) and pck(last) > pck(first)


def test_where_nothing_fits_nothing_is_said(tmp_path: Path):
    alone = make_study(tmp_path, {"plain-0": {}, "two-1": {"seed": 1, "stacks": 2}})
    summary = summarise(alone, alone.data[0])
    assert summary.fair.pairs == summary.since.pairs == summary.skips == ()
    assert summary.fair.found.difference.mean.shape == (0,) and len(summary.stacks) == 1


def test_a_network_under_another_name_differs_nowhere(tmp_path: Path):
    same = make_study(tmp_path, {"plain-0": {}, "none-0": {"skips": "0000"}}, alike=True)
    summary = summarise(same, same.data[0])
    for values in (summary.fair.found.difference, *(one.trained.difference for one in summary.skips)):
        assert all((part == 0).all() for part in values[:3])
    assert len(summary.skips) == 1


def test_part_scores_by_hand():
    hits = np.full((2, 17), np.nan)
    hits[0, [0, 1, 5]] = [1, 0, 1]
    found = part_scores(hits)
    assert found[0, :3] == pytest.approx([2 / 3, 1 / 2, 1])
    assert np.isnan(found[0, 3:]).all() and np.isnan(found[1]).all()
    assert parts_of(COCO17) == ("all joints", *COCO17.groups)
    # Other joints have other groups: MPII's head is upper neck and head top, then come the shoulders.
    hits = np.full((1, 16), np.nan)
    hits[0, [8, 9, 12]] = [1, 0, 1]
    assert part_scores(hits)[0, :3] == pytest.approx([2 / 3, 1 / 2, 1])
    assert len(part_scores(hits)[0]) == len(parts_of(MPII16)) == 9
