"""The table of people: how keypoints are laid out in its columns. Shared by data sets and bundles.

One row per person. `sample_id` (for example `train-183126`: the COCO file's split and the annotation's
id) is unique and stable; it is the only way anything refers to a person. An annotation whose id is missing,
no integer or not the only one of its file is `train-PICTURE-PLACE` instead: the picture's id and the place
among its annotations, from 1. `annotation_id` is the file's, or that place where it is no integer. (Of MPII,
which knows no such ids: see posecore.data.mpii.) The names of the columns say which set of keypoints it is.
Keypoints are in pixels of the 256 x 256 crop, x to the right, y down, pixel (0, 0) covering
[0, 1) x [0, 1).
"""

from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.errors import DataError
from posecore.keypoints import SETS, KeypointSet

Prefix = Literal["annotated", "predicted"]

Value = Literal["x", "y", "v", "peak"]
"""What there is one column of per keypoint: a place, COCO's visibility, the height of a heatmap's maximum."""

ANNOTATED_VALUES: Final[tuple[Value, ...]] = ("x", "y", "v")
PREDICTED_VALUES: Final[tuple[Value, ...]] = ("x", "y", "peak")

CROP_COLUMNS: Final = ("crop_x", "crop_y", "crop_side")
"""Left, top and side of the square crop, in pixels of the source picture: posecore.data.crops.SquareCrop."""


HEAD_SIZE: Final = "head_size"
"""How large a person's head is for PCKh, in pixels of the source picture: nan where it is not known. Only
in tables of sets that PCKh is defined for."""

HEAD_FROM: Final = "head_from"
"""Where that comes from: HeadSource."""

HeadSource = Literal["mat", "rendered", "stand-in", ""]
"""A head box of a data set's annotation in .mat, or of a rendered person; the distance between two joints in
place of one; nothing."""

TRUTH: Final = "truth_"
"""Begins the names of columns that say how a rendered person was made, such as `truth_family`."""


def columns(keypoints: KeypointSet, prefix: Prefix, value: Value) -> list[str]:
    """Names of the K columns that hold one number per keypoint, such as `annotated_nose_x`."""
    return [f"{prefix}_{name}_{value}" for name in keypoints.names]


def table_keypoints(table: pd.DataFrame, prefix: Prefix) -> KeypointSet:
    """The set whose joints the columns of a table are. Raises DataError where they are of none."""
    for keypoints in SETS.values():
        if set(columns(keypoints, prefix, "x")) <= set(table.columns):
            return keypoints
    raise DataError(f"the table has no {prefix} joints of {' or '.join(SETS)}; make it anew")


def read_points(table: pd.DataFrame, prefix: Prefix) -> NDArray[np.float32]:
    """(N, K, 2) points, x then y, crop pixels, of the set of the table; nan where a joint is not labelled."""
    keypoints = table_keypoints(table, prefix)
    x = table[columns(keypoints, prefix, "x")].to_numpy(np.float32)
    y = table[columns(keypoints, prefix, "y")].to_numpy(np.float32)
    return np.stack([x, y], axis=-1)


def read_visibility(table: pd.DataFrame) -> NDArray[np.int8]:
    """(N, K) annotated visibility as COCO has it: 0 not labelled, 1 hidden, 2 visible."""
    return table[columns(table_keypoints(table, "annotated"), "annotated", "v")].to_numpy(np.int8)


def read_peaks(table: pd.DataFrame) -> NDArray[np.float32]:
    """(N, K) height of each predicted heatmap's maximum."""
    return table[columns(table_keypoints(table, "predicted"), "predicted", "peak")].to_numpy(np.float32)


def annotated_columns(
    keypoints: KeypointSet, points: NDArray[np.float32], visibility: NDArray[np.int8]
) -> dict[str, NDArray[np.generic]]:
    """Columns of (N, K, 2) annotated points and (N, K) visibility."""
    return {
        **dict(zip(columns(keypoints, "annotated", "x"), points[..., 0].T, strict=True)),
        **dict(zip(columns(keypoints, "annotated", "y"), points[..., 1].T, strict=True)),
        **dict(zip(columns(keypoints, "annotated", "v"), visibility.T, strict=True)),
    }


def predicted_columns(
    keypoints: KeypointSet, points: NDArray[np.float32], peaks: NDArray[np.float32]
) -> dict[str, NDArray[np.generic]]:
    """Columns of (N, K, 2) predicted points and (N, K) peaks."""
    return {
        **dict(zip(columns(keypoints, "predicted", "x"), points[..., 0].T, strict=True)),
        **dict(zip(columns(keypoints, "predicted", "y"), points[..., 1].T, strict=True)),
        **dict(zip(columns(keypoints, "predicted", "peak"), peaks.T, strict=True)),
    }


def truth_columns(table: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns that say how a rendered person was made; none for photographs."""
    return {str(name): table[name] for name in table.columns if str(name).startswith(TRUTH)}
