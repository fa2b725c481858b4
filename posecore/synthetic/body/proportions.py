"""Proportions of a body, and the joints and frames that a pose gives it.

Body coordinates: x to the person's left, y up, z ahead. Lengths in metres, angles in degrees.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.synthetic.body.pose import Arm, Leg, Pose
from posecore.synthetic.geometry.rotations import Array, rot_x, rot_y, rot_z

SIDES = (("left", 1.0), ("right", -1.0))


@dataclass(frozen=True)
class Build:
    """What a body is like. Shares are of the body's height.

    girth: 1 is average, of limbs and trunk. belly, bust, muscle: 0 to 1. curve: 0 straight to 1 hourglass.
    shoulder, hip: half the distance between the joints. leg, arm: lengths relative to the average.
    """

    height: float
    child: bool
    girth: float
    belly: float
    bust: float
    muscle: float
    curve: float
    shoulder: float
    hip: float
    leg: float
    arm: float
    head: float

    @property
    def hip_height(self) -> float:
        """Of the hip joints above the ground, standing."""
        return self.height * (0.039 + 0.491 * self.leg)

    @property
    def trunk(self) -> float:
        """From the hip joints' middle to the base of the neck."""
        return self.height * (0.835 - 0.039 - 0.491 * self.leg)

    def length(self, bone: str) -> float:
        """Of upper_arm, forearm, thigh, shank or neck."""
        share = {
            "upper_arm": 0.186 * self.arm,
            "forearm": 0.146 * self.arm,
            "thigh": 0.245 * self.leg,
            "shank": 0.246 * self.leg,
            "neck": 0.047,
        }[bone]
        return share * self.height


def draw_build(rng: np.random.Generator) -> Build:
    """Any adult (five of six) or child."""
    child = bool(rng.random() < 0.16)
    curve = float(rng.beta(0.8, 0.9))
    height = rng.uniform(0.98, 1.5) if child else rng.normal(1.77 - 0.13 * curve, 0.07)
    height = float(np.clip(height, 0.95, 2.02))
    small = float(np.clip((1.55 - height) / 0.6, 0, 1)) if child else 0.0
    girth = float(np.clip(rng.normal(1.0, 0.11) * np.exp(0.1 * max(0.0, rng.normal())), 0.82, 1.45))
    return Build(
        height=height,
        child=child,
        girth=girth * (1 + 0.12 * small),
        belly=float(np.clip((girth - 1) * 2 + rng.normal(0, 0.15), 0, 1)),
        bust=0.0 if child else float(np.clip((curve - 0.45) * 1.8, 0, 1)),
        muscle=0.0 if child else float(np.clip(rng.normal(0.35, 0.3), 0, 1) * (1 - 0.5 * curve)),
        curve=0.2 * curve if child else curve,
        shoulder=float((0.108 - 0.009 * curve) * rng.normal(1, 0.04)),
        hip=float((0.051 + 0.004 * curve) * rng.normal(1, 0.04)),
        leg=float(rng.normal(1, 0.022) * (1 - 0.07 * small)),
        arm=float(rng.normal(1, 0.02) * (1 - 0.04 * small)),
        head=float(rng.normal(1, 0.03) * (1 + 0.42 * small)),
    )


@dataclass(frozen=True)
class Skeleton:
    """Joints and frames of a posed body.

    joints: (3,) by name. frames: (3, 3) by bone; its columns are the bone's own left, up and ahead.
    """

    joints: dict[str, Array] = field(default_factory=dict)
    frames: dict[str, Array] = field(default_factory=dict)


def pose_body(build: Build, pose: Pose, yaw: float) -> Skeleton:
    """Forward kinematics: the hips' middle at the origin, the body turned by `yaw` to its left."""
    joints: dict[str, Array] = {}
    frames: dict[str, Array] = {}
    size = build.height
    pelvis = rot_y(yaw) @ rot_z(pose.roll) @ rot_x(pose.pitch)
    bend = [
        rot_y(pose.spine_twist * part) @ rot_z(pose.spine_side * part) @ rot_x(pose.spine_flexion * part)
        for part in (0.5, 0.5)
    ]
    frames["pelvis"] = pelvis
    frames["waist"] = pelvis @ bend[0]
    frames["chest"] = frames["waist"] @ bend[1]
    joints["pelvis"] = np.zeros(3)
    joints["lumbar"] = pelvis @ np.array([0, 0.24 * build.trunk, 0])
    joints["thorax"] = joints["lumbar"] + frames["waist"] @ np.array([0, 0.33 * build.trunk, 0])
    joints["neck"] = joints["thorax"] + frames["chest"] @ np.array([0, 0.43 * build.trunk, 0])
    turned = rot_y(pose.neck_turn * 0.5) @ rot_z(pose.neck_side * 0.5) @ rot_x(pose.neck_flexion * 0.5)
    frames["neck"] = frames["chest"] @ turned
    frames["head"] = frames["neck"] @ turned
    joints["skull"] = joints["neck"] + frames["neck"] @ np.array(
        [0, build.length("neck") * build.head, 0.008 * size]
    )
    for side, sign in SIDES:
        _arm(build, getattr(pose, f"{side}_arm"), side, sign, joints, frames)
        _leg(build, getattr(pose, f"{side}_leg"), side, sign, joints, frames)
    return Skeleton(joints, frames)


