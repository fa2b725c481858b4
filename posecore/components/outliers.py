"""Whether a position among the scores lies farther out than people do: compared with real people, one-sided.

Two measures. How far the nearest person is: for a real person, the nearest other one. And how far the mean
is: in many dimensions nobody is near it, and whatever lies there is unusually near everybody. Only what is
too far in either is judged: a stop of a walk may well pass near somebody or the mean.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.components.neighbours import nearest_people
from posecore.errors import ConfigError
from posecore.subsample import subsample

ALPHA: Final = 0.05
"""Share of real people who would be called farther out than people, both measures together."""

ASKED: Final = 1000
"""People drawn whose nearest other one is sought, for comparison."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judgement:
    """S positions. distance: (S,) to the nearest person. norm: (S,) distance to the mean.

    The percentiles, (S,) from 0 to 100, are the share of real people with less; those who have just as much
    count half. farther_out: (S,) booleans.
    """

    distance: NDArray[np.float32]
    distance_percentile: Floats
    norm: NDArray[np.float32]
    norm_percentile: Floats
    farther_out: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ReferenceDistances:
    """What is usual among N people with scores (N, d). distances, norms: sorted; see Judgement."""

    scores: NDArray[np.float32]
    distances: NDArray[np.float32]
    norms: NDArray[np.float32]

    @property
    def typical(self) -> float:
        """How far, in the middle, the nearest other person is from somebody."""
        return float(np.median(self.distances))

    def judge(self, positions: NDArray[np.floating]) -> Judgement:
        """Judge positions (S, d). Raises ConfigError for positions that do not fit."""
        distance = nearest_people(self.scores, positions)[1][:, 0]
        norm = np.linalg.norm(positions, axis=1).astype(np.float32)
        far = [_p_farther(self.distances, distance), _p_farther(self.norms, norm)]
        return Judgement(
            distance=distance,
            distance_percentile=_percentile(self.distances, distance),
            norm=norm,
            norm_percentile=_percentile(self.norms, norm),
            farther_out=np.minimum(*far) < ALPHA / len(far),
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


def _p_farther(usual: NDArray[np.float32], values: NDArray[np.float32]) -> Floats:
    """One-sided: how rare as much or more is among the usual ones. The value counts as one of them, so few of
    them never call anything unusual."""
    p: Floats = (1 + len(usual) - np.searchsorted(usual, values, "left")) / (1 + len(usual))
    return p
