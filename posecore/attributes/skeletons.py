"""People by their joints: which are known, where they lie in the crop, and where the picture ends."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.data.crops import SIZE
from posecore.keypoints import KeypointSet, sized_set
from posecore.samples import Prefix, read_peaks, read_points, read_visibility

Floats = NDArray[np.float64]

PEAK: Final = 0.2
"""A predicted joint counts as found where its heatmap's maximum is this high. Of the shipped network's joints
on the 400 validation photographs, 77 % of those above and 34 % of those below lie within the PCK radius."""


@dataclass(frozen=True, eq=False)
class Skeletons:
    """N people. points: (N, K, 2) crop pixels, x then y, nan where a joint is missing. frame: (N, 4), where
    the picture's left, top, right and bottom border lie in the crop, at most the crop's own."""

    points: Floats
    frame: Floats

    @property
    def keypoints(self) -> KeypointSet:
        """Whose joints they are."""
        return sized_set(self.points.shape[1])

    def joint(self, name: str) -> Floats:
        """(N, 2) of one joint."""
        return self.points[:, self.keypoints.names.index(name)]


def skeletons(
    points: NDArray[np.floating], visibility: NDArray[np.integer], frame: NDArray[np.floating] | None = None
) -> Skeletons:
    """People of points (N, K, 2) in crop pixels; joints with visibility (N, K) of 0 are missing.

    frame: (N, 4), see Skeletons; None where the pictures end with the crops. Coordinates that are not finite
    are missing too.
    """
    known = (visibility > 0) & np.isfinite(points).all(axis=-1)
    whole = np.broadcast_to(np.array([0.0, 0.0, SIZE, SIZE]), (len(points), 4))
    return Skeletons(
        np.where(known[..., None], points, np.nan).astype(np.float64),
        np.asarray(whole if frame is None else frame, np.float64),
    )


def read_skeletons(samples: pd.DataFrame, source: Prefix) -> Skeletons:
    """The people of a table as in posecore.samples, by their annotated or predicted joints (see PEAK)."""
    seen = (
        read_visibility(samples) if source == "annotated" else (read_peaks(samples) >= PEAK).astype(np.int8)
    )
    x, y, side = (samples[f"crop_{name}"].to_numpy(np.float64) for name in ("x", "y", "side"))
    edges = [-x, -y, samples["image_width"].to_numpy() - x, samples["image_height"].to_numpy() - y]
    return skeletons(
        read_points(samples, source), seen, np.clip(np.stack(edges, axis=1) * SIZE / side[:, None], 0, SIZE)
    )


def joints_known(samples: pd.DataFrame) -> Prefix:
    """Which joints describe a table's people best: annotated ones, or predicted where it has no others."""
    known = any(str(name).startswith("annotated_") for name in samples.columns)
    return "annotated" if known else "predicted"
