"""So many of more people: which ones is drawn by a seed, so that it is the same ones every time."""

import numpy as np
from numpy.typing import NDArray


def subsample(rows: NDArray[np.integer], most: int, seed: int = 0) -> NDArray[np.int64]:
    """`most` of `rows`, ascending, drawn without replacement; all of them where there are no more."""
    if len(rows) > most:
        rows = np.random.default_rng(seed).choice(rows, most, replace=False)
    return np.sort(rows)
