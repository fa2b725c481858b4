"""Whether the same clusters are found again among other people: the bootstrap (Fang and Wang 2012)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.clustering.kmeans import kmeans
from posecore.clustering.matching import compare
from posecore.clustering.space import Space
from posecore.clustering.sweep import Sweep
from posecore.errors import ConfigError

RESAMPLES: Final = 20
RESTARTS: Final = 3


@dataclass(frozen=True, eq=False)
class Stability:
    """ks: (K,). ari: (K, B) adjusted Rand index between the clusters of all people and those of B resamples,
    into which everybody is sorted by the nearest centroid: 1 the same groups, 0 as alike as by chance."""

    ks: NDArray[np.int64]
    ari: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """(K,) over the resamples."""
        found: NDArray[np.float64] = self.ari.mean(axis=1)
        return found


def stability(
    space: Space, found: Sweep, resamples: int = RESAMPLES, seed: int = 0, quiet: bool = True
) -> Stability:
    """For every K of a sweep of the same people: draw as many people with replacement, cluster these, compare
    with the tightest labelling of the sweep.

    Raises ConfigError for fewer than one resample, a sweep of other people, or K a resample cannot have.
    """
    if resamples < 1:
        raise ConfigError(f"{resamples} resamples: expected at least 1")
    people = len(space.rows)
    if found.labels.shape[1] != people:
        raise ConfigError(f"the sweep is of {found.labels.shape[1]} people, the space of {people}")
    counts = np.stack([_drawn(people, seed, number) for number in range(resamples)])
    weights = np.repeat(counts, RESTARTS, axis=0)
    ari = []
    for k in tqdm(found.numbers.tolist(), "stability", unit=" K", disable=quiet, mininterval=1):
        seeds = [(seed, k, run) for run in range(len(weights))]
        runs = kmeans(space.source, [k] * len(weights), seeds, weights, space.sketched)
        tightest = runs.inertia.reshape(resamples, RESTARTS).argmin(axis=1)
        chosen = runs.labels[np.arange(resamples) * RESTARTS + tightest]
        reference = found.labels[found.tightest(k)]
        ari.append([compare(reference, labels).ari for labels in chosen])
    return Stability(found.numbers, np.array(ari))


def _drawn(people: int, seed: int, number: int) -> NDArray[np.uint8]:
    """(N,) how often each person is drawn."""
    drawn = np.random.default_rng([seed, number]).integers(0, people, people)
    return np.bincount(drawn, minlength=people).astype(np.uint8)
