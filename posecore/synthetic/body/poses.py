"""Families of poses: each a function from random numbers to joint angles within human limits.

A new family is one function and one row of POSES. Left and right are exchanged at random, so a function may
speak of a leading side.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from posecore.synthetic.body.arm_positions import CALM, LIVELY, arm_position
from posecore.synthetic.body.pose import Arm, Leg, Pose, Rng, jitter, mirrored, within_limits


def draw_pose(family: str, rng: Rng) -> Pose:
    """A pose of the family, within limits. Raises KeyError for a family that is not in POSES."""
    pose = POSES[family](rng)
    pose = replace(
        jitter(pose, rng, 2.5),
        left_arm=within_limits(jitter(pose.left_arm, rng, 5)),
        right_arm=within_limits(jitter(pose.right_arm, rng, 5)),
        left_leg=within_limits(jitter(pose.left_leg, rng, 2.5)),
        right_leg=within_limits(jitter(pose.right_leg, rng, 2.5)),
    )
    turn = rng.normal(0, 22) if rng.random() < 0.6 else rng.uniform(-65, 65)
    pose = within_limits(replace(pose, neck_turn=pose.neck_turn + float(turn)))
    return mirrored(pose) if rng.random() < 0.5 else pose


def standing(rng: Rng) -> Pose:
    """Weight on both legs or on one, arms at rest or busy."""
    u = rng.uniform
    both = arm_position(rng, *CALM)
    same = rng.random() < 0.4
    rest = rng.random() < 0.5
    return Pose(
        pitch=u(-3, 5),
        spine_flexion=u(-6, 10),
        spine_side=u(-5, 5),
        spine_twist=u(-14, 14),
        neck_flexion=u(-10, 22),
        left_arm=both,
        right_arm=both if same else arm_position(rng, *CALM, "point", "side"),
        left_leg=Leg(u(-4, 4), u(1, 12), u(0, 20), u(0, 6), 0),
        right_leg=Leg(u(5, 18), u(4, 14), u(5, 30), u(12, 34), u(-10, 0))
        if rest
        else Leg(u(-4, 4), u(1, 12), u(0, 20), u(0, 6), 0),
    )


def walking(rng: Rng) -> Pose:
    """Any moment of a step; arms swing against the legs, or one of them is busy."""
    return _gait(
        rng, stride=rng.uniform(16, 30), lift=rng.uniform(35, 62), lean=(0, 7), elbow=(8, 40), arm=28
    )


def running(rng: Rng) -> Pose:
    """From jogging to sprinting."""
    pose = _gait(
        rng, stride=rng.uniform(28, 56), lift=rng.uniform(75, 125), lean=(5, 22), elbow=(60, 115), arm=52
    )
    return replace(pose, support="air", lift=float(max(0.0, rng.uniform(-0.1, 0.15))))


def _gait(
    rng: Rng, stride: float, lift: float, lean: tuple[float, float], elbow: tuple[float, float], arm: float
) -> Pose:
    u = rng.uniform
    phase = u(0, 2 * np.pi)
    bend = u(*elbow)

    def leg(angle: float) -> Leg:
        swing = max(0.0, float(np.cos(angle)))  # the leg moves ahead, its foot in the air
        return Leg(
            stride * np.sin(angle) + 0.3 * stride * swing,
            u(0, 5),
            u(0, 8),
            5 + lift * swing * (1 - 0.35 * np.sin(angle)) + max(0.0, -float(np.sin(angle))) * 14,
            18 * max(0.0, -float(np.sin(angle))) - 6,
        )

    def swinging(angle: float) -> Arm:
        ahead = float(np.sin(angle)) * u(0.6, 1.1) * arm
        return Arm(ahead, u(4, 18), u(5, 35), bend + 0.4 * max(0.0, ahead), u(10, 50), 0, u(0.3, 1.0))

    return Pose(
        pitch=u(*lean),
        spine_flexion=u(-3, 10),
        spine_twist=8 * float(np.sin(phase)),
        neck_flexion=u(-14, 8),
        left_arm=swinging(phase + np.pi),
        right_arm=arm_position(rng, "carry", "phone", "point", "side", "pocket")
        if rng.random() < 0.22
        else swinging(phase),
        left_leg=leg(phase),
        right_leg=leg(phase + np.pi),
    )


def sitting(rng: Rng) -> Pose:
    """On a chair, bench or box; sometimes on the ground, legs ahead or crossed."""
    u = rng.uniform
    if rng.random() < 0.24:
        return _on_the_ground(rng)
    legs = []
    for _ in range(2):
        flexion = u(72, 98)
        legs.append(Leg(flexion, u(2, 22), u(-10, 15), flexion + u(-32, 22), u(-10, 15)))
    if rng.random() < 0.2:  # one leg over the other
        legs[0] = Leg(u(100, 112), u(-12, -6), u(-5, 10), u(75, 95), u(5, 25))
        legs[1] = replace(legs[1], abduction=float(u(-2, 4)))
    lap = ("lap", "lap", "carry", "table", "phone", "fold", "point", "hang", "prop", "ear", "side", "reach")
    return Pose(
        pitch=u(-14, 12),
        spine_flexion=u(-4, 34),
        spine_side=u(-10, 10),
        spine_twist=u(-20, 20),
        neck_flexion=u(-14, 24),
        left_arm=_sitting_arm(rng, str(rng.choice(lap))),
        right_arm=_sitting_arm(rng, str(rng.choice(lap))),
        left_leg=legs[0],
        right_leg=legs[1],
        support="seat",
    )


def _sitting_arm(rng: Rng, name: str) -> Arm:
    u = rng.uniform
    if name == "lap":
        return Arm(u(15, 38), u(5, 18), u(15, 50), u(40, 75), u(20, 70), 0, 0.3)
    if name == "table":
        return Arm(u(38, 62), u(8, 28), u(10, 45), u(45, 85), u(30, 70), 0, 0.3)
    if name == "prop":
        return Arm(u(-40, -15), u(10, 30), u(-10, 20), u(2, 20), u(0, 40), u(-40, -10), 0.1)
    return arm_position(rng, name)


def _on_the_ground(rng: Rng) -> Pose:
    u = rng.uniform
    if rng.random() < 0.4:  # cross-legged
        legs = [Leg(u(80, 98), u(40, 58), u(15, 40), u(112, 138), u(0, 25)) for _ in range(2)]
    else:
        legs = []
        for _ in range(2):
            if rng.random() < 0.5:
                flexion = u(76, 92)
                legs.append(Leg(flexion, u(3, 20), u(-5, 15), u(0, 18), u(-10, 25)))
            else:
                flexion = u(105, 125)
                legs.append(Leg(flexion, u(3, 25), u(-5, 15), u(85, 125), u(-5, 20)))
    back = rng.random() < 0.45
    arms = [
        Arm(u(-48, -28), u(10, 30), u(-20, 20), u(0, 12), u(0, 40), u(-50, -20), 0.1)
        if back
        else _sitting_arm(rng, str(rng.choice(("lap", "table", "carry", "phone", "point"))))
        for _ in range(2)
    ]
    return Pose(
        pitch=u(-26, -12) if back else u(-12, 6),
        spine_flexion=u(0, 18) if back else u(8, 38),
        spine_twist=u(-12, 12),
        neck_flexion=u(-10, 20),
        left_arm=arms[0],
        right_arm=arms[1],
        left_leg=legs[0],
        right_leg=legs[1],
    )


def crouching(rng: Rng) -> Pose:
    """Squatting low or half, on one knee, or in a player's stance."""
    u = rng.uniform
    kind = rng.random()
    if kind < 0.45:  # squat: the shanks lean ahead, the trunk balances
        knee = u(75, 142)
        flexion = knee * u(0.74, 0.86)
        legs = [Leg(flexion, u(6, 30), u(5, 25), knee, u(-25, -8)) for _ in range(2)]
        pitch = u(5, 14) + 0.16 * knee
    elif kind < 0.7:  # on one knee
        legs = [
            Leg(u(80, 100), u(2, 15), u(0, 15), u(85, 110), u(-10, 5)),
            Leg(u(-5, 12), u(2, 10), u(-5, 10), u(85, 108), u(20, 45)),
        ]
        pitch = u(-2, 16)
    else:  # ready to go, wide and low
        legs = [Leg(u(40, 70), u(12, 32), u(5, 25), u(45, 85), u(-18, -2)) for _ in range(2)]
        pitch = u(15, 40)
    names = ("carry", "point", "guard", "reach", "side", "fold", "hang", "throw")
    return Pose(
        pitch=pitch,
        spine_flexion=u(5, 36),
        spine_side=u(-10, 10),
        spine_twist=u(-18, 18),
        neck_flexion=u(-38, 5),
        left_arm=arm_position(rng, *names),
        right_arm=arm_position(rng, *names),
        left_leg=legs[0],
        right_leg=legs[1],
    )


