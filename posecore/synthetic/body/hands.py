"""Hands and feet."""

import numpy as np

from posecore.synthetic.body.pose import Arm
from posecore.synthetic.body.proportions import Build, Skeleton
from posecore.synthetic.geometry.mesh import Mesh, tube
from posecore.synthetic.geometry.rotations import Array, rot_x, rot_z
from posecore.synthetic.geometry.segments import NUMBER


def build_hand(
    build: Build, skeleton: Skeleton, arm: Arm, side: str, sign: float, skin: int, detail: bool
) -> list[Mesh]:
    """Palm, thumb and fingers, or a mitten where detail does not show."""
    size = build.height * (1.08 if build.child else 1.0)
    frame, wrist = skeleton.frames[f"{side}_hand"], skeleton.joints[f"{side}_wrist"]
    segment = NUMBER[f"{side}_hand"]

    def place(x: float, y: float, z: float) -> Array:
        return wrist + frame @ (np.array([-sign * x, -y, z]) * size)

    palm = np.array(
        [
            (-0.006, 0.0125, 0.016),
            (0.006, 0.013, 0.018),
            (0.02, 0.0125, 0.0225),
            (0.04, 0.011, 0.0255),
            (0.053, 0.009, 0.0235),
            (0.059, 0.003, 0.018),
        ]
    )
    centres = np.stack([place(0.0, y, 0.001) for y in palm[:, 0]])
    meshes = [
        tube(centres, np.broadcast_to(frame, (len(palm), 3, 3)), palm[:, 1:] * size, segment, skin, around=10)
    ]
    curl = 15 + 60 * arm.curl
    if not detail:
        bent = frame @ rot_z(-sign * curl)
        along = np.array([0.0, 0.5, 0.85, 1.0])
        centres = place(0, 0.05, 0) - np.outer(along * 0.045 * size, bent[:, 1])
        radii = np.array([(0.0085, 0.022), (0.0085, 0.022), (0.007, 0.019), (0.002, 0.008)]) * size
        meshes.append(tube(centres, np.broadcast_to(bent, (4, 3, 3)), radii, segment, skin, around=8))
    else:
        for z, length in ((0.018, 0.042), (0.006, 0.047), (-0.006, 0.044), (-0.017, 0.035)):
            base = place(0.0, 0.052, z)
            meshes.append(_finger(base, frame, sign, curl, length * size, 0.0063 * size, segment, skin))
    thumb = frame @ rot_x(-42) @ rot_z(-sign * 22)
    meshes.append(
        _finger(place(0.002, 0.014, 0.014), thumb, sign, 12, 0.045 * size, 0.0078 * size, segment, skin)
    )
    return meshes


def _finger(
    base: Array, frame: Array, sign: float, curl: float, length: float, radius: float, segment: int, skin: int
) -> Mesh:
    """Two straight pieces, the second bent further towards the palm."""
    first = frame @ rot_z(-sign * curl * 0.7)
    second = frame @ rot_z(-sign * curl * 1.7)
    middle = base - first[:, 1] * length * 0.5
    tip = middle - second[:, 1] * length * 0.5
    centres = np.stack([base, middle, middle + (tip - middle) * 0.75, tip])
    radii = np.repeat(np.array([1.0, 0.95, 0.85, 0.2])[:, None] * radius, 2, axis=1)
    return tube(centres, np.stack([first, second, second, second]), radii, segment, skin, around=6)


# Ahead of the ankle, half width, height of the upper side above the sole; of a shoe and of a bare foot.
_SHOE = np.array(
    [
        (-0.047, 0.004, 0.020),
        (-0.043, 0.015, 0.040),
        (-0.032, 0.0225, 0.055),
        (-0.010, 0.0250, 0.060),
        (0.015, 0.0250, 0.054),
        (0.040, 0.0275, 0.040),
        (0.065, 0.0310, 0.032),
        (0.090, 0.0305, 0.027),
        (0.108, 0.0235, 0.022),
        (0.118, 0.0060, 0.013),
    ]
)
SOLE = 0.043
"""Of the ankle above the sole, in body heights."""


def build_foot(
    build: Build, skeleton: Skeleton, side: str, sign: float, material: int, bare: bool
) -> list[Mesh]:
    """A shoe, or a bare foot of the same length but slimmer. `material` + 1 is the sole."""
    size = build.height * (1.08 if build.child else 1.0)
    ankle, frame = skeleton.joints[f"{side}_ankle"], skeleton.frames[f"{side}_foot"]
    table = _SHOE * ((0.97, 0.84, 0.9) if bare else (1.0, 1.0, 1.0)) * size
    # Rings stand upright along the foot: their own axes are across, ahead and up.
    lying = frame @ np.array([[1.0, 0, 0], [0, 0, 1], [0, 1, 0]])
    segment = NUMBER[f"{side}_foot"]

    def layer(low: Array, high: Array, wide: float, number: int) -> Mesh:
        middle = (low + high) / 2
        local = np.stack(
            [np.full(len(table), sign * 0.002 * size), middle - SOLE * size, table[:, 0]], axis=1
        )
        radii = np.stack([table[:, 1] * wide, (high - low) / 2], axis=1)
        # Below the middle the outline is nearly a box.
        theta = np.linspace(-np.pi / 2, 1.5 * np.pi, 15)
        boxy = 1 / np.maximum(np.abs(np.cos(theta)), np.abs(np.sin(theta)))
        swell = np.where(np.sin(theta) < 0, boxy, 1.0) ** 0.6
        return tube(
            ankle + local @ frame.T,
            np.broadcast_to(lying, (len(table), 3, 3)),
            radii,
            segment,
            number,
            around=14,
            swell=np.broadcast_to(swell, (len(table), 15)),
        )

    nothing = np.zeros(len(table))
    upper = layer(nothing, table[:, 2], 1.0, material)
    if bare:
        return [upper]
    return [
        upper,
        layer(nothing - 0.001 * size, np.minimum(0.013 * size, table[:, 2] * 0.8), 1.07, material + 1),
    ]
