"""What is known of people in words: what each attribute is called on an axis, and what people do along it.

Everything that a table of attributes or of people's making can hold has a row; another attribute is another
row. What a data set of one's own adds keeps its name, made readable.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import pandas as pd

from posecore.attributes.descriptions import FOUND
from posecore.keypoints import SETS, label
from posecore.samples import TRUTH, Prefix


class Words(NamedTuple):
    """axis: names it on an axis and in a table, unlike any other. more, less: what happens, as a whole
    sentence without its full stop, where there is more or less of it."""

    axis: str
    more: str
    less: str


def words_of(column: str, joints: Prefix) -> Words:
    """Words for a column of `cluster_traits.described`, or of how people were made.

    joints: whose joints attributes and columns like "nose found" are of, as of skeletons.joints_known.
    """
    joint = column.removesuffix(FOUND)
    if any(joint in keypoints.names for keypoints in SETS.values()):
        return _joint(label(joint), "labelled" if joints == "annotated" else "found")
    if column == "labelled_joints":
        done = "labelled" if joints == "annotated" else "found"
        return Words(f"joints {done}", f"more joints are {done}", f"fewer joints are {done}")
    if column in WORDS:
        return WORDS[column]
    if column.startswith(TRUTH) and ": " in column:
        name, value = column.removeprefix(TRUTH).split(": ", 1)
        return _kind(f"with {label(name)} {label(value)}")
    # Of which nobody knows more than its name; told apart from attributes that may be called the same.
    name = f"{label(column.removeprefix(TRUTH))} (of the data set)"
    return Words(name, f"{name} goes up", f"{name} goes down")


def _joint(name: str, done: str) -> Words:
    return Words(f"{name} {done}", f"the {name} is {done} more often", f"the {name} is {done} less often")


def _kind(who: str) -> Words:
    """Of people who are something or not."""
    return Words(who, f"there are more people {who}", f"there are fewer people {who}")


def _both_sides() -> Iterator[tuple[str, Words]]:
    """Angles of the left and of the right, in the picture and, of rendered people, in space."""
    for side in ("left", "right"):
        for joint in ("knee", "hip"):
            yield f"{side}_{joint}_angle", _angle(f"{side} {joint}", "")
        for joint in ("knee", "elbow", "hip"):
            yield f"truth_{side}_{joint}_angle", _angle(f"{side} {joint}", " in space")
        arm = f"{side} upper arm"
        yield (
            f"truth_{side}_shoulder_angle",
            Words(
                f"{arm}, angle to the body in space",
                f"the {arm} is lifted from the body",
                f"the {arm} comes down to the body",
            ),
        )


def _angle(joint: str, where: str) -> Words:
    return Words(f"{joint} angle{where}", f"the {joint} is stretched more", f"the {joint} is bent more")


_IN_THE_PICTURE: Final = {
    "torso_angle": Words("torso angle", "people go from upright to lying", "people go from lying to upright"),
    "knee_angle": Words("knee angle", "knees are stretched more", "knees are bent more"),
    "hip_angle": Words("hip angle", "hips are stretched more", "hips are bent more"),
    "knee_drop": Words("knees below hips", "knees sink below the hips", "knees come up to the hips"),
    "arm_spread": Words("wrists apart", "wrists go apart", "wrists come together"),
    "leg_spread": Words("ankles apart", "ankles go apart", "ankles come together"),
    "arms_raised": Words("wrists above shoulders", "arms go up", "arms come down"),
    "facing": Words("facing the camera", "people turn from back to front", "people turn from front to back"),
    "turned": Words(
        "turned to the right",
        "people look from left to right of the picture",
        "people look from right to left of the picture",
    ),
    "size": Words("size", "people fill more of the crop", "people fill less of the crop"),
    "aspect": Words("height over width", "people become tall and narrow", "people become low and wide"),
    "height": Words("height in the crop", "people become taller", "people become lower"),
    "width": Words("width in the crop", "people become wider", "people become narrower"),
    "share_of_crop": Words(
        "share of the crop", "people take more of the crop's area", "people take less of the crop's area"
    ),
    "middle_x": Words(
        "place in the crop, across",
        "people stand farther right in the crop",
        "people stand farther left in the crop",
    ),
    "middle_y": Words(
        "place in the crop, down", "people are lower in the crop", "people are higher in the crop"
    ),
    "off_centre": Words(
        "distance from the crop's middle",
        "people are farther from the middle",
        "people are nearer the middle",
    ),
    "cut_off": Words(
        "limbs cut off by the border", "more limbs leave the picture", "fewer limbs leave the picture"
    ),
    "pck": Words("PCK", "more of the joints are found rightly", "fewer of the joints are found rightly"),
    "crop_side": Words(
        "crop, width in the picture",
        "people are larger in their pictures",
        "people are smaller in their pictures",
    ),
}

_AS_RENDERED: Final = {
    "truth_view_degrees, cosine": Words(
        "facing the camera, in space", "people turn from back to front", "people turn from front to back"
    ),
    "truth_view_degrees, sine": Words(
        "turned to the right of the picture, in space",
        "people turn from left to right of the picture",
        "people turn from right to left of the picture",
    ),
    "truth_camera_height": Words("camera height, metres", "the camera goes up", "the camera comes down"),
    "truth_camera_tilt": Words(
        "camera looking down, degrees", "the camera looks down more", "the camera looks down less"
    ),
    "truth_distance": Words("camera distance, metres", "the camera goes away", "the camera comes nearer"),
    "truth_focal": Words("focal length over picture side", "lenses become longer", "lenses become wider"),
    "truth_body_height": Words("body height, metres", "people are taller", "people are shorter"),
    "truth_shoulder_width": Words(
        "shoulder width, metres", "people have broader shoulders", "people have narrower shoulders"
    ),
    "truth_torso_lean": Words("torso angle in space", "people lean over more", "people stand up straighter"),
    "truth_occluded_share": Words(
        "share of the body hidden", "more of the body is hidden", "less of the body is hidden"
    ),
    "truth_blur": Words("blur of the picture", "pictures are more blurred", "pictures are sharper"),
    "truth_motion_blur": Words(
        "blur by motion", "pictures are more blurred by motion", "pictures are less blurred by motion"
    ),
    "truth_background_blur": Words(
        "blur of the background", "backgrounds are more blurred", "backgrounds are sharper"
    ),
    "truth_noise": Words("noise of the picture", "pictures are noisier", "pictures are less noisy"),
    "truth_light_azimuth, cosine": Words(
        "light from the camera's side",
        "light moves from behind people to the camera",
        "light moves from the camera to behind people",
    ),
    "truth_light_azimuth, sine": Words(
        "light from the right",
        "light moves from left to right",
        "light moves from right to left",
    ),
    "truth_light_elevation": Words(
        "height of the light, degrees", "the light stands higher", "the light stands lower"
    ),
    **{
        f"truth_{part}_{number}": Words(f"{said}, {axis}", f"{said} {verb} {more}", f"{said} {verb} {less}")
        for part, said, verb in (
            ("skin", "skin", "is"),
            ("top", "clothes above the waist", "are"),
            ("bottom", "clothes below the waist", "are"),
        )
        for number, axis, more, less in (
            ("lightness", "dark to light", "lighter", "darker"),
            ("redness", "green to red", "redder", "greener"),
            ("yellowness", "blue to yellow", "yellower", "bluer"),
        )
    },
    "truth_child": Words("children", "there are more children", "there are fewer children"),
    "truth_people_around": Words(
        "people around", "there are more people around", "there are fewer people around"
    ),
    "truth_unlabelled": Words(
        "joints left unlabelled", "more joints are left unlabelled", "fewer joints are left unlabelled"
    ),
}

COLUMNS: Final[Mapping[str, str]] = {
    "truth_view_degrees": "seen from (0° the front, 180° behind)",
    "truth_light_azimuth": "light from (0° the camera, 180° behind)",
    "truth_family": "kind of pose",
    "truth_top": "clothes above the waist",
    "truth_bottom": "clothes below the waist",
    "truth_pattern": "pattern of the clothes",
    "truth_hair": "hair",
    "truth_hat": "hat",
    "truth_background": "background",
    "truth_framing": "how much is in the picture",
    "truth_occluder": "what stands in front",
}
"""What is compared direction by direction, or value by value, is called this as a whole."""

_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "truth_family": {
        "standing": "standing",
        "walking": "walking",
        "running": "running",
        "sitting": "sitting",
        "crouching": "crouching",
        "jumping": "jumping",
        "bending": "bending over",
        "arms_raised": "raising their arms",
        "lying": "lying",
    },
    "truth_top": {
        "bare": "with a bare chest",
        "dress": "in a dress",
        "hoodie": "in a hoodie",
        "jacket": "in a jacket",
        "jersey": "in a jersey",
        "leotard": "in a leotard",
        "long": "in a long-sleeved top",
        "shirt": "in a shirt",
        "tank": "in a tank top",
        "tshirt": "in a T-shirt",
    },
    "truth_bottom": {
        "dress": "with legs under a dress",
        "jeans": "in jeans",
        "leggings": "in leggings",
        "none": "with bare legs",
        "shorts": "in shorts",
        "skirt": "in a skirt",
        "swim_shorts": "in swimming shorts",
        "trousers": "in trousers",
    },
    "truth_pattern": {
        "bars": "in clothes with bars",
        "block": "in clothes of two colours",
        "blotches": "in clothes with blotches",
        "checks": "in checked clothes",
        "denim": "in denim alone",
        "dots": "in dotted clothes",
        "heather": "in mottled clothes",
        "plaid": "in plaid",
        "plain": "in plain clothes",
        "print": "in printed clothes",
        "side_stripe": "in clothes striped at the side",
        "stripes": "in striped clothes",
        "thin_stripes": "in thinly striped clothes",
    },
    "truth_hair": {
        "afro": "with an afro",
        "bald": "without hair",
        "bob": "with bobbed hair",
        "bun": "with a bun",
        "crop": "with cropped hair",
        "long": "with long hair",
        "messy": "with messy hair",
        "short": "with short hair",
        "tail": "with a ponytail",
    },
    "truth_hat": {
        "beanie": "in a beanie",
        "brim": "in a hat with a brim",
        "cap": "in a cap",
        "helmet": "in a helmet",
        "none": "without a hat",
    },
    "truth_background": {
        "beach": "on a beach",
        "brick": "in front of a brick wall",
        "field": "on a field",
        "park": "in a park",
        "room": "in a room",
        "snow": "in snow",
        "sports": "in a sports hall",
        "street": "in a street",
        "studio": "in a studio",
    },
    "truth_framing": {
        "cut": "cut off by the picture",
        "full": "wholly in the picture",
        "small": "small in the picture",
    },
    "truth_occluder": {
        "ball": "behind a ball",
        "box": "behind a box",
        "none": "behind nothing",
        "person": "behind another person",
        "plant": "behind a plant",
        "pole": "behind a pole",
        "rail": "behind a rail",
        "sign": "behind a sign",
        "table": "behind a table",
    },
}

WORDS: Final[Mapping[str, Words]] = {
    **_IN_THE_PICTURE,
    **_AS_RENDERED,
    **dict(_both_sides()),
    **{
        f"{column}: {value}": _kind(who)
        for column, values in _VALUES.items()
        for value, who in values.items()
    },
}
"""Words by column, but for those that depend on whose joints are known; see words_of."""


def column_of(column: str, joints: Prefix) -> str:
    """What a whole column of a table of people is called, one of text or directions too."""
    return COLUMNS.get(column) or words_of(column, joints).axis


def contrast_table(found: pd.DataFrame, joints: Prefix) -> pd.DataFrame:
    """What sets people apart as a table for people. found: of posecore.attributes.contrasts.contrast."""
    names = [words_of(str(name), joints).axis for name in found.index]
    titles = {
        "low": "95 % from",
        "high": "95 % to",
        "n_selected": "n, selected",
        "n_rest": "n, rest",
    }
    return (
        found.rename(columns=titles)
        .reset_index(drop=True)
        .assign(attribute=names)[["attribute", *(titles.get(str(name), str(name)) for name in found.columns)]]
    )


def value_of(column: str, value: str) -> str:
    """A value of a column of text, about a person: "lying"; made readable where it has no row."""
    return _VALUES.get(column, {}).get(value) or label(value)
