"""What is behind the people: ground, wall or horizon, and sky, in true perspective."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.synthetic.geometry.camera import Camera
from posecore.synthetic.geometry.rotations import Array, dot, rot_y
from posecore.synthetic.scene.light import Light, ShadowMap, lit
from posecore.synthetic.surfaces import textures as tx

Floats = NDArray[np.float32]
Rng = np.random.Generator


@dataclass(frozen=True)
class Backdrop:
    """What lies behind everybody.

    ground: texture of x and z. wall: texture of metres along and up, at `distance` behind the origin, turned
    by `turn` degrees, `height` metres high. sky: RGB at the horizon and above.
    """

    kind: str
    outdoors: bool
    ground: tx.Texture
    wall: tx.Texture
    distance: float
    turn: float
    height: float
    sky: tuple[Floats, Floats]
    clouds: float
    clutter: int
    grain: tx.Grain


def _rgb(*values: float) -> Floats:
    colour = np.array(values, np.float32)
    colour /= 255
    return colour


def _tone(rng: Rng, colours: tuple[tuple[int, int, int], ...], spread: float = 0.03) -> Floats:
    chosen = _rgb(*colours[int(rng.integers(len(colours)))])
    return (chosen * rng.normal(1, 2 * spread) + rng.normal(0, spread, 3)).clip(0.03, 0.97).astype(np.float32)


_WALLS = (
    (226, 220, 208),
    (200, 204, 206),
    (178, 190, 178),
    (214, 190, 160),
    (150, 160, 178),
    (120, 60, 56),
    (90, 96, 104),
)
_WOOD = ((160, 116, 74), (190, 150, 104), (116, 80, 54), (206, 178, 138))
_GREENS = ((92, 122, 58), (112, 138, 72), (78, 106, 54), (136, 146, 82), (150, 140, 92))


def _plain_wall(rng: Rng) -> tx.Texture:
    colour = _tone(rng, _WALLS)
    kind = rng.random()
    if kind < 0.35:
        return tx.posters(colour)
    if kind < 0.5:
        return tx.shelves(_tone(rng, _WOOD))
    if kind < 0.65:
        return tx.panels(colour, colour * 0.6, float(rng.uniform(0.2, 0.9)))
    if kind < 0.8:
        return tx.tiled(colour, colour * 0.75, float(rng.uniform(0.1, 0.35)), 1.0, 0.05, False)
    return tx.speckled(colour, 0.05, 0.02)


def _floor(rng: Rng) -> tx.Texture:
    kind = rng.random()
    if kind < 0.45:
        wood = _tone(rng, _WOOD)
        return tx.tiled(wood, wood * 0.6, 0.13, 7.0, 0.16, True)
    if kind < 0.75:
        tile = _tone(rng, ((210, 204, 192), (150, 150, 150), (120, 96, 80), (60, 62, 66)))
        return tx.tiled(tile, tile * 0.7, float(rng.uniform(0.3, 0.6)), 1.0, 0.05, False)
    return tx.speckled(_tone(rng, _WALLS), 0.06, 0.07, 0.5)


def _brick(rng: Rng) -> tx.Texture:
    colour = _tone(rng, ((150, 76, 56), (172, 110, 82), (120, 60, 48), (190, 178, 160)))
    return tx.tiled(colour, _tone(rng, ((190, 182, 172), (110, 100, 94))), 0.09, 2.8, 0.2, True)


def _front(rng: Rng) -> tx.Texture:
    wall = _tone(rng, ((206, 190, 164), (178, 120, 96), (210, 210, 206), (150, 140, 130)))
    return tx.windows(
        wall,
        _tone(rng, ((60, 74, 90), (40, 46, 54), (120, 146, 170))),
        float(rng.uniform(1.6, 3.2)),
        float(rng.uniform(2.4, 3.4)),
    )


def _grass(rng: Rng) -> tx.Texture:
    return tx.speckled(_tone(rng, _GREENS), float(rng.uniform(0.02, 0.08)), float(rng.uniform(0.03, 0.1)))


def _pavement(rng: Rng) -> tx.Texture:
    grey = _tone(rng, ((150, 148, 142), (120, 120, 122), (176, 168, 152)))
    if rng.random() < 0.5:
        return tx.speckled(grey, 0.07, 0.06)
    return tx.tiled(
        grey,
        grey * 0.75,
        float(rng.uniform(0.25, 0.8)),
        float(rng.uniform(1, 2)),
        0.07,
        bool(rng.random() < 0.5),
    )


def _trees(rng: Rng) -> tx.Texture:
    return tx.foliage(
        _tone(rng, ((100, 122, 66), (78, 100, 56), (122, 134, 74), (150, 122, 66), (120, 128, 110)))
    )


def _hall(rng: Rng) -> tx.Texture:
    if rng.random() < 0.5:
        return tx.crowd(_tone(rng, ((50, 50, 56), (90, 40, 36), (40, 56, 90))))
    return _plain_wall(rng)


def _sport_floor(rng: Rng) -> tx.Texture:
    colour = _tone(rng, ((186, 140, 88), (60, 110, 150), (160, 70, 50), (70, 130, 80), (110, 112, 118)))
    return tx.court(colour, _tone(rng, ((240, 240, 236),)), float(rng.uniform(2.5, 6)))


def _plain_colour(rng: Rng) -> tx.Texture:
    return tx.speckled(
        _tone(
            rng,
            ((235, 235, 232), (120, 126, 136), (60, 62, 70), (190, 170, 150), (96, 130, 160), (22, 22, 26)),
        ),
        0.02,
        0.0,
    )


def _sand(rng: Rng) -> tx.Texture:
    return tx.speckled(_tone(rng, ((214, 190, 148), (190, 164, 124))), 0.06, 0.07)


def _snow(rng: Rng) -> tx.Texture:
    return tx.speckled(_tone(rng, ((232, 236, 242), (214, 222, 234))), 0.03, 0.02)


def _sea(rng: Rng) -> tx.Texture:
    return tx.speckled(_tone(rng, ((70, 116, 140), (60, 96, 120), (96, 140, 150))), 0.04, 0.06, 0.8)


@dataclass(frozen=True)
class _Kind:
    chance: float
    outdoors: bool
    ground: Callable[[Rng], tx.Texture]
    wall: Callable[[Rng], tx.Texture]
    distance: tuple[float, float]
    height: tuple[float, float]
    clutter: float


KINDS: dict[str, _Kind] = {
    "studio": _Kind(0.07, False, _plain_colour, _plain_colour, (1.5, 4), (40, 40), 0),
    "room": _Kind(0.20, False, _floor, _plain_wall, (1.0, 4.5), (40, 40), 3),
    "brick": _Kind(0.08, True, _pavement, _brick, (0.7, 3.5), (40, 40), 1),
    "street": _Kind(0.15, True, _pavement, _front, (4, 16), (6, 40), 5),
    "park": _Kind(0.17, True, _grass, _trees, (5, 30), (3, 40), 2),
    "field": _Kind(0.09, True, _grass, _trees, (25, 60), (3, 9), 1),
    "sports": _Kind(0.12, False, _sport_floor, _hall, (4, 14), (40, 40), 2),
    "beach": _Kind(0.06, True, _sand, _sea, (40, 80), (0.5, 2), 0),
    "snow": _Kind(0.06, True, _snow, _trees, (25, 70), (2, 8), 0),
}
"""Kinds of surroundings: chance, and ranges in metres."""


def draw_backdrop(rng: Rng) -> Backdrop:
    """Any surroundings."""
    names = list(KINDS)
    return draw_kind(rng, names[int(rng.choice(len(names), p=[KINDS[n].chance for n in names]))])


def draw_kind(rng: Rng, name: str) -> Backdrop:
    """Surroundings of one of KINDS."""
    kind = KINDS[name]
    grey = rng.random() < 0.35
    horizon = _tone(rng, ((226, 230, 234), (206, 214, 222)) if grey else ((196, 218, 238), (222, 226, 226)))
    above = _tone(
        rng, ((196, 202, 208), (170, 178, 186)) if grey else ((96, 146, 206), (120, 166, 214), (70, 120, 190))
    )
    return Backdrop(
        kind=name,
        outdoors=kind.outdoors,
        ground=kind.ground(rng),
        wall=kind.wall(rng),
        distance=float(rng.uniform(*kind.distance)),
        turn=float(rng.normal(0, 14)),
        height=float(rng.uniform(*kind.height)),
        sky=(horizon, above),
        clouds=float(rng.uniform(0, 0.5)) if rng.random() < 0.6 else 0.0,
        clutter=int(rng.poisson(kind.clutter)),
        grain=tx.draw_grain(rng),
    )


def paint(backdrop: Backdrop, camera: Camera, light: Light, shadows: ShadowMap) -> tuple[Floats, Floats]:
    """The picture without people (H, W, 3), display RGB, and the depth (H, W) of it, metres ahead."""
    rays = camera.rays()
    height, width = rays.shape[:2]
    eye = camera.position.astype(np.float32)
    far = np.float32(1e4)
    normal = rot_y(backdrop.turn)[:, 2].astype(np.float32)
    along = rot_y(backdrop.turn)[:, 0].astype(np.float32)
    towards = dot(rays, normal)
    to_wall = np.where(towards < -1e-6, (-backdrop.distance - eye @ normal) / np.minimum(towards, -1e-6), far)
    to_wall = np.where(to_wall > 0, to_wall, far)
    to_ground = np.where(rays[..., 1] < -1e-5, -eye[1] / np.minimum(rays[..., 1], -1e-5), far)
    top = eye[1] + to_wall * rays[..., 1]
    if backdrop.kind in ("park", "field", "snow"):  # an uneven edge of trees against the sky
        edge = backdrop.grain.smooth(to_wall * dot(rays, along), np.zeros_like(top), backdrop.height * 1.5)
        top = top - 0.18 * backdrop.height * edge
    is_ground = to_ground <= to_wall
    is_wall = ~is_ground & (to_wall < far) & (top < backdrop.height)
    picture = _sky(backdrop, rays)
    depth = np.full((height, width), far, np.float32)
    for mask, reach in ((is_ground, to_ground), (is_wall, to_wall)):
        if not mask.any():
            continue
        place = eye + rays[mask] * reach[mask][:, None]
        if mask is is_ground:
            colour = backdrop.ground(place[:, 0], place[:, 2], backdrop.grain)
            facing = np.array([[0, 1, 0]], np.float32)
        else:
            colour = backdrop.wall(dot(place, along), place[:, 1], backdrop.grain)
            facing = normal[None]
        sunlit = np.ones((height, width), np.float32)
        sunlit[mask] = shadows.sunlit(place, 0.0, 1)
        soft: Floats = cv2.GaussianBlur(sunlit, (0, 0), 1.6)[mask]  # type: ignore[assignment]
        shade = lit(light, np.repeat(facing, len(place), axis=0), soft)
        picture[mask] = colour * np.maximum(shade, 0.0) ** np.float32(0.4545)
        depth[mask] = reach[mask]
    return picture, depth


def _sky(backdrop: Backdrop, rays: Floats) -> Floats:
    up = np.clip(rays[..., 1] / np.float32(0.6), 0, 1)[..., None] ** np.float32(0.7)
    low, high = backdrop.sky
    picture: Floats = low * (1 - up) + high * up
    if backdrop.clouds:
        flat = np.float32(3) / np.maximum(rays[..., 1] + np.float32(0.12), np.float32(0.05))
        noise = backdrop.grain.smooth(rays[..., 0] * flat + 50, flat, 6.0)
        noise = cv2.GaussianBlur(noise, (0, 0), 3)  # type: ignore[assignment]
        amount = np.clip(0.5 * noise + backdrop.clouds, 0, 1)[..., None] * np.float32(0.8)
        picture = picture * (1 - amount) + np.float32(0.96) * amount
    return picture


def wall_distance(backdrop: Backdrop, position: Array) -> float:
    """Metres from a place to the wall in front of which it lies; negative behind it."""
    return float(position @ rot_y(backdrop.turn)[:, 2]) + backdrop.distance
