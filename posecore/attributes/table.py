"""What a person's keypoints say in words: how they lean, sit, stretch and turn. Another one is another row.

All of it is measured in the picture, not in space: a thigh that points at the camera looks short, and an
angle seen from the front differs from the same one seen from the side. Annotated or predicted joints do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.attributes.skeletons import Floats, Skeletons, joints_known, read_skeletons
from posecore.data.crops import SIZE
from posecore.keypoints import KeypointSet
from posecore.samples import Prefix

SHORT: Final = 0.1
"""A torso shorter than this share of the box around all joints points at the camera: neither its direction
nor lengths measured by it say anything then."""

_SIDES: Final = ("left", "right")


def attributes_of(samples: pd.DataFrame, source: Prefix | None = None) -> pd.DataFrame:
    """Every attribute of every person: a row per person, keyed by sample_id, a column per row of ATTRIBUTES
    that the joints of the table allow.

    source: which joints; None for annotated ones where the table has them, else predicted ones.
    """
    people = read_skeletons(samples, joints_known(samples) if source is None else source)
    rows = attributes_for(people.keypoints)
    values = {name: attribute.measure(people) for name, attribute in rows.items()}
    return pd.DataFrame(values, index=pd.Index(samples["sample_id"], name="sample_id"))


def torso_angle(people: Skeletons) -> Floats:
    """Between the torso, from hips to shoulders, and straight up: 0 upright, 90 lying, 180 upside down. The
    torso is the mean of both sides, or the only side whose hip and shoulder are there."""
    torso = _torso(people)
    return np.degrees(np.arctan2(np.abs(torso[:, 0]), -torso[:, 1]))


def left_knee_angle(people: Skeletons) -> Floats:
    """At the left knee, between hip and ankle: 180 stretched, smaller the more it is bent."""
    return _angle(people, "left_hip", "left_knee", "left_ankle")


def right_knee_angle(people: Skeletons) -> Floats:
    """At the right knee, between hip and ankle: 180 stretched, smaller the more it is bent."""
    return _angle(people, "right_hip", "right_knee", "right_ankle")


def knee_angle(people: Skeletons) -> Floats:
    """Mean of both knees' angles, or the only known one: 180 stretched."""
    return _mean([left_knee_angle(people), right_knee_angle(people)])


def left_hip_angle(people: Skeletons) -> Floats:
    """At the left hip, between shoulder and knee: 180 standing, near 90 sitting seen from the side."""
    return _angle(people, "left_shoulder", "left_hip", "left_knee")


def right_hip_angle(people: Skeletons) -> Floats:
    """At the right hip, between shoulder and knee: 180 standing, near 90 sitting seen from the side."""
    return _angle(people, "right_shoulder", "right_hip", "right_knee")


def hip_angle(people: Skeletons) -> Floats:
    """Mean of both hips' angles, or the only known one: 180 standing, near 90 sitting seen from the side."""
    return _mean([left_hip_angle(people), right_hip_angle(people)])


def knee_drop(people: Skeletons) -> Floats:
    """How far the knees lie from the hips away from the head, along the torso: about 1 standing, near 0
    sitting, also seen from the front. Mean of the known sides."""
    down = -_up(people)
    sides = [_along(people.joint(f"{side}_knee") - people.joint(f"{side}_hip"), down) for side in _SIDES]
    return _in_torsos(people, _mean(sides))


def arm_spread(people: Skeletons) -> Floats:
    """Distance between the two wrists."""
    return _in_torsos(people, _length(people.joint("left_wrist") - people.joint("right_wrist")))


def leg_spread(people: Skeletons) -> Floats:
    """Distance between the two ankles: small standing still, large in a stride."""
    return _in_torsos(people, _length(people.joint("left_ankle") - people.joint("right_ankle")))


def arms_raised(people: Skeletons) -> Floats:
    """How far the wrists lie from the shoulders towards the head, along the torso: negative hanging down,
    positive raised. Mean of the known sides."""
    up = _up(people)
    sides = [_along(people.joint(f"{side}_wrist") - people.joint(f"{side}_shoulder"), up) for side in _SIDES]
    return _in_torsos(people, _mean(sides))


