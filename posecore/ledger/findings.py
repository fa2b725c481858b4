"""What new people say of a claim: an effect with its plain interval, and a verdict at the claim's own level.

N people; what is not known of one is nan. Tests are one-sided, against the smallest effect that matters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import atanh, pi, sqrt, tanh
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from posecore.statistics import CONFIDENCE, Floats

LEVEL: Final = 0.05
"""Of a whole ledger: the chance that any of its claims holds by luck."""

FEWEST: Final = 20
"""People in a group, below which nothing can be told."""


class Verdict(StrEnum):
    """What a test can say of a claim."""

    HOLDS = "holds"
    DOES_NOT = "does not hold"
    UNKNOWN = "cannot be told"


@dataclass(frozen=True, eq=False)
class Finding:
    """effect, low, high: the effect and its 95 % interval, nan where there is none. n: people behind it.
    fewest: people in the smaller of the groups that are compared, n where there is but one.

    chance: of a bound and a direction, 1 or -1, the one-sided p of an effect that lies no farther than
    `bound` in that direction; nan where there is no effect. parts: effects that all have to lie beyond the
    bound; so many ways there are to seem not to.
    """

    effect: float
    low: float
    high: float
    n: int
    fewest: int
    chance: Callable[[float, int], float]
    parts: int = 1


def level(number: int) -> float:
    """At which claim `number` of a ledger, from 1, is tested: 0.05 x 6 / (pi^2 number^2).

    The levels of all claims there will ever be sum up to LEVEL, so a later claim changes no verdict.
    """
    return LEVEL * 6 / (pi**2 * number**2)


def judge(finding: Finding, direction: int, smallest: float, number: int) -> Verdict:
    """Whether claim `number` holds: that the effect lies beyond `smallest` in `direction`, 1 or -1."""
    chance = finding.chance(smallest, direction)
    if finding.fewest < FEWEST or not np.isfinite(chance):
        return Verdict.UNKNOWN
    if chance < level(number):
        return Verdict.HOLDS
    return Verdict.DOES_NOT if finding.parts * (1 - chance) < level(number) else Verdict.UNKNOWN


def mean_of(values: NDArray[np.floating]) -> Finding:
    """The mean of values (N,), by Student's t."""
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    n = len(known)
    if n < 2:
        return _nothing(n, n)
    mean, error = float(known.mean()), float(known.std(ddof=1) / sqrt(n))
    reach = float(student.ppf((1 + CONFIDENCE) / 2, n - 1)) * error

    def chance(bound: float, direction: int) -> float:
        return _tail(direction * mean - bound, error, lambda far: float(student.sf(far, n - 1)))

    return Finding(mean, mean - reach, mean + reach, n, n, chance)


def correlation_of(one: NDArray[np.floating], other: NDArray[np.floating]) -> Finding:
    """Spearman's correlation of two (N,), by Fisher's z with the variance of Bonett and Wright (2000).

    Where `other` has two values only, those who have the rarer one are a group.
    """
    known = np.isfinite(one) & np.isfinite(other)
    x, y = np.asarray(one, np.float64)[known], np.asarray(other, np.float64)[known]
    n, values = len(x), np.unique(y, return_counts=True)[1]
    fewest = int(values.min()) if len(values) == 2 else n
    if n < 4 or len(values) < 2 or np.ptp(x) == 0:
        return _nothing(n, fewest)
    # A correlation of exactly 1 has no z.
    r = float(np.clip(np.corrcoef(rankdata(x), rankdata(y))[0, 1], -1 + 1e-12, 1 - 1e-12))
    reach = float(norm.ppf((1 + CONFIDENCE) / 2)) * sqrt((1 + r**2 / 2) / (n - 3))

    def chance(bound: float, direction: int) -> float:
        error = sqrt((1 + bound**2 / 2) / (n - 3))
        return _tail(direction * atanh(r) - atanh(bound), error, lambda far: float(norm.sf(far)))

    return Finding(r, tanh(atanh(r) - reach), tanh(atanh(r) + reach), n, fewest, chance)


def difference_of(values: NDArray[np.floating], inside: NDArray[np.bool_]) -> Finding:
    """How far the values (N,) of the people `inside` (N,) lie from those of the rest, in standard deviations.

    Hedges' g, of a kind (0 and 1) as well; its spread allows for groups that spread unequally (Welch).
    """
    known = np.isfinite(values)
    values = np.asarray(values, np.float64)
    ours, rest = values[known & inside], values[known & ~inside]
    a, b = len(ours), len(rest)
    n, fewest = a + b, min(a, b)
    if fewest < 2:
        return _nothing(n, fewest)
    freedom = n - 2
    pooled = sqrt(((a - 1) * ours.var(ddof=1) + (b - 1) * rest.var(ddof=1)) / freedom)
    if pooled == 0:
        return _nothing(n, fewest)
    # Hedges' correction: with few people the plain difference is too large on average.
    g = float((ours.mean() - rest.mean()) / pooled * (1 - 3 / (4 * freedom - 1)))
    means = (ours.var(ddof=1) / a + rest.var(ddof=1) / b) / pooled**2

    def error(effect: float) -> float:
        return sqrt(means + effect**2 / (2 * n))

    def chance(bound: float, direction: int) -> float:
        return _tail(direction * g - bound, error(bound), lambda far: float(norm.sf(far)))

    reach = float(norm.ppf((1 + CONFIDENCE) / 2)) * error(g)
    return Finding(g, g - reach, g + reach, n, fewest, chance)


def least_of(findings: Sequence[Finding]) -> Finding:
    """The effect that is the least of several, of which a claim says that it is up: all of them have to lie
    beyond the bound, so the largest chance counts."""
    least = min(findings, key=lambda finding: finding.effect)
    return replace(
        least,
        n=min(finding.n for finding in findings),
        fewest=min(finding.fewest for finding in findings),
        chance=lambda bound, direction: float(np.max([each.chance(bound, direction) for each in findings])),
        parts=len(findings),
    )


def _tail(distance: float, error: float, beyond: Callable[[float], float]) -> float:
    """p of a distance with that standard error, which is 0 where nobody differs from anybody."""
    if error > 0:
        return beyond(distance / error)
    return float(distance <= 0)


def _nothing(n: int, fewest: int) -> Finding:
    nan = float("nan")
    return Finding(nan, nan, nan, n, fewest, lambda bound, direction: nan)


def change(before: Floats, after: Floats) -> Floats:
    """(N,) points of PCK that people's hits (N, J) under one way lie above those under another."""
    both = np.isfinite(before) & np.isfinite(after)
    scored = both.sum(axis=1)
    sums = np.where(both, before - after, 0.0).sum(axis=1)
    points: Floats = 100 * sums / np.where(scored > 0, scored, np.nan)
    return points
