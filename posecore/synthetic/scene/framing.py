"""How a photographer frames somebody: size of the picture, lens, place and aim of the camera."""

from dataclasses import dataclass

import numpy as np

from posecore.synthetic.figure import Figure
from posecore.synthetic.geometry.camera import Camera, look_at
from posecore.synthetic.geometry.rotations import Array

Rng = np.random.Generator


@dataclass(frozen=True)
class Shot:
    """camera, and how much of the picture the person fills: full, cut (by its border) or small."""

    camera: Camera
    framing: str


def draw_view(rng: Rng, family: str) -> float:
    """Degrees by which somebody turns to their left: 0 faces the camera, 180 shows the back."""
    kind = rng.random()
    if family == "lying":
        view = float(rng.uniform(-180, 180))
    elif kind < 0.48:
        view = float(rng.normal(0, 26))
    elif kind < 0.72:
        view = float(rng.choice((-1, 1)) * rng.uniform(30, 75))
    elif kind < 0.86:
        view = float(rng.choice((-1, 1)) * rng.uniform(72, 110))
    else:
        view = float(180 + rng.normal(0, 35))
    return (view + 180) % 360 - 180


def draw_shot(rng: Rng, figure: Figure) -> Shot:
    """A camera on the side of positive z that shows the figure."""
    points = figure.mesh.points
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    tall = (high[1] - low[1]) > 1.15 * max(high[0] - low[0], high[2] - low[2])
    longer = int(rng.integers(320, 481))
    shorter = round(longer / rng.choice((1.0, 1.25, 4 / 3, 4 / 3, 1.5, 1.5)))
    upright = rng.random() < (0.55 if tall else 0.12)
    width, height = (shorter, longer) if upright else (longer, shorter)
    focal = float(longer * np.exp(rng.uniform(np.log(0.8), np.log(2.4))))
    framing = str(rng.choice(("full", "cut", "small"), p=(0.76, 0.15, 0.09)))
    share = {"full": rng.uniform(0.5, 0.97), "cut": rng.uniform(1.05, 2.1), "small": rng.uniform(0.17, 0.42)}[
        framing
    ]
    steepest = float(rng.triangular(0.1, 0.3, 0.8))
    target = middle
    if framing == "cut":
        names = ("nose", "neck", "neck", "thorax", "thorax", "lumbar", "left_wrist", "right_knee", "pelvis")
        target = figure.joints[str(rng.choice(names))] * 0.85 + middle * 0.15
    eye = _eye_height(rng)
    roll = float(rng.normal(0, 2.5)) if rng.random() < 0.8 else float(rng.normal(0, 10))
    distance = 3.0
    for _ in range(4):
        camera = look_at(_position(target, eye, distance, steepest), target, roll, focal, width, height)
        pixels, depth = camera.project(points)
        seen = pixels[depth > 0.1]
        filled = float(max(np.ptp(seen[:, 0]) / width, np.ptp(seen[:, 1]) / height))
        distance = float(np.clip(distance * filled / share, 0.9, 60.0))
    camera = look_at(_position(target, eye, distance, steepest), target, roll, focal, width, height)
    pixels, depth = camera.project(points)
    start, end = pixels[depth > 0.1].min(axis=0), pixels[depth > 0.1].max(axis=0)
    shift = []
    for axis, size in enumerate((width, height)):
        if framing == "cut":
            shift.append(float(rng.normal(0, 0.07) * size))
        else:  # anywhere in the picture, mostly near the middle
            room = max(0.0, size - (end[axis] - start[axis]))
            shift.append(float((rng.beta(2.2, 2.2) * room) - start[axis]))
    moved = look_at(
        _position(target, eye, distance, steepest), target, roll, focal, width, height, (shift[0], shift[1])
    )
    return Shot(moved, framing)


def _eye_height(rng: Rng) -> float:
    kind = rng.random()
    if kind < 0.6:
        return float(rng.uniform(1.15, 1.8))
    if kind < 0.82:
        return float(rng.uniform(0.25, 1.15))
    return float(rng.uniform(1.8, 3.0) if kind < 0.93 else rng.uniform(3.0, 6.0))


def _position(target: Array, eye: float, distance: float, steepest: float) -> Array:
    """At eye height where the distance allows it; steepest: the most metres up or down per metre."""
    reach = steepest * distance
    height = float(np.clip(eye, max(0.12, target[1] - reach), target[1] + reach))
    rise = height - target[1]
    return np.array([target[0], height, target[2] + np.sqrt(max(distance**2 - rise**2, 0.04))])
