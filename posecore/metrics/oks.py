"""Object keypoint similarity: a score that scales with the person, as COCO defines it, and COCO's AP and AR.

All points here are in pixels of the source picture, where `area` (COCO's segment area, square
pixels) tells how large a person is. A joint that the crop lost is unlabelled here too.
"""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.data.crops import SIZE
from posecore.errors import ConfigError
from posecore.samples import CROP_COLUMNS, read_points, read_visibility, table_keypoints


def picture_points(points: NDArray[np.floating], table: pd.DataFrame) -> NDArray[np.float64]:
    """Points (N, K, 2) of the people of `table` from crop pixels to pixels of their source pictures."""
    left, top, side = (table[name].to_numpy(np.float64)[:, None] for name in CROP_COLUMNS)
    corner = np.stack([left, top], axis=-1)
    return corner + np.asarray(points, np.float64) * (side[..., None] / SIZE)


def oks(
    predicted: NDArray[np.floating],
    annotated: NDArray[np.floating],
    visibility: NDArray[np.integer],
    area: NDArray[np.floating],
    sigmas: Sequence[float],
) -> NDArray[np.float64]:
    """(N,) similarity in [0, 1] of points (N, K, 2); nan where a person has no labelled joint.

    Mean over the labelled joints (visibility (N, K) above 0) of exp(-d^2 / (2 area k^2)), with d the
    distance, area (N,) and k = 2 sigma, of `sigmas` (K,) as a KeypointSet has them
    (https://cocodataset.org/#keypoints-eval).
    """
    labelled = visibility > 0
    squared = np.square(np.asarray(predicted, np.float64) - np.asarray(annotated, np.float64)).sum(axis=-1)
    # COCO's own code adds this smallest step too, so that an area of 0 does not divide by 0.
    scale = 2 * (np.asarray(area, np.float64)[:, None] + np.spacing(1)) * np.square(2 * np.array(sigmas))
    similarity = np.where(labelled, np.exp(-squared / scale), 0)
    count = labelled.sum(axis=1)
    result: NDArray[np.float64] = similarity.sum(axis=1) / np.where(count, count, np.nan)
    return result


def average_precision(
    table: pd.DataFrame, predicted: NDArray[np.floating], confidences: NDArray[np.floating]
) -> dict[str, float | None]:
    """COCO's AP over OKS 0.50 to 0.95, AP at 0.50 and at 0.75, and AR, from pycocotools; None without people.

    table: annotated people, as prepared. predicted: (N, K, 2) crop pixels, one detection per person.
    confidences: (N,), by which detections are ranked. As in COCO at most 20 detections of one picture
    count, the most confident ones. Raises ConfigError of a set of keypoints without published spreads.
    """
    if len(table) == 0:
        return dict.fromkeys(("ap", "ap50", "ap75", "ar"))
    evaluation = _evaluation(table, predicted, confidences)
    # Axes: OKS threshold, recall, category, area range, number of detections.
    precision = evaluation.eval["precision"][:, :, 0, 0, 0]
    recall = evaluation.eval["recall"][:, 0, 0, 0]
    thresholds = evaluation.params.iouThrs
    return {
        "ap": _mean(precision),
        "ap50": _mean(precision[np.isclose(thresholds, 0.5)]),
        "ap75": _mean(precision[np.isclose(thresholds, 0.75)]),
        "ar": _mean(recall),
    }


def _evaluation(
    table: pd.DataFrame, predicted: NDArray[np.floating], confidences: NDArray[np.floating]
) -> Any:
    """An accumulated COCOeval of the people of `table`, over all sizes of people."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    keypoints, visibility = table_keypoints(table, "annotated"), read_visibility(table)
    if keypoints.sigmas is None:
        raise ConfigError(f"nobody published spreads of {keypoints.title}, so there is no AP of them")
    annotated = np.nan_to_num(picture_points(read_points(table, "annotated"), table))
    detected = picture_points(predicted, table)
    images = table["image_id"].to_numpy()
    boxes = table[["bbox_x", "bbox_y", "bbox_w", "bbox_h"]].to_numpy(np.float64)
    areas = table["area"].to_numpy(np.float64)
    people = [
        {
            "id": i + 1,  # COCOeval takes an id of 0 for "not matched"
            "image_id": int(images[i]),
            "category_id": 1,
            "iscrowd": 0,
            "area": float(areas[i]),
            "bbox": boxes[i].tolist(),
            "num_keypoints": int((visibility[i] > 0).sum()),
            "keypoints": _triples(annotated[i], visibility[i]),
        }
        for i in range(len(table))
    ]
    detections = [
        {
            "image_id": int(images[i]),
            "category_id": 1,
            "keypoints": _triples(detected[i], np.ones(len(keypoints))),
            "score": float(confidences[i]),
        }
        for i in range(len(table))
    ]
    category = {
        "id": 1,
        "name": "person",
        "keypoints": list(keypoints.names),
        "skeleton": [list(limb) for limb in keypoints.limbs],
    }
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools reports on every step
        truth = COCO()
        truth.dataset = {
            "info": {},
            "images": [{"id": int(image)} for image in np.unique(images)],
            "annotations": people,
            "categories": [category],
        }
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(detections), "keypoints")
        evaluation.params.kpt_oks_sigmas = np.array(keypoints.sigmas)
        # The range "all" only; the others are neither reported nor worth the time.
        evaluation.params.areaRng, evaluation.params.areaRngLbl = evaluation.params.areaRng[:1], ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


def _triples(points: NDArray[np.float64], visibility: NDArray[Any]) -> list[float]:
    """(K, 2) points and (K,) visibility as COCO writes them: x, y, v, x, y, v ..."""
    flat: list[float] = np.column_stack([points, visibility]).ravel().tolist()
    return flat


def _mean(values: NDArray[np.float64]) -> float | None:
    """Mean of what COCOeval could compute; it marks the rest with -1."""
    computed = values[values > -1]
    return float(computed.mean()) if computed.size else None
