"""The square crop around one person: one class moves the picture and the points together.

Coordinates are continuous: pixel i covers [i, i + 1). A picture coordinate x and a crop coordinate u
are tied by u = (x - left) * 256 / side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIZE = 256
"""Side of a crop in pixels: what the network sees."""

GROWTH = 1.1
"""How much larger than the person's box a crop is, where the picture allows (thesis, section 4.2.2)."""

JOINTS_TO_BOX: Final = 1.2
"""A person's box over the extent of the joints: hair, hands and feet reach beyond them."""


@dataclass(frozen=True)
class SquareCrop:
    """A square of the picture: left, top and side in picture pixels. It may reach beyond the picture."""

    x: float
    y: float
    side: float

    def points_to_crop(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Picture points (..., 2), x then y, to pixels of the 256 x 256 crop."""
        return (np.asarray(points, np.float64) - (self.x, self.y)) * (SIZE / self.side)

    def points_to_picture(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Pixels of the 256 x 256 crop (..., 2), x then y, to picture points."""
        return np.asarray(points, np.float64) * (self.side / SIZE) + (self.x, self.y)

    def cut(self, picture: Image.Image) -> NDArray[np.uint8]:
        """(256, 256, 3) of an RGB picture: scaled, never stretched; black where the picture ends.

        Only cells near the picture are computed, so that memory grows with the picture, not with a
        square that reaches far beyond it.
        """
        cell = self.side / SIZE
        left, right = _cells(self.x, cell, picture.width)
        top, bottom = _cells(self.y, cell, picture.height)
        pixels = np.zeros((SIZE, SIZE, 3), np.uint8)
        if left >= right or top >= bottom:
            return pixels
        x, y = self.x + left * cell, self.y + top * cell
        x_end, y_end = self.x + right * cell, self.y + bottom * cell
        corner_x, corner_y = math.floor(x), math.floor(y)
        around = picture.crop((corner_x, corner_y, math.ceil(x_end), math.ceil(y_end)))
        scaled = around.resize(
            (right - left, bottom - top),
            Image.Resampling.BILINEAR,
            box=(x - corner_x, y - corner_y, x_end - corner_x, y_end - corner_y),
        )
        pixels[top:bottom, left:right] = np.asarray(scaled)
        return pixels


def _cells(start: float, cell: float, length: int) -> tuple[int, int]:
    """First and past-the-last crop pixel that can show any of the picture's [0, length), and a margin.

    The filter reaches one crop pixel, or one picture pixel where those are larger, from its centre; twice
    that on each side, and what is left out is exactly black.
    """
    margin = 2 * math.ceil(max(1.0, 1 / cell))
    return max(0, math.floor(-start / cell) - margin), min(SIZE, math.ceil((length - start) / cell) + margin)


def person_crop(
    bbox: Sequence[float],
    points: NDArray[np.floating],
    visibility: NDArray[np.integer],
    width: int,
    height: int,
) -> SquareCrop:
    """The crop of one person (thesis, section 4.2.2), all in picture pixels.

    bbox: COCO's left, top, width, height. points: (K, 2); visibility: (K,), at least one above 0.
    The side is the box's longer side, grown by 10 % or as far as the picture holds. The crop is centred on
    the mid-point of the outermost labelled keypoints, then moved up or down into the picture; in x
    it stays centred, and what leaves the picture there is padded.
    """
    longer = max(bbox[2], bbox[3])
    side = max(longer, min(GROWTH * longer, width, height))
    centre_x, centre_y = _middle(points[visibility > 0])
    lowest, highest = sorted((0.0, height - side))
    return SquareCrop(centre_x - side / 2, min(max(centre_y - side / 2, lowest), highest), side)


def box_crop(bbox: Sequence[float], width: int, height: int) -> SquareCrop:
    """The crop around a box (left, top, width, height) that somebody drew on a picture of this size.

    As `person_crop`, but centred on the box, as no keypoints are known. A side has at least one pixel.
    """
    left, top, box_width, box_height = bbox
    corners = np.array([(left, top), (left + box_width, top + box_height)])
    longer = max(box_width, box_height, 1.0)
    return person_crop((left, top, longer, longer), corners, np.ones(2, np.int8), width, height)


def joints_box(points: NDArray[np.floating]) -> tuple[float, float, float, float]:
    """A box (left, top, width, height) around joints (M, 2), M >= 1, of a person of whom no box is known."""
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = (high - low) * JOINTS_TO_BOX
    centre_x, centre_y = _middle(points)
    return centre_x - float(width) / 2, centre_y - float(height) / 2, float(width), float(height)


def thesis_keeps(points: NDArray[np.floating], visibility: NDArray[np.integer], width: int) -> bool:
    """Whether the thesis's published code kept this person; arguments as for `person_crop`.

    It dropped people too near to the left or right border: a square as high as the labelled keypoints
    and centred on them must not leave the picture there. (A square as wide as they are never does.) Its
    other test, whether the grown crop still holds the keypoints, can never fail.
    """
    labelled = points[visibility > 0]
    centre_x, _ = _middle(labelled)
    half = float(np.ptp(labelled[:, 1])) / 2
    return centre_x - half >= 0 and centre_x + half <= width


def _middle(points: NDArray[np.floating]) -> tuple[float, float]:
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    return float(x), float(y)
