"""Keypoints, visibility, box and area as COCO has them, read off the renderer's own depth."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecore.keypoints import GROUPS, KEYPOINTS, K
from posecore.synthetic.figure import Figure
from posecore.synthetic.geometry.camera import Camera
from posecore.synthetic.geometry.segments import DEPTH, OWN
from posecore.synthetic.render import FINE, Frame

FACE = 3
"""The first keypoints, nose and eyes: of a head seen from behind they are mostly not labelled at all."""


def true_points(figure: Figure, camera: Camera) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the figure's keypoints are: (17, 2) picture pixels and (17,) metres ahead of the camera."""
    return camera.project(np.stack([figure.marks[name] for name in KEYPOINTS]))


def visibility(figure: Figure, camera: Camera, frame: Frame) -> NDArray[np.int64]:
    """(17,) of main's keypoints: 2 seen, 1 hidden, 0 outside the picture.

    A keypoint is seen if, at most of nine samples around it, the front is its own part of the body no
    farther before it than that part is thick.
    """
    points, depth = true_points(figure, camera)
    return np.array(
        [seen(points[k], depth[k], camera, frame, OWN[k], DEPTH[k] * figure.build.height) for k in range(K)],
        np.int64,
    )


def seen(
    point: NDArray[np.float64],
    depth: float,
    camera: Camera,
    frame: Frame,
    parts: tuple[int, ...],
    thick: float,
) -> int:
    """2, 1 or 0 as `visibility` has it, of one point (2,) of main's, so many metres ahead of the camera.

    parts: segments that it may lie under, no deeper than `thick` metres.
    """
    x, y = point
    if depth <= 0 or not (0 <= x < camera.width and 0 <= y < camera.height):
        return 0
    rows, columns = frame.owner.shape
    column = np.clip(int(x * FINE) + np.array([-1, 0, 1] * 3), 0, columns - 1)
    row = np.clip(int(y * FINE) + np.repeat([-1, 0, 1], 3), 0, rows - 1)
    own = (frame.owner[row, column] == 0) & np.isin(frame.segment[row, column], parts)
    near = depth - frame.depth[row, column] < thick
    return 2 if (own & near).sum() >= 5 else 1


def leave_out(seen: NDArray[np.int64], rng: np.random.Generator) -> tuple[NDArray[np.int64], int]:
    """Set some keypoints to 0 as annotators do; returns the new visibility (17,) and how many were left out.

    Hidden noses and eyes mostly, and of every fifth person some others: hidden and small ones first. Six
    stay where there are six.
    """
    labelled = seen.copy()
    drop = rng.random(FACE) < 0.8
    labelled[:FACE][(seen[:FACE] == 1) & drop] = 0
    careless = rng.random() < 0.2
    dice = rng.random(K)
    if careless:
        rate = rng.uniform(0.15, 0.6)
        chance = np.where(seen == 1, rate, 0.25 * rate)
        chance[list(GROUPS["head"])] *= 1.6
        order = np.argsort(dice / np.maximum(chance, 1e-9))
        for k in order:
            if dice[k] < chance[k] and labelled[k] and (labelled > 0).sum() > 6:
                labelled[k] = 0
    return labelled, int(((seen > 0) & (labelled == 0)).sum())


def box_and_area(mask: NDArray[np.bool_]) -> tuple[list[float], float]:
    """COCO's left, top, width, height around the mask's pixels, and their number."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    box = [float(left), float(top), float(columns[-1] + 1 - left), float(rows[-1] + 1 - top)]
    return box, float(mask.sum())


def person_mask(frame: Frame, owner: int) -> NDArray[np.bool_]:
    """(H, W): pixels of which somebody covers half or more."""
    mine = frame.owner == owner
    rows, columns = mine.shape
    counts = mine.reshape(rows // FINE, FINE, columns // FINE, FINE).sum(axis=(1, 3))
    return np.asarray(counts * 2 >= FINE * FINE, np.bool_)


def keypoint_list(points: NDArray[np.float64], labelled: NDArray[np.int64]) -> list[float]:
    """COCO's flat list x, y, v; x and y are 0 where v is, and rounded to hundredths of a pixel."""
    values: list[Any] = []
    for (x, y), v in zip(points.tolist(), labelled.tolist(), strict=True):
        values += [round(x, 2), round(y, 2), v] if v else [0, 0, 0]
    return values
