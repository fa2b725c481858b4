"""Where a rendered person is in their crop, by the renderer's segments, and how much of a map lies there."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.data.crops import SIZE
from posecore.synthetic.drawn import Drawn, photograph
from posecore.synthetic.geometry.segments import OWN
from posecore.synthetic.render import FINE

REGIONS: Final = ("person", "limb", "in front")
"""The person; of them the parts that meet in the joint; and what hides them from sight."""


def regions(drawn: Drawn, joint: int) -> NDArray[np.bool_]:
    """(3, 256, 256) which pixels of the crop show what REGIONS names. joint: of COCO's."""
    frame, _ = photograph(drawn)
    middles = np.arange(SIZE) + 0.5
    grid = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
    column, row = np.floor(drawn.crop.points_to_picture(grid) * FINE).astype(np.int64).T
    rows, columns = frame.owner.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    at = np.where(inside, row, 0), np.where(inside, column, 0)
    mine = inside & (frame.owner[at] == 0)
    limb = mine & np.isin(frame.segment[at], OWN[joint])
    before = inside & frame.alone[at] & ~mine
    return np.stack([mine, limb, before]).reshape(len(REGIONS), SIZE, SIZE)


def share(values: NDArray[np.floating], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(R,) how much of what a map (256, 256) has above zero lies in regions (R, 256, 256); nan where it has
    nothing, or a region is empty."""
    above = np.maximum(values, 0).astype(np.float64)
    total = above.sum()
    parts: NDArray[np.float64] = (above * where).sum(axis=(1, 2)) / (total if total > 0 else np.nan)
    return np.where(where.any(axis=(1, 2)), parts, np.nan)
