"""Uncertainty over people: bootstrap intervals and sign-flip tests.

People are what is drawn anew and what signs are flipped for: joints of one person are not independent.
"""

from collections.abc import Iterator
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError

Floats = NDArray[np.float64]

DRAWS: Final = 2000
FLIPS: Final = 10_000
CONFIDENCE: Final = 0.95

_AT_ONCE: Final = 8_000_000
"""Random numbers held at once."""


class Estimate(NamedTuple):
    """Means with percentile intervals over people; all arrays have one shape. n: people behind each mean."""

    mean: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]


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


def bootstrap_ratio(
    part: NDArray[np.floating], whole: NDArray[np.floating], seed: int = 0, draws: int = DRAWS
) -> Estimate:
    """Sum of `part` over sum of `whole`, both (N, ...), with 95 % percentile intervals over people.

    Who has nan in either is left out there. nan where the sum of `whole` is 0.
    """
    parts, wholes = (np.asarray(values, np.float64).reshape(len(values), -1) for values in (part, whole))
    known = ~np.isnan(parts) & ~np.isnan(wholes)
    parts, wholes = np.where(known, parts, 0.0), np.where(known, wholes, 0.0)
    ratios = np.concatenate(
        [_divide(weights @ parts, weights @ wholes) for weights in _resampled(len(parts), seed, draws)]
    )
    tail = (1 - CONFIDENCE) / 2
    shape = whole.shape[1:]
    low, high = (_quantile(ratios, q).reshape(shape) for q in (tail, 1 - tail))
    ratio = _divide(parts.sum(axis=0), wholes.sum(axis=0))
    return Estimate(ratio.reshape(shape), low, high, known.sum(axis=0).reshape(shape))


def sign_flip_p(values: NDArray[np.floating], seed: int = 0, flips: int = FLIPS) -> float:
    """Two-sided p of the mean of values (N,) being 0, if signs are as likely one way as the other.

    All 2^N sign patterns where they are at most `flips`, else `flips` drawn ones and the one observed, so p
    is never 0 (Phipson and Smyth 2010). Raises ConfigError for no values or nan.
    """
    values = np.asarray(values, np.float64)
    if not len(values) or np.isnan(values).any():
        raise ConfigError("sign flips need at least one value, and no nan")
    return float(sign_flip_ps(values[:, None], seed, flips)[0])


def sign_flip_ps(values: NDArray[np.floating], seed: int = 0, flips: int = FLIPS) -> Floats:
    """The same p of T means of values (N, T), people's signs being flipped alike for all; nans are left out.

    nan where nobody has a value.
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0).astype(np.float64)
    # Sums in another order differ in their last digits.
    least = np.abs(filled.sum(axis=0)) - 1e-9 * np.maximum(1.0, np.abs(filled).sum(axis=0))
    if 2.0 ** len(filled) <= flips:
        patterns = np.array(list(product((-1.0, 1.0), repeat=len(filled))))
        p = np.mean(np.abs(patterns @ filled) >= least, axis=0)
    else:
        rng = np.random.default_rng(seed)
        count = np.ones(filled.shape[1])
        for size in _portions(flips, len(filled)):
            signs = rng.integers(0, 2, (size, len(filled)), dtype=np.int8)
            count += np.count_nonzero(np.abs((2.0 * signs - 1.0) @ filled) >= least, axis=0)
        p = count / (flips + 1)
    return np.where(known.any(axis=0), p, np.nan)


def holm(p: NDArray[np.floating]) -> Floats:
    """p values (T,) corrected for their number (Holm 1979), in the same order; nan is no test, and stays."""
    p = np.asarray(p, np.float64)
    corrected = np.full(p.shape, np.nan)
    tests = np.flatnonzero(~np.isnan(p))
    order = tests[np.argsort(p[tests], kind="stable")]
    corrected[order] = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)).clip(max=1)
    return corrected


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
