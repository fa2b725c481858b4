"""What a component means: how its scores go with everything known of people, and how sure that is.

Correlations are Spearman's: attributes are skewed, have outliers, and need not grow along a straight line. Of
a kind (a column of booleans) that is the rank correlation with belonging to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from posecore.errors import ConfigError

PERMUTATIONS: Final = 4999
"""The smallest p is then 1 / 5000."""

LEAST: Final = 10
"""People a correlation needs; of fewer it is nan."""

CONFIDENCE: Final = 0.95

SURE: Final = 0.05
"""A corrected p below this is a sign of something."""

STRONG, MODERATE = 0.5, 0.3
"""From which |r| on a correlation is called so; a weaker one is weak."""

_AT_ONCE: Final = 4_000_000
"""Shuffled scores held at once."""


def correlate(
    scores: NDArray[np.floating],
    sample_ids: Sequence[str] | NDArray[np.str_],
    attributes: pd.DataFrame,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> pd.DataFrame:
    """Spearman's correlation of one component's scores (N,) with every column of `attributes`.

    sample_ids: (N,), whose scores they are; attributes: by sample_id, nan where not known. One row per
    attribute, the strongest first:
    r; low, high: 95 % interval by Fisher's z with the variance of Bonett and Wright (2000);
    n: people with both; p: two-sided, of `permutations` shuffles of the scores among these people;
    p_corrected: for all attributes asked at once, that is for one component, by the strongest of them in
    every shuffle (Westfall and Young 1993), so the number of attributes does not limit how small it can be.
    All but n are nan where n is below LEAST or one of the two is the same for everybody. Raises ConfigError
    where scores and ids do not fit.
    """
    if scores.shape != (len(sample_ids),):
        raise ConfigError(f"scores have shape {scores.shape} for {len(sample_ids)} people")
    values = attributes.reindex(pd.Index(sample_ids)).to_numpy(np.float64, na_value=np.nan)
    known = np.isfinite(values) & np.isfinite(scores)[:, None]
    n = known.sum(axis=0)
    r, p, corrected = (np.full(len(n), np.nan) for _ in range(3))
    # In units of its own spread among shuffles, 1 / sqrt(n - 1), so that attributes known of few people do
    # not outdo all others.
    scale = np.sqrt(np.maximum(n - 1, 0))
    by_chance = np.zeros((permutations, len(n)))
    rng = np.random.default_rng(seed)
    # Attributes that are known of the same people share their shuffles.
    patterns, group = np.unique(known, axis=1, return_inverse=True)
    for number, people in enumerate(patterns.T):
        columns = np.flatnonzero(group == number)
        if people.sum() < LEAST:
            continue
        ranks = _unit_ranks(values[people][:, columns])
        own = _unit_ranks(scores[people, None])[:, 0]
        usable = np.isfinite(ranks).all(axis=0)
        if not np.isfinite(own).all() or not usable.any():
            continue
        columns, ranks = columns[usable], ranks[:, usable]
        r[columns] = own @ ranks
        by_chance[:, columns] = _shuffled(own, ranks, permutations, rng) * scale[columns]
    tested = np.flatnonzero(np.isfinite(r))
    # The same sum in another order differs in its last digits.
    strength, by_chance = np.abs(r[tested]) * scale[tested] - 1e-9, by_chance[:, tested]
    p[tested] = (1 + (by_chance >= strength).sum(axis=0)) / (permutations + 1)
    corrected[tested] = step_down(strength, by_chance)
    low, high = _interval(r, n)
    found = pd.DataFrame(
        {"r": r, "low": low, "high": high, "n": n, "p": p, "p_corrected": corrected},
        index=pd.Index(attributes.columns, name="attribute"),
    )
    return found.iloc[np.argsort(-np.abs(np.nan_to_num(r)), kind="stable")]


@dataclass(frozen=True)
class Strongest:
    """What a component goes with most, held against networks that never learned.

    attribute: its name. r, low, high, n, p_corrected: as of `correlate`. above:
    whether |r| surely lies above the reference; None where that cannot be told.
    """

    attribute: str
    r: float
    low: float
    high: float
    n: int
    p_corrected: float
    above: bool | None


def strongest(found: pd.DataFrame, reference: float | None) -> Strongest:
    """The strongest of the correlations `found` that are sure, or of all where none is; one or more rows.

    reference: the strongest |r| of networks that never learned; None where not known. The correlation lies
    above it where its whole interval does, and not above where its interval lies below, or none is sure.
    """
    sure = found[found["p_corrected"] < SURE]
    first = (found if sure.empty else sure).iloc[0]
    r, low, high, p = (float(first[key]) for key in ("r", "low", "high", "p_corrected"))
    # Of |r|; an interval that holds 0 begins there.
    ends = sorted((abs(low), abs(high)))
    nearer, farther = (ends[0] if low * high > 0 else 0.0), ends[1]
    above: bool | None = None
    if sure.empty or (reference is not None and farther <= reference):
        above = False
    elif reference is not None and nearer > reference:
        above = True
    return Strongest(str(first.name), r, low, high, int(first["n"]), p, above)


def strength(r: float) -> str:
    """'strong', 'moderate' or 'weak'."""
    return "strong" if abs(r) >= STRONG else "moderate" if abs(r) >= MODERATE else "weak"


def step_down(strength: NDArray[np.floating], by_chance: NDArray[np.floating]) -> NDArray[np.float64]:
    """p (A,) of A tests, corrected for their number: how often the strongest of a shuffle is as strong.

    strength: (A,) of each test. by_chance: (B, A) the same in B shuffles. Each test is held against those no
    stronger than itself (Westfall and Young 1993, algorithm 4.1). Columns that were not shuffled together
    must have been shuffled independently, which errs on the safe side.
    """
    order = np.argsort(-strength, kind="stable")
    strongest = np.maximum.accumulate(by_chance[:, order[::-1]], axis=1)[:, ::-1]
    counts = 1 + (strongest >= strength[order]).sum(axis=0)
    corrected = np.empty(len(order))
    corrected[order] = np.maximum.accumulate(counts / (len(by_chance) + 1))
    return corrected


def _unit_ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Ranks of columns (N, A), centred and of length 1: a product is a correlation. nan where constant."""
    ranks = rankdata(values, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    length = np.linalg.norm(ranks, axis=0)
    unit: NDArray[np.float64] = ranks / np.where(length > 0, length, np.nan)
    return unit


def _shuffled(
    own: NDArray[np.float64], ranks: NDArray[np.float64], permutations: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(B, A) how strongly ranks (N, A) are correlated, either way, with own ranks (N,) shuffled B times."""
    found = np.empty((permutations, ranks.shape[1]))
    portion = max(1, _AT_ONCE // len(own))
    for start in range(0, permutations, portion):
        shuffled = np.tile(own, (min(portion, permutations - start), 1))
        rng.permuted(shuffled, axis=1, out=shuffled)
        found[start : start + portion] = np.abs(shuffled @ ranks)
    return found


def _interval(
    r: NDArray[np.float64], n: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interval of correlations (A,) found on n people each."""
    z = np.arctanh(r.clip(-1 + 1e-12, 1 - 1e-12))
    reach = norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt((1 + r**2 / 2) / np.maximum(n - 3, 1))
    return np.tanh(z - reach), np.tanh(z + reach)
