"""The table of people: how keypoints are laid out in its columns. Shared by data sets and bundles.

One row per person. `sample_id` (for example `train-183126`: the COCO file's split and the annotation's
id) is unique and stable; it is the only way anything refers to a person. An annotation whose id is missing,
no integer or not the only one of its file is `train-PICTURE-PLACE` instead: the picture's id and the place
among its annotations, from 1. `annotation_id` is the file's, or that place where it is no integer.
Keypoints are in pixels of the 256 x 256 crop, x to the right, y down, pixel (0, 0) covering
[0, 1) x [0, 1).
"""

from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.keypoints import KEYPOINTS

Prefix = Literal["annotated", "predicted"]

CROP_COLUMNS: Final = ("crop_x", "crop_y", "crop_side")
"""Left, top and side of the square crop, in pixels of the source picture: posecore.data.crops.SquareCrop."""


TRUTH: Final = "truth_"
"""Begins the names of columns that say how a rendered person was made, such as `truth_family`."""


def columns(prefix: Prefix, value: Literal["x", "y", "v", "peak"]) -> list[str]:
    """Names of the 17 columns that hold one number per keypoint, such as `annotated_nose_x`."""
    return [f"{prefix}_{name}_{value}" for name in KEYPOINTS]


def read_points(table: pd.DataFrame, prefix: Prefix) -> NDArray[np.float32]:
    """(N, 17, 2) points, x then y, crop pixels; nan where a joint is not labelled."""
    x = table[columns(prefix, "x")].to_numpy(np.float32)
    y = table[columns(prefix, "y")].to_numpy(np.float32)
    return np.stack([x, y], axis=-1)


def read_visibility(table: pd.DataFrame) -> NDArray[np.int8]:
    """(N, 17) annotated visibility as COCO has it: 0 not labelled, 1 hidden, 2 visible."""
    return table[columns("annotated", "v")].to_numpy(np.int8)


def read_peaks(table: pd.DataFrame) -> NDArray[np.float32]:
    """(N, 17) height of each predicted heatmap's maximum."""
    return table[columns("predicted", "peak")].to_numpy(np.float32)


def annotated_columns(
    points: NDArray[np.float32], visibility: NDArray[np.int8]
) -> dict[str, NDArray[np.generic]]:
    """Columns of (N, 17, 2) annotated points and (N, 17) visibility."""
    return {
        **dict(zip(columns("annotated", "x"), points[..., 0].T, strict=True)),
        **dict(zip(columns("annotated", "y"), points[..., 1].T, strict=True)),
        **dict(zip(columns("annotated", "v"), visibility.T, strict=True)),
    }


def predicted_columns(
    points: NDArray[np.float32], peaks: NDArray[np.float32]
) -> dict[str, NDArray[np.generic]]:
    """Columns of (N, 17, 2) predicted points and (N, 17) peaks."""
    return {
        **dict(zip(columns("predicted", "x"), points[..., 0].T, strict=True)),
        **dict(zip(columns("predicted", "y"), points[..., 1].T, strict=True)),
        **dict(zip(columns("predicted", "peak"), peaks.T, strict=True)),
    }


def truth_columns(table: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns that say how a rendered person was made; none for photographs."""
    return {str(name): table[name] for name in table.columns if str(name).startswith(TRUTH)}
