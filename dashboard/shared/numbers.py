"""Numbers as people read them: fixed digits, a true minus, no negative zero, a dash for what is not known."""

import math
from typing import Final

UNKNOWN = "–"
PCK_POINTS: Final = "points of PCK"
"""The unit of what is lost or gained, of columns, axes and sentences."""


def number(value: float, digits: int = 3, sign: bool = False) -> str:
    """-0.0123 as '−0.012'; with a plus where `sign` asks for it and the value is not 0; '–' for NaN."""
    if not math.isfinite(value):
        return UNKNOWN
    rounded = round(float(value), digits)
    return f"{rounded + 0.0:{'+' if sign and rounded else ''},.{digits}f}".replace("-", "−")


def significant(value: float, digits: int = 3) -> str:
    """A quantity of any size in so many digits: -179.96 as '−180', 0.0123456 as '0.0123'; '–' for NaN."""
    return f"{value + 0.0:.{digits}g}".replace("-", "−") if math.isfinite(value) else UNKNOWN


def points(share: float, sign: bool = False) -> str:
    """A share in percentage points with one digit: -0.0123 as '−1.2'."""
    return number(share * 100, 1, sign)


def p_value(p: float, least: float) -> str:
    """'p = 0.034', 'p < 0.001', or 'p ≤ 0.027' where `p` is the least that so many shuffles can tell."""
    if p < 0.001:
        return "p < 0.001"
    return f"p {'≤' if p <= least else '='} {p:.3f}"
