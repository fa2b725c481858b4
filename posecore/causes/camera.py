"""Changes of how a rendered person is seen: where the camera stands, what its lens does, and its grain.

The world is that of posecore.causes.body.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from posecore.causes.cause import Edit
from posecore.causes.chance import chance_of
from posecore.data.crops import SIZE
from posecore.errors import ChangeError
from posecore.synthetic.chance import state_of
from posecore.synthetic.drawn import Drawn
from posecore.synthetic.geometry.rotations import Array, rot_x

LOWEST_CAMERA: Final = 0.1
"""Metres above the ground."""


def step_back(drawn: Drawn, times: float) -> Drawn:
    """Move the camera so many times as far from the hips, along the same line: they stay where they are in
    the picture."""
    camera, hips = drawn.scene.camera, drawn.scene.main.joints["pelvis"]
    return _with_camera(drawn, hips + (camera.position - hips) * times, camera.axes)


def raise_camera(drawn: Drawn, degrees: float) -> Drawn:
    """Swing the camera up around the hips: they stay where they are in the picture, as far away."""
    camera, hips = drawn.scene.camera, drawn.scene.main.joints["pelvis"]
    away = camera.position - hips
    across = np.array([away[2], 0.0, -away[0]]) / np.hypot(away[0], away[2])
    level = np.stack([across, np.array([0.0, 1.0, 0.0]), np.cross(across, [0.0, 1.0, 0.0])], axis=1)
    swing = level @ rot_x(-degrees) @ level.T
    if np.degrees(np.arcsin(away[1] / np.linalg.norm(away))) + degrees > 85:
        raise ChangeError("The camera would stand above this person's head, where it has no upright.")
    return _with_camera(drawn, hips + swing @ away, camera.axes @ swing.T)


def _with_camera(drawn: Drawn, position: Array, axes: Array) -> Drawn:
    if position[1] < LOWEST_CAMERA:
        raise ChangeError("The camera would be below the ground.")
    camera = replace(drawn.scene.camera, position=position, axes=axes)
    return replace(drawn, scene=replace(drawn.scene, camera=camera))


def shift(axis: int) -> Edit:
    """Move everything in the picture, by so many pixels of the crop, along x (0) or y (1)."""

    def edit(drawn: Drawn, pixels: float) -> Drawn:
        camera = drawn.scene.camera
        centre = list(camera.centre)
        centre[axis] += pixels * drawn.crop.side / SIZE
        moved = replace(camera, centre=(centre[0], centre[1]))
        return replace(drawn, scene=replace(drawn.scene, camera=moved))

    return edit


def blur(drawn: Drawn, pixels: float) -> Drawn:
    """Blur the picture, by a Gaussian of so many pixels of the crop, before its grain."""
    spread = pixels * drawn.crop.side / SIZE
    return replace(drawn, lens=replace(drawn.lens, blur=float(np.hypot(drawn.lens.blur, spread))))


def grain(drawn: Drawn, choice: float) -> Drawn:
    """Draw the picture's grain anew, as strong as it was."""
    if choice == 0:
        return drawn
    return replace(drawn, grain=state_of(chance_of(drawn, 0, int(choice))))
