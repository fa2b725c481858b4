"""Somebody in a picture, as a value; no widget and no place on a page is part of it.

An upload is bytes, then a Photograph, a square around a person, a crop, a Subject and an Answer
(dashboard.shared.two_heatmaps), each made of the one before.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import bundle_people
from dashboard.shared.photographs import Photograph
from posecore.bundle import Bundle
from posecore.data.crops import SIZE, SquareCrop
from posecore.samples import CROP_COLUMNS, read_points, read_visibility


@dataclass(frozen=True, eq=False)
class Subject:
    """Somebody in a picture. who: in words. crop: (256, 256, 3), None where it is not at hand.

    square: where the crop lies in the picture. sample_id: "" for a user's picture. annotated: (K, 2) crop
    pixels and visibility: (K,), where they are known. own: the user's, for nobody else's eyes.
    """

    who: str
    crop: NDArray[np.uint8] | None
    square: SquareCrop
    sample_id: str = ""
    photograph: Photograph | None = None
    annotated: NDArray[np.float32] | None = None
    visibility: NDArray[np.int8] | None = None
    own: bool = False


def in_photograph(who: str, photograph: Photograph, square: SquareCrop, own: bool) -> Subject:
    """Who is in that square of a photograph. own: as of Subject."""
    return Subject(who, square.cut(photograph.picture), square, photograph=photograph, own=own)


def bundle_person(bundle: Bundle, sample_id: str) -> Subject:
    """A person of the bundle, with the picture and the annotation as far as they are at hand."""
    table = bundle.samples.iloc[[bundle.row(sample_id)]]
    x, y, side = (float(table[name].iloc[0]) for name in CROP_COLUMNS)
    subject = Subject(
        f"{sample_id}, {bundle_people.score_of(bundle, sample_id)}",
        bundle_people.picture_of(bundle, sample_id),
        SquareCrop(x, y, side),
        sample_id,
    )
    if not bundle.manifest.dataset["annotations"]:
        return subject
    return replace(
        subject, annotated=read_points(table, "annotated")[0], visibility=read_visibility(table)[0]
    )


def shown(subject: Subject) -> tuple[NDArray[np.uint8], float]:
    """The picture to draw on, and how many picture pixels its width is: the whole picture, else the crop.

    The crop's width is given in crop pixels.
    """
    if subject.photograph is not None:
        return subject.photograph.preview, float(subject.photograph.picture.width)
    assert subject.crop is not None
    return subject.crop, float(SIZE)


def points_on_shown(subject: Subject, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Crop points (K, 2) in pixels of what `shown` shows."""
    if subject.photograph is not None:
        return subject.square.points_to_picture(points)
    return np.asarray(points, np.float64)
