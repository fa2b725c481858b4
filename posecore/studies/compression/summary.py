"""What a study of compression says of one data set: PCK lost, by which method, of whom, and whether a small
margin of the dense network foretells it.

All differences are person by person; a loss is positive where the compressed network finds less. N people.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_ind

from posecore.metrics.paired import Comparison, compare
from posecore.metrics.pck import Hits, scores
from posecore.statistics import CONFIDENCE, Estimate, Floats, bootstrap, holm
from posecore.studies.compression.facts import (
    BAYESIAN,
    DENSE,
    MAGNITUDE,
    RANDOM,
    TUNED,
    Point,
    control_place,
    under_trained,
)
from posecore.studies.compression.results import SWEPT, CompressionStudy

LEAST: Final = 20
"""People that a group needs, for its loss to be told."""

SURE: Final = 0.05
"""A difference is sure where its corrected p is below this."""

EQUAL: Final = 0.01
"""PCK that a method has to gain at least to be called better in practice."""

FEWEST_SEEDS: Final = 2
"""Of either side, from which on a contest is told."""

DRAWS: Final = 500


class Arm(NamedTuple):
    """Seeds of one method and strength, of the shipped network's kind, with the same share kept."""

    method: str
    keep: float
    strength: float | None
    points: tuple[Point, ...]

    @property
    def name(self) -> str:
        """Unique among a study's arms."""
        return f"{self.method}-{self.strength}-{self.keep:g}"


class Contest(NamedTuple):
    """How much more PCK the Bayesian networks of a share find than those of another method, mean over seeds
    of each; paired over people. seeds: of either side. fair: whether all had as many steps, with skips cut as
    often and the same teacher."""

    keep: float
    against: str
    gain: Estimate
    seeds: tuple[int, int]
    fair: bool


class Group(NamedTuple):
    """People who share something. of: an attribute or kind; which: its third or word. loss: their mean, of n
    people; others: that of all other people. p, corrected: two-sided, that both are equal (Welch, Holm)."""

    of: str
    which: str
    loss: float
    low: float
    high: float
    n: int
    others: float
    p: float
    corrected: float


class Foretold(NamedTuple):
    """How well the dense network's margin tells which of the joints it finds are lost: the share of pairs, a
    lost joint and a kept one, of which the lost one has the smaller margin; 0.5 is chance."""

    auc: float
    low: float
    high: float
    lost: int
    kept: int


def control(study: CompressionStudy) -> Point:
    """The dense network that all are held against: that trained as long, else the shipped one."""
    return study.points[control_place(study.points)]


def tuned(study: CompressionStudy) -> list[Point]:
    """What was trained on after engineering, and its controls, of the shipped network's kind."""
    return [one for one in study.points if one.kind == TUNED and one.network == study.points[0].network]


def arms(study: CompressionStudy) -> list[Arm]:
    """Compressed and fine-tuned networks and those from scratch, the smallest share first."""
    found: dict[tuple[float, str, float | None], list[Point]] = {}
    for one in tuned(study):
        if one.method != DENSE and one.keep is not None:
            found.setdefault((one.keep, one.method, one.strength), []).append(one)
    order = (BAYESIAN, MAGNITUDE, RANDOM)
    keys = sorted(
        found,
        key=lambda key: (key[0], order.index(key[1]) if key[1] in order else len(order), key[1], key[2] or 0),
    )
    return [
        Arm(method, keep, strength, tuple(found[keep, method, strength])) for keep, method, strength in keys
    ]


def spoken_of(study: CompressionStudy) -> Arm | None:
    """The Bayesian networks that pages speak of first, None without any: the smallest with FEWEST_SEEDS, else
    the smallest."""
    every = [arm for arm in arms(study) if arm.method == BAYESIAN]
    return next((arm for arm in every if len(arm.points) >= FEWEST_SEEDS), every[0] if every else None)


def pck(study: CompressionStudy, data: int) -> list[Estimate]:
    """PCK of every point over the people it was shown, with intervals over these."""
    whole = [one for one in study.points if one.kind not in SWEPT]
    some = [one for one in study.points if one.kind in SWEPT]
    # All who saw the same people at once, as drawing these takes longer than adding them up.
    return [found for part in (whole, some) if part for found in _each(_scores(study, part, data))]


def _scores(study: CompressionStudy, points: Sequence[Point], data: int) -> Floats:
    """(N, P) PCK of each person, of points that saw the same people."""
    return np.stack([scores(study.hits(one, data)) for one in points], axis=1)


def _each(values: Floats) -> list[Estimate]:
    """The estimate of every column of values (N, P)."""
    found = bootstrap(values)
    return [Estimate(*(part[place] for part in found)) for place in range(values.shape[1])]


