"""Triangle meshes: tubes along a bent spine, balls and boxes, all with surface coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from posecore.synthetic.geometry.rotations import Array, orthonormal

Frames = NDArray[np.float64]


@dataclass(frozen=True)
class Mesh:
    """V vertices and F triangles; seen from outside the corners turn the same way everywhere.

    points, normals: (V, 3). surface: (V, 2) metres along and around, for patterns. faces: (F, 3) of int.
    segment: (F,) part of the body, see the segments beside. material: (F,) index of the scene's list.
    """

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    surface: NDArray[np.float64]
    faces: NDArray[np.int64]
    segment: NDArray[np.int64]
    material: NDArray[np.int64]

    def moved(self, offset: Array, rotation: Array | None = None) -> "Mesh":
        """The mesh turned about the origin, then shifted."""
        if rotation is None:
            return replace(self, points=self.points + offset)
        return replace(self, points=self.points @ rotation.T + offset, normals=self.normals @ rotation.T)


def join(meshes: Sequence[Mesh]) -> Mesh:
    """All in one."""
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes[:-1])])
    return Mesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.surface for mesh in meshes]),
        np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts, strict=True)]),
        np.concatenate([mesh.segment for mesh in meshes]),
        np.concatenate([mesh.material for mesh in meshes]),
    )


@lru_cache(maxsize=64)
def _grid_faces(rings: int, around: int) -> NDArray[np.int64]:
    """(2 * (rings - 1) * around, 3): two triangles per cell of rings with around + 1 points each."""
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(around), indexing="ij")
    a = (i * (around + 1) + j).ravel()
    b, c, d = a + 1, a + around + 1, a + around + 2
    return np.stack([np.stack([a, b, c], axis=1), np.stack([b, d, c], axis=1)], axis=1).reshape(-1, 3)


@lru_cache(maxsize=16)
def angles(around: int) -> Array:
    """(around + 1,) radians from the seam at the back over the left, the front and the right."""
    return np.linspace(-np.pi / 2, 1.5 * np.pi, around + 1)


def tube(
    centres: Array,
    frames: Frames,
    radii: Array,
    segment: int | NDArray[np.int64],
    material: int,
    *,
    around: int = 14,
    offset: Array | None = None,
    swell: Array | None = None,
) -> Mesh:
    """A surface around a spine.

    centres: (n, 3). frames: (n, 3, 3), columns across, along, ahead. radii: (n, 2) across and ahead.
    offset: (n, 2) shifts of the rings across and ahead. swell: (n, around + 1) factors on the radius.
    segment: one, or (n - 1,) one per stretch between rings. Ends are open; give them a ring of radius 0
    where they show.
    """
    n = len(centres)
    theta = angles(around)
    across, ahead = np.cos(theta) * radii[:, :1], np.sin(theta) * radii[:, 1:]
    if swell is not None:
        across, ahead = across * swell, ahead * swell
    if offset is not None:
        across, ahead = across + offset[:, :1], ahead + offset[:, 1:]
    points = (
        centres[:, None]
        + across[..., None] * frames[:, None, :, 0]
        + ahead[..., None] * frames[:, None, :, 2]
    )
    middle = points[:, :-1].mean(axis=1)
    normals, outward = _grid_normals(points, middle)
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(middle, axis=0), axis=1))])
    widest = float(radii.mean(axis=1).max())
    surface = np.empty((n, around + 1, 2))
    surface[..., 0] = lengths[:, None]
    surface[..., 1] = (theta - np.pi / 2) * widest
    faces = _grid_faces(n, around)
    if not outward:
        faces = faces[:, ::-1]
    segments = np.broadcast_to(np.asarray(segment, np.int64), (n - 1,))
    return Mesh(
        points.reshape(-1, 3),
        normals.reshape(-1, 3),
        surface.reshape(-1, 2),
        faces,
        np.repeat(segments, 2 * around),
        np.full(len(faces), material),
    )


def _grid_normals(points: Array, middle: Array) -> tuple[Array, bool]:
    """Unit normals (n, m, 3) that point away from the spine, and whether the faces' own order does too."""
    along = np.empty_like(points)
    along[1:-1] = points[2:] - points[:-2]
    along[0], along[-1] = points[1] - points[0], points[-1] - points[-2]
    round_ = np.empty_like(points)
    round_[:, 1:-1] = points[:, 2:] - points[:, :-2]
    round_[:, 0] = round_[:, -1] = points[:, 1] - points[:, -2]
    normals = np.cross(round_, along)
    outward = float((normals[1:-1] * (points - middle[:, None])[1:-1]).sum()) > 0
    if not outward:
        normals = -normals
    length = np.linalg.norm(normals, axis=-1, keepdims=True)
    # At a ring of radius 0 there is no direction around: the spine's end points the way.
    for ring, inner in ((0, 1), (-1, -2)):
        if length[ring].max() < 1e-9:
            normals[ring] = middle[ring] - middle[inner]
            length[ring] = np.linalg.norm(normals[ring], axis=-1, keepdims=True)
    return normals / np.maximum(length, 1e-12), outward


