"""Head, face, hair, hats. Head coordinates, from the centre: x to the person's left, y up, z to the face."""

from dataclasses import dataclass

import numpy as np

from posecore.synthetic.body.proportions import Build, Skeleton
from posecore.synthetic.geometry.mesh import Mesh, angles, ball, tube
from posecore.synthetic.geometry.rotations import Array, rot_x, rot_y, rot_z
from posecore.synthetic.geometry.segments import NUMBER
from posecore.synthetic.surfaces.look import Look

_AROUND = 24

# Height (chin -1 to crown 1), half width, half depth, shift ahead; in half widths, heights and depths.
_HEAD = np.array(
    [
        (-1.00, 0.00, 0.00, 0.34),
        (-0.97, 0.24, 0.22, 0.34),
        (-0.86, 0.44, 0.46, 0.25),
        (-0.66, 0.66, 0.68, 0.13),
        (-0.45, 0.80, 0.82, 0.05),
        (-0.22, 0.90, 0.91, 0.01),
        (0.00, 0.96, 0.96, -0.01),
        (0.15, 0.985, 0.98, -0.02),
        (0.32, 1.00, 1.00, -0.03),
        (0.52, 0.94, 0.95, -0.04),
        (0.70, 0.81, 0.82, -0.05),
        (0.85, 0.60, 0.60, -0.05),
        (0.95, 0.35, 0.35, -0.05),
        (1.00, 0.00, 0.00, -0.05),
    ]
)


@dataclass(frozen=True)
class HeadPlace:
    """centre: (3,) of the skull, world. frame: (3, 3). half: half width, height and depth, metres."""

    centre: Array
    frame: Array
    half: Array

    def at(self, x: float, y: float, z: float) -> Array:
        """A place in half sizes to world metres."""
        return self.centre + self.frame @ (np.array([x, y, z]) * self.half)

    def front(self, x: float, y: float) -> float:
        """How far ahead the face's surface is, in half depths."""
        wide, deep, shift = (np.interp(y, _HEAD[:, 0], _HEAD[:, k]) for k in (1, 2, 3))
        return float(shift + deep * np.sqrt(max(0.0, 1 - (x / wide) ** 2)))


EYE_HEIGHT, EYE_APART = 0.04, 0.40
NOSE_TIP = (0.0, -0.27, 1.17)
EAR = (1.0, -0.06, -0.06)


def head_place(build: Build, skeleton: Skeleton) -> HeadPlace:
    """Where the skull sits on the neck."""
    half = np.array([0.0445, 0.0665, 0.0560]) * build.height * build.head
    if build.child:
        half *= (1.04, 0.97, 1.0)
    frame = skeleton.frames["head"]
    centre = skeleton.joints["skull"] + frame @ np.array([0, 0.62 * half[1], 0.16 * half[2]])
    return HeadPlace(centre, frame, half)


def face_points(place: HeadPlace) -> dict[str, Array]:
    """World places of nose, eyes and ears as annotators put them."""
    points = {"nose": place.at(*NOSE_TIP)}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        x = sign * EYE_APART
        points[f"{side}_eye"] = place.at(x, EYE_HEIGHT, place.front(x, EYE_HEIGHT) + 0.02)
        points[f"{side}_ear"] = place.at(sign * (EAR[0] + 0.04), EAR[1], EAR[2])
    return points


def _shell(place: HeadPlace, factor: Array, low: int, segment: str, material: int, lift: float = 0.0) -> Mesh:
    """The head's surface from ring `low` up, each point moved out by a factor."""
    rows = _HEAD[low:]
    n = len(rows)
    centres = place.centre + np.outer(rows[:, 0] * place.half[1] * (1 + lift), place.frame[:, 1])
    offset = np.stack([np.zeros(n), rows[:, 3] * place.half[2]], axis=1)
    return tube(
        centres,
        np.broadcast_to(place.frame, (n, 3, 3)),
        rows[:, 1:3] * place.half[[0, 2]],
        NUMBER[segment],
        material,
        around=_AROUND,
        offset=offset,
        swell=np.broadcast_to(factor, (len(_HEAD), _AROUND + 1))[low:],
    )


