"""What a skip study says, with its uncertainty: bootstrap intervals, Shapley values, sign-flip tests.

People are what is drawn anew and what signs are flipped for: joints of one person are not independent.
N people, M masks in the order of posecore.ablation.ALL_MASKS, 17 joints. Hits are 1, 0 and nan where a joint
is not labelled, as in posecore.metrics.pck. Losses and effects are shares of hits, 0.1 = ten points.
"""

from collections.abc import Iterator
from itertools import product
from math import factorial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS, ALL_ON, LEVEL_NAMES, SkipMask
from posecore.errors import ConfigError
from posecore.keypoints import GROUPS

Floats = NDArray[np.float64]

DRAWS: Final = 2000
FLIPS: Final = 10_000
CONFIDENCE: Final = 0.95

SMALL: Final = GROUPS["head"]
"""Nose, eyes and ears: the thesis's small joints."""

BIG: Final = (*GROUPS["shoulders"], *GROUPS["hips"], *GROUPS["knees"])
"""Shoulders, hips and knees: the thesis's big joints."""

_AT_ONCE: Final = 8_000_000
"""Random numbers held at once."""


class Estimate(NamedTuple):
    """Means with percentile intervals over people; all arrays have one shape. n: people behind each mean."""

    mean: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]


class Claim(NamedTuple):
    """Whether small joints lose more than big ones: mean of small minus big loss over n people.

    small, big: the mean losses themselves. p: two-sided, by flipping people's signs. All nan where n is 0.
    """

    mean: float
    low: float
    high: float
    n: int
    p: float
    small: float
    big: float


def single_cut(level: int) -> int:
    """Place in ALL_MASKS of the mask that cuts nothing but `level`."""
    mask = [index != level for index in range(len(LEVEL_NAMES))]
    return ALL_MASKS.index((mask[0], mask[1], mask[2], mask[3]))


def bootstrap(values: NDArray[np.floating], seed: int = 0, draws: int = DRAWS) -> Estimate:
    """Means over people of values (N, ...), without the nans, and their 95 % percentile intervals.

    People are drawn with replacement, `draws` times, each with all their values. A mean nobody stands behind
    is nan. Efron and Tibshirani 1993, section 13.3.
    """
    flat = np.asarray(values, np.float64).reshape(len(values), -1)
    known = ~np.isnan(flat)
    n = np.count_nonzero(known, axis=0)
    filled, ones = np.where(known, flat, 0.0), known.astype(np.float64)
    means = np.concatenate(
        [_divide(weights @ filled, weights @ ones) for weights in _resampled(len(flat), seed, draws)]
    )
    tail = (1 - CONFIDENCE) / 2
    low, high = (_quantile(means, q) for q in (tail, 1 - tail))
    shape = values.shape[1:]
    mean = _divide(filled.sum(axis=0), n.astype(np.float64))
    return Estimate(mean.reshape(shape), low.reshape(shape), high.reshape(shape), n.reshape(shape))


def level_joint_loss(hits: NDArray[np.floating]) -> Floats:
    """(N, 4, 17) lost hits of every joint when one level alone is cut, of hits (N, 16, 17)."""
    alone = [single_cut(level) for level in range(len(LEVEL_NAMES))]
    loss: Floats = np.asarray(hits[:, [ALL_MASKS.index(ALL_ON)]] - hits[:, alone], np.float64)
    return loss


def level_score_loss(score: NDArray[np.floating]) -> Floats:
    """(N, 4) lost PCK of everybody when one level alone is cut, of scores (N, 16)."""
    alone = [single_cut(level) for level in range(len(LEVEL_NAMES))]
    loss: Floats = np.asarray(score[:, [ALL_MASKS.index(ALL_ON)]] - score[:, alone], np.float64)
    return loss


def level_joint_displacement(points: NDArray[np.floating]) -> Floats:
    """(N, 4, 17) how far every joint moves when one level alone is cut, of points (N, 16, 17, 2)."""
    alone = [single_cut(level) for level in range(len(LEVEL_NAMES))]
    return displacement(points)[:, alone]


def displacement(points: NDArray[np.floating]) -> Floats:
    """(N, 16, 17) distance of every joint from where it is with all skips, of points (N, 16, 17, 2)."""
    before = np.asarray(points[:, [ALL_MASKS.index(ALL_ON)]], np.float64)
    distance: Floats = np.linalg.norm(points - before, axis=-1)
    return distance


def scores(hits: NDArray[np.floating]) -> Floats:
    """(N, 16) PCK of every person under every mask, of hits (N, 16, 17); nan where nothing is labelled."""
    known = ~np.isnan(hits)
    return _divide(np.where(known, hits, 0.0).sum(axis=-1), known.sum(axis=-1).astype(np.float64))


