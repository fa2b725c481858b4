"""Changes of a rendered person: each edits what was drawn and draws nothing of that anew.

Figures stand with the hips above the world's origin; the camera looks from positive z, x is to the picture's
right and y up.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from posecore.causes.cause import Cause, Edit
from posecore.data.coco import SPLITS
from posecore.data.crops import SIZE
from posecore.errors import ChangeError
from posecore.synthetic.body.pose import LIMITS, Arm, Leg, Pose
from posecore.synthetic.chance import state_of
from posecore.synthetic.clothes.wardrobe import SKIN
from posecore.synthetic.drawn import Drawn
from posecore.synthetic.figure import Figure, on_the_ground
from posecore.synthetic.geometry.camera import NEAR
from posecore.synthetic.geometry.mesh import box
from posecore.synthetic.geometry.raster import DepthBuffer
from posecore.synthetic.geometry.rotations import Array, rot_x, rot_y, rot_z
from posecore.synthetic.render import MOST_HIDDEN
from posecore.synthetic.scene.backdrop import KINDS, draw_kind
from posecore.synthetic.scene.compose import Thing, draw_figure
from posecore.synthetic.surfaces.materials import Colour, Material

HIGHEST_ARM: Final = 175.0
"""Degrees between the upper arm and the trunk's down: an arm goes no higher."""

LOWEST_CAMERA: Final = 0.1
"""Metres above the ground."""

_WHITE: Final = (0.95, 0.95, 0.95)
_BLACK: Final = (0.04, 0.04, 0.04)
_BOARD: Final = Material((0.56, 0.45, 0.33), "wood", (0.45, 0.36, 0.26), 0.12)


def chance_of(drawn: Drawn, cause: int, choice: int) -> np.random.Generator:
    """Chance of its own for what a change adds: the same person gets the same, whatever was asked before."""
    return np.random.default_rng([drawn.seed, SPLITS.index(drawn.split), drawn.index, 3, cause, choice])


def _with_main(drawn: Drawn, main: Figure) -> Drawn:
    return replace(drawn, scene=replace(drawn.scene, main=main))


def _posed(drawn: Drawn, pose: Pose) -> Drawn:
    """The person in another pose, put where they were."""
    main = drawn.scene.main
    return _with_main(drawn, _put_down(main, main.rebuilt(pose, main.look)))


def _put_down(before: Figure, after: Figure) -> Figure:
    """`after`, whose lowest point is at height 0, with its hips as high as they were where a seat or the air
    carries them, and never below the ground."""
    if before.pose.support == "ground":
        return after
    rise = float(before.joints["pelvis"][1] - after.joints["pelvis"][1])
    return after.moved(np.array([0, max(0.0, rise), 0]))


def turn(drawn: Drawn, degrees: float) -> Drawn:
    """Turn the whole body about its upright axis, and the seat with it."""
    scene, rotation = drawn.scene, rot_y(degrees)
    seat = scene.seat and replace(scene.seat, mesh=scene.seat.mesh.moved(np.zeros(3), rotation))
    view = (scene.view + degrees + 180) % 360 - 180
    main = scene.main.rotated(rotation, np.zeros(3))
    main = replace(main, yaw=main.yaw + degrees)
    return replace(drawn, scene=replace(scene, main=main, seat=seat, view=view))


def lean(drawn: Drawn, degrees: float) -> Drawn:
    """Bend the trunk ahead at the hips; the legs stay."""
    pose = drawn.scene.main.pose
    legs: dict[str, Any] = {}
    for side in ("left", "right"):
        leg: Leg = getattr(pose, f"{side}_leg")
        _check(leg.flexion + degrees, *LIMITS[Leg]["flexion"], f"{side} hip")
        legs[f"{side}_leg"] = replace(leg, flexion=leg.flexion + degrees)
    return _posed(drawn, replace(pose, pitch=pose.pitch + degrees, **legs))


def lie(drawn: Drawn, degrees: float) -> Drawn:
    """Roll the whole body to the picture's right, down on the ground where the ground carried it."""
    main = drawn.scene.main
    if main.pose.support == "seat":
        raise ChangeError("This person sits on a seat and cannot roll to the side.")
    rolled = main.rotated(rot_z(-degrees), main.joints["pelvis"])
    return _with_main(drawn, _put_down(main, on_the_ground(rolled)))


def raise_arm(side: str) -> Edit:
    """Raise one arm as a whole at the shoulder."""

    def edit(drawn: Drawn, degrees: float) -> Drawn:
        main = drawn.scene.main
        arm: Arm = getattr(main.pose, f"{side}_arm")
        up = main.frames["chest"].T @ main.frames[f"{side}_upper_arm"]
        height = float(np.degrees(np.arccos(np.clip(up[1, 1], -1, 1)))) + degrees
        _check(height, 0, HIGHEST_ARM, f"{side} arm")
        raised: dict[str, Any] = {f"{side}_arm": replace(arm, raised=arm.raised + degrees)}
        return _posed(drawn, replace(main.pose, **raised))

    return edit


