"""People without groups, to see what nothing looks like: spread as the real ones, but not together."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import BLOCK
from posecore.clustering.density import density
from posecore.clustering.space import Space
from posecore.components.pca import fit_components
from posecore.subsample import subsample

BANDWIDTHS: Final = tuple(0.1 * 2 ** (step / 2) for step in range(12))
"""From a tenth, so that nobody is drawn twice in the same place, to 4.5, which leaves a normal cloud."""

SEARCH_RESTARTS, SEARCH_RESAMPLES = 3, 40

MOST: Final = 10_000
"""People that controls are made of at most; of more, so many are drawn."""


def subsampled(space: Space, seed: int = 0, most: int = MOST) -> Space:
    """The people of a space, or `most` of them drawn with `seed`."""
    if len(space.rows) <= most:
        return space
    drawn = subsample(np.arange(len(space.rows)), most, seed)
    return Space(space.name, space.features[drawn], space.rows[drawn], space.left_out)


def gaussian(space: Space, seed: int = 0) -> Space:
    """As many people of a normal distribution with the same mean and covariance.

    Each is a sum of all people's differences from the mean, with weights drawn from a normal distribution:
    that has their very covariance, and no decomposition is needed.
    """
    rng = np.random.default_rng([seed, 0])
    people, dimensions = space.features.shape
    centred = np.asarray(space.features, np.float32) - space.source.mean
    drawn = np.empty((people, dimensions), np.float32)
    for start in range(0, people, BLOCK):
        weights = rng.standard_normal((min(BLOCK, people - start), people), np.float32)
        drawn[start : start + BLOCK] = weights @ centred / np.float32(max(people - 1, 1)) ** 0.5
    return _people_like(space, drawn)


def shuffled(space: Space, seed: int = 0) -> Space:
    """As many people whose scores along each principal component are the real ones, shuffled one by one.

    Groups that differ along a single component leave their humps in its scores, and so stay, crossed with
    those of the other components: more than chance, and a stricter comparison than the normal distribution.
    """
    rng = np.random.default_rng([seed, 1])
    scores = fit_components(space.features, min(space.features.shape)).project(space.features)
    return _people_like(space, rng.permuted(scores, axis=0))


def smoothed(space: Space, seed: int = 0, bandwidth: float | None = None) -> Space:
    """As many people drawn from a cloud that is bent as the real one and has its tails, but no groups.

    The smoothed bootstrap with the covariance kept (Silverman and Young 1987): people drawn with replacement,
    each moved by normal noise with the covariance of all times the squared bandwidth, all then drawn together
    by as much as that spreads them. The bandwidth is `critical_bandwidth` unless given.
    """
    width = critical_bandwidth(space) if bandwidth is None else bandwidth
    rng = np.random.default_rng([seed, 3])
    people = len(space.features)
    mean = space.source.mean
    chosen = np.asarray(space.features, np.float32)[rng.integers(0, people, people)] - mean
    noise = gaussian(space, seed).features
    drawn = (chosen + np.float32(width) * noise) / np.float32(math.sqrt(1 + width**2))
    return _people_like(space, np.asarray(mean + drawn, np.float32))


@lru_cache(maxsize=1)  # every draw of the same people needs it
def critical_bandwidth(space: Space, seed: int = 0) -> float:
    """The least bandwidth with which `smoothed` surely leaves no groups, as in Silverman's (1981) test.

    Surely: by the density test, in 97.5 % of draws of the smoothed people. Searched for among BANDWIDTHS by
    halving. Raises ConfigError where that test does.
    """
    low, high = 0, len(BANDWIDTHS) - 1
    while low < high:
        middle = (low + high) // 2
        drawn = smoothed(space, seed, BANDWIDTHS[middle])
        test = density(drawn, seed=seed, restarts=SEARCH_RESTARTS, resamples=SEARCH_RESAMPLES)
        if test.count == test.between[1] == 1:
            high = middle
        else:
            low = middle + 1
    return BANDWIDTHS[low]


def _people_like(space: Space, features: NDArray[np.float32]) -> Space:
    return Space(space.name, features, np.arange(len(features)), np.empty(0, np.int64))


CONTROLS: Final[Mapping[str, Callable[[Space, int], Space]]] = {
    "gaussian": gaussian,
    "shuffled": shuffled,
    "smoothed": smoothed,
}
"""Ways to make people without structure out of a space, with a seed."""
