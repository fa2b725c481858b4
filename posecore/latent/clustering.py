"""Groups of people whose latents are alike. Another method is another row of CLUSTERERS.

Shapes: N people, D numbers per person (latents or scores), k clusters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError
from posecore.latent.arrays import as_float32


@dataclass(frozen=True, eq=False)
class Clustering:
    """Clusters, the largest first, so that the same grouping always has the same numbers.

    labels: (N,) from 0 to k - 1. centroids: (k, D). inertia: sum of the squared distances of all people
    to their centroids.
    """

    labels: NDArray[np.int64]
    centroids: NDArray[np.float32]
    inertia: float

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(k,) how many people each cluster has."""
        return np.bincount(self.labels, minlength=len(self.centroids))


Clusterer = Callable[[NDArray[np.float32], int, int, int], Clustering]


def cluster(
    latents: NDArray[np.floating], method: str = "k-means", k: int = 2, restarts: int = 10, seed: int = 0
) -> Clustering:
    """Group latents (N, D) into k clusters, the best of `restarts` tries from starts drawn with `seed`.

    Raises ConfigError for an unknown method, k outside 2 to N - 1, fewer than one restart, latents that are
    not finite or have fewer than k distinct values.
    """
    if method not in CLUSTERERS:
        raise ConfigError(f"clustering method {method!r}: expected {', '.join(CLUSTERERS)}")
    if not 2 <= k < len(latents):
        raise ConfigError(f"{k} clusters of {len(latents)} people: expected 2 to {len(latents) - 1} clusters")
    if restarts < 1:
        raise ConfigError(f"{restarts} restarts: expected at least 1")
    return _largest_first(CLUSTERERS[method](as_float32(latents), k, restarts, seed))


def nearest_to_centroids(
    features: NDArray[np.floating], clustering: Clustering, count: int
) -> list[NDArray[np.int64]]:
    """For every cluster the rows of its `count` people nearest its centroid, nearest first.

    features: (N, D), what was clustered. A cluster with fewer people gives all of them.
    """
    nearest = []
    for number, centroid in enumerate(clustering.centroids):
        members = np.flatnonzero(clustering.labels == number)
        distance = np.linalg.norm(np.asarray(features[members], np.float32) - centroid, axis=1)
        nearest.append(members[np.argsort(distance, kind="stable")[:count]])
    return nearest


def _kmeans(features: NDArray[np.float32], k: int, restarts: int, seed: int) -> Clustering:
    from sklearn.cluster import KMeans

    found = KMeans(k, n_init=restarts, random_state=seed, copy_x=False).fit(features)
    distinct = len(np.unique(found.labels_))
    if distinct < k:
        raise ConfigError(
            f"{k} clusters: the latents have only {distinct} distinct values; expected at most {distinct}"
        )
    return Clustering(
        labels=found.labels_.astype(np.int64),
        centroids=np.asarray(found.cluster_centers_, np.float32),
        inertia=float(found.inertia_),
    )


def _largest_first(clustering: Clustering) -> Clustering:
    """The same clusters numbered by size; of equally large ones the one with the first person comes first."""
    first = np.array([np.argmax(clustering.labels == number) for number in range(len(clustering.centroids))])
    order = np.lexsort((first, -clustering.sizes))
    new_number = np.empty_like(order)
    new_number[order] = np.arange(len(order))
    return Clustering(new_number[clustering.labels], clustering.centroids[order], clustering.inertia)


CLUSTERERS: Final[Mapping[str, Clusterer]] = {"k-means": _kmeans}
"""Methods by name: (features (N, D), k, restarts, seed) to a clustering."""
