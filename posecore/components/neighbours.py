"""Who is nearest, fast: among 124,040 people with 128 scores each a question takes some milliseconds."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError

AT_ONCE: Final = 16_000_000
"""Distances held at once."""

SPARE: Final = 8
"""Candidates beyond those asked for: distances are estimated in float32, then computed exactly for these."""


def nearest_people(
    scores: NDArray[np.floating],
    positions: NDArray[np.floating],
    count: int = 1,
    not_this: NDArray[np.integer] | int | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows (S, count) and distances (S, count) of the people nearest each position (S, d), nearest first.

    scores: (N, d); who has nan among theirs is never near. not_this: a row per position, or one for all,
    that does not count. With fewer people the answer has fewer columns. Raises ConfigError where shapes do
    not fit, a position is not finite, or nobody is left.
    """
    if scores.ndim != 2 or positions.ndim != 2 or positions.shape[1] != scores.shape[1]:
        raise ConfigError(
            f"positions have shape {positions.shape} among scores of shape {scores.shape}; "
            "expected (stops, d) among (people, d)"
        )
    if not np.isfinite(positions).all():
        raise ConfigError("a position holds nan or infinity; expected finite scores")
    scores, positions = np.asarray(scores, np.float32), np.asarray(positions, np.float32)
    squares = np.einsum("nd,nd->n", scores, scores)
    unknown = ~np.isfinite(squares)
    count = min(count, int((~unknown).sum()) - (not_this is not None))
    if count < 1:
        raise ConfigError(f"of {len(scores)} people nobody with known scores is left to be near")
    excluded = None if not_this is None else np.broadcast_to(not_this, len(positions))
    rows = np.empty((len(positions), count), np.int64)
    distances = np.empty((len(positions), count), np.float32)
    portion = max(1, AT_ONCE // len(scores))
    for start in range(0, len(positions), portion):
        asked = slice(start, start + portion)
        # Squared distances, less the position's own square, which is the same for everybody; nan comes last.
        near = squares - 2 * (positions[asked] @ scores.T)
        if excluded is not None:
            near[np.arange(len(near)), excluded[asked]] = np.inf
        most = min(count + SPARE, near.shape[1])
        candidates = np.argpartition(near, most - 1, axis=1)[:, :most]
        away = scores[candidates].astype(np.float64) - positions[asked, None].astype(np.float64)
        exact = np.linalg.norm(away, axis=2)
        exact[~np.isfinite(np.take_along_axis(near, candidates, axis=1))] = np.inf
        # Of equally near people the first in the table.
        order = np.lexsort((candidates, exact))[:, :count]
        rows[asked] = np.take_along_axis(candidates, order, axis=1)
        distances[asked] = np.take_along_axis(exact, order, axis=1)
    return rows, distances
