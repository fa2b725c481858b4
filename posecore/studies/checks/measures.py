"""What each row of a check measures: the own network's figure, untrained networks', and the difference.

The untrained network that reaches most stands for all of them, so that a figure counts only where it is above
every one. Intervals are 95 % over people, who are the same for all networks; of figures that are stored with
intervals of their own, the difference's is recovered from both (Zou and Donner 2008).
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, STAND_INS
from posecore.attributes.descriptions import joints_of
from posecore.attributes.table import attributes_of
from posecore.attributes.traits import SIDE
from posecore.causes.attributes import causes_of
from posecore.causes.table import CAUSES
from posecore.clustering.confounds import told_by
from posecore.clustering.verdict import Kind
from posecore.errors import DataError
from posecore.statistics import Estimate, bootstrap, bootstrap_ratio
from posecore.studies.belonging.results import PEOPLE, Share
from posecore.studies.causes.results import CauseStudy
from posecore.studies.causes.summary import STRONGER, placebo
from posecore.studies.checks.loaded import Loaded, NotStudiedError
from posecore.studies.control.results import MODES, OWN, ControlStudy
from posecore.studies.control.summary import FIRST, untrained_told
from posecore.studies.probe import summary as probe
from posecore.studies.probe.results import BOTTLENECK, PERMUTED, SKIPS, ProbeStudy
from posecore.studies.skips.effects import shapley

ALONE: Final = "no untrained network to hold it against; make the study with --networks 1 or more"


class Measured(NamedTuple):
    """own, untrained: the figure, nan where there is none. beyond: what is held against the row's limit, with
    its 95 % interval from low to high. n: people, pictures or components behind it. note: what else to know.
    """

    own: float
    untrained: float
    beyond: float
    low: float
    high: float
    n: int
    note: str = ""


def pck_lost(studies: Loaded) -> Measured:
    """PCK that all skips together carry, with what in their place costs the own network least."""
    study = studies.control
    scores = study.skip_scores.astype(np.float64)
    lost = scores[..., ALL_MASKS.index(ALL_ON)] - scores[..., ALL_MASKS.index(ALL_OFF)]
    least = int(np.nanmean(lost[OWN], axis=1).argmin())
    return _over_untrained(lost[:, least])._replace(
        note=f"{STAND_INS[str(study.replacements[least])]} in their place"
    )


def largest_shapley(studies: Loaded) -> Measured:
    """The Shapley value, of the PCK, of the level that carries most, each network's own; cut is made zero."""
    study = studies.control
    zero = [str(name) for name in study.replacements].index("zero")
    shares = shapley(study.skip_scores[:, zero].astype(np.float64))
    most = np.nanmean(shares, axis=1).argmax(axis=1)
    return _over_untrained(np.take_along_axis(shares, most[:, None, None], axis=2)[..., 0])


def probe_r2(studies: Loaded) -> Measured:
    """R² of the places read off the bottleneck."""
    found, best = studies.probe, _best_untrained(studies.probe)
    return _r2_beyond(found, BOTTLENECK, best)


def probe_pck(studies: Loaded) -> Measured:
    """PCK of the places read off the bottleneck."""
    found = studies.probe
    places = [probe.place(found, BOTTLENECK), *probe.untrained(found).tolist()]
    return _over_untrained(found.scores[places].astype(np.float64))


def bottleneck_over_finest_skip(studies: Loaded) -> Measured:
    """R² of the bottleneck beyond that of the finest skip branch, in the own network."""
    found = studies.probe
    return _r2_beyond(found, BOTTLENECK, probe.place(found, SKIPS[0]))._replace(
        untrained=_r2(found, _best_untrained(found)), note=f"beyond {SKIPS[0]}"
    )


def permuted_r2(studies: Loaded) -> Measured:
    """R² of what is read off other people's bottlenecks, in the own network."""
    found = studies.probe
    at = probe.place(found, PERMUTED)
    own = bootstrap_ratio(found.spread - found.errors[at], found.spread)
    return _one(own, untrained=_r2(found, _best_untrained(found)), note="alone, not beyond untrained")