def facing(people: Skeletons) -> Floats:
    """Width of the shoulders across the torso, with a sign: positive seen from the front, near 0 from the
    side, negative from behind."""
    return _in_torsos(
        people, _along(people.joint("left_shoulder") - people.joint("right_shoulder"), _across(people))
    )


def turned(people: Skeletons) -> Floats:
    """How far the nose lies beside the middle of the shoulders, across the torso: positive where an upright
    person looks to the right of the picture, negative to the left."""
    middle = (people.joint("left_shoulder") + people.joint("right_shoulder")) / 2
    return _in_torsos(people, _along(people.joint("nose") - middle, _across(people)))


def size(people: Skeletons) -> Floats:
    """Longer side of the box around the labelled joints, of which there must be two. Crops are made around
    people, so this differs little where the picture leaves room."""
    longer: Floats = _box(people).max(axis=1)
    return longer


def aspect(people: Skeletons) -> Floats:
    """Height over width of the box around the labelled joints: above 1 upright, below 1 lying."""
    width, height = _box(people).T
    return _where((width > 0) & (height > 0), height / np.where(width > 0, width, np.nan))


def height(people: Skeletons) -> Floats:
    """Height of the box around the labelled joints, of which there must be two."""
    return _box(people)[:, 1]


def width(people: Skeletons) -> Floats:
    """Width of the box around the labelled joints, of which there must be two."""
    return _box(people)[:, 0]


def share_of_crop(people: Skeletons) -> Floats:
    """Share of the crop that the box around the labelled joints takes, 0 to 1 where nobody reaches over its
    border."""
    share: Floats = _box(people).prod(axis=1) / SIZE**2
    return share


def middle_x(people: Skeletons) -> Floats:
    """How far right in the crop the person is: the mean of the known shoulders and hips, from the left."""
    return _middle(people)[:, 0]


def middle_y(people: Skeletons) -> Floats:
    """How far down in the crop the person is: the mean of the known shoulders and hips, from the top."""
    return _middle(people)[:, 1]


def off_centre(people: Skeletons) -> Floats:
    """How far the mean of the known shoulders and hips lies from the middle of the crop, in any direction."""
    return _length(_middle(people) - SIZE / 2)


