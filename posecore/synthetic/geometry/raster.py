"""Triangles to pixels with exact depth, all at once: rows of triangles, then pixels of rows.

A pixel belongs to a triangle that covers its centre, and to the nearest of those; ties go to the later
triangle. The work is done in whole arrays, so thousands of small triangles cost little.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.synthetic.geometry.camera import NEAR


@dataclass(frozen=True)
class Pixels:
    """Covered pixels.

    index: (n,) y * width + x. face: (n,). weight: (n, 3), of the face's corners. depth: (n,).
    """

    index: NDArray[np.int64]
    face: NDArray[np.int64]
    weight: NDArray[np.float32]
    depth: NDArray[np.float32]


class DepthBuffer:
    """The nearest face at each pixel; faces are numbered in the order in which they are drawn."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        # Depth above, face below: one maximum decides both.
        self._keys = np.zeros(width * height, np.int64)
        self._corners: list[NDArray[np.float32]] = []
        self._inverse: list[NDArray[np.float32]] = []
        self._drawn = 0

    def draw(
        self, xy: NDArray[np.floating], depth: NDArray[np.floating], faces: NDArray[np.integer], *, both: bool
    ) -> None:
        """Draw triangles. xy: (V, 2) pixels. depth: (V,) metres. both: also faces seen from inside."""
        corners = xy[faces].astype(np.float32)
        inverse = (1 / np.maximum(depth, NEAR)).astype(np.float32)[faces]
        self._corners.append(corners)
        self._inverse.append(inverse)
        first = self._drawn + 1  # a key of 0 is an empty pixel
        self._drawn += len(faces)
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        low, high = corners.min(axis=1), corners.max(axis=1)
        kept = (
            ((np.abs(area) > 1e-6) if both else (area < -1e-6))
            & (depth[faces] > NEAR).all(axis=1)
            & (high > 0).all(axis=1)
            & (low[:, 0] < self.width)
            & (low[:, 1] < self.height)
        )
        number = np.flatnonzero(kept)
        if len(number):
            self._fill(corners[number], inverse[number], area[number], number + first)

    def _fill(
        self,
        corners: NDArray[np.float32],
        inverse: NDArray[np.float32],
        area: NDArray[np.float32],
        number: NDArray[np.int64],
    ) -> None:
        order = np.argsort(corners[:, :, 1], axis=1, kind="stable")
        x = np.take_along_axis(corners[:, :, 0], order, 1)
        y = np.take_along_axis(corners[:, :, 1], order, 1)
        top = np.ceil(y[:, 0] - 0.5).clip(0, self.height).astype(np.int64)
        bottom = np.ceil(y[:, 2] - 0.5).clip(0, self.height).astype(np.int64)
        face, row = _expand(top, bottom)
        centre = (row + 0.5).astype(np.float32)
        tall = np.maximum(y[:, 2] - y[:, 0], 1e-9)
        upper, lower = np.maximum(y[:, 1] - y[:, 0], 1e-9), np.maximum(y[:, 2] - y[:, 1], 1e-9)
        long_edge = x[face, 0] + (centre - y[face, 0]) * ((x[:, 2] - x[:, 0]) / tall)[face]
        short_edge = np.where(
            centre < y[face, 1],
            x[face, 0] + (centre - y[face, 0]) * ((x[:, 1] - x[:, 0]) / upper)[face],
            x[face, 1] + (centre - y[face, 1]) * ((x[:, 2] - x[:, 1]) / lower)[face],
        )
        left = np.ceil(np.minimum(long_edge, short_edge) - 0.5).clip(0, self.width).astype(np.int64)
        right = np.ceil(np.maximum(long_edge, short_edge) - 0.5).clip(0, self.width).astype(np.int64)
        # Inverse depth is linear on the screen.
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        da, db = inverse[:, 1] - inverse[:, 0], inverse[:, 2] - inverse[:, 0]
        slope_x = (da * b[:, 1] - db * a[:, 1]) / area
        slope_y = (db * a[:, 0] - da * b[:, 0]) / area
        span, column = _expand(left, right)
        start = inverse[:, 0] - slope_x * corners[:, 0, 0] - slope_y * corners[:, 0, 1]
        at_row = start[face] + slope_y[face] * centre
        near = at_row[span] + slope_x[face][span] * (column + np.float32(0.5)).astype(np.float32)
        # Extrapolation never leaves the triangle's own range of depths.
        near = np.maximum(near, np.float32(1e-6))
        keys = (near.astype(np.float32).view(np.int32).astype(np.int64) << 32) | number[face][span]
        np.maximum.at(self._keys, row[span] * self.width + column, keys)

    def faces(self) -> NDArray[np.int64]:
        """(H, W): number of the nearest face, -1 where nothing is."""
        return ((self._keys & 0xFFFFFFFF) - 1).reshape(self.height, self.width)

    def depths(self, step: int = 1) -> NDArray[np.float32]:
        """(H / step, W / step): metres ahead of the nearest surface at every `step`-th pixel, infinity where
        nothing is.
        """
        keys = self._keys.reshape(self.height, self.width)[::step, ::step]
        near = (keys >> 32).astype(np.int32).view(np.float32)
        with np.errstate(divide="ignore"):
            return np.asarray(np.float32(1) / near, np.float32)

    def snapshot(self) -> NDArray[np.int64]:
        """What is drawn so far, for `restore`."""
        return self._keys.copy()

    def restore(self, snapshot: NDArray[np.int64]) -> None:
        """Take back what was drawn since; the numbers of faces go on."""
        self._keys = snapshot.copy()

    def pixels(self) -> Pixels:
        """Every covered pixel with its place on its face, right under perspective."""
        index = np.flatnonzero(self._keys)
        keys = self._keys[index]
        face = (keys & 0xFFFFFFFF) - 1
        near = (keys >> 32).astype(np.int32).view(np.float32)
        corners, inverse = np.concatenate(self._corners), np.concatenate(self._inverse)
        used = np.zeros(len(corners), bool)
        used[face] = True
        place = np.cumsum(used) - 1
        few, few_inverse = corners[used], inverse[used]
        a, b = few[:, 1] - few[:, 0], few[:, 2] - few[:, 0]
        area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        # Weights of the second and third corner, times inverse depth: each is linear in x and y.
        second = np.stack([b[:, 1], -b[:, 0]], axis=1) / area[:, None] * few_inverse[:, 1:2]
        third = np.stack([-a[:, 1], a[:, 0]], axis=1) / area[:, None] * few_inverse[:, 2:3]
        at = place[face]
        dx = ((index % self.width) + np.float32(0.5)).astype(np.float32) - few[:, 0, 0][at]
        dy = ((index // self.width) + np.float32(0.5)).astype(np.float32) - few[:, 0, 1][at]
        depth: NDArray[np.float32] = np.asarray(1 / near, np.float32)
        weight = np.empty((len(index), 3), np.float32)
        for column, plane in ((1, second.astype(np.float32)), (2, third.astype(np.float32))):
            weight[:, column] = (plane[:, 0][at] * dx + plane[:, 1][at] * dy) * depth
        np.clip(weight, 0, 1, out=weight)
        weight[:, 0] = np.maximum(1 - weight[:, 1] - weight[:, 2], 0)
        return Pixels(index, face, weight, depth)


def _expand(start: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ranges [start, end) written out: which range, and which number."""
    count = np.maximum(end - start, 0)
    which = np.repeat(np.arange(len(start)), count)
    first = np.cumsum(count) - count
    return which, np.arange(len(which)) - first[which] + start[which]
