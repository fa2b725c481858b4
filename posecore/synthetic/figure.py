"""A dressed body as one mesh: flesh where it shows, clothes over it."""

from dataclasses import dataclass, replace

import numpy as np

from posecore.keypoints import KEYPOINTS
from posecore.synthetic.body.hands import build_foot, build_hand
from posecore.synthetic.body.head import build_head, face_points, head_place
from posecore.synthetic.body.pose import Pose
from posecore.synthetic.body.proportions import SIDES, Build, pose_body
from posecore.synthetic.chance import State, generator, state_of
from posecore.synthetic.clothes.dressed import arm, leg, skirt, trunk, yoke
from posecore.synthetic.geometry.mesh import Mesh, join
from posecore.synthetic.geometry.rotations import Array
from posecore.synthetic.surfaces.look import Look
from posecore.synthetic.surfaces.materials import Colour, Material


@dataclass(frozen=True)
class Figure:
    """A dressed body; everything in the same coordinates.

    yaw: degrees by which it is turned to its left. folds: the state of chance that its cloth was folded by.
    joints: (3,) by name, where the body bends, and the points of the face. marks: (3,) by keypoint, where
    annotators put it.
    """

    build: Build
    pose: Pose
    look: Look
    yaw: float
    folds: State
    mesh: Mesh
    materials: tuple[Material, ...]
    joints: dict[str, Array]
    marks: dict[str, Array]
    frames: dict[str, Array]

    def moved(self, offset: Array) -> "Figure":
        """The same somewhere else."""
        return replace(
            self,
            mesh=self.mesh.moved(offset),
            joints={name: point + offset for name, point in self.joints.items()},
            marks={name: point + offset for name, point in self.marks.items()},
        )

    def rotated(self, rotation: Array, pivot: Array) -> "Figure":
        """The same, turned as one piece about a place (3,)."""
        offset = pivot - rotation @ pivot
        return replace(
            self,
            mesh=self.mesh.moved(offset, rotation),
            joints={name: rotation @ point + offset for name, point in self.joints.items()},
            marks={name: rotation @ point + offset for name, point in self.marks.items()},
            frames={name: rotation @ frame for name, frame in self.frames.items()},
        )

    def rebuilt(self, pose: Pose, look: Look) -> "Figure":
        """The same body in another pose or other clothes, its cloth folded by the same chance; its lowest
        point lies at height 0 again."""
        return build_figure(self.build, pose, look, self.yaw, generator(self.folds))

    def recoloured(self, look: Look) -> "Figure":
        """The same in other colours: the look's shapes must be those of this one."""
        return replace(self, look=look, materials=_materials(look)[0])


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(1.0, c * factor) for c in colour)
    return red, green, blue


def _materials(look: Look) -> tuple[tuple[Material, ...], dict[str, int]]:
    """Materials of one person and their numbers by name."""
    red, green, blue = look.skin.colour
    named = {
        "skin": look.skin,
        "skin_shade": Material(_shade(look.skin.colour, 0.72)),
        "lips": Material((min(1.0, red * 0.82), green * 0.54, blue * 0.54), gloss=0.2),
        "hair": look.hair,
        "hat": look.hat_material,
        "eye": Material((0.93, 0.92, 0.90), "iris", look.eye, 1.0, gloss=0.3),
        "glass": Material((0.08, 0.08, 0.09), gloss=0.9),
        "top": look.top,
        "sleeve": look.sleeve_material,
        "bottom": look.bottom,
        "belt": Material(_shade(look.bottom.colour, 0.55)),
        "shoe": look.shoes,
        "sole": Material(look.shoes.second if look.shoes is not look.skin else look.skin.colour),
        "sock": look.sock or look.skin,
    }
    return tuple(named.values()), {name: number for number, name in enumerate(named)}


def build_figure(
    build: Build, pose: Pose, look: Look, yaw: float, rng: np.random.Generator, *, detail: bool = True
) -> Figure:
    """Pose and dress a body; its lowest point lies at height 0. rng decides folds of cloth."""
    folds = state_of(rng)
    skeleton = pose_body(build, pose, yaw)
    materials, index = _materials(look)
    place = head_place(build, skeleton)
    meshes = build_head(place, look, index, detail)
    meshes += trunk(build, skeleton, look, index, rng)
    for side, sign in SIDES:
        meshes += yoke(build, skeleton, look, index, side, sign)
        meshes += arm(build, skeleton, look, index, side, rng)
        meshes += leg(build, skeleton, look, index, side, rng)
        posed = getattr(pose, f"{side}_arm")
        meshes += build_hand(build, skeleton, posed, side, sign, index["skin"], detail)
        meshes += build_foot(build, skeleton, side, sign, index["shoe"], look.shoes is look.skin)
    if look.skirt:
        meshes.append(skirt(build, skeleton, look, index["bottom"], rng))
    joints = skeleton.joints | face_points(place)
    mesh, marks = join(meshes), _marks(build, joints, skeleton.frames)
    figure = Figure(build, pose, look, yaw, folds, mesh, materials, joints, marks, skeleton.frames)
    return on_the_ground(figure)


def on_the_ground(figure: Figure) -> Figure:
    """The figure with its lowest point at height 0."""
    heights = figure.mesh.points[:, 1]
    # Who lies on the ground sinks in a little, as flesh and turf give way.
    low = heights.max() - heights.min() < 0.5 * figure.build.height
    ground = np.percentile(heights, 2.5) if low else heights.min()
    return figure.moved(np.array([0, -float(ground), 0]))


# Sideways and up from the joint, in body heights. Annotators see no bones: they put hips wider apart and
# higher than where the thigh turns (0.63 to 0.76 of the shoulders' distance in photographs of people seen
# from the front, where these joints have 0.5), and shoulders a little above their middle.
_MARK_OFF_JOINT = {"hip": ("pelvis", 0.018, 0.012), "shoulder": ("chest", 0.0, 0.007)}


def _marks(build: Build, joints: dict[str, Array], frames: dict[str, Array]) -> dict[str, Array]:
    marks = {name: joints[name] for name in KEYPOINTS}
    for joint, (bone, out, up) in _MARK_OFF_JOINT.items():
        for side, sign in SIDES:
            shift = np.array([sign * out, up, 0]) * build.height
            marks[f"{side}_{joint}"] = joints[f"{side}_{joint}"] + frames[bone] @ shift
    return marks
