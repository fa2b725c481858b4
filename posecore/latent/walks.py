"""A walk along one principal component, and the real people nearest to its stops."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError
from posecore.latent.pca import Components


@dataclass(frozen=True, eq=False)
class Walk:
    """S stops of a walk.

    positions: (S, d) scores. nearest: (S,) row of the nearest person. distance: (S,) to them, in the space
    of the d kept components.
    """

    positions: NDArray[np.float32]
    nearest: NDArray[np.int64]
    distance: NDArray[np.float32]


def walk(
    components: Components,
    scores: NDArray[np.floating],
    component: int,
    steps: Sequence[float] | NDArray[np.floating],
    start: NDArray[np.floating] | None = None,
) -> Walk:
    """Stops at `start` + c * sqrt(variance) along one component, for every c of `steps`.

    scores: (N, d), the people to be found. component: from 0. start: (d,) scores; None for the mean of the
    people the components were fitted on. Raises ConfigError where a value does not fit.
    """
    kept = len(components.variances)
    if not 0 <= component < kept:
        raise ConfigError(f"component {component}: expected 0 to {kept - 1}")
    if scores.ndim != 2 or scores.shape[1] != kept or len(scores) == 0:
        raise ConfigError(
            f"scores have shape {scores.shape}; expected (people, {kept}) of one person or more"
        )
    if start is not None and start.shape != (kept,):
        raise ConfigError(f"the start has shape {start.shape}; expected ({kept},)")
    if not np.isfinite(steps).all():
        raise ConfigError(f"steps {list(steps)}: expected finite numbers")
    origin = np.zeros(kept, np.float32) if start is None else np.asarray(start, np.float32)
    positions = np.tile(origin, (len(steps), 1))
    positions[:, component] += np.asarray(steps, np.float32) * np.sqrt(components.variances[component])
    nearest = np.empty(len(steps), np.int64)
    distance = np.empty(len(steps), np.float32)
    for stop, position in enumerate(positions):
        distances = np.linalg.norm(scores - position, axis=1)
        nearest[stop] = distances.argmin()
        distance[stop] = distances[nearest[stop]]
    return Walk(positions, nearest, distance)