def visible_pck(study: CompressionStudy, point: Point, data: int) -> float:
    """PCK of a point over the joints that are visible."""
    visible = study.people[data].visible[study.rows(point, data)]
    found = scores(np.where(visible, study.hits(point, data), np.nan))
    known = found[~np.isnan(found)]
    return float(known.mean()) if len(known) else float("nan")


def lost(study: CompressionStudy, data: int) -> list[tuple[Point, Comparison]]:
    """Every tuned network but the control beside that: `one` is its PCK, `other` the control's, so that the
    difference is what it lost; the smallest share first."""
    dense = control(study)
    others = sorted((one for one in tuned(study) if one is not dense), key=lambda one: one.keep or 1)
    if not others:
        return []
    ours = _scores(study, others, data)
    found = compare(ours, np.repeat(_scores(study, [dense], data), len(others), axis=1))
    return [(one, found.at(place)) for place, one in enumerate(others)]


def contests(study: CompressionStudy, data: int) -> list[Contest]:
    """The Bayesian networks against every other method, the same shape from scratch too, at every share that
    both were fine-tuned at."""
    every = arms(study)
    pairs = [
        (ours, theirs)
        for ours in every
        for theirs in every
        if ours.method == BAYESIAN != theirs.method and ours.keep == theirs.keep
    ]
    if not pairs:
        return []
    gains = np.stack(
        [
            mean_scores(study, ours.points, data) - mean_scores(study, theirs.points, data)
            for ours, theirs in pairs
        ],
        1,
    )
    return [
        Contest(
            ours.keep,
            theirs.method,
            gain,
            (len(ours.points), len(theirs.points)),
            _alike(study, (*ours.points, *theirs.points)),
        )
        for (ours, theirs), gain in zip(pairs, _each(gains), strict=True)
    ]


def _alike(study: CompressionStudy, points: Sequence[Point]) -> bool:
    means = {(one.cut_skips, one.teacher) for one in points}
    return len(means) == 1 and not any(under_trained(one, study.points) for one in points)


def beats(study: CompressionStudy, data: int) -> bool | None:
    """Whether the Bayesian networks beat those by magnitude and by random groups at every share that is
    judged; None where that cannot be told: without a judged share against either, with unequal training, or
    where an interval holds both nothing and EQUAL."""
    asked = [one for one in contests(study, data) if judged(one)]
    if {one.against for one in asked} != {MAGNITUDE, RANDOM} or not all(one.fair for one in asked):
        return None
    if any(float(one.gain.high) < EQUAL for one in asked):
        return False
    return True if all(float(one.gain.low) > 0 for one in asked) else None


def judged(one: Contest) -> bool:
    """Whether `beats` asks this one: of random groups any, of magnitude those with FEWEST_SEEDS a side."""
    return one.against == RANDOM or (one.against == MAGNITUDE and min(one.seeds) >= FEWEST_SEEDS)


def losses(study: CompressionStudy, arm: Arm, data: int) -> Floats:
    """(N,) PCK that each person loses against the control, mean over seeds."""
    loss: Floats = scores(study.hits(control(study), data)) - mean_scores(study, arm.points, data)
    return loss


