"""What can be asked about clusters, and the form of what comes out; nothing is computed here."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.bundle import Bundle
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


class Question(NamedTuple):
    """What is to be computed; a key of what is kept."""

    k: int = 2
    place: Subset = Subset()
    method: str = KMEANS
    restarts: int = RESTARTS
    seed: int = 0

    @property
    def has_k(self) -> bool:
        """Whether the method is told how many clusters to find."""
        return CLUSTERERS[self.method].takes_k


STORED, RESTARTED, QUICK = "stored", "restarted", "quick"


@dataclass(frozen=True, eq=False)
class Clustered:
    """Everything about people is in the order of `space.rows`, M of them.

    numbers: (M,) clusters from 0, or NOISE, the same from one K to the next; the page shows them from 1.
    clustering: the same by size, largest first. order: (k,) the clustering's label of every number.
    values: (M,) silhouettes, nan where not known. mean: of those. how: STORED, RESTARTED or QUICK.
    """

    question: Question
    space: Space
    clustering: Clustering
    numbers: NDArray[np.int64]
    order: NDArray[np.int64]
    values: NDArray[np.float32]
    mean: float
    how: str

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(k,) people of every number."""
        return self.clustering.sizes[self.order]

    @property
    def centroids(self) -> NDArray[np.float32]:
        """(k, D) of every number."""
        return self.clustering.centroids[self.order]

    def members(self, number: int) -> NDArray[np.int64]:
        """Who belongs to a number, as places in `space.rows`."""
        return np.flatnonzero(self.numbers == number)


def described(bundle: Bundle, found: Clustered) -> str:
    """How this clustering was made, in words."""
    question = found.question
    how = {
        STORED: f"the highest mean silhouette of {question.restarts} restarts, from the stored sweep",
        QUICK: "one quick run",
    }.get(found.how, f"the tightest of {question.restarts} restarts")
    asked = f"{question.method} with K = {question.k}, seed {question.seed},"
    if not question.has_k:
        people, noise = len(found.space.rows), found.clustering.noise
        how = f"{len(found.sizes)} clusters found over "
        how += (
            f"**{people - noise:,} of {people:,} people, {noise:,} in no cluster**"
            if noise
            else f"all {people:,} people"
        )
        asked = question.method
    sees = CLUSTERERS[question.method].components
    if sees is not None and found.space.features.shape[1] > sees:
        asked += f" by {sees} components at most,"
    whole = question.place.components is None
    space = f"the **full latent space** ({bundle.manifest.dimensions:,} numbers per person)"
    where = space if whole else f"**{found.space.name}**"
    return f"By {asked} in {where}; {how}."
