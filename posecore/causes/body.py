"""Changes of how a rendered person stands: the whole body, or one limb of it.

As all that edit what was drawn, they draw nothing of that anew. Figures stand with the hips above the world's
origin; the camera looks from positive z, x is to the picture's right and y up.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from posecore.causes.cause import Edit
from posecore.errors import ChangeError
from posecore.synthetic.body.pose import LIMITS, Arm, Leg, Pose
from posecore.synthetic.drawn import Drawn
from posecore.synthetic.figure import Figure, on_the_ground
from posecore.synthetic.geometry.rotations import rot_y, rot_z

HIGHEST_ARM: Final = 175.0
"""Degrees between the upper arm and the trunk's down: an arm goes no higher."""


def with_main(drawn: Drawn, main: Figure) -> Drawn:
    """What was drawn, with that figure in the person's place."""
    return replace(drawn, scene=replace(drawn.scene, main=main))


def _posed(drawn: Drawn, pose: Pose) -> Drawn:
    """The person in another pose, put where they were."""
    main = drawn.scene.main
    return with_main(drawn, put_down(main, main.rebuilt(pose, main.look)))


def put_down(before: Figure, after: Figure) -> Figure:
    """`after`, whose lowest point is at height 0, with its hips as high as they were where a seat or the air
    carries them, and never below the ground."""
    if before.pose.support == "ground":
        return after
    rise = float(before.joints["pelvis"][1] - after.joints["pelvis"][1])
    return after.moved(np.array([0, max(0.0, rise), 0]))


def turn(drawn: Drawn, degrees: float) -> Drawn:
    """Turn the whole body about its upright axis, and the seat with it."""
    scene, rotation = drawn.scene, rot_y(degrees)
    seat = scene.seat and replace(scene.seat, mesh=scene.seat.mesh.moved(np.zeros(3), rotation))
    view = (scene.view + degrees + 180) % 360 - 180
    main = scene.main.rotated(rotation, np.zeros(3))
    main = replace(main, yaw=main.yaw + degrees)
    return replace(drawn, scene=replace(scene, main=main, seat=seat, view=view))


def lean(drawn: Drawn, degrees: float) -> Drawn:
    """Bend the trunk ahead at the hips; the legs stay."""
    pose = drawn.scene.main.pose
    legs: dict[str, Any] = {}
    for side in ("left", "right"):
        leg: Leg = getattr(pose, f"{side}_leg")
        _check(leg.flexion + degrees, *LIMITS[Leg]["flexion"], f"{side} hip")
        legs[f"{side}_leg"] = replace(leg, flexion=leg.flexion + degrees)
    return _posed(drawn, replace(pose, pitch=pose.pitch + degrees, **legs))


def lie(drawn: Drawn, degrees: float) -> Drawn:
    """Roll the whole body to the picture's right, down on the ground where the ground carried it."""
    main = drawn.scene.main
    if main.pose.support == "seat":
        raise ChangeError("This person sits on a seat and cannot roll to the side.")
    rolled = main.rotated(rot_z(-degrees), main.joints["pelvis"])
    return with_main(drawn, put_down(main, on_the_ground(rolled)))


def raise_arm(side: str) -> Edit:
    """Raise one arm as a whole at the shoulder."""

    def edit(drawn: Drawn, degrees: float) -> Drawn:
        main = drawn.scene.main
        arm: Arm = getattr(main.pose, f"{side}_arm")
        up = main.frames["chest"].T @ main.frames[f"{side}_upper_arm"]
        height = float(np.degrees(np.arccos(np.clip(up[1, 1], -1, 1)))) + degrees
        _check(height, 0, HIGHEST_ARM, f"{side} arm")
        raised: dict[str, Any] = {f"{side}_arm": replace(arm, raised=arm.raised + degrees)}
        return _posed(drawn, replace(main.pose, **raised))

    return edit


def bend_knee(side: str) -> Edit:
    """Bend one knee: the shank goes back, the thigh stays."""

    def edit(drawn: Drawn, degrees: float) -> Drawn:
        pose = drawn.scene.main.pose
        leg: Leg = getattr(pose, f"{side}_leg")
        _check(leg.knee + degrees, *LIMITS[Leg]["knee"], f"{side} knee")
        bent: dict[str, Any] = {f"{side}_leg": replace(leg, knee=leg.knee + degrees)}
        return _posed(drawn, replace(pose, **bent))

    return edit


def _check(angle: float, low: float, high: float, joint: str) -> None:
    if not low <= angle <= high:
        limit = high if angle > high else low
        raise ChangeError(f"The {joint} of this person would pass its limit of {limit:g}°.")
