"""Changes of any picture, rendered or not: what a camera or a hand could do to a crop, joints with it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.causes.cause import Labelled, Redraw
from posecore.data.crops import SIZE
from posecore.errors import ChangeError
from posecore.keypoints import COCO17, KeypointSet, sized_set

GREY: Final = 128
"""Of the square that covers a joint."""


def covered_joint(keypoints: KeypointSet) -> int:
    """The joint that is covered where none is chosen."""
    return keypoints.names.index("left_wrist")


COVERED: Final = covered_joint(COCO17)
"""That of COCO's set."""


def mirror(given: Labelled, value: float, joint: int) -> Labelled:
    """Mirror the picture: left and right change places, those of the joints' names too."""
    if value == 0:
        return given
    flip = list(sized_set(len(given.joints)).flip)
    joints = given.joints[flip] * (-1, 1) + (SIZE, 0)
    return Labelled(given.crop[:, ::-1].copy(), joints, given.visibility[flip])


def _moved(given: Labelled, matrix: NDArray[np.float64]) -> Labelled:
    """The picture and its joints under a (2, 3) map of points; black where nothing comes from."""
    # The map is of the pixels' corners, OpenCV's of their middles.
    middles = matrix.copy()
    middles[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    crop = np.asarray(cv2.warpAffine(given.crop, middles, (SIZE, SIZE), flags=cv2.INTER_LINEAR), np.uint8)
    joints = given.joints @ matrix[:, :2].T + matrix[:, 2]
    outside = ~((joints >= 0) & (joints < SIZE)).all(axis=1)
    return Labelled(crop, joints, np.where(outside, 0, given.visibility))


def shift(axis: int) -> Redraw:
    """Shift the picture by so many pixels along x (0) or y (1)."""

    def redraw(given: Labelled, value: float, joint: int) -> Labelled:
        matrix = np.eye(2, 3)
        matrix[axis, 2] = value
        return _moved(given, matrix)

    return redraw


def scale(given: Labelled, value: float, joint: int) -> Labelled:
    """Scale the picture about its middle."""
    matrix = np.eye(2, 3) * value
    matrix[:, 2] = (1 - value) * SIZE / 2
    return _moved(given, matrix)


def rotate(given: Labelled, value: float, joint: int) -> Labelled:
    """Rotate the picture about its middle, as a clock's hands go where the angle is positive."""
    cosine, sine = np.cos(np.radians(value)), np.sin(np.radians(value))
    turned = np.array([[cosine, -sine], [sine, cosine]])
    middle = np.full(2, SIZE / 2)
    return _moved(given, np.column_stack([turned, middle - turned @ middle]))


def _levels(given: Labelled, values: NDArray[np.floating]) -> Labelled:
    """The picture with every level 0 to 255 replaced by one of `values` (256,)."""
    table = np.rint(values.clip(0, 255)).astype(np.uint8)
    return Labelled(table[given.crop], given.joints, given.visibility)


def brightness(given: Labelled, value: float, joint: int) -> Labelled:
    """Multiply every value of the picture."""
    return _levels(given, np.arange(256) * value)


def contrast(given: Labelled, value: float, joint: int) -> Labelled:
    """Multiply every value's distance from middle grey."""
    return _levels(given, (np.arange(256) - 127.5) * value + 127.5)


def blur(given: Labelled, value: float, joint: int) -> Labelled:
    """Blur the picture by a Gaussian of so many pixels, its grain with it."""
    if value == 0:
        return given
    blurred = np.asarray(cv2.GaussianBlur(given.crop, (0, 0), value), np.uint8)
    return Labelled(blurred, given.joints, given.visibility)


def cover(given: Labelled, value: float, joint: int) -> Labelled:
    """Put a grey square, so many pixels wide, over one joint."""
    if value == 0:
        return given
    place = given.joints[joint]
    if not np.isfinite(place).all():
        name = sized_set(len(given.joints)).labels[joint]
        raise ChangeError(f"Where the {name} is in this picture is not known.")
    crop, half = given.crop.copy(), value / 2
    (left, top), (right, bottom) = (np.rint(place + end).clip(0, SIZE).astype(int) for end in (-half, half))
    crop[top:bottom, left:right] = GREY
    inside = (np.abs(given.joints - place) <= half).all(axis=1)
    hidden = np.where(inside, np.minimum(given.visibility, 1), given.visibility)
    return Labelled(crop, given.joints, hidden)
