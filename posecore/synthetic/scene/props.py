"""Things in a scene: seats, what stands in front of people, and clutter behind them."""

from collections.abc import Callable

import numpy as np

from posecore.synthetic.clothes.wardrobe import cloth_colour
from posecore.synthetic.geometry.mesh import Mesh, ball, box, join, tube
from posecore.synthetic.geometry.rotations import Array, rot_x, rot_y, rot_z
from posecore.synthetic.surfaces.materials import Colour, Material

Rng = np.random.Generator
_OBJECT = 0


def prop_material(rng: Rng) -> Material:
    """Painted, wooden, striped or printed."""
    kind = rng.random()
    if kind < 0.25:
        base = ((150, 104, 62), (120, 78, 46), (186, 144, 96), (86, 58, 40))[rng.integers(4)]
        wood = tuple(np.array(base) / 255)
        return Material(wood, "wood", tuple(c * 0.8 for c in wood), 0.12)
    pattern = str(rng.choice(("plain", "plain", "plain", "plain", "stripes", "slats", "bars")))
    first, second = (_dull(cloth_colour(rng)) for _ in range(2))
    return Material(first, pattern, second, float(rng.uniform(0.06, 0.3)), 0.15)


def _dull(colour: Colour) -> Colour:
    """Half as colourful: furniture and boxes are quieter than clothes."""
    grey = sum(colour) / 3
    red, green, blue = (0.5 * (value + grey) for value in colour)
    return red, green, blue


def pillar(foot: Array, height: float, radius: float, material: int, around: int = 12) -> Mesh:
    """An upright cylinder."""
    heights = np.array([0.0, 0.001, 0.5 * height, 0.999 * height, height])
    centres = foot + np.outer(heights, [0.0, 1.0, 0.0])
    radii = np.repeat(np.array([[0.0], [1], [1], [1], [0]]) * radius, 2, axis=1)
    return tube(centres, np.broadcast_to(np.eye(3), (5, 3, 3)), radii, _OBJECT, material, around=around)


def build_seat(
    rng: Rng, kind: str, place: Array, turn: float, width: float, front: float, material: int
) -> Mesh:
    """A chair, stool, box or bench under the point `place`, facing `turn` degrees; front: its depth ahead."""
    frame = rot_y(turn)
    height, back = place[1], 0.16 + 0.06 * rng.random()
    half = {"bench": 0.9, "sofa": width + 0.25}.get(kind, width) * np.array([1, 0, 0])
    thick = 0.04 if kind in ("chair", "stool", "bench") else height
    middle = np.array([place[0], height - thick / 2, place[2]]) + frame[:, 2] * (front - back) / 2
    parts = [box(middle, frame, (half[0], thick / 2, (front + back) / 2), _OBJECT, material)]
    if kind in ("chair", "stool", "bench"):
        for x in (-1, 1):
            for z in (-1, 1):
                foot = middle + frame @ np.array([x * (half[0] - 0.03), 0, z * ((front + back) / 2 - 0.03)])
                foot[1] = 0
                parts.append(pillar(foot, height - thick, 0.02, material + 1, around=6))
    if kind in ("chair", "sofa"):
        tall = rng.uniform(0.35, 0.6)
        rear = middle - frame[:, 2] * ((front + back) / 2 + 0.03)
        rear[1] = height + tall / 2 - 0.02
        parts.append(box(rear, frame @ rot_x(-6), (half[0], tall / 2, 0.025), _OBJECT, material))
    return join(parts)


def _pole(rng: Rng, at: Array, size: float, frame: Array) -> Mesh:
    return pillar(np.array([at[0], 0, at[2]]), 3.2, size * rng.uniform(0.025, 0.06), 0)


def _crate(rng: Rng, at: Array, size: float, frame: Array) -> Mesh:
    half = size * rng.uniform(0.12, 0.22, 3)
    half[1] = max(0.1, at[1] * rng.uniform(0.4, 0.52))
    return box(np.array([at[0], half[1], at[2]]), frame @ rot_y(rng.uniform(-30, 30)), half, _OBJECT, 0)


def _table(rng: Rng, at: Array, size: float, frame: Array) -> Mesh:
    height = float(np.clip(at[1], 0.35, 1.0))
    half = np.array([size * rng.uniform(0.35, 0.6), 0.02, size * rng.uniform(0.14, 0.25)])
    turned = frame @ rot_y(rng.uniform(-20, 20))
    top = np.array([at[0], height, at[2]])
    parts = [box(top, turned, half, _OBJECT, 0)]
    for x in (-1, 1):
        for z in (-1, 1):
            foot = top + turned @ (half * (x * 0.92, 0, z * 0.88))
            foot[1] = 0
            parts.append(pillar(foot, height, 0.022, 1, around=6))
    for _ in range(int(rng.integers(0, 4))):
        spot = top + turned @ (half * (rng.uniform(-0.8, 0.8), 1, rng.uniform(-0.7, 0.7)))
        parts.append(pillar(spot, rng.uniform(0.06, 0.2), rng.uniform(0.02, 0.05), 2, around=8))
    return join(parts)