def build_head(place: HeadPlace, look: Look, index: dict[str, int], detail: bool) -> list[Mesh]:
    """Skull, face, hair and hat. index: numbers of the materials. detail: with eyes, mouth and ears."""
    height = _HEAD[:, 0][:, None]
    theta = angles(_AROUND)[None]
    facing = np.cos(theta - np.pi / 2)  # 1 at the face, -1 at the back
    socket = np.exp(-((np.abs(theta - np.pi / 2) - 0.38) ** 2) / 0.05 - ((height - 0.06) / 0.14) ** 2)
    cheek = np.exp(-((np.abs(theta - np.pi / 2) - 0.7) ** 2) / 0.08 - ((height + 0.25) / 0.2) ** 2)
    meshes = [_shell(place, 1 - 0.05 * socket + 0.02 * cheek, 0, "head", index["skin"])]
    meshes += _nose_and_ears(place, index["skin"])
    if detail:
        meshes += _features(place, look, index)
    if look.beard:
        edge = _soft(-height - 0.12 - 0.28 * np.clip(facing, 0, 1) + 0.16 * (np.abs(theta - np.pi / 2) > 0.8))
        mouth = np.exp(-((theta - np.pi / 2) ** 2) / 0.05 - ((height + 0.55) / 0.09) ** 2)
        factor = 0.93 + 0.12 * edge * np.clip(facing + 0.5, 0, 1) - 0.1 * mouth
        meshes.append(_shell(place, factor, 0, "head", index["hair"]))
    if look.hair_style != "bald" or look.hat in ("cap", "helmet"):
        meshes += _hair(place, look, index["hair"], height, theta, facing)
    if look.hat != "none":
        meshes += _hat(place, look, index["hat"], height, facing)
    return meshes


def _soft(x: Array) -> Array:
    return np.clip(x / 0.16 + 0.5, 0, 1)


def _nose_and_ears(place: HeadPlace, skin: int) -> list[Mesh]:
    rings = np.array(
        [
            (0.10, 0.05, 0.03, 0.93),
            (0.00, 0.07, 0.10, 0.94),
            (-0.14, 0.10, 0.16, 0.96),
            (-0.25, 0.17, 0.21, 0.97),
            (-0.31, 0.18, 0.16, 0.96),
            (-0.35, 0.06, 0.04, 0.94),
        ]
    )
    centres = place.centre + np.outer(rings[:, 0] * place.half[1], place.frame[:, 1])
    meshes = [
        tube(
            centres,
            np.broadcast_to(place.frame, (len(rings), 3, 3)),
            rings[:, 1:3] * place.half[[0, 2]],
            NUMBER["nose"],
            skin,
            around=8,
            offset=np.stack([np.zeros(len(rings)), rings[:, 3] * place.half[2]], axis=1),
        )
    ]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        frame = place.frame @ rot_y(-sign * 22) @ rot_x(-8)
        radii = place.half * (0.11, 0.25, 0.19)
        meshes.append(
            ball(place.at(sign * EAR[0], EAR[1], EAR[2]), frame, radii, NUMBER[f"{side}_ear"], skin)
        )
        shade = place.half * (0.04, 0.15, 0.10)
        inner = place.at(sign * (EAR[0] + 0.09), EAR[1] + 0.02, EAR[2] + 0.04)
        meshes.append(ball(inner, frame, shade, NUMBER[f"{side}_ear"], skin + 1, rings=5, around=8))
    return meshes


def _features(place: HeadPlace, look: Look, index: dict[str, int]) -> list[Mesh]:
    """Eyes, brows and mouth; skin + 1 is the skin in shade, skin + 2 the lips."""
    skin = index["skin"]
    meshes = []
    for sign in (1.0, -1.0):
        x = sign * EYE_APART
        z = place.front(x, EYE_HEIGHT)
        frame = place.frame @ rot_y(sign * 22)
        lid = place.half * (0.235, 0.135, 0.07)
        meshes.append(ball(place.at(x, EYE_HEIGHT + 0.02, z - 0.04), frame, lid, NUMBER["eye"], skin + 1))
        eye = place.half * (0.185, 0.09, 0.075)
        meshes.append(
            ball(
                place.at(x, EYE_HEIGHT - 0.005, z - 0.03),
                frame,
                eye,
                NUMBER["eye"],
                index["eye"],
                around=16,
                rings=9,
            )
        )
        brow = place.half * (0.24, 0.04, 0.06)
        y = EYE_HEIGHT + 0.2
        spot = place.at(sign * 0.42, y, place.front(0.42, y) - 0.01)
        meshes.append(ball(spot, frame @ rot_z(-sign * 7), brow, NUMBER["head"], index["hair"], rings=5))
        if look.glasses:
            rim = place.half * (0.27, 0.17, 0.03)
            meshes.append(
                ball(place.at(x, EYE_HEIGHT, z + 0.08), frame, rim, NUMBER["eye"], index["glass"], rings=9)
            )
            bow = place.at(sign * 0.95, EYE_HEIGHT + 0.03, 0.30)
            meshes.append(
                ball(
                    bow,
                    place.frame,
                    place.half * (0.05, 0.03, 0.45),
                    NUMBER["head"],
                    index["glass"],
                    rings=5,
                    around=8,
                )
            )
    y = -0.56
    for lift, size in ((0.028, 0.036), (-0.028, 0.045)):
        lip = place.half * (0.34, size, 0.08)
        spot = place.at(0, y + lift, place.front(0, y) - 0.045)
        meshes.append(ball(spot, place.frame, lip, NUMBER["head"], skin + 2, rings=5))
    return meshes


