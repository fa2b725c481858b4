"""Whether clusters are apart or cut out of one cloud: the density of people on the way from one to another.

K-Means is fitted to one half of the people. The other half, which had no part in where the centroids lie, is
sorted by them; then the halves change places. The people of two clusters are projected on the axis through
both centroids. The valley between them, as a share of the lower of the two peaks, is 1 in the middle of a
single cloud and near 0 between groups (the ratio of Hennig 2010, on a line rather than a ridge).

Clusters with no valley between them are parts of one cloud, and so are those that a chain of such neighbours
joins: the ends of a bent cloud have nobody between them, but everybody on the way round. At each K the valley
that counts is therefore the deepest that has to be crossed: the weakest link of the best chain between the
two clusters that are hardest to join.

Densities are kernel estimates. Their bandwidth is Terrell's (1990) for the spread within both clusters, the
most smoothing that is reasonable for so many people: a valley that is still there is not the estimate's own.
Spread is taken within clusters, as the distance between groups would else smooth away the valley itself.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import LocalSource
from posecore.clustering.kmeans import kmeans
from posecore.clustering.space import Space
from posecore.errors import ConfigError
from posecore.threads import one_blas_thread

Floats = NDArray[np.float64]

APART: Final = 0.4
"""Clusters are apart where the valley is lower than this share of the lower peak."""

LEAST: Final = 20
"""A cluster of fewer people of the first half is left out, and its people go to the next: strays beside a
cloud with heavy tails are no group, and so few have no density to speak of."""

PER_CLUSTER: Final = 40
"""People of a half per cluster, on average, up to which K is tried."""

LEAST_K: Final = 4
"""The largest K that is tried is at least this: from fewer clusters no groups are told, see `count_of`."""

LEAST_PEOPLE: Final = 2 * LEAST_K * PER_CLUSTER

RESTARTS: Final = 10
RESAMPLES: Final = 100
GRID: Final = 64
"""Points of an axis at which densities are estimated."""


Sorted = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Centroids (k, D) of clusters of one half of the people, and the cluster (H,) of everybody of the other."""

Sorting = Callable[[NDArray[np.float32], NDArray[np.float32], list[int]], Iterable[Sorted]]
"""Of (F, D) people whom clusters are fitted to, (H, D) held out, and some K: what came out for each.
Clusters of fewer than LEAST fitted people are left out."""


