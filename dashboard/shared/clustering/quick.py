"""Clusters guessed quickly, K after K: where one quick run starts, and what clusters are numbered by."""

import tempfile
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import cache
from dashboard.shared.clustering import stored
from dashboard.shared.clustering.questions import KMEANS, LEAST, RESTARTS, Subset
from posecore.bundle import Bundle
from posecore.clustering.controls import few
from posecore.clustering.distances import MOST_STORED, stored_distances
from posecore.clustering.matching import steady_colours
from posecore.clustering.methods import cluster, cluster_from
from posecore.clustering.silhouette import NOISE, silhouettes_from
from posecore.clustering.space import Space

GUIDES: Final = 2_000
"""People by whom it is guessed where the clusters of the next K lie: of 10,000 a guess took 0.3 s."""


def guess(bundle: Bundle, key: tuple[str, str], place: Subset, k: int, space: Space) -> NDArray[np.int64]:
    """Labels (M,) of k clusters of all people of a place: the study's, else grown from those of smaller K.

    key: when what they depend on was made. Heirs of the clusters of k - 1 have their forebears' numbers.
    """
    return _ladder(bundle, key, place, k, space)[-1]


def numbered(
    bundle: Bundle, key: tuple[str, str], place: Subset, whole: Space, space: Space, labels: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The label of every number (k,), and everybody's number (M,): heirs of the clusters of smaller K keep
    theirs. labels: (M,) of the people of `space`, some of those of the place, `whole`."""
    count = int(labels.max()) + 1
    before: list[NDArray[np.int64]] = []
    if count > LEAST:
        before = [guess(bundle, key, place, count - 1, whole)[np.searchsorted(whole.rows, space.rows)]]
    colours = steady_colours([*before, labels])[-1]
    return np.argsort(colours), np.where(labels == NOISE, NOISE, colours[labels])


@cache.cached(80)
def _ladder(
    bundle: Bundle, key: tuple[str, str], place: Subset, k: int, _space: Space
) -> list[NDArray[np.int64]]:
    """Labels for K = 2, 3, … k."""
    rungs = _ladder(bundle, key, place, k - 1, _space) if k > LEAST else []
    labels = stored.labels(bundle, place, _space, k)
    if labels is None:
        labels = _grown(_space, rungs[-1] if rungs else None, k)
    return [*rungs, steady_colours([*rungs[-1:], labels])[-1][labels]]


def _grown(space: Space, before: NDArray[np.int64] | None, k: int) -> NDArray[np.int64]:
    """Labels (M,) of k clusters, grown from labels (M,) of fewer, if any: a guess, quickly made.

    Some people are clustered by their sketched alone, and everybody goes to the nearest middle of these.
    """
    sketched = Space(space.name, space.sketched, space.rows, space.left_out)
    some = few(sketched, most=GUIDES)
    if before is None:
        grown = cluster(some, KMEANS, k, RESTARTS)
    else:
        grown = cluster_from(some, before[np.searchsorted(space.rows, some.rows)], k)
    middles = grown.centroids
    away = (middles**2).sum(axis=1) - 2 * (sketched.features @ middles.T)
    return np.asarray(away.argmin(axis=1), np.int64)


class Distances(NamedTuple):
    """values: (J, J) between the people `rows` (J,), mapped from a file that has no name any more."""

    rows: NDArray[np.int64]
    values: NDArray[np.float32]


@cache.cached(2)
def distances(bundle: Bundle, key: tuple[str, str], place: Subset, _space: Space) -> Distances:
    """Those between the people of a place, or MOST_STORED of them. key: when they were made."""
    judged = few(_space, most=MOST_STORED)
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
