"""Groups of people whose latents are alike. Another method is another row of CLUSTERERS.

Shapes: N people, D numbers per person (latents or scores), k clusters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import LocalSource, each_block
from posecore.clustering.kmeans import kmeans, plus_plus
from posecore.clustering.lloyd import lloyd
from posecore.clustering.silhouette import NOISE
from posecore.clustering.space import Space, latent_space
from posecore.components.pca import fit_components
from posecore.errors import ConfigError
from posecore.threads import one_blas_thread

DENSE: Final = 50
"""Components that methods which need many people per direction are given at most."""


@dataclass(frozen=True, eq=False)
class Clustering:
    """Clusters, the largest first, so that the same grouping always has the same numbers.

    labels: (N,) from 0 to k - 1, or NOISE. centroids: (k, D), the means of their people. squares: (N,) of the
    distances of people to their centroids, nan for noise.
    """

    labels: NDArray[np.int64]
    centroids: NDArray[np.float32]
    squares: NDArray[np.float32]

    @property
    def inertia(self) -> float:
        """Sum of the squared distances of all people but noise."""
        return float(np.nansum(self.squares, dtype=np.float64))

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(k,) how many people each cluster has."""
        return np.bincount(self.labels[self.labels != NOISE], minlength=len(self.centroids))

    @property
    def noise(self) -> int:
        """How many people are in no cluster."""
        return int((self.labels == NOISE).sum())


@dataclass(frozen=True)
class Clusterer:
    """run: (space, k, restarts, seed) to labels (N,). takes_k: whether it is told the number of clusters, and
    k and the gap statistic mean anything. components: how many principal components it sees at most, None for
    the whole space. learned: whether it clusters in a space of its own, see posecore.clustering.learned."""

    run: Callable[[Space, int, int, int], NDArray[np.integer]]
    takes_k: bool
    components: int | None
    learned: bool = False


def cluster(
    people: Space | NDArray[np.floating],
    method: str = "k-means",
    k: int = 2,
    restarts: int = 10,
    seed: int = 0,
) -> Clustering:
    """Group people, a Space or features (N, D), into k clusters: the best of `restarts` tries from `seed`.

    A method that finds the number of clusters itself takes no notice of k. Raises ConfigError for an unknown
    method, k outside 2 to N - 1, fewer than one restart, features that are not finite or have fewer than k
    distinct values, or where a method finds no clusters or leaves some empty.
    """
    if method not in CLUSTERERS:
        raise ConfigError(f"clustering method {method!r:.40}: expected {', '.join(CLUSTERERS)}")
    clusterer, space = CLUSTERERS[method], as_space(people)
    check_k(space, k if clusterer.takes_k else 2)
    if restarts < 1:
        raise ConfigError(f"{restarts} restarts: expected at least 1")
    seen = space if clusterer.components is None else first_components(space, clusterer.components)
    labels = clusterer.run(seen, k, restarts, seed)
    if clusterer.takes_k:
        check_filled(labels, k, method)
    return clustering_of(space, labels)


def cluster_from(space: Space, labels: NDArray[np.integer], k: int, seed: int = 0) -> Clustering:
    """K-Means going on from known labels (N,) of at most k clusters, from 0: one quick run, which ends in the
    full space.

    Clusters that are missing start at people far from all others, drawn with `seed`. Raises ConfigError as
    `cluster` does, or where labels are of other people.
    """
    check_k(space, k)
    if labels.shape != (len(space.rows),):
        raise ConfigError(
            f"labels have shape {labels.shape}; expected one for each of {len(space.rows)} people"
        )
    if labels.min() < 0 or labels.max() >= k:
        raise ConfigError(f"labels are {labels.min()} to {labels.max()}; expected 0 to {k - 1}")
    sketched = space.sketched
    starts = np.stack([sketched[labels == number].mean(axis=0) for number in np.unique(labels)])
    if len(starts) < k:
        squares = np.einsum("nq,nq->n", sketched, sketched)
        starts = plus_plus(sketched, squares, k, np.random.default_rng([seed, k]), first=starts)
    near = lloyd(LocalSource(sketched), [starts])
    runs = lloyd(space.source, near.labels, ks=[k])
    return clustering_of(space, runs.labels[0])


def as_space(people: Space | NDArray[np.floating]) -> Space:
    """The people themselves, or a Space of features (N, D). Raises ConfigError where these are not finite."""
    if isinstance(people, Space):
        return people
    space = latent_space(people)
    if len(space.left_out):
        raise ConfigError(
            f"the latent in row {space.left_out[0]} holds nan or infinity; make the bundle anew with "
            "`python scripts/extract_latents.py`, or leave that person out"
        )
    return space


def check_k(space: Space, k: int) -> None:
    """Raise ConfigError for a number of clusters that these people cannot have."""
    people = len(space.rows)
    if people < 3:
        raise ConfigError(f"{people} people: clusters need three or more; choose more people")
    if not 2 <= k < people:
        raise ConfigError(f"{k} clusters of {people} people: expected 2 to {people - 1} clusters")
    # Adding 0 turns -0 into 0, which has other bytes. Looks at k people where, as nearly always, all differ.
    distinct: set[bytes] = set()
    for row in space.features:
        distinct.add((row + 0).tobytes())
        if len(distinct) >= k:
            return
    most = len(distinct)
    raise ConfigError(f"{k} clusters: the latents have only {most} distinct values; expected at most {most}")


