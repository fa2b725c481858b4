"""Light of a scene, and the shadows that bodies cast on themselves, the ground and the wall."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.synthetic.geometry.mesh import Mesh
from posecore.synthetic.geometry.raster import DepthBuffer
from posecore.synthetic.geometry.rotations import Array, dot, rot_x, rot_y

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Light:
    """towards: (3,) unit vector to the light. key, sky, bounce: RGB strengths; rim: 0 to 1.

    azimuth: degrees, 0 behind the camera, positive from the right; elevation: degrees.
    """

    towards: Array
    key: Array
    sky: Array
    bounce: Array
    rim: float
    azimuth: float
    elevation: float


def draw_light(rng: np.random.Generator, outdoors: bool) -> Light:
    """Sun, overcast sky or lamps; mostly from the camera's side, now and then from behind the person."""
    azimuth = float(rng.normal(0, 62)) if rng.random() < 0.85 else float(rng.uniform(-180, 180))
    elevation = float(rng.uniform(22, 72))
    contrast = float(rng.beta(2.0, 1.6)) if outdoors else float(rng.beta(1.8, 2.2))
    key = (0.35 + 1.05 * contrast) * np.array([1.0, 0.97, 0.92]) * rng.normal(1, 0.03, 3)
    ambient = 0.78 - 0.45 * contrast
    tint = np.array([0.96, 1.0, 1.06]) if outdoors else np.array([1.03, 1.0, 0.95])
    return Light(
        towards=(rot_y(azimuth) @ rot_x(-elevation))[:, 2],
        key=key,
        sky=ambient * tint * rng.normal(1, 0.03, 3),
        bounce=ambient * rng.uniform(0.35, 0.8) * np.array([1.02, 1.0, 0.95]),
        rim=float(rng.uniform(0, 0.35)),
        azimuth=azimuth,
        elevation=elevation,
    )


def lit(light: Light, normals: Floats, sunlit: Floats) -> Floats:
    """(n, 3) light that falls on surfaces with unit normals (n, 3); sunlit: (n,), 0 in shadow to 1."""
    facing = dot(normals, light.towards.astype(np.float32))
    up = np.float32(0.5) + np.float32(0.5) * normals[:, 1]
    # A little light creeps round the edge, as on skin and cloth.
    direct = np.clip((facing + np.float32(0.08)) / np.float32(1.08), 0, 1) * sunlit
    sky, bounce, key = (values.astype(np.float32) for values in (light.sky, light.bounce, light.key))
    falling: Floats = direct[:, None] * key + up[:, None] * (sky - bounce) + bounce
    return falling


class ShadowMap:
    """How far the light reaches, seen from the light: nearest surfaces on a square grid."""

    def __init__(self, light: Light, meshes: list[Mesh], cells: int = 288) -> None:
        points = np.concatenate([mesh.points for mesh in meshes])
        across = np.cross([0.0, 1.0, 0.0], light.towards)
        across /= np.linalg.norm(across)
        self._axes = np.stack([across, np.cross(light.towards, across), light.towards])
        local = points @ self._axes.T
        low, high = local.min(axis=0), local.max(axis=0)
        self._scale = (cells - 4) / max(float((high - low)[:2].max()), 1e-6)
        self._low = low[:2] - 2 / self._scale
        self._top = float(high[2]) + 10.0
        buffer = DepthBuffer(cells, cells)
        start = 0
        for mesh in meshes:
            part = local[start : start + len(mesh.points)]
            start += len(mesh.points)
            buffer.draw(
                (part[:, :2] - self._low) * self._scale, self._top - part[:, 2], mesh.faces, both=True
            )
        self._depth = buffer.depths()
        self._cells = cells

    def sunlit(self, positions: Floats, bias: float, taps: int) -> Floats:
        """(n,) share of the light that arrives at world positions (n, 3), of `taps` 1 or 4 samples.

        bias: metres by which something must be nearer to the light to cast a shadow.
        """
        across, up, towards = (dot(positions, axis) for axis in self._axes.astype(np.float32))
        scale = np.float32(self._scale)
        column = (across - np.float32(self._low[0])) * scale
        row = (up - np.float32(self._low[1])) * scale
        limit = np.float32(self._top - bias) - towards
        result = np.zeros(len(positions), np.float32)
        offsets = ((0.0, 0.0),) if taps == 1 else ((-0.7, -0.2), (0.2, -0.7), (0.7, 0.2), (-0.2, 0.7))
        for dx, dy in offsets:
            x = (column + np.float32(dx)).astype(np.int32)
            y = (row + np.float32(dy)).astype(np.int32)
            inside = (x >= 0) & (x < self._cells) & (y >= 0) & (y < self._cells)
            np.clip(x, 0, self._cells - 1, out=x)
            np.clip(y, 0, self._cells - 1, out=y)
            result += ~(inside & (self._depth.ravel()[y * self._cells + x] < limit))
        result /= len(offsets)
        return result
