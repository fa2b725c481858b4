"""A walk along one principal component, and the real people nearest to its stops."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.components.neighbours import nearest_people
from posecore.components.pca import Components
from posecore.errors import ConfigError

Steps = Sequence[float] | NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Walk:
    """S stops of a walk.

    positions: (S, d) scores. nearest: (S,) row of the nearest person. distance: (S,) to them, in the space
    of the d kept components. Whether a stop lies farther out than people do: posecore.components.outliers.
    """

    positions: NDArray[np.float32]
    nearest: NDArray[np.int64]
    distance: NDArray[np.float32]

    @property
    def repeated(self) -> NDArray[np.bool_]:
        """(S,) whether the nearest person is that of another stop too."""
        _, person, times = np.unique(self.nearest, return_inverse=True, return_counts=True)
        return np.asarray(times[person] > 1)


def walk(
    components: Components,
    scores: NDArray[np.floating],
    component: int,
    steps: Steps,
    start: NDArray[np.floating] | None = None,
) -> Walk:
    """Stops at `start` + c * sqrt(variance) along one component, for every c of `steps`.

    scores: (N, d), the people to be found; those with nan never are. component: from 0. start: (d,) scores;
    None for the mean of the people the components were fitted on. Raises ConfigError where a value does not
    fit.
    """
    kept = len(components.variances)
    if scores.ndim != 2 or scores.shape[1] != kept or len(scores) == 0:
        raise ConfigError(
            f"scores have shape {scores.shape}; expected (people, {kept}) of one person or more"
        )
    if start is not None and start.shape != (kept,):
        raise ConfigError(f"the start has shape {start.shape}; expected ({kept},)")
    along = _along(components, component, steps)
    positions = np.tile(np.zeros(kept, np.float32) if start is None else start, (len(along), 1))
    positions = positions.astype(np.float32)
    positions[:, component] += along
    rows, distances = nearest_people(scores, positions)
    return Walk(positions, rows[:, 0], distances[:, 0])


def stop_latents(
    components: Components, component: int, steps: Steps, start: NDArray[np.floating] | None = None
) -> NDArray[np.float32]:
    """The latents (S, D) of a walk's stops, for the decoder. start: a person's (D,), None for the mean.

    A person's latent is kept whole, also what lies along no component. Raises ConfigError as `walk` does.
    """
    along = _along(components, component, steps)
    origin = components.mean if start is None else np.asarray(start, np.float32)
    if origin.shape != components.mean.shape:
        raise ConfigError(f"the start has shape {origin.shape}; expected {components.mean.shape}")
    return np.asarray(origin + along[:, None] * components.axes[component], np.float32)


def both_ends(
    scores: NDArray[np.floating], component: int, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the `count` people with the lowest and with the highest scores, the most extreme first.

    scores: (N, d). Who has nan is left out; with fewer people there are fewer, and nobody is at both ends.
    """
    known = np.flatnonzero(np.isfinite(scores[:, component]))
    order = known[np.argsort(scores[known, component], kind="stable")]
    count = min(count, len(order) // 2)
    return order[:count], order[::-1][:count]


def _along(components: Components, component: int, steps: Steps) -> NDArray[np.float32]:
    """(S,) how far the stops lie from the start. Raises ConfigError where a value does not fit."""
    kept = len(components.variances)
    if not 0 <= component < kept:
        raise ConfigError(f"component {component}: expected 0 to {kept - 1}")
    if not np.isfinite(steps).all():
        raise ConfigError(f"steps {list(steps)}: expected finite numbers")
    return np.asarray(np.asarray(steps, np.float32) * np.sqrt(components.variances[component]), np.float32)
