"""Which cause changes what an attribute says of people: one place for correlation and cause to meet."""

from collections.abc import Mapping
from typing import Final

from posecore.samples import TRUTH

_SIDES: Final = ("left", "right")

_BY_NAME: Final[Mapping[str, tuple[str, ...]]] = {
    "facing": ("turn",),
    "turned": ("turn",),
    f"{TRUTH}view_degrees, cosine": ("turn",),
    f"{TRUTH}view_degrees, sine": ("turn",),
    "aspect": ("lying",),
    "torso_angle": ("lying", "lean"),
    f"{TRUTH}torso_lean": ("lying", "lean"),
    f"{TRUTH}family: lying": ("lying",),
    "arms_raised": ("left_arm", "right_arm"),
    f"{TRUTH}family: arms_raised": ("left_arm", "right_arm"),
    **{f"{TRUTH}{side}_shoulder_angle": (f"{side}_arm",) for side in _SIDES},
    "knee_angle": ("left_knee", "right_knee"),
    **{f"{side}_knee_angle": (f"{side}_knee",) for side in _SIDES},
    **{f"{TRUTH}{side}_knee_angle": (f"{side}_knee",) for side in _SIDES},
    **dict.fromkeys(("size", "height", "width", "share_of_crop", f"{TRUTH}distance"), ("distance", "scale")),
    "middle_x": ("place_x", "shift_x"),
    "middle_y": ("place_y", "shift_y"),
    f"{TRUTH}camera_height": ("camera_height",),
    f"{TRUTH}camera_tilt": ("camera_height",),
    f"{TRUTH}light_azimuth, cosine": ("light_side",),
    f"{TRUTH}light_azimuth, sine": ("light_side",),
    f"{TRUTH}skin_lightness": ("skin",),
    f"{TRUTH}top_lightness": ("clothes_colour",),
    f"{TRUTH}bottom_lightness": ("clothes_colour",),
    f"{TRUTH}people_around": ("beside",),
    f"{TRUTH}occluded_share": ("front",),
    f"{TRUTH}blur": ("blur", "image_blur"),
}

_BY_COLUMN: Final[Mapping[str, tuple[str, ...]]] = {
    f"{TRUTH}top": ("clothes_kind",),
    f"{TRUTH}bottom": ("clothes_kind",),
    f"{TRUTH}background": ("background",),
}
"""Of kinds, whatever the value."""


def causes_of(attribute: str) -> tuple[str, ...]:
    """Keys of the causes that change an attribute, as columns of posecore.attributes call it; none where no
    cause does."""
    return _BY_NAME.get(attribute) or _BY_COLUMN.get(attribute.partition(": ")[0], ())