def cut_off(people: Skeletons) -> Floats:
    """How many of the four limbs leave the picture: those whose last joints are missing and whose last known
    segment, made half as long again, ends outside. Limbs without two neighbouring joints do not count."""
    left, top, right, bottom = people.frame.T
    leaves, judged = np.zeros(len(people.points)), np.zeros(len(people.points), np.bool_)
    for side in _SIDES:
        for names in (("shoulder", "hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
            chain = np.stack([people.joint(f"{side}_{name}") for name in names], axis=1)
            known = np.isfinite(chain[..., 0])
            judged |= known[:, -2:].all(axis=1)
            for last in range(1, len(names) - 1):
                open_end = known[:, last - 1] & known[:, last] & ~known[:, last + 1 :].any(axis=1)
                x, y = (1.5 * chain[:, last] - 0.5 * chain[:, last - 1]).T
                leaves += open_end & ((x < left) | (x > right) | (y < top) | (y > bottom))
                judged |= open_end
    return _where(judged, leaves)


def labelled_joints(people: Skeletons) -> Floats:
    """How many of the joints are labelled, or found."""
    return np.asarray(np.isfinite(people.points[..., 0]).sum(axis=1), np.float64)


@dataclass(frozen=True)
class Attribute:
    """unit: for people. measure: of N people, (N,), nan where joints it needs are missing. needs: joints
    that not every set of keypoints has; people of a set without them do not have the attribute."""

    unit: str
    measure: Callable[[Skeletons], Floats]
    needs: tuple[str, ...] = ()

    @property
    def how(self) -> str:
        """How it is computed, in words."""
        return " ".join(cleandoc(self.measure.__doc__ or "").split())


_DEGREES, _TORSOS = "degrees", "torso lengths"

ATTRIBUTES: Final[Mapping[str, Attribute]] = {
    "torso_angle": Attribute(_DEGREES, torso_angle),
    "knee_angle": Attribute(_DEGREES, knee_angle),
    "left_knee_angle": Attribute(_DEGREES, left_knee_angle),
    "right_knee_angle": Attribute(_DEGREES, right_knee_angle),
    "hip_angle": Attribute(_DEGREES, hip_angle),
    "left_hip_angle": Attribute(_DEGREES, left_hip_angle),
    "right_hip_angle": Attribute(_DEGREES, right_hip_angle),
    "knee_drop": Attribute(_TORSOS, knee_drop),
    "arm_spread": Attribute(_TORSOS, arm_spread),
    "leg_spread": Attribute(_TORSOS, leg_spread),
    "arms_raised": Attribute(_TORSOS, arms_raised),
    "facing": Attribute(_TORSOS, facing),
    "turned": Attribute(_TORSOS, turned, ("nose",)),
    "size": Attribute("crop pixels", size),
    "aspect": Attribute("", aspect),
    "height": Attribute("crop pixels", height),
    "width": Attribute("crop pixels", width),
    "share_of_crop": Attribute("", share_of_crop),
    "middle_x": Attribute("crop pixels", middle_x),
    "middle_y": Attribute("crop pixels", middle_y),
    "off_centre": Attribute("crop pixels", off_centre),
    "cut_off": Attribute("limbs", cut_off),
    "labelled_joints": Attribute("joints", labelled_joints),
}
"""Attributes by name."""


def attributes_for(keypoints: KeypointSet) -> dict[str, Attribute]:
    """Those of ATTRIBUTES that people of a set of keypoints have."""
    return {name: row for name, row in ATTRIBUTES.items() if set(row.needs) <= set(keypoints.names)}


def _torso(people: Skeletons) -> Floats:
    """(N, 2) from hips to shoulders, the mean of the sides that have both; nan where it is too SHORT."""
    torso = _mean([people.joint(f"{side}_shoulder") - people.joint(f"{side}_hip") for side in _SIDES])
    return _where((_length(torso) > SHORT * _box(people).max(axis=1))[:, None], torso)


def _up(people: Skeletons) -> Floats:
    """(N, 2) unit vectors along the torso towards the head."""
    torso = _torso(people)
    unit: Floats = torso / _length(torso)[:, None]
    return unit


def _across(people: Skeletons) -> Floats:
    """(N, 2) unit vectors across the torso: to the right of the picture for somebody upright."""
    up = _up(people)
    return np.stack([-up[:, 1], up[:, 0]], axis=1)


def _in_torsos(people: Skeletons, distance: Floats) -> Floats:
    share: Floats = distance / _length(_torso(people))
    return share


def _angle(people: Skeletons, first: str, corner: str, last: str) -> Floats:
    """(N,) degrees at `corner` between the other two, 0 to 180."""
    a = people.joint(first) - people.joint(corner)
    b = people.joint(last) - people.joint(corner)
    cross, dot = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], _along(a, b)
    return _where((_length(a) > 0) & (_length(b) > 0), np.degrees(np.arctan2(np.abs(cross), dot)))


def _box(people: Skeletons) -> Floats:
    """(N, 2) width and height of the labelled joints' box; nan with fewer than two."""
    known = np.isfinite(people.points)
    high = np.where(known, people.points, -np.inf).max(axis=1)
    low = np.where(known, people.points, np.inf).min(axis=1)
    return _where((known[..., 0].sum(axis=1) >= 2)[:, None], high - low)


def _middle(people: Skeletons) -> Floats:
    """(N, 2) mean of the known shoulders and hips."""
    return _mean([people.joint(f"{side}_{name}") for side in _SIDES for name in ("shoulder", "hip")])


def _length(vectors: Floats) -> Floats:
    length: Floats = np.linalg.norm(vectors, axis=-1)
    return length


def _along(vectors: Floats, direction: Floats) -> Floats:
    projected: Floats = (vectors * direction).sum(axis=-1)
    return projected


def _mean(sides: list[Floats]) -> Floats:
    """Mean of those that are known; nan where none is."""
    values = np.stack(sides)
    count = np.isfinite(values).sum(axis=0)
    mean: Floats = np.nansum(values, axis=0) / np.where(count > 0, count, np.nan)
    return mean


def _where(known: NDArray[np.bool_], values: Floats) -> Floats:
    return np.where(known, values, np.nan)
