"""Two maps of the same people turned onto each other: orthogonal Procrustes, with one scale (Gower 1975)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes, svdvals

from posecore.errors import ConfigError
from posecore.threads import one_blas_thread

SHUFFLES: Final = 20
"""How often people are mixed up to learn what chance leaves."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Alignment:
    """N people, d numbers each: as many as the wider side has, the narrower one filled up with zeros.

    target: (N, d) less its mean. moved: (N, d) the other side, centred, turned or mirrored, and multiplied by
    `scale`, so that the two lie as near as can be. residual: in [0, 1], the share of the target's variance
    that is left between them, the same whichever side is moved; 0 is the same shape. chance: its mean where
    the other side's people are mixed up.
    """

    target: Floats
    moved: Floats
    scale: float
    residual: float
    chance: float


def align(
    target: NDArray[np.floating], other: NDArray[np.floating], seed: int = 0, shuffles: int = SHUFFLES
) -> Alignment:
    """Lay people's places (N, d') of `other` onto `target` (N, d); row i of both is the same person.

    Raises ConfigError where the people are not as many, fewer than three, or all in one place.
    """
    if target.ndim != 2 or other.ndim != 2 or len(target) != len(other) or len(target) < 3:
        raise ConfigError(
            f"places of shapes {target.shape} and {other.shape}: expected (N, d) of the same three or more "
            "people"
        )
    width = max(target.shape[1], other.shape[1])
    first, second = _centred(target, width), _centred(other, width)
    sizes = np.linalg.norm(first), np.linalg.norm(second)
    if min(sizes) == 0:
        raise ConfigError("all people are in one place, so nothing can be laid onto another")
    rng = np.random.default_rng(seed)
    # Two threads would wait for each other after every row: ten times as long on a busy machine.
    with one_blas_thread():
        rotation, total = orthogonal_procrustes(second, first)
        mixed = [svdvals(rng.permutation(second).T @ first).sum() for _ in range(shuffles)]
    scale = float(total / sizes[1] ** 2)
    left = [max(0.0, 1 - float(sum_ / (sizes[0] * sizes[1])) ** 2) for sum_ in (total, *mixed)]
    return Alignment(first, scale * (second @ rotation), scale, left[0], float(np.mean(left[1:])))


def _centred(places: NDArray[np.floating], width: int) -> Floats:
    wide = np.zeros((len(places), width))
    wide[:, : places.shape[1]] = places - places.mean(axis=0, dtype=np.float64)
    return wide
