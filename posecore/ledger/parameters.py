"""What the parameters of a claim may be: each read from plain JSON values, which anybody may have written."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from re import fullmatch
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import SkipMask, parse_mask
from posecore.bundle.manifest import FILE_NAME
from posecore.bundle.reader import Bundle
from posecore.causes.table import cause_of
from posecore.errors import ConfigError
from posecore.keypoints import KeypointSet
from posecore.studies.skips.effects import big_joints, small_joints, tells_the_claim

Parameters = Mapping[str, Any]

REPLACEMENTS: Final = ("zero", "mean")
"""What may take the place of a cut skip: another person's features would be of one who was drawn, too."""

MOST_CORNERS: Final = 100

MOST_CLUSTERS: Final = 20

LONGEST_FILE_NAME: Final = 255
"""Characters; no system takes more."""

LARGEST: Final = 1e9
"""No number of a claim or of its result lies beyond it."""


def joint_groups(keypoints: KeypointSet) -> dict[str, tuple[int, ...]]:
    """Joints by the name of every group that a claim may be about, single joints last."""
    groups: dict[str, tuple[int, ...]] = {"all joints": tuple(range(len(keypoints)))}
    if tells_the_claim(keypoints):
        groups |= {"small joints": tuple(small_joints(keypoints)), "big joints": tuple(big_joints(keypoints))}
    singles = {name: (joint,) for joint, name in enumerate(keypoints.labels)}
    return groups | dict(keypoints.groups) | singles


def read_joints(keypoints: KeypointSet, value: object) -> str:
    """The name of a group of joints."""
    return _one_of("joints", value, tuple(joint_groups(keypoints)))


def read_masks(value: object) -> list[str]:
    """Two different masks, such as ['1111', '0111']."""
    if not isinstance(value, Sequence) or len(value) != 2 or not all(isinstance(one, str) for one in value):
        raise ConfigError(f"masks {value!r:.60}: expected two, such as 1111 and 0111")
    masks = [parse_mask(one).title for one in value]
    if masks[0] == masks[1]:
        raise ConfigError(f"masks {masks[0]} and {masks[1]}: are the same; choose two")
    return masks


def check_built(bundle: Bundle, masks: Sequence[str]) -> None:
    """Raise ConfigError where two masks are the same to a network that lacks some skips."""
    one, other = (parse_mask(mask) & SkipMask(bundle.manifest.built_skips) for mask in masks)
    if one == other:
        built = bundle.manifest.built_skips.title
        raise ConfigError(f"masks {' and '.join(masks)}: are the same to a network built with skips {built}")


def read_replacement(value: object) -> str:
    """One of REPLACEMENTS."""
    return _one_of("replacement", value, REPLACEMENTS)


def read_component(value: object, count: int) -> int:
    """The number of one of `count` components, from 1."""
    return _whole("component", value, 1, count)


def read_attribute(value: object, names: Sequence[str]) -> str:
    """One of the attributes `names`."""
    if not isinstance(value, str) or value not in names:
        raise ConfigError(
            f"attribute {value!r:.60}: is not known of this bundle's people; there are {len(names)}, "
            f"{', '.join(names[:3])} for three"
        )
    return value


def read_cause(key: object, strength: object) -> tuple[str, float]:
    """A cause and how far it is changed, which must change something."""
    cause = cause_of(key if isinstance(key, str) else repr(key))
    value = _number("strength", strength)
    cause.check(value)
    if value == cause.neutral:
        raise ConfigError(f"{cause.name}: {value:g} changes nothing; choose another strength")
    if cause.placebo:
        raise ConfigError(f"{cause.name}: is what every other cause is held against; choose another")
    return cause.key, value


def read_untrained(value: object) -> float:
    """How far networks that never learned move."""
    far = _number("movement of untrained networks", value)
    if far < 0:
        raise ConfigError(f"movement of untrained networks {far:g}: expected 0 or more")
    return far


def read_beside(value: object) -> str:
    """The name of a bundle beside the claim's own."""
    if not (isinstance(value, str) and len(value) <= LONGEST_FILE_NAME and fullmatch(FILE_NAME, value)):
        raise ConfigError(f"network {value!r:.60}: expected the name of a bundle beside this one")
    return value


def read_group(value: object, dimensions: int, components: int) -> dict[str, Any]:
    """A cluster with all centroids and their space, or an area on the plane of two components.

    dimensions: of latents; components: how many there are.
    """
    if not isinstance(value, Mapping):
        raise ConfigError(f"group {value!r:.60}: expected a cluster or an area")
    if value.get("of") == "cluster":
        space = value.get("components")
        space = None if space is None else _whole("components of a cluster", space, 1, components)
        centroids = unpacked(value.get("centroids"))
        width = dimensions if space is None else space
        if not 2 <= len(centroids) <= MOST_CLUSTERS or centroids.shape[1] != width:
            raise ConfigError(
                f"centroids of shape {centroids.shape}: expected 2 to {MOST_CLUSTERS} of {width} numbers each"
            )
        number = _whole("cluster", value.get("cluster"), 1, len(centroids))
        return {"of": "cluster", "cluster": number, "components": space, "centroids": packed(centroids)}
    if value.get("of") == "area":
        axes, corners = value.get("plane"), value.get("corners")
        if not isinstance(axes, Sequence) or len(axes) != 2:
            raise ConfigError(f"plane {axes!r:.60}: expected the numbers of two components")
        if not isinstance(corners, Sequence) or not 3 <= len(corners) <= MOST_CORNERS:
            raise ConfigError(f"corners: expected 3 to {MOST_CORNERS} pairs of numbers")
        if not all(isinstance(corner, Sequence) and len(corner) == 2 for corner in corners):
            raise ConfigError("corners: expected pairs of numbers")
        return {
            "of": "area",
            "plane": [_whole("component", axis, 1, components) for axis in axes],
            "corners": [[_number("corner", number) for number in corner] for corner in corners],
        }
    raise ConfigError(f"group of {value.get('of')!r:.40}: expected cluster or area")


def packed(array: NDArray[np.floating]) -> dict[str, Any]:
    """An array (k, d) as plain values, to the last bit of a float32."""
    wide = np.ascontiguousarray(array, "<f4")
    return {"shape": list(wide.shape), "float32": base64.b64encode(wide.tobytes()).decode()}


def unpacked(value: object) -> NDArray[np.float32]:
    """What `packed` was given. Raises ConfigError for anything else, and for numbers that are none."""
    try:
        rows, columns = value["shape"]  # type: ignore[index]
        found = np.frombuffer(base64.b64decode(value["float32"], validate=True), "<f4")  # type: ignore[index]
        array: NDArray[np.float32] = found.reshape(int(rows), int(columns)).astype(np.float32)
    except (TypeError, KeyError, ValueError, OverflowError, binascii.Error) as error:
        raise ConfigError("centroids: are no table of numbers") from error
    if not np.isfinite(array).all() or array.size == 0:
        raise ConfigError("centroids: hold numbers that are none")
    return array


def _one_of(what: str, value: object, allowed: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ConfigError(f"{what} {value!r:.60}: expected one of {', '.join(allowed)}")
    return value


def _whole(what: str, value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ConfigError(f"{what} {value!r:.40}: expected a whole number from {least} to {most}")
    return value


def _number(what: str, value: object) -> float:
    if type(value) not in (int, float) or not -LARGEST <= value <= LARGEST:  # type: ignore[operator]
        raise ConfigError(f"{what} {value!r:.40}: expected a number")
    return float(value)  # type: ignore[arg-type]
