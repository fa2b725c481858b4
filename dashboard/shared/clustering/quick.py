"""What is computed of people while somebody waits: clusters guessed K after K, numbers, silhouettes."""

import tempfile
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.shared.clustering.questions import KMEANS, RESTARTS
from posecore.clustering.controls import subsampled
from posecore.clustering.distances import MOST_STORED, stored_distances
from posecore.clustering.matching import steady_colours
from posecore.clustering.methods import cluster, cluster_from
from posecore.clustering.silhouette import NOISE, silhouettes_from
from posecore.clustering.space import Space

GUIDES: Final = 2_000
"""People by whom it is guessed where the clusters of the next K lie: of 10,000 a guess took 0.3 s."""


def grown(space: Space, before: NDArray[np.int64] | None, k: int) -> NDArray[np.int64]:
    """Labels (M,) of k clusters, grown from labels (M,) of k - 1, if any: a guess, quickly made.

    A subsample is clustered by its sketch alone, and everybody goes to the nearest centroid of these.
    """
    sketched = Space(space.name, space.sketched, space.rows, space.left_out)
    some = subsampled(sketched, most=GUIDES)
    if before is None:
        found = cluster(some, KMEANS, k, RESTARTS)
    else:
        found = cluster_from(some, before[np.searchsorted(space.rows, some.rows)], k)
    away = (found.centroids**2).sum(axis=1) - 2 * (sketched.features @ found.centroids.T)
    return np.asarray(away.argmin(axis=1), np.int64)


def numbered(
    labels: NDArray[np.int64], before: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The label of every number (k,), and everybody's number (M,), NOISE among them.

    before: numbers (M,) of one cluster less, if any; the clusters matched with these have the same numbers.
    """
    colours = steady_colours([labels] if before is None else [before, labels])[-1]
    return np.argsort(colours), np.where(labels == NOISE, NOISE, colours[labels])


class Distances(NamedTuple):
    """values: (J, J) between the people `rows` (J,), mapped from a file that has no name any more."""

    rows: NDArray[np.int64]
    values: NDArray[np.float32]


def measured(space: Space) -> Distances:
    """Distances between the people of a space, or MOST_STORED of them."""
    judged = subsampled(space, most=MOST_STORED)
    # The map outlives the file's name, so nothing stays on the disk, even of a dashboard that is killed.
    with tempfile.TemporaryDirectory(prefix="pose-distances-", ignore_cleanup_errors=True) as folder:
        return Distances(judged.rows, stored_distances(judged.source, Path(folder) / "all.npy"))


def silhouettes_of(
    at_hand: Distances, rows: NDArray[np.int64], labels: NDArray[np.int64]
) -> NDArray[np.float32]:
    """(M,) silhouettes of the people `rows` (M,) in clusters `labels` (M,); nan for who has no distances."""
    values = np.full(len(labels), np.nan, np.float32)
    judged = np.flatnonzero(np.isin(rows, at_hand.rows))
    clustered = labels[judged][labels[judged] != NOISE]
    if 2 <= len(np.unique(clustered)) < len(clustered):
        # The distances of everybody are read as they lie; of some people they are picked out.
        whole = len(judged) == len(at_hand.rows)
        own = None if whole else np.searchsorted(at_hand.rows, rows[judged])
        values[judged] = silhouettes_from(at_hand.values, labels[judged][None], own)[0]
    return values