def shapley(values: NDArray[np.floating]) -> Floats:
    """(..., 4) exact Shapley value of every level, of a game's values (..., 16) under all masks.

    What a level adds, averaged over all orders in which the levels can be switched on; the four sum to
    value(1111) - value(0000). Shapley 1953. Linear, so of everybody's PCK it gives everybody's share.
    """
    levels = len(LEVEL_NAMES)
    place = {mask: index for index, mask in enumerate(ALL_MASKS)}
    share = np.zeros((*values.shape[:-1], levels))
    for level in range(levels):
        for others in product((False, True), repeat=levels - 1):
            size = sum(others)
            weight = factorial(size) * factorial(levels - size - 1) / factorial(levels)
            off, on = (_mask((*others[:level], switch, *others[level:])) for switch in (False, True))
            share[..., level] += weight * (values[..., place[on]] - values[..., place[off]])
    return share


def small_against_big(hits: NDArray[np.floating], mask: SkipMask, found_only: bool) -> tuple[Floats, Floats]:
    """Everybody's mean loss (N,) over small and over big joints under `mask`; nan where none counts.

    hits: (N, 16, 17). found_only: over the joints that all skips on find, else over all labelled ones. The
    first compares joints on equal terms: what was never found cannot be lost.
    """
    before, after = hits[:, ALL_MASKS.index(ALL_ON)], hits[:, ALL_MASKS.index(mask)]
    loss = np.asarray(before - after, np.float64)
    if found_only:
        loss = np.where(before == 1, loss, np.nan)
    small, big = (
        _divide(np.nansum(loss[:, joints], axis=1), (~np.isnan(loss[:, joints])).sum(axis=1).astype(float))
        for joints in (list(SMALL), list(BIG))
    )
    return small, big


def claim(hits: NDArray[np.floating], mask: SkipMask, found_only: bool, seed: int = 0) -> Claim:
    """The thesis's claim, that small joints lose more than big ones; people need both kinds."""
    small, big = small_against_big(hits, mask, found_only)
    both = ~np.isnan(small) & ~np.isnan(big)
    if not both.any():
        return Claim(np.nan, np.nan, np.nan, 0, np.nan, np.nan, np.nan)
    difference = (small - big)[both]
    estimate = bootstrap(difference, seed)
    return Claim(
        float(estimate.mean), float(estimate.low), float(estimate.high), len(difference),
        sign_flip_p(difference, seed), float(small[both].mean()), float(big[both].mean()),
    )  # fmt: skip


def sign_flip_p(values: NDArray[np.floating], seed: int = 0, flips: int = FLIPS) -> float:
    """Two-sided p of the mean of values (N,) being 0, if signs are as likely one way as the other.

    All 2^N sign patterns where they are at most `flips`, else `flips` drawn ones and the one observed, so p
    is never 0 (Phipson and Smyth 2010). Raises ConfigError for no values or nan.
    """
    values = np.asarray(values, np.float64)
    if not len(values) or np.isnan(values).any():
        raise ConfigError("sign flips need at least one value, and no nan")
    observed = abs(values.sum())
    # Sums in another order differ in their last digits.
    least = observed - 1e-9 * max(1.0, np.abs(values).sum())
    if 2.0 ** len(values) <= flips:
        patterns = np.array(list(product((-1.0, 1.0), repeat=len(values))))
        return float(np.mean(np.abs(patterns @ values) >= least))
    rng = np.random.default_rng(seed)
    count = 0
    for size in _portions(flips, len(values)):
        signs = rng.integers(0, 2, (size, len(values)), dtype=np.int8)
        count += int(np.count_nonzero(np.abs((2.0 * signs - 1.0) @ values) >= least))
    return (count + 1) / (flips + 1)


def _mask(switches: tuple[bool, ...]) -> SkipMask:
    first, second, third, fourth = switches
    return first, second, third, fourth


def _resampled(people: int, seed: int, draws: int) -> Iterator[Floats]:
    """How often each person is drawn, (some of the draws, N), until all draws are there."""
    rng = np.random.default_rng(seed)
    for size in _portions(draws, people):
        drawn = rng.integers(0, people, (size, people))
        places = drawn + people * np.arange(size)[:, None]
        counts = np.bincount(places.ravel(), minlength=size * people)
        yield counts.reshape(size, people).astype(np.float64)


def _portions(draws: int, people: int) -> Iterator[int]:
    """`draws` in portions whose random numbers fit into memory."""
    portion = max(1, _AT_ONCE // max(people, 1))
    for start in range(0, draws, portion):
        yield min(portion, draws - start)


def _quantile(means: Floats, q: float) -> Floats:
    """Quantile over the first axis; draws in which nobody had the value do not count."""
    if not np.isnan(means).any():
        return np.asarray(np.quantile(means, q, axis=0))
    empty = np.isnan(means).all(axis=0)
    filled = np.where(empty, 0.0, means)
    return np.where(empty, np.nan, np.nanquantile(filled, q, axis=0))


def _divide(total: Floats, count: Floats) -> Floats:
    """total / count, nan where the count is 0."""
    quotient: Floats = total / np.where(count > 0, count, np.nan)
    return quotient
