"""Parts of a body: every face belongs to one; a joint knows under which it may lie and still be seen."""

from typing import Final

from posecore.keypoints import KEYPOINTS

SEGMENTS: Final = (
    "object",
    "pelvis",
    "chest",
    "neck",
    "head",
    "eye",
    "nose",
    "hair",
    "left_ear",
    "right_ear",
    "left_upper_arm",
    "right_upper_arm",
    "left_forearm",
    "right_forearm",
    "left_hand",
    "right_hand",
    "left_thigh",
    "right_thigh",
    "left_shank",
    "right_shank",
    "left_foot",
    "right_foot",
)

NUMBER: Final = {name: number for number, name in enumerate(SEGMENTS)}

_NEIGHBOURS: Final = {
    "nose": ("head", "nose"),
    "eye": ("head", "eye"),
    "ear": ("{}_ear", "head"),
    "shoulder": ("{}_upper_arm", "chest", "neck"),
    "elbow": ("{}_upper_arm", "{}_forearm"),
    "wrist": ("{}_forearm", "{}_hand"),
    "hip": ("pelvis", "chest", "{}_thigh"),
    "knee": ("{}_thigh", "{}_shank"),
    "ankle": ("{}_shank", "{}_foot"),
}

OWN: Final = tuple(
    tuple(NUMBER[part.format(name.split("_")[0])] for part in _NEIGHBOURS[name.split("_")[-1]])
    for name in KEYPOINTS
)
"""Per keypoint: the segments around it."""

DEPTH: Final = tuple(
    {
        "nose": 0.012,
        "eye": 0.014,
        "ear": 0.018,
        "shoulder": 0.062,
        "elbow": 0.042,
        "wrist": 0.030,
        "hip": 0.100,
        "knee": 0.055,
        "ankle": 0.042,
    }[name.split("_")[-1]]
    for name in KEYPOINTS
)
"""Per keypoint: how deep below the surface of those segments it may lie, in body heights."""
