"""One scene: who, where, what is around them, the light and the camera, all drawn from one generator."""

from dataclasses import dataclass, replace

import numpy as np

from posecore.synthetic.body.poses import POSES, draw_pose
from posecore.synthetic.body.proportions import draw_build
from posecore.synthetic.clothes.wardrobe import draw_look
from posecore.synthetic.figure import Figure, build_figure
from posecore.synthetic.geometry.camera import Camera
from posecore.synthetic.geometry.mesh import Mesh
from posecore.synthetic.geometry.rotations import rot_y
from posecore.synthetic.scene.backdrop import Backdrop, draw_backdrop
from posecore.synthetic.scene.framing import draw_shot, draw_view
from posecore.synthetic.scene.light import Light, draw_light
from posecore.synthetic.scene.props import OCCLUDERS, build_seat, clutter, occluder_materials, prop_material
from posecore.synthetic.surfaces.materials import Material

Rng = np.random.Generator


@dataclass(frozen=True)
class Thing:
    """Something that is not a person; the mesh's material numbers index `materials`."""

    mesh: Mesh
    materials: tuple[Material, ...]


@dataclass(frozen=True)
class Scene:
    """main: the person the picture is about. others: people besides. seat: what main sits on.

    occluder: what may hide a part of main, of the kind `occluder_kind` ("none", or a key of OCCLUDERS, or
    "person"); behind: clutter. view: degrees by which main turns to the left. framing: full, cut or small.
    front: things put before everything else afterwards; none where a scene is drawn.
    """

    family: str
    view: float
    main: Figure
    others: tuple[Figure, ...]
    seat: Thing | None
    occluder_kind: str
    occluder: Thing | Figure | None
    behind: Thing | None
    camera: Camera
    framing: str
    light: Light
    backdrop: Backdrop
    front: tuple[Thing, ...] = ()


def draw_scene(rng: Rng, family: str | None = None) -> Scene:
    """A scene around one person, of the family named or of any."""
    names = list(POSES)
    drawn = names[int(rng.integers(len(names)))]
    family = family or drawn
    backdrop = draw_backdrop(rng)
    light = draw_light(rng, backdrop.outdoors)
    view = draw_view(rng, family)
    main = draw_figure(rng, family, view)
    pose = main.pose
    seat = None
    if pose.support == "seat":
        main, seat = _seated(rng, main, view)
    elif pose.support == "air":
        main = main.moved(np.array([0, max(0.0, pose.lift), 0]))
    shot = draw_shot(rng, main)
    others = _others(rng, main, shot.camera)
    kind, occluder = _occluder(rng, main, shot.camera)
    nearest = min(float(figure.mesh.points[:, 2].min()) for figure in (main, *others))
    backdrop = replace(backdrop, distance=max(backdrop.distance, 0.35 - nearest))
    return Scene(
        family=family,
        view=view,
        main=main,
        others=tuple(others),
        seat=seat,
        occluder_kind=kind,
        occluder=occluder,
        behind=_behind(rng, backdrop, nearest),
        camera=shot.camera,
        framing=shot.framing,
        light=light,
        backdrop=backdrop,
    )


def draw_figure(rng: Rng, family: str, view: float, *, detail: bool = True) -> Figure:
    """Somebody of any build and clothes in a pose of the family, on the ground at the origin."""
    build = draw_build(rng)
    pose = draw_pose(family, rng)
    return build_figure(build, pose, draw_look(rng, build.child, build.curve), view, rng, detail=detail)


