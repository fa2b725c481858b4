"""Two networks over the same people: PCK of each and the difference, with intervals over people.

N people, K joints. Hits are as in posecore.metrics.pck, or as studies store them: 1 found, 0 not, nan or -1
not counted.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError
from posecore.metrics.pck import Hits, scores
from posecore.statistics import Estimate, bootstrap


class Comparison(NamedTuple):
    """PCK of two networks and what the second has more, `other` minus `one`; all estimates of one shape."""

    one: Estimate
    other: Estimate
    difference: Estimate

    def at(self, place: int | slice) -> "Comparison":
        """The part of all estimates at a place of their only axis."""
        return Comparison(_at(self.one, place), _at(self.other, place), _at(self.difference, place))


class Paired(NamedTuple):
    """overall: PCK, shape (): the mean of people's scores, n the people. joints: (K,) share of hits of each
    joint, n the people in whom it counts."""

    overall: Comparison
    joints: Comparison

    @property
    def rows(self) -> Comparison:
        """Estimates (K + 1,): all joints, then every joint."""
        overall, joints = self
        return Comparison(
            *(
                Estimate(*(np.concatenate([[whole], each]) for whole, each in zip(*parts, strict=True)))
                for parts in zip(overall, joints, strict=True)
            )
        )


def paired(one: NDArray[np.number], other: NDArray[np.number], seed: int = 0) -> Paired:
    """Compare hits (N, K) of two networks; row i of both is the same person.

    A joint counts where it counts on both sides. Intervals are 95 % percentile intervals over people, from
    the same draws for both networks and the difference; a network compared with itself differs by exactly 0.
    What nobody stands behind is nan. Raises ConfigError where the shapes do not fit, or nobody is there.
    """
    if one.shape != other.shape or one.ndim != 2 or not len(one):
        raise ConfigError(
            f"hits of shapes {one.shape} and {other.shape}: expected (N, K) twice, of the same N people"
        )
    ours, theirs = _together(counted(one), counted(other))
    found = compare(with_score(ours), with_score(theirs), seed)
    return Paired(found.at(0), found.at(slice(1, None)))


def compare(one: NDArray[np.floating], other: NDArray[np.floating], seed: int = 0) -> Comparison:
    """The same of any values (N, M) of the same N people, such as scores: estimates (M,), with nan ignored.

    A value counts where both sides have it.
    """
    values = _together(one, other)
    found = bootstrap(np.stack([*values, values[1] - values[0]], axis=1), seed)
    return Comparison(_at(found, 0), _at(found, 1), _at(found, 2))


def counted(hits: NDArray[np.number]) -> Hits:
    """Stored hits, -1 where a joint does not count, as posecore.metrics.pck has them, with nan there."""
    return np.where(hits < 0, np.nan, hits.astype(np.float64))


def _together(one: NDArray[np.floating], other: NDArray[np.floating]) -> tuple[Hits, Hits]:
    """Both with nan wherever one of them has it."""
    known = ~np.isnan(one) & ~np.isnan(other)
    return np.where(known, one, np.nan), np.where(known, other, np.nan)


def with_score(hits: Hits) -> Hits:
    """(N, K + 1): everybody's own PCK, then their hits."""
    return np.concatenate([scores(hits)[:, None], hits], axis=1)


def _at(found: Estimate, place: int | slice) -> Estimate:
    return Estimate(found.mean[place], found.low[place], found.high[place], found.n[place])
