"""A scene to pixels: people at twice the size, the rest at once, then put together."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from posecore.synthetic.figure import Figure
from posecore.synthetic.geometry.camera import Camera
from posecore.synthetic.geometry.mesh import Mesh
from posecore.synthetic.geometry.raster import DepthBuffer
from posecore.synthetic.geometry.rotations import dot, unit
from posecore.synthetic.scene.backdrop import paint
from posecore.synthetic.scene.compose import Scene, Thing, shadow_casters
from posecore.synthetic.scene.light import Light, ShadowMap, lit
from posecore.synthetic.surfaces.materials import Material, albedo
from posecore.synthetic.surfaces.textures import Grain

Floats = NDArray[np.float32]
FINE = 2
"""Samples per pixel along each side for people and things near them."""
MOST_HIDDEN = 0.5
"""An occluder that hides more of the person is left out."""
OCCLUDER = 1000
"""Owner of an occluder's faces; people are numbered from 0, main first, and -1 is any other thing."""


@dataclass(frozen=True)
class Frame:
    """A rendered scene.

    image: (H, W, 3), display RGB 0 to 1. owner, segment: (FINE * H, FINE * W), who and which part of the body
    is in front; -2 and 0 where only the backdrop is. depth: the same size, metres ahead. alone: the same
    size, where main would be seen if nothing hid it. occluded: share of main hidden by anything else.
    """

    image: Floats
    owner: NDArray[np.int64]
    segment: NDArray[np.int64]
    depth: Floats
    alone: NDArray[np.bool_]
    occluded: float
    occluder: str