def mean_correlation(studies: Loaded) -> Measured:
    """Mean of the strongest |r| of each of the first ten components, their errors taken to go together."""
    strength, below, above = (each[:, :FIRST] for each in _strengths(studies.control))
    means, lows, highs = (np.nanmean(each, axis=1) for each in (strength, below, above))
    return _recovered(means, lows, highs, len(studies.control.sample_ids))


def component_correlation(studies: Loaded, number: int) -> Measured:
    """`correlation_beyond` of the studies' control study."""
    return correlation_beyond(studies.control, number)


def correlation_beyond(study: ControlStudy, number: int) -> Measured:
    """The strongest |r| of component `number`, from 1, beyond that of any component of untrained networks.

    Raises DataError where it was not correlated.
    """
    if study.correlation.shape[1] < number:
        raise DataError(f"component {number} was not correlated: the control study has too few people")
    parts = []
    for part in _strengths(study):
        others = part[OWN + 1 :].ravel()
        parts.append(np.concatenate([part[OWN, [number - 1]], others]))
    found = _recovered(parts[0], parts[1], parts[2], len(study.sample_ids))
    return found._replace(note=str(study.best_attribute[OWN, number - 1]))


def walk_follows(studies: Loaded) -> Measured:
    """How well the nearest person's attribute follows a walk, mean over components, which are what is drawn.

    Not at all where the attribute does not vary along the walk.
    """
    follows = np.nan_to_num(studies.control.follows.astype(np.float64))
    return _over_untrained(follows)


def groups_counted(studies: Loaded) -> Measured:
    """How far the density test's number of groups is from what the page's verdict says, at most.

    nan, with a note, where the page says that it cannot be told, or the verdict on the same people from other
    draws, in the control study, is another.
    """
    clusters, control = studies.clusters, studies.control
    said = clusters.verdict
    theirs = ", ".join(sorted({str(kind) for kind in control.verdict[OWN + 1 :]}))
    nothing = Measured(np.nan, np.nan, np.nan, np.nan, np.nan, len(clusters.sample_ids))
    if said is None or clusters.evidence is None or said.kind is Kind.UNKNOWN:
        return nothing._replace(note="the page's verdict: cannot be told")
    if control.verdict[OWN] != said.kind.value:
        return nothing._replace(note=f"the page: {said.kind}; other draws: {control.verdict[OWN]}")
    test = clusters.evidence.density
    groups = 1 if said.groups is None else said.groups
    low, high = test.between
    farthest = max(abs(low - groups), abs(high - groups))
    return Measured(
        test.count,
        np.nan,
        abs(test.count - groups),
        0,
        farthest,
        test.people,
        f"{said.kind}; of untrained networks: {theirs}",
    )


def pose_tells(studies: Loaded) -> Measured:
    """Share of people put into their cluster at K = 2 by their pose, each cluster counting alike.

    Beyond guessing, and beyond the untrained network whose clusters are told best, which is taken as it is. A
    control study that holds no clusters leaves guessing alone.
    """
    study, bundle = studies.clusters, studies.bundle
    if 2 not in study.sweep.ks:
        raise DataError("the cluster study has no K = 2; make it with --least 2")
    people = bundle.samples.iloc[[bundle.row(str(name)) for name in study.sample_ids]]
    known = pd.concat([attributes_of(people), joints_of(people)], axis=1)
    table = known.assign(**{SIDE: people[SIDE].to_numpy(np.float64)})
    found = told_by(table, study.sweep.labels[study.sweep.best(2)])
    if not found:
        raise DataError("one of both clusters is a single person")
    pose = found["pose"]
    told = untrained_told(studies.control, 2, "pose")
    theirs = float(told.max()) if len(told) else np.nan
    limit = float(np.fmax(pose.chance, theirs))
    return Measured(
        pose.right,
        theirs,
        pose.right - limit,
        pose.low - limit,
        pose.high - limit,
        pose.n,
        "" if theirs == limit else f"beyond guessing, {pose.chance:.2f}",
    )


