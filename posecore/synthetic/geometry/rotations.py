"""Rotation matrices about the axes; angles in degrees, right-handed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rot_x(degrees: float) -> Array:
    """(3, 3): turns y towards z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rot_y(degrees: float) -> Array:
    """(3, 3): turns z towards x."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rot_z(degrees: float) -> Array:
    """(3, 3): turns x towards y."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def dot(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Scalar products over the last axis; b may be one vector.

    Millions of short products run on one core here, and in no order that depends on how many there are.
    """
    result: NDArray[Any] = np.einsum("...k,...k->...", a, b)
    return result


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors (n, 3) of length 1."""
    result: NDArray[np.float32] = vectors / np.sqrt(dot(vectors, vectors))[:, None]
    return result


def orthonormal(frames: Array) -> Array:
    """(n, 3, 3) nearly orthogonal matrices made rotations: the second column keeps its direction."""
    along = frames[:, :, 1] / np.linalg.norm(frames[:, :, 1], axis=1, keepdims=True)
    ahead = np.cross(frames[:, :, 0], along)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    return np.stack([np.cross(along, ahead), along, ahead], axis=-1)