def bend_knee(side: str) -> Edit:
    """Bend one knee: the shank goes back, the thigh stays."""

    def edit(drawn: Drawn, degrees: float) -> Drawn:
        pose = drawn.scene.main.pose
        leg: Leg = getattr(pose, f"{side}_leg")
        _check(leg.knee + degrees, *LIMITS[Leg]["knee"], f"{side} knee")
        bent: dict[str, Any] = {f"{side}_leg": replace(leg, knee=leg.knee + degrees)}
        return _posed(drawn, replace(pose, **bent))

    return edit


def _check(angle: float, low: float, high: float, joint: str) -> None:
    if not low <= angle <= high:
        limit = high if angle > high else low
        raise ChangeError(f"The {joint} of this person would pass its limit of {limit:g}°.")


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


def _towards(colour: Colour, share: float, low: Colour, high: Colour) -> Colour:
    """The colour moved by a share of the way to `high`, or where it is negative to `low`."""
    end = high if share > 0 else low
    red, green, blue = (a + abs(share) * (b - a) for a, b in zip(colour, end, strict=True))
    return red, green, blue


def skin(drawn: Drawn, share: float) -> Drawn:
    """Make the skin darker, or lighter where the share is negative."""
    main = drawn.scene.main
    look = main.look
    light, dark = ((r / 255, g / 255, b / 255) for r, g, b in (SKIN[0], SKIN[-1]))
    colour = _towards(look.skin.colour, share, light, dark)
    material = replace(look.skin, colour=colour)

    def neck(garment: Material) -> Material:
        if garment.cut is None or garment.cut.under != look.skin.colour:
            return garment
        return replace(garment, cut=replace(garment.cut, under=colour))

    look = replace(
        look,
        skin=material,
        shoes=material if look.shoes is look.skin else look.shoes,
        top=neck(look.top),
        bottom=neck(look.bottom),
    )
    return _with_main(drawn, main.recoloured(look))


def clothes_colour(drawn: Drawn, share: float) -> Drawn:
    """Make the clothes lighter, or darker where the share is negative; patterns keep their shapes."""
    main = drawn.scene.main
    look = main.look

    def dyed(garment: Material) -> Material:
        art = garment.print
        return replace(
            garment,
            colour=_towards(garment.colour, share, _BLACK, _WHITE),
            second=_towards(garment.second, share, _BLACK, _WHITE),
            print=art and replace(art, colour=_towards(art.colour, share, _BLACK, _WHITE)),
        )

    look = replace(
        look, top=dyed(look.top), bottom=dyed(look.bottom), sleeve_material=dyed(look.sleeve_material)
    )
    return _with_main(drawn, main.recoloured(look))


class Outfit(NamedTuple):
    """Shapes of clothes, as fields of a Look."""

    top_kind: str
    sleeve: float
    hem: float
    top_ease: float
    bottom_kind: str
    leg_end: float
    bottom_ease: float
    flare: float
    skirt: float


OUTFITS: Final = {
    "short sleeves and shorts": Outfit("tshirt", 0.6, 0.53, 0.01, "shorts", 0.65, 0.012, 0.015, 0.0),
    "long sleeves and trousers": Outfit("long", 1.9, 0.53, 0.01, "trousers", 1.95, 0.008, 0.008, 0.0),
    "wide clothes": Outfit("hoodie", 1.95, 0.49, 0.024, "trousers", 1.95, 0.022, 0.024, 0.0),
    "tight clothes": Outfit("leotard", 1.9, 0.49, 0.001, "leggings", 1.95, 0.002, 0.0, 0.0),
    "dress": Outfit("dress", 0.4, 0.49, 0.008, "dress", 0.12, 0.004, 0.05, 1.3),
}
"""By name for people."""


def clothes_kind(drawn: Drawn, choice: float) -> Drawn:
    """Put the person into clothes of another cut; their colours and patterns stay."""
    if choice == 0:
        return drawn
    main = drawn.scene.main
    look = replace(main.look, **list(OUTFITS.values())[int(choice) - 1]._asdict())
    return _with_main(drawn, _put_down(main, main.rebuilt(main.pose, look)))


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


_BESIDE: Final = 0.3
"""Metres between the outline of somebody and the middle of whoever stands beside them."""


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


def blur(drawn: Drawn, pixels: float) -> Drawn:
    """Blur the picture, by a Gaussian of so many pixels of the crop, before its grain."""
    spread = pixels * drawn.crop.side / SIZE
    return replace(drawn, lens=replace(drawn.lens, blur=float(np.hypot(drawn.lens.blur, spread))))


