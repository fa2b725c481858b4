"""Whether a position among the scores is one where people are: compared with real people, two-sided.

Two measures. How far the nearest person is: for a real person, the nearest other one. And how far the mean
is: in many dimensions nobody is near it, and whatever lies there is unusually near everybody. A position that
is extreme in either, too far or too near, is off the data.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.components.neighbours import nearest_people
from posecore.errors import ConfigError
from posecore.subsample import subsample

ALPHA: Final = 0.05
"""Share of real people who would be called off the data, both measures together."""

ASKED: Final = 1000
"""People drawn whose nearest other one is sought, for comparison."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judgement:
    """S positions. distance: (S,) to the nearest person. norm: (S,) distance to the mean.

    The percentiles, (S,) from 0 to 100, are the share of real people with less; those who have just as much
    count half. off_data: (S,) booleans.
    """

    distance: NDArray[np.float32]
    distance_percentile: Floats
    norm: NDArray[np.float32]
    norm_percentile: Floats
    off_data: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ReferenceDistances:
    """What is usual among N people with scores (N, d). distances, norms: sorted; see Judgement."""

    scores: NDArray[np.float32]
    distances: NDArray[np.float32]
    norms: NDArray[np.float32]

    def judge(self, positions: NDArray[np.floating], person: int | None = None) -> Judgement:
        """Judge positions (S, d). person: the row a walk starts from, who is not compared with themselves.

        Raises ConfigError for positions that do not fit.
        """
        distance = nearest_people(self.scores, positions, not_this=person)[1][:, 0]
        norm = np.linalg.norm(positions, axis=1).astype(np.float32)
        off = [_p_value(self.distances, distance), _p_value(self.norms, norm)]
        return Judgement(
            distance=distance,
            distance_percentile=_percentile(self.distances, distance),
            norm=norm,
            norm_percentile=_percentile(self.norms, norm),
            off_data=np.minimum(*off) < ALPHA / len(off),
        )


def reference_distances(
    scores: NDArray[np.floating], asked: int = ASKED, seed: int = 0
) -> ReferenceDistances:
    """What is usual among people with scores (N, d); nan is left out. asked: people drawn with `seed`.

    Raises ConfigError for fewer than two people.
    """
    known = np.flatnonzero(np.isfinite(scores).all(axis=1))
    if len(known) < 2:
        raise ConfigError(f"{len(known)} people with known scores; expected two or more to compare with")
    drawn = subsample(known, asked, seed)
    scores = np.asarray(scores, np.float32)
    distances = nearest_people(scores, scores[drawn], not_this=drawn)[1][:, 0]
    return ReferenceDistances(scores, np.sort(distances), np.sort(np.linalg.norm(scores[known], axis=1)))


def _percentile(usual: NDArray[np.float32], values: NDArray[np.float32]) -> Floats:
    below, up_to = (np.searchsorted(usual, values, side) for side in ("left", "right"))
    percentile: Floats = 50 * (below + up_to) / len(usual)
    return percentile


def _p_value(usual: NDArray[np.float32], values: NDArray[np.float32]) -> Floats:
    """Two-sided; the value counts as one of the usual ones, so few of them never call anything unusual."""
    below, up_to = (np.searchsorted(usual, values, side) for side in ("left", "right"))
    rarer = np.minimum(up_to, len(usual) - below)
    p: Floats = np.minimum(1, 2 * (1 + rarer) / (1 + len(usual)))
    return p
