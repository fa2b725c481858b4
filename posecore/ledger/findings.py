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
from scipy.optimize import brentq
from scipy.special import softmax
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from posecore.statistics import CONFIDENCE, Floats

LEVEL: Final = 0.05
"""Of a whole ledger: the chance that any of its claims holds by luck."""

FEWEST: Final = 20
"""People in a group, below which nothing can be told."""

Chance = Callable[[float, int], float]


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
    `bound` in that direction, and contrary: of one that lies at least as far; nan where there is no effect.
    """

    effect: float
    low: float
    high: float
    n: int
    fewest: int
    chance: Chance
    contrary: Chance


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
    return Verdict.DOES_NOT if finding.contrary(smallest, direction) < level(number) else Verdict.UNKNOWN


def mean_of(values: NDArray[np.floating], most: float = 0) -> Finding:
    """The mean of values (N,), by Student's t. most: how far from 0 a value can lie; 0 where that is not
    known, and then nothing can be told of people who all have the same.

    Where most have the same, the few who have another tell little of how people differ: that is then what it
    would be at the bound, if that is more.
    """
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    n = len(known)
    if n < 2:
        return _nothing(n, n)
    mean, spread = float(known.mean()), float(known.std(ddof=1))
    reach = float(student.ppf((1 + CONFIDENCE) / 2, n - 1)) * spread / sqrt(n)
    farthest = float(np.abs(known).max()) or most

    def chance(bound: float, direction: int) -> float:
        at = _spread_at(direction * bound, known, -farthest, farthest) if _is_common(known) else 0.0
        error = max(spread, at) / sqrt(n)
        return _tail(direction * mean - bound, error, lambda far: float(student.sf(far, n - 1)))

    return _found(mean, mean - reach, mean + reach, n, n, chance)


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

    return _found(r, tanh(atanh(r) - reach), tanh(atanh(r) + reach), n, fewest, chance)


def difference_of(values: NDArray[np.floating], inside: NDArray[np.bool_]) -> Finding:
    """How far the values (N,) of the people `inside` (N,) lie from those of the rest, in standard deviations.

    Hedges' g, of a kind (0 and 1) as well; its spread allows for groups that spread unequally (Welch). Where
    most people have the same value, that of the smaller group is what it would be at the bound, if that is
    more.
    """
    known = np.isfinite(values)
    values = np.asarray(values, np.float64)
    ours, rest = values[known & inside], values[known & ~inside]
    a, b = len(ours), len(rest)
    n, fewest = a + b, min(a, b)
    if fewest < 2:
        return _nothing(n, fewest)
    freedom = n - 2
    spreads = np.array([ours.std(ddof=1), rest.std(ddof=1)])
    pooled = sqrt(((a - 1) * spreads[0] ** 2 + (b - 1) * spreads[1] ** 2) / freedom)
    if pooled == 0:
        return _nothing(n, fewest)
    # Hedges' correction: with few people the plain difference is too large on average.
    g = float((ours.mean() - rest.mean()) / pooled * (1 - 3 / (4 * freedom - 1)))
    everybody = values[known]

    def error(effect: float, both: Floats) -> float:
        means = (both[0] ** 2 / a + both[1] ** 2 / b) / pooled**2
        return sqrt(means + effect**2 / (2 * n))

    def at(effect: float) -> Floats:
        """Both groups' spreads, the smaller one's as if that was the effect, if it is then more."""
        smaller = int(b < a)
        fewer, others, sign = (ours, rest, 1) if smaller == 0 else (rest, ours, -1)
        mean = float(others.mean()) + sign * effect * pooled
        found = spreads.copy()
        at_it = _spread_at(mean, fewer, float(everybody.min()), float(everybody.max()))
        found[smaller] = max(found[smaller], at_it)
        return found

    def chance(bound: float, direction: int) -> float:
        both = at(direction * bound) if _is_common(everybody) else spreads
        return _tail(direction * g - bound, error(bound, both), lambda far: float(norm.sf(far)))

    reach = float(norm.ppf((1 + CONFIDENCE) / 2)) * error(g, spreads)
    return _found(g, g - reach, g + reach, n, fewest, chance)


def least_of(findings: Sequence[Finding]) -> Finding:
    """The effect that is the least of several, of which a claim says that it is up: all of them have to lie
    beyond the bound, so the largest chance counts; and so many there are that may fall short by luck."""
    least = min(findings, key=lambda finding: finding.effect)

    def contrary(bound: float, direction: int) -> float:
        return len(findings) * float(np.min([each.contrary(bound, direction) for each in findings]))

    return replace(
        least,
        n=min(finding.n for finding in findings),
        fewest=min(finding.fewest for finding in findings),
        chance=lambda bound, direction: float(np.max([each.chance(bound, direction) for each in findings])),
        contrary=contrary,
    )


def _is_common(values: Floats) -> bool:
    """Whether half of the values (N,) or more are the same."""
    return 2 * int(np.unique(values, return_counts=True)[1].max()) >= len(values)


def _spread_at(mean: float, values: Floats, low: float, high: float) -> float:
    """The standard deviation of values (N,) of people of whom `mean` was the mean: those given and one more
    at either end, `low` and `high`, weighted by exponential tilting (Efron 1981). 0 where no weights have
    that mean."""
    if not low < mean < high:
        return 0.0
    places, goal = (np.append(values, (low, high)) - low) / (high - low), (mean - low) / (high - low)

    def away(tilt: float) -> float:
        return float(softmax(tilt * places) @ places) - goal

    steepest = 1.0
    while away(steepest) < 0 or away(-steepest) > 0:
        steepest *= 2
    weights = softmax(brentq(away, -steepest, steepest) * places)
    return (high - low) * sqrt(float(weights @ np.square(places - goal)))


def _tail(distance: float, error: float, beyond: Callable[[float], float]) -> float:
    """p of a distance with that standard error; nan where nobody differs from anybody, so that there is
    none."""
    return beyond(distance / error) if error > 0 else float("nan")


def _found(effect: float, low: float, high: float, n: int, fewest: int, chance: Chance) -> Finding:
    """Of a single effect: lying at least so far is lying no farther the other way."""
    return Finding(effect, low, high, n, fewest, chance, lambda bound, direction: chance(-bound, -direction))


def _nothing(n: int, fewest: int) -> Finding:
    nan = float("nan")
    return _found(nan, nan, nan, n, fewest, lambda bound, direction: nan)


def change(before: Floats, after: Floats) -> Floats:
    """(N,) points of PCK that people's hits (N, J) under one way lie above those under another."""
    both = np.isfinite(before) & np.isfinite(after)
    scored = both.sum(axis=1)
    sums = np.where(both, before - after, 0.0).sum(axis=1)
    points: Floats = 100 * sums / np.where(scored > 0, scored, np.nan)
    return points