def placebo_moves(studies: Loaded) -> Measured:
    """How far another grain moves people, in their standard deviations, along the component it moves most."""
    study = studies.causes
    floor = placebo(study.causes, study.moved[0].astype(np.float64))
    most = int(np.nanmean(floor, axis=0).argmax())
    which = [row for row, key in enumerate(study.causes.tolist()) if CAUSES[key].placebo]
    theirs = float(np.nanmean(np.abs(_of_untrained(study)[:, :, which]), axis=(1, 2, 3)).max())
    return _one(bootstrap(floor[:, most]), untrained=theirs, note=f"component {most + 1}; alone")


def turning_moves(studies: Loaded) -> Measured:
    """How far turning people moves them along the component that it moves most, beyond untrained networks."""
    return _moved_beyond(studies.causes, ("turn",))


def named_cause_moves(studies: Loaded, number: int) -> Measured:
    """How far changing what component `number`, from 1, goes with most moves people along it, beyond what it
    moves along any component of untrained networks.

    Raises NotStudiedError where it has no name, or no cause changes what it is named for.
    """
    study = studies.causes
    named = correlation_beyond(studies.control, number)
    causes = [key for key in causes_of(named.note) if key in study.causes.tolist()]
    if named.low <= 0:
        raise NotStudiedError(f"component {number} has no name")
    if not causes:
        raise NotStudiedError(f"component {number} goes with {named.note}, which no cause changes")
    return _moved_beyond(study, causes, number - 1)


def _moved_beyond(study: CauseStudy, causes: Sequence[str], component: int | None = None) -> Measured:
    """Mean absolute movement by the stronger change of the cause that moves most, beyond untrained networks.

    component: from 0; None for the one that moves most.
    """
    rows = [study.causes.tolist().index(key) for key in causes]
    own = np.abs(study.moved[0][:, rows, STRONGER].astype(np.float64))  # (N, causes, d)
    means = np.nanmean(own, axis=0)
    if component is not None:
        means = np.where(np.arange(means.shape[1]) == component, means, -1.0)
    row, most = np.unravel_index(int(np.nanargmax(means)), means.shape)
    untrained = np.nanmean(_of_untrained(study)[:, :, rows, STRONGER], axis=1).max(axis=(1, 2))
    theirs = float(untrained.max())
    beyond = bootstrap(own[:, row, most] - theirs)
    return _one(
        beyond,
        own=float(means[row, most]),
        untrained=theirs,
        note=f"component {most + 1}, {causes[int(row)]}",
    )


def _of_untrained(study: CauseStudy) -> NDArray[np.float64]:
    """(M, n, C, 2, d) how far people move in networks that never learned."""
    if not len(study.untrained):
        raise DataError(ALONE)
    return np.abs(study.untrained[:, 0].astype(np.float64))


def people_refused(studies: Loaded) -> Measured:
    """Share of left-out people who are refused."""
    return _share(studies.belonging.refused_share(PEOPLE))


def nobody_refused(studies: Loaded) -> Measured:
    """Share of pictures without people that are refused."""
    return _share(studies.belonging.nobody_share())


