"""A pinhole camera that looks at a point."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.synthetic.geometry.rotations import Array, rot_z

NEAR = 0.05
"""Metres in front of the camera below which nothing is drawn."""


@dataclass(frozen=True)
class Camera:
    """position: (3,). axes: (3, 3), rows right, down, ahead. focal, centre, width, height: pixels."""

    position: Array
    axes: Array
    focal: float
    centre: tuple[float, float]
    width: int
    height: int

    def project(self, points: Array) -> tuple[Array, Array]:
        """World points (..., 3) to pixels (..., 2), x then y, and depths (...) in metres ahead.

        Points behind the camera have depths below NEAR and pixels of no meaning.
        """
        local = (points - self.position) @ self.axes.T
        depth = local[..., 2]
        pixels = local[..., :2] * (self.focal / np.maximum(depth, NEAR))[..., None] + self.centre
        return pixels, depth

    def rays(self, scale: int = 1) -> NDArray[np.float32]:
        """(H * scale, W * scale, 3): world vectors from the camera through pixel centres, 1 m ahead."""
        x = (np.arange(self.width * scale) + 0.5) / scale - self.centre[0]
        y = (np.arange(self.height * scale) + 0.5) / scale - self.centre[1]
        axes = self.axes.astype(np.float32)
        across = (x / self.focal).astype(np.float32)[None, :, None] * axes[0]
        down = (y / self.focal).astype(np.float32)[:, None, None] * axes[1]
        rays: NDArray[np.float32] = across + down + axes[2]
        return rays

    @property
    def tilt(self) -> float:
        """Degrees by which the camera looks down."""
        return float(np.degrees(np.arcsin(np.clip(-self.axes[2, 1], -1, 1))))


def look_at(
    position: Array,
    target: Array,
    roll: float,
    focal: float,
    width: int,
    height: int,
    shift: tuple[float, float] = (0.0, 0.0),
) -> Camera:
    """A camera whose picture centre, moved by `shift` pixels, shows `target`. roll: degrees."""
    ahead = target - position
    ahead = ahead / np.linalg.norm(ahead)
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    axes = rot_z(roll) @ np.stack([right, np.cross(ahead, right), ahead])
    return Camera(position, axes, focal, (width / 2 + shift[0], height / 2 + shift[1]), width, height)
