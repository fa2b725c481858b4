"""Silhouettes of any clusters of a place, from distances that are kept for all users of a bundle."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import cache
from dashboard.shared.clustering.questions import Place
from posecore.bundle import Bundle
from posecore.clustering.controls import few
from posecore.clustering.distances import MOST_STORED, stored_distances
from posecore.clustering.silhouette import NOISE, silhouettes_from
from posecore.clustering.space import Space


class Distances(NamedTuple):
    """values: (J, J) between the people `rows` (J,), mapped from a file that has no name any more."""

    rows: NDArray[np.int64]
    values: NDArray[np.float32]


@cache.kept(2)
def distances(bundle: Bundle, key: tuple[str, str], place: Place, _space: Space) -> Distances:
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