def _hair(
    place: HeadPlace, look: Look, material: int, height: Array, theta: Array, facing: Array
) -> list[Mesh]:
    style = look.hair_style
    # The hairline: high over the face, at the ears' height at the sides, low at the back.
    low = {"long": -0.75, "bob": -0.72, "bun": -0.28, "tail": -0.28, "afro": -0.4}.get(style, -0.42)
    wide_face = 0.55 if style in ("long", "bob") else 0.25
    ahead = np.clip((facing - wide_face) / (0.9 - wide_face), 0, 1)
    line = low + (0.50 - low) * ahead**0.6 + 0.2 * (facing > -0.2) * (facing < wide_face) * (low > -0.6)
    thick = {"crop": 0.035, "short": 0.075, "messy": 0.13, "afro": 0.34, "long": 0.11, "bob": 0.17}.get(
        style, 0.08
    )
    if look.hat != "none" and style != "long":
        thick = min(thick, 0.07)
    inside = _soft(height - line)
    waves = 1 + (0.25 if style in ("messy", "afro") else 0.05) * np.sin(7 * theta + 9 * height) * np.sin(
        5 * height
    )
    top = np.clip(1 - 0.5 * (height - 0.6).clip(0), 0, 1)
    factor = 0.90 + inside * (0.10 + thick * waves * top)
    hair = NUMBER["hair"]
    meshes = [_shell(place, factor, 1, "hair", material, lift=thick * 0.8)]
    if style == "bun":
        meshes.append(
            ball(place.at(0, 0.55, -1.15), place.frame, place.half * (0.45, 0.36, 0.4), hair, material)
        )
    if style in ("tail", "long"):
        meshes.append(_strand(place, style, hair, material))
    return meshes


def _strand(place: HeadPlace, style: str, segment: int, material: int) -> Mesh:
    """Long hair falls from the back of the head, straight down as far as the head's tilt allows."""
    down = -place.frame[:, 1] * 0.45 + np.array([0, -0.55, 0])
    down -= place.frame[:, 2] * max(0.0, float(down @ place.frame[:, 2])) * 0.8
    down /= np.linalg.norm(down)
    back = place.frame[:, 2] - down * float(place.frame[:, 2] @ down)
    back /= np.linalg.norm(back)
    frame = np.stack([np.cross(-down, back), -down, back], axis=1)
    tail = style == "tail"
    start = place.at(0, 0.45 if tail else 0.1, -1.0 if tail else -0.62)
    length = place.half[1] * (1.9 if tail else 2.1)
    share = np.array([0.0, 0.12, 0.35, 0.6, 0.85, 1.0])
    width = (
        np.array([0.06, 0.24, 0.30, 0.28, 0.18, 0.02])
        if tail
        else np.array([0.75, 0.88, 0.95, 0.92, 0.75, 0.3])
    )
    depth = width * (0.8 if tail else 0.42)
    centres = (
        start
        + np.outer(share * length, down)
        - np.outer(0.25 * np.sin(share * 3) * place.half[2] * tail, back)
    )
    radii = np.stack([width * place.half[0], depth * place.half[2]], axis=1)
    return tube(centres, np.broadcast_to(frame, (6, 3, 3)), radii, segment, material, around=12)


def _hat(place: HeadPlace, look: Look, material: int, height: Array, facing: Array) -> list[Mesh]:
    hair = NUMBER["hair"]
    style = look.hat
    lines: dict[str, float | Array] = {
        "cap": 0.36,
        "beanie": 0.22 + 0.12 * facing,
        "brim": 0.40,
        "helmet": 0.05 + 0.35 * np.clip(facing, 0, 1),
    }
    thick = {"cap": 0.13, "beanie": 0.15, "brim": 0.16, "helmet": 0.24}[style]
    factor = 0.88 + _soft(height - lines[style]) * (0.12 + thick)
    meshes = [_shell(place, factor, 5, "hair", material, lift=thick * 0.9)]
    if style == "cap":
        visor = place.frame @ rot_x(14)
        meshes.append(ball(place.at(0, 0.36, 1.15), visor, place.half * (0.82, 0.05, 0.75), hair, material))
    elif style == "brim":
        meshes.append(
            ball(
                place.at(0, 0.40, 0), place.frame, place.half * (1.95, 0.06, 1.75), hair, material, around=20
            )
        )
    return meshes
