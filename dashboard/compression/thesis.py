"""What the thesis reports: other data (MPII), another network (34 M parameters) and another metric (PCKh)."""

from typing import Final, NamedTuple


class Row(NamedTuple):
    """kept: share of the baseline's parameters. pckh: 0 to 100. tuned: engineered and fine-tuned."""

    method: str
    strength: float | None
    kept: float
    pckh: float
    tuned: bool


BASELINE: Final = Row("dense", None, 1.0, 87.80, False)
MILLIONS: Final = 33.9
"""Parameters of the baseline, and megabytes of its file."""
MEGABYTES: Final = 136.3

ROWS: Final = (
    BASELINE,
    Row("l1", 1e-9, 0.501, 85.59, False),
    Row("group-lasso", 3e-10, 0.564, 86.23, False),
    Row("bayesian", 1e-9, 0.496, 86.32, False),
    Row("bayesian", 1e-8, 0.301, 84.96, False),
    Row("group-lasso", None, 14.5 / MILLIONS, 84.22, True),
    Row("bayesian", None, 11.3 / MILLIONS, 86.42, True),
)
