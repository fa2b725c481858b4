"""PCK, the share of correct keypoints: which predicted joints lie near enough to the annotated ones.

Hits are (N, K) floats: 1 hit, 0 miss, nan not scored. What follows from them is a mean without the
nans, so a joint that nobody labelled counts neither way.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.keypoints import KeypointSet

PCK_RADIUS: Final = 12.8
"""Crop pixels within which a joint is found: the thesis's r = 0.5 of c = 6.4 heatmap cells of 4 pixels."""

Hits = NDArray[np.float64]


def hits(
    predicted: NDArray[np.floating],
    annotated: NDArray[np.floating],
    visibility: NDArray[np.integer],
    radius: float = PCK_RADIUS,
    visible_only: bool = False,
) -> Hits:
    """(N, K) hits of points (N, K, 2), x then y, in the unit of `radius`.

    A hit lies strictly nearer than `radius` (thesis, algorithm 6). visibility: (N, K), COCO 0/1/2;
    joints that are not labelled (0) are not scored, with `visible_only` neither are hidden ones (1). A
    predicted point that is nan is a miss.
    """
    scored = visibility == 2 if visible_only else visibility > 0
    distance = np.linalg.norm(np.asarray(predicted, np.float64) - np.asarray(annotated, np.float64), axis=-1)
    return np.where(scored, (distance < radius).astype(np.float64), np.nan)


def scores(hits: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N, ...) PCK of every person, the share of scored joints that are hits, of hits (N, ..., K), such as
    under several masks; nan where none is scored."""
    return _share(hits, axis=-1)


def pck(hits: Hits) -> float:
    """Mean of the people's scores, so a person with few labels counts as much as others; nan without any."""
    return float(_share(scores(hits)))


def per_joint(hits: Hits) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(K,) share of hits of each joint, nan where it is never scored, and (K,) how often it is."""
    return _share(hits, axis=0), np.count_nonzero(~np.isnan(hits), axis=0)


def per_group(hits: Hits, keypoints: KeypointSet) -> dict[str, float]:
    """Share of hits over all scored joints of each of the set's groups; nan without any."""
    return {name: float(_share(hits[:, list(joints)])) for name, joints in keypoints.groups.items()}


def _share(values: NDArray[np.floating], axis: int | None = None) -> NDArray[np.float64]:
    """Mean without nans along `axis` (all values: None); nan, without a warning, where nothing is left."""
    count = np.count_nonzero(~np.isnan(values), axis=axis)
    mean: NDArray[np.float64] = np.nansum(values, axis=axis) / np.where(count, count, np.nan)
    return mean
