"""All figures of one prediction run in one dictionary that goes into JSON."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.errors import DataError
from posecore.keypoints import KeypointSet
from posecore.metrics.oks import average_precision, oks, picture_points
from posecore.metrics.pck import hits, pck, per_group, per_joint, scores
from posecore.metrics.pckh import evaluate_heads
from posecore.samples import read_points, read_visibility, table_keypoints


def evaluate(
    predicted: NDArray[np.floating], peaks: NDArray[np.floating], table: pd.DataFrame
) -> dict[str, Any]:
    """Scores in [0, 1] of predicted points (N, K, 2), crop pixels, of the people of a prepared `table`.

    peaks: (N, K) heatmap maxima; a person's mean is the confidence that COCO's AP ranks by. The keys:
    images (people with at least one scored joint), pck, pck_visible (joints with v = 2 only), per_joint,
    per_joint_n and per_joint_hidden_n (by keypoint name; how many are scored, and how many of these have
    v = 1), per_group; where the set of keypoints has published spreads oks_mean, oks_ap, oks_ap50, oks_ap75,
    oks_ar; where heads are known those of posecore.metrics.pckh. A figure that nothing stands behind is None.
    Raises DataError where the numbers of people differ or a prediction is not finite.
    """
    if not len(predicted) == len(peaks) == len(table):
        raise DataError(
            f"{len(predicted)} predictions and {len(peaks)} rows of peaks for {len(table)} people; "
            "expected one of each per person, predict this very table"
        )
    if not (np.isfinite(predicted).all() and np.isfinite(peaks).all()):
        raise DataError(
            "some predicted points or peaks are not finite; the network's weights are broken, train anew"
        )
    keypoints = table_keypoints(table, "annotated")
    annotated, visibility = read_points(table, "annotated"), read_visibility(table)
    scored = hits(predicted, annotated, visibility)
    shares, counts = per_joint(scored)
    hidden = (visibility == 1).sum(axis=0)
    return {
        "images": int(np.count_nonzero(~np.isnan(scores(scored)))),
        "pck": _number(pck(scored)),
        "pck_visible": _number(pck(hits(predicted, annotated, visibility, visible_only=True))),
        "per_joint": {name: _number(share) for name, share in zip(keypoints.names, shares, strict=True)},
        "per_joint_n": {name: int(count) for name, count in zip(keypoints.names, counts, strict=True)},
        "per_joint_hidden_n": {name: int(count) for name, count in zip(keypoints.names, hidden, strict=True)},
        "per_group": {name: _number(share) for name, share in per_group(scored, keypoints).items()},
        **_similarity(predicted, peaks, table, keypoints),
        **evaluate_heads(predicted, table),
    }


def _similarity(
    predicted: NDArray[np.floating],
    peaks: NDArray[np.floating],
    table: pd.DataFrame,
    keypoints: KeypointSet,
) -> dict[str, float | None]:
    """OKS and COCO's AP; nothing of a set without published spreads."""
    if keypoints.sigmas is None:
        return {}
    similarity = oks(
        picture_points(predicted, table),
        picture_points(read_points(table, "annotated"), table),
        read_visibility(table),
        table["area"].to_numpy(np.float64),
        keypoints.sigmas,
    )
    precision = average_precision(table, predicted, np.asarray(peaks, np.float64).mean(axis=1))
    similarity = similarity[~np.isnan(similarity)]
    return {
        "oks_mean": float(similarity.mean()) if similarity.size else None,
        **{f"oks_{name}": value for name, value in precision.items()},
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
