"""People without groups, to see what nothing looks like: spread as the real ones, but not together."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import BLOCK
from posecore.clustering.space import Space
from posecore.components.pca import fit_components
from posecore.subsample import subsample

MOST: Final = 10_000
"""People that controls are made of at most; of more, so many are drawn."""


def few(space: Space, seed: int = 0, most: int = MOST) -> Space:
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


def _people_like(space: Space, features: NDArray[np.float32]) -> Space:
    return Space(space.name, features, np.arange(len(features)), np.empty(0, np.int64))


CONTROLS: Final[Mapping[str, Callable[[Space, int], Space]]] = {
    "gaussian": gaussian,
    "shuffled": shuffled,
}
"""Ways to make people without structure out of a space, with a seed."""