def bottleneck_unlike(studies: Loaded) -> Measured:
    """How much less alike the own bottleneck is to an untrained one than two untrained ones are.

    Of the pairs that speak against it most. CKA, stored with intervals. nan with one untrained network.
    """
    study = studies.control
    never = list(combinations(range(OWN + 1, len(study.networks)), 2))
    if not never:
        nothing = Measured(np.nan, np.nan, np.nan, np.nan, np.nan, len(study.sample_ids))
        return nothing._replace(note="needs two untrained networks; make it with --networks 2 or more")
    last = (-1, -1)
    alike = min(never, key=lambda pair: float(study.cka[(*pair, *last)]))
    nearest = max(range(OWN + 1, len(study.networks)), key=lambda m: float(study.cka[(OWN, m, *last)]))
    theirs, ours = (*alike, *last), (OWN, nearest, *last)
    own, reached = float(study.cka[ours]), float(study.cka[theirs])
    low, high = _difference(
        reached,
        own,
        reached - float(study.cka_low[theirs]),
        float(study.cka_high[theirs]) - reached,
        own - float(study.cka_low[ours]),
        float(study.cka_high[ours]) - own,
    )
    return Measured(own, reached, reached - own, low, high, len(study.sample_ids), "untrained minus own")


def latent_gain(studies: Loaded, mode: str) -> Measured:
    """PCK that the latent adds to everybody's mean one, with skips as one of MODES."""
    scores = studies.control.curve_scores[:, MODES.index(mode)].astype(np.float64)
    return _over_untrained(scores[..., -1] - scores[..., 0])


def _over_untrained(values: NDArray[np.float64]) -> Measured:
    """Of values (M, n), the own network's first, nan where not known: its mean beyond the highest other."""
    means = np.nanmean(values, axis=1)
    if len(values) == OWN + 1:
        raise DataError(ALONE)
    best = OWN + 1 + int(means[OWN + 1 :].argmax())
    beyond = bootstrap(values[OWN] - values[best])
    return _one(beyond, own=float(means[OWN]), untrained=float(means[best]))


def _best_untrained(study: ProbeStudy) -> int:
    """Which input is the untrained bottleneck that most can be read off."""
    places = probe.untrained(study)
    if not len(places):
        raise DataError(ALONE)
    return int(places[np.nansum(study.errors[places], axis=1).argmin()])


def _r2(study: ProbeStudy, at: int) -> float:
    return float(1 - np.nansum(study.errors[at]) / np.nansum(study.spread))


def _r2_beyond(study: ProbeStudy, name: str, other: int) -> Measured:
    at = probe.place(study, name)
    beyond = bootstrap_ratio(study.errors[other] - study.errors[at], study.spread)
    return _one(beyond, own=_r2(study, at), untrained=_r2(study, other))


def _strengths(study: ControlStudy) -> tuple[NDArray[np.float64], ...]:
    """(M, c) strongest |r|, and how far its interval reaches below and above."""
    r, low, high = (
        each.astype(np.float64) for each in (study.correlation, study.correlation_low, study.correlation_high)
    )
    return np.abs(r), np.where(r < 0, high - r, r - low), np.where(r < 0, r - low, high - r)


def _recovered(
    values: NDArray[np.float64], below: NDArray[np.float64], above: NDArray[np.float64], n: int
) -> Measured:
    """Of figures, the own first, and how far their intervals reach: the own beyond the highest other."""
    if len(values) == OWN + 1:
        raise DataError(ALONE)
    best = OWN + 1 + int(np.nan_to_num(values[OWN + 1 :]).argmax())
    own, other = float(values[OWN]), float(values[best])
    low, high = _difference(own, other, below[OWN], above[OWN], below[best], above[best])
    return Measured(own, other, own - other, low, high, n)


def _difference(
    one: float, other: float, below: float, above: float, other_below: float, other_above: float
) -> tuple[float, float]:
    """The interval of one - other, of how far both's intervals reach (Zou and Donner 2008)."""
    return (
        one - other - float(np.hypot(below, other_above)),
        one - other + float(np.hypot(above, other_below)),
    )


def _one(estimate: Estimate, untrained: float, own: float | None = None, note: str = "") -> Measured:
    mean = float(estimate.mean)
    return Measured(
        mean if own is None else own,
        untrained,
        mean,
        float(estimate.low),
        float(estimate.high),
        int(estimate.n),
        note,
    )


def _share(share: Share) -> Measured:
    return Measured(share.mean, np.nan, share.mean, share.low, share.high, share.n)