def _plant(rng: Rng, at: Array, size: float, frame: Array) -> Mesh:
    parts = []
    spread = size * rng.uniform(0.10, 0.17)
    for _ in range(int(rng.integers(9, 16))):
        centre = np.array([at[0], at[1] * rng.uniform(0.15, 1.0), at[2]]) + rng.normal(0, spread, 3) * (
            1,
            0,
            1,
        )
        turned = frame @ rot_y(rng.uniform(0, 360)) @ rot_z(rng.uniform(-50, 50))
        leaf = size * np.array([rng.uniform(0.05, 0.11), 0.018, rng.uniform(0.02, 0.045)])
        parts.append(ball(centre, turned, leaf, _OBJECT, 3, rings=5, around=8))
    parts.append(pillar(np.array([at[0], 0, at[2]]), at[1] * 0.9, 0.012, 3, around=6))
    return join(parts)


def _rail(rng: Rng, at: Array, size: float, frame: Array) -> Mesh:
    turned = frame @ rot_y(rng.uniform(-12, 12))
    height = float(np.clip(at[1], 0.3, 1.1))
    parts = []
    for share in (1.0, 0.55):
        centre = np.array([at[0], height * share, at[2]])
        parts.append(box(centre, turned, (2.2, size * 0.016, 0.02), _OBJECT, 1))
    for step in np.arange(-3, 4):
        foot = np.array([at[0], 0, at[2]]) + turned[:, 0] * step * 0.7
        parts.append(pillar(foot, height, 0.02, 1, around=6))
    return join(parts)


def _ball(rng: Rng, at: Array, size: float, frame: Array) -> Mesh:
    radius = rng.uniform(0.07, 0.13)
    return ball(at, frame @ rot_x(rng.uniform(0, 180)), (radius,) * 3, _OBJECT, 0, rings=11, around=16)


def _sign(rng: Rng, at: Array, size: float, frame: Array) -> Mesh:
    half = size * np.array([rng.uniform(0.1, 0.22), rng.uniform(0.07, 0.14), 0.006])
    parts = [box(at, frame @ rot_y(rng.uniform(-25, 25)), half, _OBJECT, 0)]
    parts.append(pillar(np.array([at[0], 0, at[2] - 0.02]), max(0.05, at[1]), 0.02, 1, around=8))
    return join(parts)


OCCLUDERS: dict[str, Callable[[Rng, Array, float, Array], Mesh]] = {
    "pole": _pole,
    "box": _crate,
    "table": _table,
    "plant": _plant,
    "rail": _rail,
    "ball": _ball,
    "sign": _sign,
}
"""Meshes of material numbers 0 to 3 whose middle covers a place, given somebody's height and a frame."""


def occluder_materials(rng: Rng) -> tuple[Material, ...]:
    """Four: body, frame, small things, leaves."""
    green = (float(rng.uniform(0.12, 0.3)), float(rng.uniform(0.32, 0.55)), float(rng.uniform(0.1, 0.22)))
    metal = float(rng.uniform(0.15, 0.8))
    return (
        prop_material(rng),
        Material((metal, metal, metal * 1.02), gloss=0.4),
        prop_material(rng),
        Material(green, gloss=0.2),
    )


def clutter(rng: Rng, count: int, near: float, far: float, materials: int) -> Mesh | None:
    """Boxes, poles and bushes at depths between `far` and `near` (negative z); None if there are none."""
    parts: list[Mesh] = []
    for _ in range(count):
        z = rng.uniform(far, near)
        spot = np.array([rng.normal(0, 0.9 + 0.45 * abs(z)), 0.0, z])
        kind = rng.random()
        number = int(rng.integers(materials))
        frame = rot_y(rng.uniform(-40, 40))
        if kind < 0.45:
            half = rng.uniform((0.15, 0.2, 0.15), (0.8, 1.1, 0.5))
            parts.append(box(_above(spot, half[1]), frame, half, _OBJECT, number))
        elif kind < 0.65:
            parts.append(pillar(spot, rng.uniform(1.0, 4.0), rng.uniform(0.03, 0.16), number))
        elif kind < 0.8:
            height = rng.uniform(0.5, 1.8)
            wide = rng.uniform(0.4, 0.9)
            parts.append(box(_above(spot, height), frame, (wide, 0.03, 0.3), _OBJECT, number))
            stand = (wide * 0.9, height / 2, 0.02)
            parts.append(box(_above(spot, height / 2), frame, stand, _OBJECT, number))
        else:
            size = rng.uniform(0.3, 0.8)
            radii = (size, size * 1.1, size)
            parts.append(ball(_above(spot, size), frame, radii, _OBJECT, materials, rings=9))
    return join(parts) if parts else None


def _above(spot: Array, height: float) -> Array:
    place: Array = spot + np.array([0.0, height, 0.0])
    return place
