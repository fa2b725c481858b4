"""Who lies in an area that was drawn on a plane."""

import numpy as np
from numpy.typing import NDArray


def in_polygon(corners: NDArray[np.floating], places: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(N,) which places (N, 2) lie within the corners (V, 2), by the even-odd rule; nan lies nowhere."""
    near = ((places >= corners.min(axis=0)) & (places <= corners.max(axis=0))).all(axis=1)
    x, y = places[near].astype(np.float64).T
    odd = np.zeros(len(x), np.bool_)
    before = corners[-1]
    for corner in corners:
        (x0, y0), (x1, y1) = before, corner
        before = corner
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        odd ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    found: NDArray[np.bool_] = near.copy()
    found[near] = odd
    return found