def _arm(
    build: Build, arm: Arm, side: str, sign: float, joints: dict[str, Array], frames: dict[str, Array]
) -> None:
    chest = frames["chest"]
    upper = rot_x(-arm.flexion) @ rot_z(sign * arm.abduction)
    if arm.raised:
        upper = _raising(upper, arm.raised, sign) @ upper
    # The collar bone follows a raised arm; its length stays.
    raised = np.arccos(np.clip(upper[1, 1], -1, 1))
    lift = 24 * np.clip((np.degrees(raised) - 40) / 110, 0, 1)
    reach = np.array([sign * build.shoulder, -0.034, -0.006]) * build.height
    joints[f"{side}_shoulder"] = joints["neck"] + chest @ rot_z(sign * lift) @ reach
    frames[f"{side}_upper_arm"] = chest @ upper @ rot_y(-sign * arm.rotation)
    joints[f"{side}_elbow"] = _end(
        joints[f"{side}_shoulder"], frames[f"{side}_upper_arm"], build.length("upper_arm")
    )
    frames[f"{side}_forearm"] = frames[f"{side}_upper_arm"] @ rot_x(-arm.elbow)
    joints[f"{side}_wrist"] = _end(
        joints[f"{side}_elbow"], frames[f"{side}_forearm"], build.length("forearm")
    )
    frames[f"{side}_hand"] = (
        frames[f"{side}_forearm"] @ rot_y(-sign * arm.pronation) @ rot_z(-sign * arm.wrist)
    )


_ARM_BEHIND, _ARM_ACROSS = -20.0, 100.0
"""Degrees ahead of straight to the side between which a raised arm comes up."""

_SWUNG: Final = 30.0
"""Degrees of raising by which an arm that hangs behind the body, or across it, has come to its side."""


def _raising(upper: Array, degrees: float, sign: float) -> Array:
    """The rotation in the chest's frame that raises an upper arm by so many degrees: the angle between it and
    the trunk's down grows by that. It comes up where it is, or at the side if it is behind or across."""
    side, _, ahead = -upper[:, 1] * (sign, 1, 1)
    azimuth = float(np.degrees(np.arctan2(ahead, side)))
    swing = (np.clip(azimuth, _ARM_BEHIND, _ARM_ACROSS) - azimuth) * min(1.0, abs(degrees) / _SWUNG)
    # About the axis at a right angle to the arm's own upright plane.
    across = rot_y(-sign * azimuth)
    lifted = across @ rot_z(sign * degrees) @ across.T
    return rot_y(-sign * float(swing)) @ lifted


def _leg(
    build: Build, leg: Leg, side: str, sign: float, joints: dict[str, Array], frames: dict[str, Array]
) -> None:
    joints[f"{side}_hip"] = frames["pelvis"] @ np.array([sign * build.hip * build.height, 0, 0])
    frames[f"{side}_thigh"] = (
        frames["pelvis"] @ rot_x(-leg.flexion) @ rot_z(sign * leg.abduction) @ rot_y(sign * leg.rotation)
    )
    joints[f"{side}_knee"] = _end(joints[f"{side}_hip"], frames[f"{side}_thigh"], build.length("thigh"))
    frames[f"{side}_shank"] = frames[f"{side}_thigh"] @ rot_x(leg.knee)
    joints[f"{side}_ankle"] = _end(joints[f"{side}_knee"], frames[f"{side}_shank"], build.length("shank"))
    frames[f"{side}_foot"] = frames[f"{side}_shank"] @ rot_x(leg.ankle)


def _end(start: Array, frame: Array, length: float) -> Array:
    return start - frame[:, 1] * length


def angle_at(joints: dict[str, NDArray[np.float64]], first: str, middle: str, last: str) -> float:
    """Degrees between the two bones at `middle`; 180 where they are in line."""
    a, b = joints[first] - joints[middle], joints[last] - joints[middle]
    return float(np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))))
