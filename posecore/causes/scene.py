"""Changes of what is around a rendered person: light, background, somebody beside, a thing in front.

The world is that of posecore.causes.body.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from posecore.causes.chance import chance_of
from posecore.synthetic.drawn import Drawn
from posecore.synthetic.geometry.camera import NEAR
from posecore.synthetic.geometry.mesh import box
from posecore.synthetic.geometry.raster import DepthBuffer
from posecore.synthetic.geometry.rotations import rot_y
from posecore.synthetic.scene.backdrop import KINDS, draw_kind
from posecore.synthetic.scene.compose import Thing, draw_figure
from posecore.synthetic.surfaces.materials import Material

_BOARD: Final = Material((0.56, 0.45, 0.33), "wood", (0.45, 0.36, 0.26), 0.12)
_BESIDE: Final = 0.3
"""Metres between the outline of somebody and the middle of whoever stands beside them."""


def light_strength(drawn: Drawn, times: float) -> Drawn:
    """Make all light so many times as strong; the exposure does not follow."""
    light = drawn.scene.light
    light = replace(light, key=light.key * times, sky=light.sky * times, bounce=light.bounce * times)
    return replace(drawn, scene=replace(drawn.scene, light=light))


def light_side(drawn: Drawn, degrees: float) -> Drawn:
    """Turn the light around the person, to the right as the camera sees it."""
    light = drawn.scene.light
    turned = (light.azimuth + degrees + 180) % 360 - 180
    light = replace(light, towards=rot_y(degrees) @ light.towards, azimuth=turned)
    return replace(drawn, scene=replace(drawn.scene, light=light))


def background(drawn: Drawn, choice: float) -> Drawn:
    """Put other ground, wall and sky behind the person, as far away as they may be there."""
    if choice == 0:
        return drawn
    kind = list(KINDS)[int(choice) - 1]
    scene = drawn.scene
    other = draw_kind(chance_of(drawn, 1, int(choice)), kind)
    nearest = min(float(figure.mesh.points[:, 2].min()) for figure in (scene.main, *scene.others))
    # The grain is that of the clothes' creases, too.
    other = replace(other, distance=max(other.distance, 0.35 - nearest), grain=scene.backdrop.grain)
    return replace(drawn, scene=replace(scene, backdrop=other))


def beside(drawn: Drawn, choice: float) -> Drawn:
    """Let somebody else stand close beside the person, a little farther away."""
    if choice == 0:
        return drawn
    scene = drawn.scene
    other = draw_figure(chance_of(drawn, 2, 0), "standing", 0.0, detail=False)
    across = scene.main.mesh.points[:, 0]
    x = float(across.min()) - _BESIDE if choice == 1 else float(across.max()) + _BESIDE
    other = other.moved(np.array([x, 0, -0.15]))
    return replace(drawn, scene=replace(scene, others=(*scene.others, other)))


def front(drawn: Drawn, share: float) -> Drawn:
    """Put a board before the person that covers so much of their outline in the picture, from below."""
    if share == 0:
        return drawn
    scene, camera = drawn.scene, drawn.scene.camera
    mesh = scene.main.mesh
    pixels, depth = camera.project(mesh.points)
    buffer = DepthBuffer(camera.width, camera.height)
    buffer.draw(pixels, depth, mesh.faces, both=False)
    outline = buffer.faces() >= 0
    rows, columns = outline.sum(axis=1), np.flatnonzero(outline.any(axis=0))
    below = np.cumsum(rows[::-1])[::-1] / max(rows.sum(), 1)  # share of the outline in this row or lower
    top = int(np.argmin(np.abs(below - share)))
    margin = 0.05 * camera.width
    left, right, bottom = columns[0] - margin, columns[-1] + 1 + margin, camera.height + 2.0
    ahead = max(0.7 * float(depth[depth > NEAR].min()), 2 * NEAR)
    half = np.array([(right - left) / 2, (bottom - top) / 2]) * ahead / camera.focal
    middle = (np.array([(left + right) / 2, (top + bottom) / 2]) - camera.centre) * ahead / camera.focal
    axes = camera.axes
    place = camera.position + middle[0] * axes[0] + middle[1] * axes[1] + ahead * axes[2]
    facing = np.stack([axes[0], -axes[1], -axes[2]], axis=1)
    thin = 0.01
    board = box(place + thin * axes[2], facing, (half[0], half[1], thin), 0, 0)
    return replace(drawn, scene=replace(scene, front=(*scene.front, Thing(board, (_BOARD,)))))
