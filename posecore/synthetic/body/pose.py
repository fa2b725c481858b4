"""The angles of a body's joints, and how far joints can go.

Angles in degrees, zero when standing upright with hanging arms.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

import numpy as np

Rng = np.random.Generator


@dataclass(frozen=True)
class Arm:
    """flexion: ahead. abduction: sideways. rotation: inwards. pronation, wrist: of the hand. curl: 0 to 1.

    raised: degrees by which the whole arm is turned up from where the other angles hold it; 0 for everybody
    who is drawn.
    """

    flexion: float = 0.0
    abduction: float = 8.0
    rotation: float = 10.0
    elbow: float = 10.0
    pronation: float = 20.0
    wrist: float = 0.0
    curl: float = 0.3
    raised: float = 0.0


@dataclass(frozen=True)
class Leg:
    """flexion: ahead; abduction: sideways; rotation: toes outwards; knee: heel back; ankle: toes down."""

    flexion: float = 0.0
    abduction: float = 3.0
    rotation: float = 6.0
    knee: float = 3.0
    ankle: float = 0.0


@dataclass(frozen=True)
class Pose:
    """Angles of the whole body. pitch and roll: of the pelvis, ahead and to the right.

    support: ground, seat or air. lift: metres above what carries the body.
    """

    pitch: float = 0.0
    roll: float = 0.0
    spine_flexion: float = 0.0
    spine_side: float = 0.0
    spine_twist: float = 0.0
    neck_flexion: float = 0.0
    neck_side: float = 0.0
    neck_turn: float = 0.0
    left_arm: Arm = field(default_factory=Arm)
    right_arm: Arm = field(default_factory=Arm)
    left_leg: Leg = field(default_factory=Leg)
    right_leg: Leg = field(default_factory=Leg)
    support: str = "ground"
    lift: float = 0.0


Part = TypeVar("Part", Arm, Leg, Pose)

LIMITS: dict[type, dict[str, tuple[float, float]]] = {
    Arm: {
        "flexion": (-50, 175),
        "abduction": (-10, 175),
        "rotation": (-85, 85),
        "elbow": (0, 145),
        "pronation": (-60, 85),
        "wrist": (-60, 60),
        "curl": (0, 1),
    },
    Leg: {
        "flexion": (-30, 128),
        "abduction": (-15, 70),
        "rotation": (-30, 45),
        "knee": (0, 148),
        "ankle": (-25, 55),
    },
    Pose: {
        "spine_flexion": (-35, 75),
        "spine_side": (-35, 35),
        "spine_twist": (-45, 45),
        "neck_flexion": (-50, 50),
        "neck_side": (-30, 30),
        "neck_turn": (-70, 70),
    },
}
"""Lowest and highest angle of each joint."""


def within_limits(part: Part) -> Part:
    """The same angles, clipped to what joints can do."""
    limits = LIMITS[type(part)]
    angles: dict[str, Any] = {name: float(np.clip(getattr(part, name), *limits[name])) for name in limits}
    return replace(part, **angles)


def mirrored(pose: Pose) -> Pose:
    """The pose seen in a mirror."""
    return replace(
        pose,
        roll=-pose.roll,
        spine_side=-pose.spine_side,
        spine_twist=-pose.spine_twist,
        neck_side=-pose.neck_side,
        neck_turn=-pose.neck_turn,
        left_arm=pose.right_arm,
        right_arm=pose.left_arm,
        left_leg=pose.right_leg,
        right_leg=pose.left_leg,
    )


def jitter(part: Part, rng: Rng, spread: float) -> Part:
    """The same angles, each a little different."""
    names = [f.name for f in fields(part) if f.name in LIMITS[type(part)] and f.name != "curl"]
    angles: dict[str, Any] = {name: getattr(part, name) + float(rng.normal(0, spread)) for name in names}
    return replace(part, **angles)
