"""The seventeen COCO keypoints: names, mirror images, limbs, groups, colours and OKS spreads.

Every table elsewhere is indexed in the order of KEYPOINTS.
"""

from typing import Final

KEYPOINTS: Final = (
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
)

K: Final = len(KEYPOINTS)

FLIP: Final = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15)
"""FLIP[k]: the keypoint that k becomes in a mirrored picture."""

LIMBS: Final = (
    (0, 1),
    (0, 2),
    (1, 3),
    (2, 4),
    (5, 6),
    (5, 7),
    (7, 9),
    (6, 8),
    (8, 10),
    (5, 11),
    (6, 12),
    (11, 12),
    (11, 13),
    (13, 15),
    (12, 14),
    (14, 16),
)
"""Pairs of keypoints joined by a line in a drawn skeleton."""

GROUPS: Final = {
    "head": (0, 1, 2, 3, 4),
    "shoulders": (5, 6),
    "elbows": (7, 8),
    "wrists": (9, 10),
    "hips": (11, 12),
    "knees": (13, 14),
    "ankles": (15, 16),
}
"""Disjoint groups in which scores are reported; together they hold every keypoint."""

COLOURS: Final = (
    (0, 0, 0),
    (0, 114, 178),
    (213, 94, 0),
    (0, 114, 178),
    (213, 94, 0),
    (86, 180, 233),
    (230, 159, 0),
    (86, 180, 233),
    (230, 159, 0),
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (0, 158, 115),
    (204, 121, 167),
    (0, 158, 115),
    (204, 121, 167),
)
"""RGB per keypoint, from Okabe and Ito's colour-blind-safe palette: left and right differ everywhere."""

OKS_SIGMAS: Final = (
    0.026,
    0.025,
    0.025,
    0.035,
    0.035,
    0.079,
    0.079,
    0.072,
    0.072,
    0.062,
    0.062,
    0.107,
    0.107,
    0.087,
    0.087,
    0.089,
    0.089,
)
"""Spread of annotators per keypoint, relative to the person's size (cocodataset.org/#keypoints-eval)."""


def label(name: str) -> str:
    """'left_eye' to 'left eye', for people."""
    return name.replace("_", " ")