def changed(
    study: CompressionStudy, arm: Arm, data: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(N,) per person: joints that the control finds and no seed does; those all seeds find and the control
    does not; and labelled joints."""
    before = study.hits(control(study), data)
    after = np.stack([study.hits(one, data) for one in arm.points])
    gone = ((before == 1) & (after == 0).all(axis=0)).sum(axis=1)
    come = ((before == 0) & (after == 1).all(axis=0)).sum(axis=1)
    return gone, come, (~np.isnan(before)).sum(axis=1)


def by_joint(study: CompressionStudy, arm: Arm, data: int) -> Estimate:
    """(J,) share of hits lost of each joint, mean over seeds."""
    before = study.hits(control(study), data)
    return bootstrap(before - np.mean([study.hits(one, data) for one in arm.points], axis=0))


def groups(study: CompressionStudy, arm: Arm, data: int) -> list[Group]:
    """What groups of people lose, the worst first: thirds of every attribute, and kinds of rendered people;
    corrected for all of them together."""
    return _groups(study, losses(study, arm, data), data)


def behind(study: CompressionStudy, contest: Contest, data: int) -> list[Group]:
    """The same of what the Bayesian networks of a contest find less than those of the other method."""
    sides = [
        [one for arm in arms(study) if (arm.method, arm.keep) == (method, contest.keep) for one in arm.points]
        for method in (contest.against, BAYESIAN)
    ]
    theirs, ours = (mean_scores(study, points, data) for points in sides)
    return _groups(study, theirs - ours, data)


def _groups(study: CompressionStudy, loss: Floats, data: int) -> list[Group]:
    """loss: (N,) of each person."""
    people = study.people[data]
    named: list[tuple[str, str]] = []
    members: list[NDArray[np.bool_]] = []
    for name, column in zip(study.attribute_names, people.attributes.T, strict=True):
        for which, inside in _thirds(column):
            named.append((name, which))
            members.append(inside)
    for name, words in zip(study.kind_names, people.kinds.T, strict=True):
        for word in np.unique(words[words != ""]).tolist():
            named.append((name, word))
            members.append(words == word)
    known = ~np.isnan(loss)
    counts = [int((inside & known).sum()) for inside in members]
    kept = [place for place, n in enumerate(counts) if LEAST <= n <= known.sum() - LEAST]
    if not kept:
        return []
    found = bootstrap(np.stack([np.where(members[place], loss, np.nan) for place in kept], axis=1))
    sides = [(loss[members[place] & known], loss[~members[place] & known]) for place in kept]
    p = np.array([_welch(*side) for side in sides])
    columns = (found.mean, found.low, found.high, found.n)
    rows = zip(
        *(column.tolist() for column in columns),
        [float(rest.mean()) for _, rest in sides],
        p.tolist(),
        holm(p).tolist(),
        strict=True,
    )
    told = [Group(*named[place], *row) for place, row in zip(kept, rows, strict=True)]
    return sorted(told, key=lambda one: -one.loss)


def foretold(study: CompressionStudy, arm: Arm, data: int, seed: int = 0) -> Foretold:
    """Whether a small margin foretells a loss: of joints that the control finds, those that no seed finds are
    lost, all others are kept. The margin is the peak less the second peak. Intervals are over people."""
    people = study.people[data]
    before = study.hits(control(study), data) == 1
    gone = before & np.all([study.hits(one, data) == 0 for one in arm.points], axis=0)
    margin = (people.peak - people.second)[before]
    is_lost = gone[before]
    who = np.broadcast_to(np.arange(len(before))[:, None], before.shape)[before]
    order = np.argsort(margin, kind="stable")
    margin, is_lost, who = margin[order], is_lost[order], who[order]
    n = len(before)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), DRAWS).astype(np.float64)
    drawn = np.array([_auc(margin, is_lost, row[who]) for row in weights])
    tail = (1 - CONFIDENCE) / 2
    told = drawn[~np.isnan(drawn)]
    low, high = np.quantile(told, (tail, 1 - tail)) if len(told) else (np.nan, np.nan)
    auc = _auc(margin, is_lost, np.ones(len(margin)))
    return Foretold(auc, float(low), float(high), int(is_lost.sum()), int((~is_lost).sum()))


def _auc(margin: Floats, is_lost: NDArray[np.bool_], weight: Floats) -> float:
    """Of margins in ascending order; ties count half."""
    gone, rest = np.where(is_lost, weight, 0), np.where(is_lost, 0, weight)
    if not gone.sum() or not rest.sum():
        return float("nan")
    starts = np.flatnonzero(np.diff(margin, prepend=-np.inf))
    gone, rest = np.add.reduceat(gone, starts), np.add.reduceat(rest, starts)
    above = rest.sum() - np.cumsum(rest)
    return float((gone * (above + rest / 2)).sum() / (gone.sum() * rest.sum()))


def mean_scores(study: CompressionStudy, points: Sequence[Point], data: int) -> Floats:
    """(N or S,) PCK of each person, mean over points that were shown the same people."""
    parts: list[Hits] = [study.hits(one, data) for one in points]
    mean: Floats = np.mean([scores(part) for part in parts], axis=0)
    return mean


def _thirds(column: Floats) -> Sequence[tuple[str, NDArray[np.bool_]]]:
    known = np.isfinite(column)
    if known.sum() < 3 * LEAST:
        return ()
    low, high = np.quantile(column[known], (1 / 3, 2 / 3))
    if low == high:  # as where nearly nobody is hidden
        return (("least", known & (column <= low)), ("more", known & (column > low)))
    return (
        ("lowest third", known & (column <= low)),
        ("middle third", known & (column > low) & (column <= high)),
        ("highest third", known & (column > high)),
    )


def _welch(ours: Floats, rest: Floats) -> float:
    if np.ptp(ours) == 0 and np.ptp(rest) == 0:
        return 0.0 if ours[0] != rest[0] else 1.0
    return float(ttest_ind(ours, rest, equal_var=False).pvalue)
