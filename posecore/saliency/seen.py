"""A picture as a network has it, and the same network over many pictures that differ from it in one place.

The stem, two thirds of all the work, looks at 29 pixels around a cell at most: where a picture changed in one
place, it is computed there alone, which gives what it gives of the whole picture.
"""

from typing import Final, NamedTuple

import torch
from torch import Tensor

from posecore.data.heatmaps import STRIDE
from posecore.models.registry import PoseNetwork

REACH: Final = 4
"""Cells beyond a changed pixel's own that the stem's features change in at most."""


class Seen(NamedTuple):
    """images: (1, 3, 256, 256), RGB in [0, 1]. trunk: (1, C, 64, 64), what the stem makes of them."""

    images: Tensor
    trunk: Tensor


def stem_where_changed(network: PoseNetwork, seen: Seen, images: Tensor) -> Tensor:
    """The stem's features (N, C, 64, 64) of images (N, 3, 256, 256) that differ from the seen one.

    Fast where each differs in one small place.
    """
    trunk = seen.trunk.repeat(len(images), 1, 1, 1).contiguous(memory_format=torch.channels_last)
    changed = (images != seen.images).any(dim=1)
    for number, where in enumerate(changed):
        if not where.any():
            continue
        (top, bottom), (left, right) = (_cells(where.any(dim=axis)) for axis in (1, 0))
        # As far again, so that what is kept has all that it looks at.
        upper, lower = _widened(top, bottom, len(where))
        first, last = _widened(left, right, where.shape[1])
        part = images[number : number + 1, :, STRIDE * upper : STRIDE * lower, STRIDE * first : STRIDE * last]
        features = network.stem(part - network.mean_rgb)
        trunk[number, :, top:bottom, left:right] = features[
            0, :, top - upper : bottom - upper, left - first : right - first
        ]
    return trunk


def _cells(changed: Tensor) -> tuple[int, int]:
    """First cell, and the one after the last, that changes along an axis (H,) of pixels."""
    places = torch.nonzero(changed)
    start, stop = int(places[0]) // STRIDE, int(places[-1]) // STRIDE + 1
    return _widened(start, stop, len(changed))


def _widened(start: int, stop: int, pixels: int) -> tuple[int, int]:
    return max(0, start - REACH), min(pixels // STRIDE, stop + REACH)
