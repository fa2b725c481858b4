"""What points are scored by, besides hits."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.metrics.oks import oks, picture_points
from posecore.metrics.pckh import evaluate_heads
from posecore.samples import read_points, read_visibility, table_keypoints

Score = Callable[[NDArray[np.floating], pd.DataFrame], float]


def mean_oks(points: NDArray[np.floating], table: pd.DataFrame) -> float:
    """Mean OKS of points (N, K, 2), crop pixels, of the people of a table; nan where the set of joints has no
    published spreads."""
    sigmas = table_keypoints(table, "annotated").sigmas
    if sigmas is None:
        return float("nan")
    similarity = oks(
        picture_points(points, table),
        picture_points(read_points(table, "annotated"), table),
        read_visibility(table),
        table["area"].to_numpy(np.float64),
        sigmas,
    )
    known = similarity[~np.isnan(similarity)]
    return float(known.mean()) if len(known) else float("nan")


def pckh(points: NDArray[np.floating], table: pd.DataFrame) -> float:
    """PCKh of points (N, K, 2), crop pixels, of the people of a table; nan where it knows no heads."""
    return float(evaluate_heads(points, table).get("pckh") or np.nan)


SCORES: Final[Mapping[str, Score]] = {"oks": mean_oks, "pckh": pckh}
"""What is scored besides hits; another score is another row. nan where a data set does not say what it
needs."""


def heads(table: pd.DataFrame) -> dict[str, int]:
    """From where the sizes of heads are that PCKh is by, as `evaluate_heads` counts them; empty without."""
    found: dict[str, int] = evaluate_heads(read_points(table, "annotated"), table).get("pckh_heads", {})
    return found
