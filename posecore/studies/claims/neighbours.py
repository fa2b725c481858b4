"""Whether people near each other in a latent have alike poses."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.components.neighbours import nearest_people
from posecore.keypoints import sized_set

NEIGHBOURS: Final = 10
"""Nearest people in the latent whose poses are compared with somebody's."""

COMMON: Final = 6
"""Joints that two people need in common for their poses to be compared."""

_TORSO: Final = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")


def poses(annotated: NDArray[np.floating], visibility: NDArray[np.integer]) -> NDArray[np.float64]:
    """(N, K, 2) joints of labelled points (N, K, 2) with the middle of the torso at 0 and 1 for the longer
    side of the box around them; nan where not labelled, and of who has no part of the torso or no size."""
    known = visibility > 0
    points = np.where(known[..., None], annotated, np.nan).astype(np.float64)
    names = sized_set(points.shape[1]).names
    torso = points[:, [names.index(name) for name in _TORSO]]
    count = np.isfinite(torso[..., 0]).sum(axis=1)
    middle = np.nansum(torso, axis=1) / np.where(count > 0, count, np.nan)[:, None]
    scale = sizes(annotated, visibility)
    centred: NDArray[np.float64] = (points - middle[:, None]) / scale[:, None, None]
    return centred


def sizes(annotated: NDArray[np.floating], visibility: NDArray[np.integer]) -> NDArray[np.float64]:
    """(N,) longer side of the box around labelled points (N, K, 2); nan with fewer than two, or none
    apart."""
    known = (visibility > 0)[..., None]
    box = np.where(known, annotated, -np.inf).max(axis=1) - np.where(known, annotated, np.inf).min(axis=1)
    longer = box.max(axis=1)
    return np.where(np.isfinite(longer) & (longer > 0), longer, np.nan).astype(np.float64)


def pose_distances(those: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N, M) mean distance of the joints that two people have in common, of poses (N, K, 2) and (M, K, 2);
    nan with fewer than COMMON."""
    total = np.zeros((len(those), len(others)))
    count = np.zeros((len(those), len(others)))
    for joint in range(those.shape[1]):
        away = np.linalg.norm(those[:, None, joint] - others[None, :, joint], axis=-1)
        known = np.isfinite(away)
        total += np.where(known, away, 0.0)
        count += known
    distances: NDArray[np.float64] = total / np.where(count >= COMMON, count, np.nan)
    return distances


def nearer(latents: NDArray[np.floating], people: NDArray[np.floating]) -> NDArray[np.float64]:
    """(N,) by which share of what a person's pose differs from anybody's it differs less from those of the
    NEIGHBOURS nearest in latents (N, D); people: poses (N, K, 2). nan of who can be compared with none of
    them."""
    features = np.asarray(latents, np.float32)
    rows, _ = nearest_people(features, features, NEIGHBOURS, np.arange(len(features)))
    found = np.full(len(people), np.nan)
    for person, near in enumerate(rows):
        away = pose_distances(people[[person]], people)[0]
        away[person] = np.nan
        known = np.isfinite(away)
        if known.any() and known[near].any():
            found[person] = 1 - np.nanmean(away[near]) / away[known].mean()
    return found