def chain(joints: Array, frames: Frames, at: Array, blend: float) -> tuple[Array, Frames]:
    """Places along a chain of straight bones whose direction changes softly at the joints.

    joints: (b + 1, 3). frames: (b, 3, 3), of the bones. at: (n,) metres from the first joint along the
    bones, may lie outside. blend: metres on both sides of a joint over which frames turn.
    Returns centres (n, 3) and frames (n, 3, 3).
    """
    vectors = np.diff(joints, axis=0)
    lengths = np.linalg.norm(vectors, axis=1)
    starts = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    bone = np.clip(np.searchsorted(starts, at, side="right") - 1, 0, len(vectors) - 1)
    centres = joints[bone] + vectors[bone] * ((at - starts[bone]) / lengths[bone])[:, None]
    turned = frames[bone]
    for joint in range(1, len(vectors)):
        near = np.clip((at - starts[joint]) / blend, -1, 1)
        weight = (0.5 + 0.5 * np.sin(near * np.pi / 2))[:, None, None]
        here = (np.abs(near) < 1)[:, None, None]
        turned = np.where(here, frames[joint - 1] * (1 - weight) + frames[joint] * weight, turned)
    return centres, orthonormal(turned)


@lru_cache(maxsize=8)
def _unit_ball(rings: int, around: int) -> tuple[Array, NDArray[np.int64], Array]:
    theta = angles(around)
    high = np.linspace(-np.pi / 2, np.pi / 2, rings)
    points = np.stack(
        [
            np.cos(high)[:, None] * np.cos(theta),
            np.repeat(np.sin(high)[:, None], around + 1, axis=1),
            np.cos(high)[:, None] * np.sin(theta),
        ],
        axis=-1,
    ).reshape(-1, 3)
    # Rows go up and angles run from the left to the front, so the grid's own order would face inwards.
    return points, _grid_faces(rings, around)[:, ::-1], points[:, :2].copy()


def ball(
    centre: Array,
    frame: Array,
    radii: Sequence[float] | Array,
    segment: int,
    material: int,
    *,
    rings: int = 7,
    around: int = 12,
) -> Mesh:
    """An ellipsoid; `surface` holds the unit ball's x and y, for eyes."""
    unit, faces, surface = _unit_ball(rings, around)
    scale = np.asarray(radii, np.float64)
    normals = (unit / scale) @ frame.T
    points = centre + (unit * scale) @ frame.T
    return Mesh(
        points,
        normals / np.linalg.norm(normals, axis=1, keepdims=True),
        surface,
        faces if np.linalg.det(frame) > 0 else faces[:, ::-1],
        np.full(len(faces), segment),
        np.full(len(faces), material),
    )


def box(centre: Array, frame: Array, half: Sequence[float] | Array, segment: int, material: int) -> Mesh:
    """A cuboid; half: its half sides along the frame's columns, metres."""
    points: list[Array] = []
    normals, surface, faces = [], [], []
    size = np.asarray(half, np.float64)
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            corners = np.zeros((4, 3))
            corners[:, axis] = sign
            corners[:, u] = (-1, 1, 1, -1)
            corners[:, v] = (-1, -1, 1, 1)
            start = 4 * len(points)
            points.append(corners * size)
            normal = np.zeros((4, 3))
            normal[:, axis] = sign
            normals.append(normal)
            surface.append((corners * size)[:, [v, u] if axis != 1 else [u, v]])
            order = (0, 1, 2, 0, 2, 3) if sign > 0 else (0, 2, 1, 0, 3, 2)
            faces.append(np.array(order).reshape(2, 3) + start)
    every = np.concatenate(faces)
    return Mesh(
        centre + np.concatenate(points) @ frame.T,
        np.concatenate(normals) @ frame.T,
        np.concatenate(surface),
        every[:, ::-1] if np.linalg.det(frame) < 0 else every,
        np.full(len(every), segment),
        np.full(len(every), material),
    )
