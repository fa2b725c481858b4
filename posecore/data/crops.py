"""The square crop around one person: one class moves the picture and the points together.

Coordinates are continuous: pixel i covers [i, i + 1). A picture coordinate x and a crop coordinate u
are tied by u = (x - left) * 256 / side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIZE = 256
"""Side of a crop in pixels: what the network sees."""

GROWTH = 1.1
"""How much larger than the person's box a crop is, where the picture allows (thesis, section 4.2.2)."""


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
        """(256, 256, 3) of an RGB picture: scaled, never stretched; black where the picture ends."""
        left, top = math.floor(self.x), math.floor(self.y)
        right, bottom = math.ceil(self.x + self.side), math.ceil(self.y + self.side)
        square = (self.x - left, self.y - top, self.x - left + self.side, self.y - top + self.side)
        around = picture.crop((left, top, right, bottom))
        return np.asarray(around.resize((SIZE, SIZE), Image.Resampling.BILINEAR, box=square))


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


def thesis_keeps(
    points: NDArray[np.floating], visibility: NDArray[np.integer], width: int, height: int
) -> bool:
    """Whether the thesis's own code kept this person.

    Its crop has a side of 1.1 times the labelled keypoints' extent; a person whose crop does not fit
    into the picture, or leaves it when centred in x, was discarded.
    """
    labelled = points[visibility > 0]
    side = GROWTH * float(np.ptp(labelled, axis=0).max())
    centre_x, _ = _middle(labelled)
    return 0 < side <= min(width, height) and centre_x - side / 2 >= 0 and centre_x + side / 2 <= width


def _middle(points: NDArray[np.floating]) -> tuple[float, float]:
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    return float(x), float(y)
