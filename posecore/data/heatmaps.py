"""Keypoints to heatmaps and back.

A heatmap has a quarter of the image's resolution: cell (i, j) covers image pixels [4j, 4j + 4) x
[4i, 4i + 4), so a point at x lies in column floor(x / 4), and a cell decodes to its centre.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from posecore.errors import ConfigError

STRIDE = 4
"""Image pixels per heatmap cell, along one axis."""


@dataclass(frozen=True)
class Target:
    """How a labelled keypoint is painted. The defaults are the thesis's (section 4.2.3).

    sigma_visible, sigma_hidden: spread in cells of a visible (v = 2) and of a hidden (v = 1) keypoint.
    unit_peak: scale each map to a maximum of 1. Otherwise it sums to 1, as a Gaussian filter leaves
    it: the peak is then about 0.62 at sigma 0.5 and 0.16 at sigma 1, and tells visibility.
    """

    sigma_visible: float = 0.5
    sigma_hidden: float = 1.0
    unit_peak: bool = False

    def __post_init__(self) -> None:
        for name in ("sigma_visible", "sigma_hidden"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} is {getattr(self, name)}; expected a number of cells above 0")


def encode(
    points: NDArray[np.floating], visibility: NDArray[np.integer], size: int, target: Target
) -> NDArray[np.float32]:
    """Heatmaps (N, K, size / 4, size / 4) of points (N, K, 2), x then y, in pixels of a size x size image.

    visibility: (N, K), COCO 0/1/2. A keypoint that is not labelled (0) or lies outside the image has
    an all-zero map.
    """
    cells = size // STRIDE
    labelled = (visibility > 0) & ((points >= 0) & (points < size)).all(axis=-1)
    column, row = np.moveaxis(np.where(labelled[..., None], points, 0).astype(np.int64) // STRIDE, -1, 0)
    visible = _blurred_impulses(cells, target.sigma_visible)
    hidden = _blurred_impulses(cells, target.sigma_hidden)
    is_visible = (visibility == 2)[..., None]
    vertical = np.where(is_visible, visible[row], hidden[row])
    horizontal = np.where(is_visible, visible[column], hidden[column])
    if target.unit_peak:
        vertical = vertical / vertical.max(axis=-1, keepdims=True)
        horizontal = horizontal / horizontal.max(axis=-1, keepdims=True)
    maps: NDArray[np.float32] = vertical[..., :, None] * horizontal[..., None, :] * labelled[..., None, None]
    return maps


def decode(
    heatmaps: NDArray[np.floating], size: int = 256
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points (N, K, 2), x then y, and peaks (N, K) of heatmaps (N, K, H, W).

    A point is the centre of the cell with the highest value, in pixels of a size x size image, so it
    lies within half a cell of the truth along each axis. The first of equal maxima wins.
    """
    people, joints, height, width = heatmaps.shape
    flat = heatmaps.reshape(people, joints, height * width)
    cell = flat.argmax(axis=-1)
    peaks = np.take_along_axis(flat, cell[..., None], axis=-1)[..., 0].astype(np.float32)
    row, column = np.divmod(cell, width)
    points = np.stack([(column + 0.5) * (size / width), (row + 0.5) * (size / height)], axis=-1)
    return points.astype(np.float32), peaks


def where_found(points: NDArray[np.floating], peaks: NDArray[np.floating]) -> NDArray[np.float32]:
    """The points (..., 2) of `decode`, nan where the peak (...) is not above zero: an empty heatmap names no
    place, and its joint is lost."""
    return np.asarray(np.where(peaks[..., None] > 0, points, np.nan), np.float32)


@lru_cache(maxsize=16)
def _blurred_impulses(cells: int, sigma: float) -> NDArray[np.float32]:
    """(cells, cells): row i is a 1 at cell i, blurred; reflected at the border, so the sum stays 1."""
    table: NDArray[np.float32] = gaussian_filter1d(np.eye(cells), sigma, axis=1).astype(np.float32)
    table.flags.writeable = False
    return table