def _seated(rng: Rng, main: Figure, view: float) -> tuple[Figure, Thing]:
    """Feet on the ground, or hanging if the seat is high, and a seat below the hips."""
    main = main.moved(np.array([0, rng.uniform(0, 0.35) if rng.random() < 0.2 else 0.0, 0]))
    hips = main.joints["pelvis"]
    size = main.build.height
    frame = rot_y(view)
    # The lowest flesh near the hips rests on the seat; ahead it ends well before the calves.
    local = (main.mesh.points - hips) @ frame
    around = (np.abs(local[:, 2]) < 0.1 * size) & (np.abs(local[:, 0]) < 0.14 * size) & (local[:, 1] < 0)
    lowest = float(np.percentile(main.mesh.points[around, 1], 6)) if around.any() else float(hips[1] - 0.06)
    place = np.array([hips[0], max(lowest, 0.08), hips[2]])
    knees = [float(((main.joints[f"{side}_knee"] - hips) @ frame)[2]) for side in ("left", "right")]
    front = float(np.clip(min(knees) - 0.09 * size, 0.06, 0.32))
    # From behind, a high back would hide whoever leans on it.
    kinds = ("chair", "chair", "stool", "bench", "box", "sofa") if abs(view) < 105 else ("stool", "bench")
    kind = str(rng.choice(kinds))
    mesh = build_seat(rng, kind, place, view, 0.16 * size + 0.04, front, 0)
    metal = float(rng.uniform(0.1, 0.7))
    return main, Thing(mesh, (prop_material(rng), Material((metal, metal, metal), gloss=0.3)))


def _others(rng: Rng, main: Figure, camera: Camera) -> list[Figure]:
    """People beside and behind, within what the camera sees."""
    count = int(min(3, rng.poisson(0.55)))
    others: list[Figure] = []
    depth = float(camera.position[2])
    for _ in range(count):
        family = str(
            rng.choice(("standing", "standing", "walking", "walking", "arms_raised", "bending", "running"))
        )
        z = -float(rng.gamma(1.5, 1.0)) if rng.random() < 0.8 else float(rng.uniform(0, 0.35) * depth)
        half = (depth - z) * camera.width / 2 / camera.focal
        x = float(rng.uniform(-1.15, 1.15) * half)
        taken = [figure.joints["pelvis"] for figure in (main, *others)]
        if any(np.hypot(x - place[0], (z - place[2]) * 0.8) < 0.75 for place in taken):
            continue
        figure = draw_figure(rng, family, float(rng.uniform(-180, 180)), detail=False)
        others.append(figure.moved(np.array([x, 0, z])))
    return others


def _occluder(rng: Rng, main: Figure, camera: Camera) -> tuple[str, Thing | Figure | None]:
    """Something in front of main, or nothing in four of five scenes."""
    if rng.random() > 0.24:
        return "none", None
    names = (
        "left_knee",
        "right_knee",
        "left_ankle",
        "right_hip",
        "left_hip",
        "left_wrist",
        "right_elbow",
        "thorax",
    )
    place = main.joints[str(rng.choice(names))] + rng.normal(0, 0.06, 3)
    at = place + (camera.position - place) * rng.uniform(0.14, 0.4)
    kind = str(rng.choice((*OCCLUDERS, "table", "person")))
    if kind == "person":
        family = str(rng.choice(("standing", "walking", "arms_raised", "bending")))
        other = draw_figure(rng, family, float(rng.uniform(-180, 180)), detail=False)
        aside = float(rng.choice((-1, 1)) * rng.uniform(0.12, 0.35))
        return kind, other.moved(np.array([at[0] + aside, 0, at[2]]) - other.joints["pelvis"] * (1, 0, 1))
    at[1] = max(at[1], 0.15)
    size = main.build.height * float(
        np.linalg.norm(camera.position - at) / np.linalg.norm(camera.position - place)
    )
    return kind, Thing(OCCLUDERS[kind](rng, at, size, np.eye(3)), occluder_materials(rng))


def _behind(rng: Rng, backdrop: Backdrop, nearest: float) -> Thing | None:
    far = max(-backdrop.distance * 0.85, nearest - 9.0)
    near = nearest - 0.6
    if far > near - 0.3:
        return None
    materials = tuple(prop_material(rng) for _ in range(3))
    green = Material((0.22, float(rng.uniform(0.3, 0.45)), 0.14), "leaves", (0.12, 0.22, 0.08), 0.3)
    mesh = clutter(rng, backdrop.clutter, near, far, len(materials))
    return None if mesh is None else Thing(mesh, (*materials, green))


def shadow_casters(scene: Scene) -> list[Mesh]:
    """Everything near main that throws a shadow."""
    near: list[Mesh] = [scene.main.mesh, *(figure.mesh for figure in scene.others)]
    if scene.seat is not None:
        near.append(scene.seat.mesh)
    return near
