"""One annotated person: what their annotation says, mended where that costs no truth, or why it is no use."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.data.annotation_file import Entry, Layout
from posecore.data.attributes import Attribute, plain_attributes
from posecore.data.crops import SquareCrop, joints_box, person_crop

LONGEST_BOX: Final = 2.0
"""A box longer than this many times its picture's longer side is a mistake: COCO's stay inside."""

AREA_OF_BOX: Final = 0.53
"""Of its box a person covers, where no segment was measured: the usual stand-in, for OKS alone."""

NOWHERE: Final = "all labelled joints outside the picture or without a place"
"""A reason why somebody is skipped."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Person:
    """One annotated person, in pixels of the source picture.

    sample_id, annotation_id: see posecore.samples. points: (K, 2), x then y. visibility: (K,), COCO 0/1/2;
    what is labelled is inside the picture. crop: the square to cut out. measures: what its layout knows
    beside that, by the names of columns. attributes: what else the file says of the person, as rendered
    people have it; none in COCO's own. mended: for each thing that was not taken as the file has it, what
    was done instead.
    """

    sample_id: str
    annotation_id: int
    points: NDArray[np.float64]
    visibility: NDArray[np.int8]
    crop: SquareCrop
    measures: Mapping[str, float | str] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    mended: tuple[str, ...] = ()


def read_person(
    annotation: Entry, layout: Layout, size: tuple[int, int], sample_id: str, annotation_id: int
) -> Person | str:
    """The annotated person, or the reason why there is none. size: width and height of the picture."""
    if _is_crowd(annotation.get("iscrowd")):
        return "crowd box"
    keypoints = _keypoints(annotation.get("keypoints"), layout)
    if isinstance(keypoints, str):
        return keypoints
    points, visibility, lost = inside_picture(keypoints[:, :2], keypoints[:, 2].astype(np.int8), size)
    mended = [*([] if layout.is_coco else ["keypoints put in COCO's order by their names"]), *lost]
    if not visibility.any():
        return NOWHERE
    box = _box(annotation.get("bbox"))
    if box is None:
        box = joints_box(points[visibility > 0])
        mended.append("no box, one around the labelled joints instead")
        if min(box[2:]) <= 0 or max(box[2:]) < 1:
            return "no box, and joints that span none"
    if isinstance(box, str):
        return box
    if min(box[2:]) <= 0 or max(box[2:]) < 1:
        return "empty box"
    if max(box[2:]) > LONGEST_BOX * max(size):
        return "box far larger than its picture"
    area = _area(annotation.get("area"), most=max(box[2] * box[3], float(size[0]) * size[1]))
    if area is None:
        area = AREA_OF_BOX * box[2] * box[3]
        mended.append(f"area not measured, {AREA_OF_BOX} of the box instead")
    attributes, left_out = plain_attributes(annotation.get("attributes"))
    mended += ["attribute without a plain name and value, left out"] * left_out
    crop = person_crop(box, points, visibility, *size)
    left, top, width, height = box
    measures = {"area": area, "bbox_x": left, "bbox_y": top, "bbox_w": width, "bbox_h": height}
    return Person(sample_id, annotation_id, points, visibility, crop, measures, attributes, tuple(mended))


def inside_picture(
    points: NDArray[np.float64], visibility: NDArray[np.int8], size: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.int8], list[str]]:
    """Points (K, 2) and visibility (K,) with what has no place in a picture of this size unlabelled, and
    what was done to each such joint."""
    points, visibility = points.copy(), visibility.copy()
    placed = np.isfinite(points).all(axis=1)
    points[~placed] = 0
    inside = ((points >= 0) & (points <= size)).all(axis=1)
    mended: list[str] = []
    for wrong, said in ((~placed, "without a place (nan)"), (~inside, "outside its picture")):
        lost = (visibility > 0) & wrong
        visibility[lost] = 0
        mended += [f"labelled joint {said}, taken as unlabelled"] * int(lost.sum())
    return points, visibility, mended


def _is_crowd(given: Any) -> bool:
    return bool(given) and str(given).strip().lower() not in ("0", "0.0", "false")


def _keypoints(given: Any, layout: Layout) -> NDArray[np.float64] | str:
    """(17, 3) x, y, visibility in COCO's order, at least one labelled; or the reason why there are none.

    Coordinates may be nan or infinite.
    """
    if not given:
        return "no labelled keypoint"
    try:
        numbers = np.array(given, np.float64).ravel()
    except (TypeError, ValueError, OverflowError):
        return "keypoints are no numbers"
    if numbers.size % 3:
        return f"{numbers.size} numbers as keypoints, expected {3 * layout.keypoints}"
    if numbers.size != 3 * layout.keypoints:
        return f"{numbers.size // 3} keypoints, expected {layout.keypoints}"
    order = list(layout.order)
    keypoints = numbers.reshape(-1, 3)[order]
    written = np.array(given, object).reshape(-1, 3)[order, 2]
    visibility = keypoints[:, 2]
    if any(isinstance(value, bool) for value in written):
        return "visibility true or false, expected 0, 1 or 2"
    if not np.isfinite(visibility).all():
        return "visibility is no number, expected 0, 1 or 2"
    if (visibility % 1 != 0).any():
        return "visibility a fraction, perhaps a confidence; expected 0, 1 or 2"
    if not np.isin(visibility, (0, 1, 2)).all():
        return "visibility neither 0, 1 nor 2"
    return keypoints if visibility.any() else "no labelled keypoint"


def _box(given: Any) -> Box | str | None:
    """The box as annotated; None where there is none, or the reason why it is no box."""
    if not given:
        return None
    try:
        left, top, width, height = (float(value) for value in given)
    except (TypeError, ValueError, OverflowError):
        return "box is not four numbers"
    if not all(map(math.isfinite, (left, top, width, height))):
        return "box is not four numbers"
    return (left, top, width, height) if any((left, top, width, height)) else None


def _area(given: Any, most: float) -> float | None:
    """The area as measured, in pixels; None where it says nothing. most: what the person can cover."""
    try:
        area = math.nan if given is None or isinstance(given, bool) else float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return area if 0 < area <= most else None