def check_filled(labels: NDArray[np.integer], k: int, method: str) -> None:
    """Raise ConfigError where some of k clusters have nobody."""
    found = len(np.unique(labels[labels != NOISE]))
    if found < k:
        raise ConfigError(f"{k} clusters by {method}: {k - found} stay empty; ask for at most {found}")


def clustering_of(space: Space, labels: NDArray[np.integer]) -> Clustering:
    """The clusters of labels (N,), numbered anew by size; of equally large ones the one with the first person
    comes first. Raises ConfigError where all are noise."""
    labels = largest_first(labels)
    count = int(labels.max()) + 1
    if count == 0:
        raise ConfigError(f"no cluster was found: all {len(labels)} people are noise; try another method")
    source, sizes = space.source, np.bincount(labels[labels != NOISE])
    sums = np.zeros((count, source.dimensions))
    for part in source.run(_summed, each_block(source, labels), (count,)):
        sums += part
    centroids = (sums / sizes[:, None]).astype(np.float32)
    squares = np.concatenate(list(source.run(_squares, each_block(source, labels), (centroids,))))
    return Clustering(labels, centroids + source.mean, squares)


def _summed(block: NDArray[np.float32], labels: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """(k, D) sums of a block's people by cluster."""
    marks = (labels == np.arange(count)[:, None]).astype(np.float32)
    sums: NDArray[np.float32] = marks @ block
    return sums


def _squares(
    block: NDArray[np.float32], labels: NDArray[np.int64], centroids: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(b,) squared distances of a block's people to their centroids, nan for noise."""
    away = centroids[labels]
    away -= block
    squares: NDArray[np.float32] = np.einsum("bd,bd->b", away, away)
    squares[labels == NOISE] = np.nan
    return squares


def largest_first(labels: NDArray[np.integer]) -> NDArray[np.int64]:
    """Labels (N,) numbered from 0 by size; of equally large ones that with the first person comes first."""
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    order = order[names[order] != NOISE]
    numbers = np.full(len(names), NOISE, np.int64)
    numbers[order] = np.arange(len(order))
    return numbers[np.searchsorted(names, labels)]


def nearest_to_centroids(
    clustering: Clustering, count: int, among: NDArray[np.bool_] | None = None
) -> list[NDArray[np.int64]]:
    """For every cluster the rows of its `count` people nearest its centroid, nearest first.

    A cluster with fewer people gives all of them. among: (M,) whom to choose from, everybody if not given.
    """
    nearest = []
    for number in range(len(clustering.centroids)):
        wanted = clustering.labels == number
        members = np.flatnonzero(wanted if among is None else wanted & among)
        nearest.append(members[np.argsort(clustering.squares[members], kind="stable")[:count]])
    return nearest


def _kmeans(space: Space, k: int, restarts: int, seed: int) -> NDArray[np.integer]:
    seeds = [(seed, k, restart) for restart in range(restarts)]
    runs = kmeans(space.source, [k] * restarts, seeds, sketched=space.sketched)
    best: NDArray[np.integer] = runs.labels[int(runs.inertia.argmin())]
    return best


def _mixture(space: Space, k: int, restarts: int, seed: int) -> NDArray[np.integer]:
    from sklearn.mixture import GaussianMixture

    features = np.asarray(space.features, np.float64)
    # Few people leave some directions of a cluster flat; a thousandth of the usual spread keeps them apart.
    ridge = 1e-3 * float(features.var(axis=0).mean())
    mixture = GaussianMixture(k, n_init=restarts, random_state=seed, reg_covar=ridge, init_params="k-means++")
    with one_blas_thread():  # in so few numbers several would wait for each other only
        return np.asarray(mixture.fit_predict(features), np.int64)


def _hdbscan(space: Space, k: int, restarts: int, seed: int) -> NDArray[np.integer]:
    """Has no number of clusters, no chance and so no restarts; a cluster holds a hundredth of the people."""
    from sklearn.cluster import HDBSCAN

    least = max(5, len(space.rows) // 100)
    found = HDBSCAN(min_cluster_size=min(least, len(space.rows)), copy=True)
    return np.asarray(found.fit_predict(np.asarray(space.features, np.float64)), np.int64)


def _learned(method: str, space: Space, k: int, restarts: int, seed: int) -> NDArray[np.integer]:
    """Restarts are those of the K-Means that it begins from."""
    from posecore.clustering.learned import learn, train_autoencoder

    autoencoder = train_autoencoder(space.features, seed)
    return learn(autoencoder, space.features, method, k, restarts, seed).labels


def first_components(space: Space, count: int) -> Space:
    """The same people along their first `count` components, or as many as there are."""
    if space.features.shape[1] <= count:
        return space
    scores = fit_components(space.features, count).project(space.features)
    name = f"the first {scores.shape[1]} components of {space.name}"
    return Space(name, scores, space.rows, space.left_out)


CLUSTERERS: Final[Mapping[str, Clusterer]] = {
    "k-means": Clusterer(_kmeans, takes_k=True, components=None),
    "gaussian mixture": Clusterer(_mixture, takes_k=True, components=DENSE),
    "hdbscan": Clusterer(_hdbscan, takes_k=False, components=DENSE),
    "dec": Clusterer(partial(_learned, "dec"), takes_k=True, components=DENSE, learned=True),
    "idec": Clusterer(partial(_learned, "idec"), takes_k=True, components=DENSE, learned=True),
}
"""Methods by name."""
