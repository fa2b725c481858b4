"""What sets some people apart from the rest: every attribute compared, the surest difference first.

A quantity is compared by the standardised mean difference, a kind (a column of booleans) by the difference of
shares. Who chose people by looking at one of these will of course find it again.
"""

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from posecore.errors import ConfigError

LEAST: Final = 2
"""People a quantity needs on either side."""

_Z: Final = float(norm.ppf(0.975))


def contrast(attributes: pd.DataFrame, selected: Collection[str]) -> pd.DataFrame:
    """Compare the people `selected`, by sample_id, with all others of `attributes`, which is keyed by it.

    One row per attribute: kind: quantity or share; selected, rest: means or shares; effect: Hedges' g (the
    difference of means in standard deviations), or the difference of shares; low, high: its 95 % interval
    (Hedges and Olkin 1985, Newcombe 1998 method 10); n_selected, n_rest: people with a known value. Ordered
    by the end of the interval nearest to no effect, of shares on the scale of Cohen's h, which is like g's:
    so a large difference of few people does not come first. nan, and last, where too few are known or nobody
    differs. Raises ConfigError where nobody or everybody is selected, or somebody is not in the table.
    """
    chosen = attributes.index.isin(list(selected))
    if strangers := set(selected) - set(attributes.index):
        raise ConfigError(
            f"{len(strangers)} of {len(set(selected))} selected people are not in the table, "
            f"{min(strangers)!r:.80} for one; select them anew"
        )
    if not 0 < chosen.sum() < len(chosen):
        raise ConfigError(
            f"{chosen.sum()} of {len(chosen)} people are selected; expected some, and some others"
        )
    rows, sureness = [], []
    for _, column in attributes.items():
        compare = _shares if pd.api.types.is_bool_dtype(column) else _means
        values = column.to_numpy(np.float64, na_value=np.nan)
        known = np.isfinite(values)
        row, sure = compare(values[known & chosen], values[known & ~chosen])
        rows.append(row)
        sureness.append(sure)
    found = pd.DataFrame(rows, index=pd.Index(attributes.columns, name="attribute"))
    return found.iloc[np.argsort(-np.nan_to_num(np.array(sureness), nan=-1), kind="stable")]


Row = dict[str, object]


def _means(ours: NDArray[np.float64], rest: NDArray[np.float64]) -> tuple[Row, float]:
    """The row of a quantity, and how far its interval stays from no effect."""
    a, b = len(ours), len(rest)
    row = _row("quantity", ours, rest)
    if a < LEAST or b < LEAST:
        return row, np.nan
    freedom = a + b - 2
    pooled = np.sqrt(((a - 1) * ours.var(ddof=1) + (b - 1) * rest.var(ddof=1)) / freedom)
    if pooled == 0:
        return row, np.nan
    # Hedges' correction: with few people the plain difference is too large on average.
    g = (ours.mean() - rest.mean()) / pooled * (1 - 3 / (4 * freedom - 1))
    reach = _Z * np.sqrt((a + b) / (a * b) + g**2 / (2 * (a + b)))
    return row | {"effect": g, "low": g - reach, "high": g + reach}, max(0.0, abs(g) - reach)


def _shares(ours: NDArray[np.float64], rest: NDArray[np.float64]) -> tuple[Row, float]:
    """The row of a kind, and how far its interval stays from no effect, as Cohen's h."""
    row = _row("share", ours, rest)
    if not len(ours) or not len(rest):
        return row, np.nan
    p, q = ours.mean(), rest.mean()
    (p_low, p_high), (q_low, q_high) = _wilson(p, len(ours)), _wilson(q, len(rest))
    low = p - q - np.hypot(p - p_low, q_high - q)
    high = p - q + np.hypot(p_high - p, q - q_low)
    h = abs(2 * np.arcsin(np.sqrt(p)) - 2 * np.arcsin(np.sqrt(q)))
    sure = max(0.0, h - _Z * np.sqrt(1 / len(ours) + 1 / len(rest)))
    return row | {"effect": p - q, "low": low, "high": high}, sure if p != q else np.nan


def _row(kind: str, ours: NDArray[np.float64], rest: NDArray[np.float64]) -> Row:
    means = {
        side: values.mean() if len(values) else np.nan
        for side, values in (("selected", ours), ("rest", rest))
    }
    nothing = dict.fromkeys(("effect", "low", "high"), np.nan)
    return {"kind": kind, **means, **nothing, "n_selected": len(ours), "n_rest": len(rest)}


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share found on n people."""
    centre, spread = share + _Z**2 / (2 * n), _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return (centre - spread) / scale, (centre + spread) / scale