def grain(drawn: Drawn, choice: float) -> Drawn:
    """Draw the picture's grain anew, as strong as it was."""
    if choice == 0:
        return drawn
    return replace(drawn, grain=state_of(chance_of(drawn, 0, int(choice))))


_SHADOWS = "shadows, and what hides what"
_GROUND = f"{_SHADOWS}; whom the ground carries stays on it, whom a seat or the air carries stays as high"
_SCENE = "what hides what, and where the background is seen; the light stays in the world"
_NOTHING = "nothing"


def _row(
    key: str,
    name: str,
    unit: str,
    ends: tuple[float, float],
    strengths: tuple[float, float],
    edit: Edit,
    follows: str,
    neutral: float = 0.0,
    said: Callable[..., object] | None = None,
) -> Cause:
    how = " ".join(((said or edit).__doc__ or "").split())
    return Cause(key, name, unit, *ends, neutral, strengths, how, follows, edit)


def _kinds(
    key: str,
    name: str,
    choices: tuple[str, ...],
    strengths: tuple[int, int],
    edit: Edit,
    follows: str,
    placebo: bool = False,
) -> Cause:
    how = " ".join((edit.__doc__ or "").split())
    last = len(choices)
    return Cause(
        key,
        name,
        "",
        0,
        last,
        0,
        strengths,
        how,
        follows,
        edit,
        choices=("as made", *choices),
        placebo=placebo,
    )


def _sides(
    key: str,
    name: str,
    ends: tuple[float, float],
    strengths: tuple[float, float],
    edit: Callable[[str], Edit],
) -> tuple[Cause, ...]:
    """A row for either side of the body."""
    return tuple(
        _row(f"{side}_{key}", f"{side} {name}", "degrees", ends, strengths, edit(side), _GROUND, said=edit)
        for side in ("left", "right")
    )


_DEGREES = "degrees"

RENDERED: Final = (
    _row(
        "turn", "turn of the body", _DEGREES, (-180, 180), (30, 60), turn, f"{_SHADOWS}; a seat turns along"
    ),
    _row("lean", "lean", _DEGREES, (-30, 60), (15, 30), lean, _GROUND),
    _row(
        "lying",
        "lying (roll)",
        _DEGREES,
        (-90, 90),
        (30, 60),
        lie,
        f"{_SHADOWS}; the body comes down on the ground, and so also moves down in the crop",
    ),
    *_sides("arm", "arm raised", (0, 120), (30, 60), raise_arm),
    *_sides("knee", "knee bent", (0, 90), (25, 50), bend_knee),
    _row("distance", "distance", "times", (0.7, 1.6), (1.2, 1.4), step_back, _SCENE, 1.0),
    _row(
        "place_x",
        "place in the crop, across",
        "crop pixels",
        (-48, 48),
        (10, 20),
        shift(0),
        "the background moves along",
        said=shift,
    ),
    _row(
        "place_y",
        "place in the crop, down",
        "crop pixels",
        (-48, 48),
        (10, 20),
        shift(1),
        "the background moves along",
        said=shift,
    ),
    _row("camera_height", "height of the camera", _DEGREES, (-20, 40), (10, 20), raise_camera, _SCENE),
    _row(
        "light_strength",
        "light strength",
        "times",
        (0.4, 2.0),
        (1.3, 1.6),
        light_strength,
        "the sky keeps its brightness",
        1.0,
    ),
    _row("light_side", "light side", _DEGREES, (-180, 180), (45, 90), light_side, "shadows"),
    _row("skin", "skin", "share of the way to the darkest", (-1, 1), (0.5, 1.0), skin, _NOTHING),
    _row(
        "clothes_colour",
        "colour of the clothes",
        "share of the way to white",
        (-1, 1),
        (0.35, 0.7),
        clothes_colour,
        _NOTHING,
    ),
    _kinds(
        "clothes_kind",
        "kind of clothes",
        tuple(OUTFITS),
        (1, 3),
        clothes_kind,
        f"{_GROUND}; folds of other cloth",
    ),
    _kinds(
        "background",
        "background",
        tuple(KINDS),
        (2, 5),
        background,
        "what stands behind the person stays, before another wall",
    ),
    _kinds(
        "beside",
        "another person beside",
        ("on the picture's left", "on the picture's right"),
        (1, 2),
        beside,
        _SHADOWS,
    ),
    _row(
        "front",
        "a thing in front",
        "share covered",
        (0, MOST_HIDDEN),
        (0.15, 0.3),
        front,
        "hidden joints; it throws no shadow, and what hid the person before stays",
    ),
    _row("blur", "blur", "crop pixels", (0, 6), (1.5, 3), blur, _NOTHING),
    _kinds(
        "grain",
        "other grain",
        tuple(f"grain {n}" for n in range(1, 10)),
        (1, 2),
        grain,
        _NOTHING,
        placebo=True,
    ),
)
"""Changes of rendered people; another one is another row."""
