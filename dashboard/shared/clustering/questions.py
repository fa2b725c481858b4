"""What can be asked about clusters, and the form of what comes out; nothing is computed here."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.clustering.methods import CLUSTERERS, Clustering
from posecore.clustering.space import Space

KMEANS: Final = "k-means"
HDBSCAN: Final = "hdbscan"
EVERYBODY, COMPLETE, ONE_CLUSTER = "everybody", "completely annotated people", "one cluster"
PEOPLE: Final = (EVERYBODY, COMPLETE, ONE_CLUSTER)

LEAST, MOST = 2, 20
"""Numbers of clusters that can be asked for."""
RESTARTS: Final = 10
MOST_RESTARTS: Final = 20
MOST_SEED: Final = 9_999


class Subset(NamedTuple):
    """Who is clustered in which space. components: None for whole latents. of_k, of: for ONE_CLUSTER, the
    cluster number `of`, from 1, of those that everybody is sorted into with K = of_k."""

    components: int | None = None
    people: str = EVERYBODY
    of_k: int = 2
    of: int = 1


ALL: Final = Subset()
"""Everybody, in whole latents."""


class Question(NamedTuple):
    """How some people are to be clustered; a key of what is cached."""

    k: int = 2
    method: str = KMEANS
    restarts: int = RESTARTS
    seed: int = 0

    @property
    def has_k(self) -> bool:
        """Whether the method is given how many clusters to find."""
        return CLUSTERERS[self.method].takes_k

    @property
    def learned(self) -> bool:
        """Whether the method clusters in a space that it learns."""
        return CLUSTERERS[self.method].learned


STORED, RESTARTED, QUICK = "stored", "restarted", "quick"


@dataclass(frozen=True, eq=False)
class Clustered:
    """Everything about people is in the order of `space.rows`, M of them.

    numbers: (M,) clusters from 0, or NOISE, the same from one K to the next; the page shows them from 1.
    clustering: the same by size, largest first. order: (k,) the clustering's label of every number.
    values: (M,) silhouettes, nan where not known. mean: of those. how: STORED, RESTARTED or QUICK. own: (M,)
    silhouettes in the space that was learned, None of a method that learns none.
    """

    subset: Subset
    question: Question
    space: Space
    clustering: Clustering
    numbers: NDArray[np.int64]
    order: NDArray[np.int64]
    values: NDArray[np.float32]
    mean: float
    how: str
    own: NDArray[np.floating] | None = None

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(k,) people of every number."""
        return self.clustering.sizes[self.order]

    @property
    def centroids(self) -> NDArray[np.float32]:
        """(k, D) of every number."""
        return self.clustering.centroids[self.order]

    def members(self, number: int) -> NDArray[np.int64]:
        """Who belongs to a number, as indices into `space.rows`."""
        return np.flatnonzero(self.numbers == number)