class _Layer:
    """Meshes drawn into one buffer, with what is needed to colour them."""

    def __init__(self, camera: Camera, scale: int) -> None:
        self.camera, self.scale = camera, scale
        self.buffer = DepthBuffer(camera.width * scale, camera.height * scale)
        self.materials: list[Material] = []
        self._meshes: list[Mesh] = []
        self._owners: list[NDArray[np.int64]] = []
        self._offsets: list[int] = []

    def draw(self, part: Figure | Thing, owner: int) -> None:
        """Add a part's triangles, which belong to `owner`."""
        mesh = part.mesh
        self._offsets.append(len(self.materials))
        self.materials.extend(part.materials)
        self._meshes.append(mesh)
        self._owners.append(np.full(len(mesh.faces), owner))
        pixels, depth = self.camera.project(mesh.points)
        self.buffer.draw(pixels * self.scale, depth, mesh.faces, both=False)

    def owners(self) -> NDArray[np.int64]:
        """(F,) whose every triangle is, in the order in which parts were drawn."""
        return np.concatenate(self._owners)

    def segments(self) -> NDArray[np.int64]:
        """(F,) the part of the body that every triangle belongs to, in the same order."""
        return np.concatenate([mesh.segment for mesh in self._meshes])

    def shade(self, light: Light, shadows: ShadowMap, grain: Grain) -> tuple[NDArray[np.int64], Floats]:
        """Covered pixels (n,) and their display colours (n, 3)."""
        found = self.buffer.pixels()
        starts = np.cumsum([0, *(len(mesh.points) for mesh in self._meshes)])
        faces = np.concatenate(
            [mesh.faces + start for mesh, start in zip(self._meshes, starts, strict=False)]
        )
        corner = faces[found.face]
        normals = _interpolate(np.concatenate([mesh.normals for mesh in self._meshes]), corner, found.weight)
        surface = _interpolate(np.concatenate([mesh.surface for mesh in self._meshes]), corner, found.weight)
        number = np.concatenate(
            [mesh.material + offset for mesh, offset in zip(self._meshes, self._offsets, strict=True)]
        )[found.face]
        colours = np.empty((len(number), 3), np.float32)
        gloss = np.empty(len(number), np.float32)
        order = np.argsort(number.astype(np.uint8), kind="stable")
        ends = np.searchsorted(number[order], np.arange(len(self.materials) + 1))
        for k, material in enumerate(self.materials):
            chosen = order[ends[k] : ends[k + 1]]
            if not len(chosen):
                continue
            along, around = surface[chosen, 0], surface[chosen, 1]
            colours[chosen] = albedo(material, along, around)
            gloss[chosen] = material.gloss
            if material.folds:
                depth = np.float32(0.11 * material.folds)
                creases = grain.noise(along, around, 0.35)
                normals[chosen, 0] += depth * creases
                normals[chosen, 1] += depth * grain.noise(around + 3, along, 0.35)
                colours[chosen] *= (1 + 0.05 * material.folds * creases)[:, None]
        normals = unit(normals)
        width = self.camera.width * self.scale
        x = ((found.index % width + 0.5) / self.scale - self.camera.centre[0]) / self.camera.focal
        y = ((found.index // width + 0.5) / self.scale - self.camera.centre[1]) / self.camera.focal
        axes = self.camera.axes.astype(np.float32)
        rays = x.astype(np.float32)[:, None] * axes[0] + y.astype(np.float32)[:, None] * axes[1] + axes[2]
        places = self.camera.position.astype(np.float32) + rays * found.depth[:, None]
        sunlit = shadows.sunlit(places + normals * np.float32(0.012), 0.015, 4)
        strength = lit(light, normals, sunlit)
        row, column = found.index // width // self.scale, found.index % width // self.scale
        strength *= self._crevices()[row, column][:, None]
        view = unit(-rays)
        grazing = np.clip(1 - dot(normals, view), 0, 1)
        strength += (np.float32(light.rim) * grazing**3)[:, None] * light.sky.astype(np.float32)
        half = unit(view + light.towards.astype(np.float32))
        shine = np.clip(dot(normals, half), 0, 1) ** 24 * gloss * sunlit
        colours *= np.maximum(strength, 0.01) ** np.float32(0.4545)
        colours += shine[:, None] * light.key.astype(np.float32)
        return found.index, colours

    def _crevices(self) -> Floats:
        """(H, W) factors below 1 where something close by stands in front: little light gets there."""
        depth = self.buffer.depths(self.scale)
        seen = np.isfinite(depth)
        if not seen.any():
            return np.ones_like(depth, np.float32)
        depth = np.where(seen, depth, depth[seen].max() + 0.3).astype(np.float32)
        reach = float(np.clip(self.camera.focal * 0.035 / depth.min(), 1.0, 14.0))
        deeper = depth - cv2.GaussianBlur(depth, (0, 0), reach)
        result: Floats = 1 - np.float32(0.42) * np.clip(deeper / np.float32(0.07), 0, 1)
        return result


def _interpolate(values: NDArray[np.float64], corner: NDArray[np.int64], weight: Floats) -> Floats:
    of = values.astype(np.float32)
    result: Floats = of[corner[:, 0]] * weight[:, :1]
    result += of[corner[:, 1]] * weight[:, 1:2]
    result += of[corner[:, 2]] * weight[:, 2:3]
    return result


def render(scene: Scene, blur: float, most_hidden: float = MOST_HIDDEN) -> Frame:
    """The scene as its camera sees it. blur: pixels by which what lies far behind main is out of focus.

    most_hidden: share of main beyond which the occluder is left out.
    """
    camera, light = scene.camera, scene.light
    shadows = ShadowMap(light, shadow_casters(scene))
    layer = _Layer(camera, FINE)
    layer.draw(scene.main, 0)
    alone = layer.buffer.faces() >= 0
    for number, figure in enumerate(scene.others, start=1):
        layer.draw(figure, number)
    if scene.seat is not None:
        layer.draw(scene.seat, -1)
    occluder = scene.occluder_kind
    if scene.occluder is not None:
        before = layer.buffer.snapshot()
        layer.draw(scene.occluder, OCCLUDER)
        if _hidden(layer, alone) > most_hidden:
            layer.buffer.restore(before)
            occluder = "none"
    for thing in scene.front:
        layer.draw(thing, -1)
    face = layer.buffer.faces()
    picture, far = paint(scene.backdrop, camera, light, shadows)
    if scene.behind is not None:
        _put_behind(scene, picture, far, shadows)
    if blur > 0.3:
        picture = _out_of_focus(picture, far, float(camera.position[2]), blur)
    index, colours = layer.shade(light, shadows, scene.backdrop.grain)
    covered = face >= 0
    owner = np.where(covered, layer.owners()[face], -2)
    return Frame(
        image=_compose(picture, index, colours, covered),
        owner=owner,
        segment=np.where(covered, layer.segments()[face], 0),
        depth=layer.buffer.depths(),
        alone=alone,
        occluded=_hidden(layer, alone),
        occluder=occluder,
    )


def _hidden(layer: _Layer, alone: NDArray[np.bool_]) -> float:
    """Share of main's own outline that something else covers."""
    owners = layer.owners()[layer.buffer.faces()[alone]]
    return float((owners != 0).mean()) if len(owners) else 0.0


def _put_behind(scene: Scene, picture: Floats, far: Floats, shadows: ShadowMap) -> None:
    """Draw the clutter into the backdrop, where it is nearer than that."""
    assert scene.behind is not None
    layer = _Layer(scene.camera, 1)
    layer.draw(scene.behind, -1)
    depth = layer.buffer.depths().ravel()
    if not np.isfinite(depth).any():
        return
    index, colours = layer.shade(scene.light, shadows, scene.backdrop.grain)
    nearer = depth[index] < far.ravel()[index]
    picture.reshape(-1, 3)[index[nearer]] = colours[nearer]
    far.reshape(-1)[index[nearer]] = depth[index[nearer]]


def _out_of_focus(picture: Floats, depth: Floats, sharp: float, blur: float) -> Floats:
    soft = cv2.GaussianBlur(picture, (0, 0), blur)
    amount = np.clip((depth / np.float32(max(sharp, 0.5)) - np.float32(1.02)) / np.float32(0.4), 0, 1)
    amount = cv2.GaussianBlur(amount, (0, 0), 1.5)[..., None]
    result: Floats = picture + amount * (soft - picture)
    return result


def _compose(
    picture: Floats, index: NDArray[np.int64], colours: Floats, covered: NDArray[np.bool_]
) -> Floats:
    """Average the fine pixels over the backdrop."""
    fine_height, fine_width = covered.shape
    fine = np.zeros((fine_height * fine_width, 4), np.float32)
    fine[index, :3] = np.clip(colours, 0, 1.2)
    fine[index, 3] = 1
    size = (fine_width // FINE, fine_height // FINE)
    coarse = cv2.resize(fine.reshape(fine_height, fine_width, 4), size, interpolation=cv2.INTER_AREA)
    result: Floats = picture * (1 - coarse[..., 3:]) + coarse[..., :3]
    return result
