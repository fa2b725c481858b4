"""What a heatmap says beside its arg-max: how high, how alone and how spread its peak is."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

APART: Final = 3.2
"""Cells from a peak beyond which another counts as a second one: one PCK radius, 12.8 crop pixels."""


@dataclass(frozen=True, eq=False)
class Measures:
    """Per map, each of the maps' leading shape.

    peak, second: the highest value, and the highest one further than APART from it. entropy: 0..1, of the
    map's positive part taken as probabilities, 0 a single cell, 1 the same everywhere; nan without any.
    """

    peak: NDArray[np.float64]
    second: NDArray[np.float64]
    entropy: NDArray[np.float64]

    def ratio(self) -> NDArray[np.float64]:
        """Second peak over peak, 0..1: near 1, two places compete; nan where no value is above 0."""
        above = self.peak > 0
        ratio: NDArray[np.float64] = np.where(
            above, np.maximum(self.second, 0) / np.where(above, self.peak, 1), np.nan
        )
        return ratio


def measure(heatmaps: NDArray[np.floating]) -> Measures:
    """Measures of heatmaps (..., H, W). A shoulder of the peak beyond APART counts as a second peak too."""
    *leading, height, width = heatmaps.shape
    maps = np.asarray(heatmaps, np.float64).reshape(-1, height, width)
    flat = maps.reshape(len(maps), height * width)
    cell = flat.argmax(axis=1)
    row, column = np.divmod(cell, width)
    far = (
        np.hypot(
            np.arange(height)[None, :, None] - row[:, None, None],
            np.arange(width)[None, None, :] - column[:, None, None],
        )
        > APART
    )
    second = np.where(far, maps, -np.inf).max(axis=(1, 2))
    positive = np.maximum(flat, 0)
    total = positive.sum(axis=1, keepdims=True)
    shares = positive / np.where(total > 0, total, np.nan)
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1) / np.log(height * width)
    return Measures(
        flat.max(axis=1).reshape(leading), second.reshape(leading), (entropy + 0.0).reshape(leading)
    )