def jumping(rng: Rng) -> Pose:
    """In the air: stretched, tucked, split, kicking; now and then turned over, as gymnasts and divers are."""
    u = rng.uniform
    kind = rng.random()
    if kind < 0.25:
        legs = [Leg(u(-18, 15), u(2, 25), u(0, 15), u(0, 45), u(10, 45)) for _ in range(2)]
    elif kind < 0.5:
        legs = [Leg(u(55, 115), u(4, 35), u(0, 20), u(60, 130), u(0, 35)) for _ in range(2)]
    elif kind < 0.8:  # a split or a hurdle
        legs = [
            Leg(u(40, 105), u(0, 30), u(0, 20), u(0, 70), u(0, 40)),
            Leg(u(-28, 5), u(0, 35), u(0, 20), u(0, 100), u(15, 50)),
        ]
    else:  # star
        legs = [Leg(u(-10, 35), u(30, 60), u(0, 25), u(0, 35), u(10, 40)) for _ in range(2)]
    turned = rng.random() < 0.22
    return Pose(
        pitch=u(60, 300) if turned else u(-15, 35),
        roll=u(-35, 35) if turned else u(-14, 14),
        spine_flexion=u(-25, 40),
        spine_side=u(-16, 16),
        spine_twist=u(-25, 25),
        neck_flexion=u(-25, 20),
        left_arm=arm_position(rng, *LIVELY),
        right_arm=arm_position(rng, *LIVELY),
        left_leg=legs[0],
        right_leg=legs[1],
        support="air",
        lift=u(0.12, 0.75),
    )