@dataclass(frozen=True, eq=False)
class Density:
    """The density test of N people for K = 2, 3, ...

    ks: (K,). valley, low, high: (K,) the deepest valley that has to be crossed, the mean of both halves, with
    the 95 % interval over bootstrap draws of the held-out people. parts: (2, K) groups of clusters that
    valleys keep apart, for each held-out half. draws: (B, 2, K) the same in each draw. people: N.
    """

    ks: NDArray[np.int64]
    valley: Floats
    low: Floats
    high: Floats
    parts: NDArray[np.int64]
    draws: NDArray[np.int64]
    people: int

    @property
    def count(self) -> int:
        """Groups, 1 for a single cloud; see `count_of`."""
        return int(count_of(self.parts[None], self.ks)[0])

    @property
    def middle(self) -> int:
        """The K whose valley is the middle one of those from LEAST_K on, which most of are needed to tell
        groups from one cloud; the lower of two."""
        counting = np.flatnonzero(self.ks >= LEAST_K)
        order = counting[np.argsort(self.valley[counting], kind="stable")]
        return int(self.ks[order[(len(order) - 1) // 2]])

    @property
    def countable(self) -> int:
        """Groups that can be counted: where there are so many, there may be more."""
        return int(self.ks[-1]) // 2

    @property
    def between(self) -> tuple[int, int]:
        """The 95 % interval of the number of groups, over the draws."""
        low, high = np.quantile(count_of(self.draws, self.ks), (0.025, 0.975), method="nearest")
        return int(low), int(high)


def density(
    space: Space,
    most: int = 10,
    seed: int = 0,
    restarts: int = RESTARTS,
    resamples: int = RESAMPLES,
    sorting: Sorting | None = None,
) -> Density:
    """The test for K from 2 to `most`, or to as many as leave PER_CLUSTER people of a half to a cluster.

    Each half is held out once. sorting: by K-Means with `restarts` unless given. Raises ConfigError for fewer
    than LEAST_PEOPLE, `most` below LEAST_K, or fewer than one restart or resample.
    """
    people = len(space.rows)
    if most < LEAST_K or restarts < 1 or resamples < 1:
        raise ConfigError(
            f"density test with K up to {most}, {restarts} restarts, {resamples} resamples: "
            f"expected {LEAST_K} or more, and at least 1 of each"
        )
    if people < LEAST_PEOPLE:
        raise ConfigError(
            f"{people} people: the density test needs {LEAST_PEOPLE} or more; choose more people"
        )
    ks = np.arange(2, min(most, people // (2 * PER_CLUSTER)) + 1)
    rng = np.random.default_rng([seed, 2])
    features = np.asarray(space.features, np.float32)[rng.permutation(people)]
    halves = features[: people // 2], features[people // 2 :]
    sorting = partial(_by_kmeans, restarts, seed) if sorting is None else sorting
    ways = []
    for fitted, held in (halves, halves[::-1]):
        drawn = rng.multinomial(len(held), np.full(len(held), 1 / len(held)), resamples)
        weights = np.concatenate([np.ones((1, len(held))), drawn]).astype(np.float32)
        found = [_at(held, *clusters, weights) for clusters in sorting(fitted, held, ks.tolist())]
        ways.append([np.stack(values, axis=1) for values in zip(*found, strict=True)])
    valleys = (ways[0][0] + ways[1][0]) / 2
    parts = np.stack([ways[0][1], ways[1][1]], axis=1)
    low, high = np.quantile(valleys[1:], (0.025, 0.975), axis=0)
    return Density(ks, valleys[0], low, high, parts[0], parts[1:], people)


def count_of(parts: NDArray[np.int64], ks: NDArray[np.int64]) -> NDArray[np.int64]:
    """(B,) how many groups there are, 1 for none, by the parts (B, 2, K) that each K falls into.

    The largest number k that most of the clusterings with twice as many clusters or more keep apart: these
    cut groups into pieces that hang together, and they fill one cloud, however bent, with pieces that do.
    Fewer clusters than that tell nothing: the two halves of a horseshoe are apart.
    """
    counts = np.ones(len(parts), np.int64)
    for k in range(2, int(ks[-1]) // 2 + 1):  # as far as `countable`
        kept = parts[:, :, ks >= 2 * k] >= k
        counts[kept.mean(axis=(1, 2)) > 0.5] = k
    return counts


def valley(places: Floats, bandwidth: float, weights: NDArray[np.floating] | None = None) -> Floats:
    """(B,) the least density between the peaks on both sides of 0, as a share of the lower of the two.

    places: (n,) of people on an axis, to both sides of 0. weights: (B, n) how often each counts; once, if not
    given. 0 where one side has nobody.
    """
    weights = np.ones((1, len(places))) if weights is None else weights
    sides = [np.linspace(0, end, GRID // 2) for end in (places.min(), places.max())]
    least, peaks = np.full(len(weights), np.inf), []
    for side in sides:
        kernel = np.exp(-0.5 * np.square((places[:, None] - side) / bandwidth)).astype(np.float32)
        heights = weights @ kernel
        top = heights.argmax(axis=1)
        peaks.append(np.take_along_axis(heights, top[:, None], axis=1)[:, 0])
        # From 0 up to the peak.
        lowest = np.take_along_axis(np.minimum.accumulate(heights, axis=1), top[:, None], axis=1)[:, 0]
        least = np.minimum(least, lowest)
    lower = np.minimum(*peaks).astype(np.float64)
    return np.where(lower > 0, least / np.where(lower > 0, lower, 1), 0.0)


def _by_kmeans(
    restarts: int, seed: int, fitted: NDArray[np.float32], held: NDArray[np.float32], ks: list[int]
) -> Iterator[Sorted]:
    """By the nearest centroid of the tightest run."""
    source = LocalSource(fitted)
    runs = kmeans(
        source,
        [k for k in ks for _ in range(restarts)],
        [(seed, k, restart) for k in ks for restart in range(restarts)],
    )
    for number in range(len(ks)):
        best = number * restarts + int(runs.inertia[number * restarts :][:restarts].argmin())
        sizes = np.bincount(runs.labels[best], minlength=len(runs.centroids[best]))
        centroids = runs.centroids[best][sizes >= LEAST] + source.mean
        with one_blas_thread():
            lengths = np.einsum("kd,kd->k", centroids, centroids)
            away = lengths - 2 * (held @ centroids.T)
        yield centroids, away.argmin(axis=1) if len(centroids) else np.zeros(len(held), np.int64)


def _at(
    held: NDArray[np.float32],
    centroids: NDArray[np.float32],
    labels: NDArray[np.int64],
    weights: NDArray[np.float32],
) -> tuple[Floats, NDArray[np.int64]]:
    """(B,) the valley that counts, and the parts, with each row of weights (B, H)."""
    k = len(centroids)
    if k < 2:  # the others were strays
        return np.ones(len(weights)), np.ones(len(weights), np.int64)
    with one_blas_thread():
        joined = np.ones((len(weights), k, k))
        for a, b in combinations(range(k), 2):
            found = _between(held, labels, centroids, a, b, weights)
            joined[:, a, b] = joined[:, b, a] = found
    for via in range(k):
        np.maximum(joined, np.minimum(joined[:, :, via, None], joined[:, via, None, :]), out=joined)
    # Who is joined with nobody before begins a part.
    earlier = np.tril(np.ones((k, k), np.bool_), -1)
    parts = (~((joined >= APART) & earlier).any(axis=2)).sum(axis=1)
    return joined.min(axis=(1, 2)), parts


def _between(
    held: NDArray[np.float32],
    labels: NDArray[np.int64],
    centroids: NDArray[np.float32],
    a: int,
    b: int,
    weights: NDArray[np.float32],
) -> Floats:
    """(B,) the valley between two clusters."""
    axis = (centroids[b] - centroids[a]).astype(np.float64)
    axis /= np.linalg.norm(axis)
    middle = (centroids[a] + centroids[b]) / 2
    ours, theirs = labels == a, labels == b
    who = np.flatnonzero(ours | theirs)
    if not ours.any() or not theirs.any():
        return np.zeros(len(weights))
    places = (held[who] - middle).astype(np.float64) @ axis
    mine = ours[who]
    within = np.where(mine, places - places[mine].mean(), places - places[~mine].mean())
    return valley(places, bandwidth(within), weights[:, who])


def bandwidth(within: Floats) -> float:
    """Terrell's (1990) for people (n,) by their spread, or that of their middle half if that is less."""
    quarter, three = np.quantile(within, (0.25, 0.75)).tolist()
    whole = float(within.std())
    spread = min(whole, (three - quarter) / 1.349) or whole
    smallest = float(np.finfo(np.float64).tiny)
    return max(1.144 * spread * math.pow(len(within), -0.2), smallest)
