import numpy as np
import pytest

from posecore.clustering.clouds import KINDS, MEDIUM, planted
from posecore.clustering.controls import critical_bandwidth, gaussian, smoothed
from posecore.clustering.density import Density, density
from posecore.clustering.evidence import best_silhouettes, gather, judge
from posecore.clustering.silhouette import silhouette
from posecore.clustering.space import latent_space
from posecore.clustering.verdict import Kind, Reason, Standing, standing, verdict
from posecore.errors import ConfigError
from posecore.studies.verdicts import VerdictSettings, judged

KS = np.arange(2, 11)
OUT, IN = Standing(0.3, 0.1, 0.01, 20), Standing(0.1, 0.1, 0.01, 20)


def found(*counts):
    """A density test that finds counts[0] groups, and the others in its draws."""
    parts = np.stack([np.minimum(count, KS) for count in counts])
    both = np.stack([parts, parts], axis=1)
    flat = np.ones(len(KS))
    return Density(KS, flat, flat, flat, both[0], both[1:], 1000)


def test_groups_are_apart_and_stand_out():
    said = verdict(found(3, *[3] * 40), {"gaussian": OUT, "smoothed": OUT})
    assert (said.kind, said.groups, said.low, said.high) == (Kind.GROUPS, 3, 3, 3)
    assert said.reason == Reason.APART
    said = verdict(found(3, *[3] * 30, *[2] * 10), {"gaussian": OUT, "smoothed": OUT, "shuffled": IN})
    assert (said.kind, said.groups, said.low, said.high) == (Kind.GROUPS, 3, 2, 3)


def test_one_cloud_needs_no_control():
    said = verdict(found(1, *[1] * 40), {})
    assert (said.kind, said.groups, said.high) == (Kind.REGIONS, None, 1)


@pytest.mark.parametrize("name", ["gaussian", "smoothed"])
def test_groups_that_stand_out_from_one_control_only_cannot_be_told(name):
    standings = {"gaussian": OUT, "smoothed": OUT} | {name: IN}
    said = verdict(found(2, *[2] * 40), standings)
    assert (said.kind, said.groups, said.reason) == (Kind.UNKNOWN, None, Reason.ALIKE)


def test_what_differs_between_draws_or_has_too_few_people_cannot_be_told():
    said = verdict(found(1, *[1] * 30, *[2] * 10), {})
    assert (said.kind, said.reason, said.low, said.high) == (Kind.UNKNOWN, Reason.UNSURE, 1, 2)
    said = verdict(found(2, *[1] * 10, *[2] * 30), {"gaussian": OUT, "smoothed": OUT})
    assert (said.kind, said.reason) == (Kind.UNKNOWN, Reason.UNSURE)
    said = verdict(None, {})
    assert (said.kind, said.reason, said.low) == (Kind.UNKNOWN, Reason.TOO_FEW, None)
    with pytest.raises(ConfigError, match="2 groups need a standing beside the control smoothed; draw it"):
        verdict(found(2, *[2] * 40), {"gaussian": OUT})


def test_people_stand_out_by_the_spread_of_a_controls_draws():
    draws = np.array([0.1, 0.12])
    # Two draws: the 97.5 % point of t with one degree of freedom is 12.706.
    one = standing(0.3, draws)
    assert one.limit == pytest.approx(0.11 + 12.706 * np.std(draws, ddof=1) * 1.5**0.5, rel=1e-4)
    assert one.stands_out is False
    assert standing(0.3, np.repeat(draws, 10)).stands_out is True
    with pytest.raises(ConfigError, match="1 draws of a control: expected at least 2"):
        standing(0.3, draws[:1])


def test_planted_groups_are_as_far_apart_as_asked_for():
    for wanted in (0.3, MEDIUM):
        people, labels = planted(np.random.default_rng(5), 400, 50, wanted)
        assert silhouette(people, labels).mean == pytest.approx(wanted, abs=0.003)
        assert people.shape == (400, 50) and sorted(set(labels.tolist())) == [0, 1, 2]


def test_the_smoothed_control_keeps_bend_and_tails_but_no_groups():
    def drawn(kind):
        made = KINDS[kind][1](np.random.default_rng(6), 1000, 50)
        return latent_space(made.astype(np.float32))

    bent, tails, groups = (drawn(kind) for kind in ("bent cloud", "heavy tails", "three groups, clear"))
    assert critical_bandwidth(bent) < 0.2 < critical_bandwidth(groups)
    assert density(groups).count == 3 and density(smoothed(groups)).count == 1
    for space in (bent, groups):
        ours, theirs = (np.trace(np.cov(one.features.T)) for one in (space, smoothed(space)))
        assert theirs == pytest.approx(ours, rel=0.1)
    # A horseshoe's silhouette is kept, that of a normal cloud of its covariance is lower.
    real, kept, plain = (
        best_silhouettes(one, [2], 3, 0)[0] for one in (bent, smoothed(bent), gaussian(bent))
    )
    assert abs(real - kept) < 0.03 and plain < real - 0.04
    lengths = [np.linalg.norm(one.features, axis=1) for one in (tails, smoothed(tails), gaussian(tails))]
    real, kept, plain = (np.quantile(each, 0.995) / np.median(each) for each in lengths)
    assert kept > plain + 0.5 * (real - plain)


def test_all_evidence_comes_to_the_verdict_that_the_least_comes_to():
    made, _ = planted(np.random.default_rng(8), 400, 20, 0.3)
    space = latent_space(made.astype(np.float32))
    evidence = gather(space, most=6, draws=3, restarts=2)
    assert evidence.density.ks.tolist() == [2, 3, 4, 5]
    assert set(evidence.controls) == set(evidence.valleys) == {"gaussian", "shuffled", "smoothed"}
    assert {each.shape for each in (*evidence.controls.values(), *evidence.valleys.values())} == {(3, 4)}
    assert evidence.valleys["gaussian"].min() > 0.4 and evidence.people == 400
    assert judge(space, ("gaussian", "smoothed"), 6, draws=3, restarts=2).kind == evidence.verdict.kind


@pytest.mark.parametrize("kind", KINDS)
def test_verdicts_are_right(kind):
    """At most one wrong of five of each kind; docs/verdicts.md has the rates of two hundred."""
    groups = KINDS[kind][0]
    said = [judged(kind, seed, VerdictSettings()) for seed in range(1000, 1005)]
    if groups == 1:
        right = [one.kind != Kind.GROUPS for one in said]
    else:
        right = [one.groups == groups for one in said]
    assert sum(right) >= 4, said