def bending(rng: Rng) -> Pose:
    """Stooping ahead or sideways, picking up, stretching, leaning into a stroke."""
    u = rng.uniform
    if rng.random() < 0.24:  # sideways
        return Pose(
            pitch=u(-5, 15),
            roll=u(5, 22),
            spine_flexion=u(0, 20),
            spine_side=u(18, 34),
            spine_twist=u(-15, 15),
            left_arm=arm_position(rng, *LIVELY),
            right_arm=arm_position(rng, "hang", "hip", "side", "point"),
            left_leg=Leg(u(-5, 20), u(5, 30), u(0, 20), u(0, 40)),
            right_leg=Leg(u(-5, 30), u(10, 40), u(0, 20), u(0, 60)),
        )
    pitch = u(25, 88)
    names = ("reach", "point", "carry", "side", "high", "hang")
    legs = []
    for _ in range(2):
        knee = u(0, 55)
        legs.append(Leg(pitch * u(0.75, 1.0) + 0.5 * knee, u(0, 22), u(0, 15), knee, u(-10, 5)))
    if rng.random() < 0.15:  # one leg stretched back
        legs[1] = Leg(u(-10, 15), u(0, 15), u(0, 15), u(0, 25), u(10, 45))
        legs[0] = Leg(pitch, u(0, 5), u(0, 5), u(0, 15))
    return Pose(
        pitch=pitch,
        spine_flexion=u(5, 52),
        spine_side=u(-10, 10),
        spine_twist=u(-30, 30),
        neck_flexion=u(-42, 20),
        left_arm=replace(arm_position(rng, *names), flexion=u(35, 120)),
        right_arm=arm_position(rng, *names),
        left_leg=legs[0],
        right_leg=legs[1],
    )


