"""How many clusters there are, if any: the gap statistic (Tibshirani, Walther and Hastie 2001).

How much tighter K clusters make real people than people spread evenly over the same box, whose sides lie
along the principal components. K = 1, no clusters at all, can win, as it cannot with silhouettes.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.clustering.kmeans import kmeans
from posecore.clustering.space import Space
from posecore.components.pca import fit_components
from posecore.errors import ConfigError

DRAWS: Final = 20
RESTARTS: Final = 10


@dataclass(frozen=True, eq=False)
class Gap:
    """ks: (K,) from 1. gaps: (K,) mean log inertia of the draws less that of the people. errors: (K,) the
    draws' standard deviation, with the error of their mean. draws, people: how many. space: its name."""

    ks: NDArray[np.int64]
    gaps: NDArray[np.float64]
    errors: NDArray[np.float64]
    draws: int
    space: str
    people: int

    @property
    def count(self) -> int:
        """The least K whose gap the next one's does not surely exceed; the last where every one does."""
        enough = self.gaps[:-1] >= self.gaps[1:] - self.errors[1:]
        return int(self.ks[enough.argmax() if enough.any() else -1])


def gap_statistic(
    space: Space,
    most: int = 10,
    draws: int = DRAWS,
    restarts: int = RESTARTS,
    seed: int = 0,
    quiet: bool = True,
) -> Gap:
    """The gap for K from 1 to `most`, with `restarts` starts each, of the people and of every draw alike.

    Meant for some tens of components: in many more, an even spread over a box is like no people at all.
    Raises ConfigError for fewer than two draws, `most` outside 2 to N - 1, or people who are all equal.
    """
    if draws < 2:
        raise ConfigError(f"{draws} draws of the gap statistic: expected at least 2")
    people, dimensions = space.features.shape
    if not 2 <= most < people:
        raise ConfigError(f"K up to {most} of {people} people: expected 2 to {people - 1}")
    scores = fit_components(space.features, min(people, dimensions)).project(space.features)
    low, high = scores.min(axis=0), scores.max(axis=0)
    ours = _log_inertia(scores, most, restarts, seed)
    theirs = []
    for draw in tqdm(range(draws), "gap statistic", unit=" draws", disable=quiet, mininterval=1):
        even = np.random.default_rng([seed, draw]).uniform(low, high, scores.shape).astype(np.float32)
        theirs.append(_log_inertia(even, most, restarts, seed))
    spread = np.std(theirs, axis=0) * np.sqrt(1 + 1 / draws)
    gaps = np.mean(theirs, axis=0) - ours
    return Gap(np.arange(1, most + 1), gaps, spread, draws, space.name, people)


def _log_inertia(features: NDArray[np.float32], most: int, restarts: int, seed: int) -> NDArray[np.float64]:
    """(most,) of the tightest of all starts, from K = 1 on."""
    from posecore.blocks import LocalSource

    source = LocalSource(features)
    seeds = [(seed, k, restart) for k in range(2, most + 1) for restart in range(restarts)]
    runs = kmeans(source, [k for _, k, _ in seeds], seeds)
    one = float(np.square(features - source.mean, dtype=np.float64).sum())
    return np.log([one, *runs.inertia.reshape(most - 1, restarts).min(axis=1)])
