"""Whether a figure of a network is more than networks that never learned reach."""

from collections.abc import Sequence
from typing import Final

import numpy as np

SPREADS: Final = 2
"""How far beyond the highest untrained network a figure has to lie, in ranges of them all: of four networks
that never learned a given one lies so far above the others in one of forty cases (normal figures)."""


def beyond(low: float, high: float, untrained: Sequence[float]) -> bool | None:
    """Whether a figure with the interval from `low` to `high` is more than untrained networks reach; None
    where that cannot be told, as where fewer than two of these say how far they differ among themselves.
    """
    if len(untrained) < 2 or not np.isfinite([low, high, *untrained]).all():
        return None
    line = max(untrained) + SPREADS * (max(untrained) - min(untrained))
    if low > line:
        return True
    return False if high <= line else None