def arms_raised(rng: Rng) -> Pose:
    """Cheering, throwing, serving, climbing: one or both arms up, legs standing or on the move."""
    u = rng.uniform
    base = (standing, standing, walking, crouching)[int(rng.integers(4))](rng)
    up = ("high", "high", "reach", "throw")
    both = rng.random() < 0.6
    left = arm_position(rng, *up)
    return replace(
        base,
        spine_flexion=u(-20, 8),
        spine_side=u(-12, 12),
        neck_flexion=u(-28, 10),
        left_arm=left,
        right_arm=(left if rng.random() < 0.4 else arm_position(rng, *up))
        if both
        else arm_position(rng, "hang", "hip", "side", "point", "carry"),
    )


def lying(rng: Rng) -> Pose:
    """On the back, the front or a side; sometimes propped up or on hands and knees."""
    u = rng.uniform
    kind = rng.random()
    if kind < 0.38:  # on the back
        legs = [
            Leg(u(-4, 8), u(2, 22), u(5, 35), u(0, 10), u(5, 35))
            if rng.random() < 0.6
            else Leg(u(35, 75), u(2, 22), u(0, 20), u(70, 120), u(0, 20))
            for _ in range(2)
        ]
        pose = Pose(pitch=-90, spine_flexion=u(-2, 14), neck_flexion=u(-5, 22))
        arms = [_lying_arm(rng) for _ in range(2)]
    elif kind < 0.62:  # on the front
        legs = [
            Leg(u(-6, 4), u(2, 22), u(0, 20), u(0, 12) if rng.random() < 0.6 else u(50, 110), u(25, 55))
            for _ in range(2)
        ]
        pose = Pose(pitch=90, spine_flexion=u(-30, 2), neck_flexion=u(-30, 0))
        arms = [
            Arm(u(-5, 8), u(85, 160), u(-80, -65), u(10, 120), u(0, 60), 0, 0.3)
            if rng.random() < 0.6
            else Arm(u(-5, 5), u(8, 60), u(-80, -60), u(5, 40), u(0, 60), 0, 0.3)
            for _ in range(2)
        ]
    elif kind < 0.84:  # on a side
        legs = [Leg(u(0, 70), u(-5, 8), u(-5, 10), u(0, 90), u(0, 30)) for _ in range(2)]
        pose = Pose(pitch=u(-12, 12), roll=90, spine_flexion=u(0, 25), spine_side=u(-20, 5))
        arms = [
            Arm(u(20, 120), u(-5, 20), u(0, 50), u(10, 110), u(0, 60), 0, 0.3),
            Arm(u(60, 160), u(-5, 20), u(0, 30), u(30, 135), u(0, 60), 0, 0.3),
        ]
    else:  # push-up or crawling
        crawl = rng.random() < 0.5
        dip = 0.0 if crawl else u(0, 70)
        pitch = u(74, 84) if crawl else u(62, 68) + 0.22 * dip
        legs = [
            Leg(u(75, 100), u(0, 12), u(0, 10), u(80, 100), u(25, 50))
            if crawl
            else Leg(u(-8, 8), u(0, 12), u(0, 10), u(0, 8), u(-20, 10))
            for _ in range(2)
        ]
        pose = Pose(pitch=pitch, spine_flexion=u(-10, 10), neck_flexion=u(-40, 0))
        arms = [
            Arm(
                pitch - 0.6 * dip + u(-8, 12), u(0, 25), u(-20, 10), dip + u(0, 15), u(20, 60), u(-20, 0), 0.2
            )
            for _ in range(2)
        ]
    return replace(
        pose,
        spine_twist=u(-10, 10),
        left_arm=arms[0],
        right_arm=arms[1],
        left_leg=legs[0],
        right_leg=legs[1],
    )


def _lying_arm(rng: Rng) -> Arm:
    u = rng.uniform
    if rng.random() < 0.3:  # a hand on the belly
        return Arm(u(5, 25), u(5, 20), u(45, 75), u(70, 105), u(0, 60), 0, 0.3)
    return Arm(u(-8, 8), u(10, 160), u(-60, 10), u(5, 90), u(0, 60), 0, u(0, 0.6))


POSES: dict[str, Callable[[Rng], Pose]] = {
    "standing": standing,
    "walking": walking,
    "running": running,
    "sitting": sitting,
    "crouching": crouching,
    "jumping": jumping,
    "bending": bending,
    "arms_raised": arms_raised,
    "lying": lying,
}
"""The families, drawn with equal chance."""
