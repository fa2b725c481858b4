"""Pictures in which nobody is: noise, textures, and rendered scenes from which the people were taken."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.synthetic.figure import Figure
from posecore.synthetic.picture import develop, draw_lens
from posecore.synthetic.render import render
from posecore.synthetic.scene.backdrop import KINDS
from posecore.synthetic.scene.compose import draw_scene
from posecore.synthetic.surfaces.textures import draw_grain

SIZE: Final = 256
Picture = NDArray[np.uint8]


def noise(rng: np.random.Generator) -> Picture:
    """Random colours, from single pixels to blots of 32."""
    cells = int(2 ** rng.integers(3, 9))
    coarse = rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC), np.uint8)


def texture(rng: np.random.Generator) -> Picture:
    """A wall or a ground of the renderer, seen straight on: one to five metres of it."""
    kind = KINDS[str(rng.choice(list(KINDS)))]
    surface = (kind.wall if rng.random() < 0.5 else kind.ground)(rng)
    width = rng.uniform(1, 5)
    x, y = np.meshgrid(*(np.linspace(0, width, SIZE, dtype=np.float32),) * 2)
    # From a place of its own on it, as what is painted may differ along it.
    left, low = rng.uniform(0, 20, 2)
    painted = surface(x + np.float32(left), y[::-1] + np.float32(low % 2), draw_grain(rng))
    return np.asarray(np.clip(painted * 255, 0, 255), np.uint8)


def scene(rng: np.random.Generator) -> Picture:
    """A rendered scene without anyone: surroundings, things behind and in front, at times an empty seat."""
    drawn = draw_scene(rng)
    mesh = drawn.main.mesh
    # Where the person stood they are two millimetres tall: smaller than a pixel, and so is their shadow.
    grain = replace(mesh, points=mesh.points * 1e-3)
    empty = replace(drawn, main=replace(drawn.main, mesh=grain), others=())
    if isinstance(drawn.occluder, Figure):
        empty = replace(empty, occluder=None, occluder_kind="none")
    height, width = drawn.camera.height, drawn.camera.width
    lens = draw_lens(rng, max(height, width))
    picture, _ = develop(render(empty, lens.depth_blur).image, lens, rng)
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = picture[top : top + side, left : left + side]
    return np.asarray(cv2.resize(square, (SIZE, SIZE), interpolation=cv2.INTER_AREA), np.uint8)


NOBODY: Final[Mapping[str, Callable[[np.random.Generator], Picture]]] = {
    "noise": noise,
    "textures": texture,
    "empty scenes": scene,
}
"""Kinds of pictures (256, 256, 3) without people; each is made of a generator."""
