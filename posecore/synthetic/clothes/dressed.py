"""Trunk, shoulders, arms, legs and skirt of a posed body: flesh where it shows, clothes over it.

All of them take `index`, the numbers of a figure's materials by name; rng decides folds of cloth.
"""

from dataclasses import replace

import numpy as np

from posecore.synthetic.body.flesh import AROUND, Rings, arm_rings, leg_rings, trunk_at, trunk_rings
from posecore.synthetic.body.proportions import SIDES, Build, Skeleton
from posecore.synthetic.geometry.mesh import Mesh, chain, tube
from posecore.synthetic.geometry.rotations import orthonormal
from posecore.synthetic.geometry.segments import NUMBER
from posecore.synthetic.surfaces.look import Look


def _folds(rings: Rings, around: int, amount: float, rng: np.random.Generator) -> Rings:
    """The rings with soft waves in them."""
    theta = np.linspace(0, 2 * np.pi, around + 1)[None]
    phase = rng.uniform(0, 2 * np.pi, 4)
    along = (rings.at / 0.1)[:, None]
    waves = np.sin(2 * theta + along * 1.1 + phase[0]) + 0.8 * np.sin(3 * theta - along * 1.7 + phase[1])
    waves += 0.6 * np.sin(5 * theta + 1.2 * np.sin(along + phase[2]) + phase[3])
    swell = 1.0 if rings.swell is None else rings.swell
    return replace(rings, swell=swell * (1 + 0.016 * amount * waves))


def trunk(
    build: Build, skeleton: Skeleton, look: Look, index: dict[str, int], rng: np.random.Generator
) -> list[Mesh]:
    """From the seat to the neck, under trousers or skirt, belt and top."""
    names = ("pelvis", "lumbar", "thorax", "neck", "skull")
    joints = np.stack([skeleton.joints[name] for name in names])
    frames = np.stack([skeleton.frames[name] for name in ("pelvis", "waist", "chest", "neck")])
    flesh = trunk_rings(build)
    tall = build.height

    def surface(rings: Rings, material: str) -> Mesh:
        centres, turned = chain(joints, frames, rings.at, 0.05 * tall)
        middle = (rings.at[1:] + rings.at[:-1]) / 2
        segments = np.select(
            [middle < trunk_at(build, 0.60), middle < trunk_at(build, 0.845)],
            [NUMBER["pelvis"], NUMBER["chest"]],
            NUMBER["neck"],
        )
        return tube(
            centres,
            turned,
            rings.radii,
            segments,
            index[material],
            around=AROUND,
            offset=rings.offset,
            swell=rings.swell,
        )

    low, high = float(flesh.at[0]), float(flesh.at[-1])
    waist, collar = trunk_at(build, 0.607), trunk_at(build, 0.848)
    dressed = look.top_kind != "bare"
    meshes = [
        surface(flesh.between(trunk_at(build, 0.815) if dressed else waist - 0.02 * tall, high), "skin")
    ]
    lower = flesh.between(low, waist).eased(look.bottom_ease * tall * 0.7 + 0.002)
    meshes.append(surface(_folds(lower, AROUND, 0.5 * look.bottom.folds, rng), "bottom"))
    if look.bottom_kind in ("jeans", "trousers"):
        belt = flesh.between(waist - 0.016 * tall, waist + 0.004 * tall).eased(
            look.bottom_ease * tall * 0.7 + 0.004
        )
        meshes.append(surface(belt, "belt"))
    if dressed:
        rings = flesh.between(trunk_at(build, look.hem), collar)
        loose = np.interp(rings.at, [waist, trunk_at(build, 0.8), collar], [1.0, 0.45, 0.3])
        over = look.bottom_ease * 0.7 * np.clip((waist - rings.at) / (0.03 * tall) + 1, 0, 1)
        rings = rings.eased((look.top_ease * loose + over) * tall + 0.003)
        meshes.append(surface(_folds(rings, AROUND, look.top.folds, rng), "top"))
    return meshes


# Share of the way from the neck to the shoulder joint, half depth and half height in body heights.
_YOKE = np.array(
    [
        (0.00, 0.026, 0.016),
        (0.25, 0.033, 0.020),
        (0.55, 0.036, 0.026),
        (0.85, 0.034, 0.029),
        (1.00, 0.030, 0.028),
        (1.12, 0.020, 0.020),
        (1.18, 0.000, 0.000),
    ]
)


def yoke(
    build: Build, skeleton: Skeleton, look: Look, index: dict[str, int], side: str, sign: float
) -> list[Mesh]:
    """The slope from the neck to the shoulder; without sleeves its outer half is bare."""
    chest, tall = skeleton.frames["chest"], build.height
    start = skeleton.joints["neck"] + chest @ np.array([sign * 0.020, -0.008, -0.006]) * tall
    reach = skeleton.joints[f"{side}_shoulder"] - start
    frame = orthonormal(np.stack([chest[:, 2], -reach, sign * chest[:, 1]], axis=1)[None])[0]
    girth = 1 + (build.girth - 1) * 0.6 + 0.1 * build.muscle
    dressed = look.top_kind != "bare"

    def piece(low: int, high: int, material: str, ease: float) -> Mesh:
        rows = _YOKE[low:high]
        radii = rows[:, 1:] * tall * girth
        return tube(
            start + np.outer(rows[:, 0], reach),
            np.broadcast_to(frame, (len(rows), 3, 3)),
            np.where(radii > 0, radii + ease, 0.0),
            NUMBER["chest"],
            index[material],
        )

    ease = 0.35 * look.top_ease * tall + 0.003
    if dressed and look.sleeve:
        return [piece(0, 7, "top", ease)]
    return [piece(0, 7, "skin", 0.0), *([piece(0, 3, "top", ease)] if dressed else [])]


def _limb(
    skeleton: Skeleton,
    names: tuple[str, str, str],
    bones: tuple[str, str],
    rings: Rings,
    material: int,
    blend: float,
) -> Mesh:
    joints = np.stack([skeleton.joints[name] for name in names])
    frames = np.stack([skeleton.frames[bone] for bone in bones])
    upper = float(np.linalg.norm(joints[1] - joints[0]))
    centres, turned = chain(joints, frames, rings.at, blend)
    middle = (rings.at[1:] + rings.at[:-1]) / 2
    segments = np.where(middle < upper, NUMBER[bones[0]], NUMBER[bones[1]])
    around = 14 if rings.swell is None else rings.swell.shape[1] - 1
    return tube(
        centres,
        turned,
        rings.radii,
        segments,
        material,
        around=around,
        offset=rings.offset,
        swell=rings.swell,
    )


def arm(
    build: Build, skeleton: Skeleton, look: Look, index: dict[str, int], side: str, rng: np.random.Generator
) -> list[Mesh]:
    """From the shoulder to the wrist; the sleeve ends where the look says."""
    flesh = arm_rings(build)
    names = (f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")
    bones = (f"{side}_upper_arm", f"{side}_forearm")
    blend = 0.022 * build.height
    start, end = float(flesh.at[0]), _place(build, look.sleeve, "upper_arm", "forearm")
    if not look.sleeve:
        return [_limb(skeleton, names, bones, flesh, index["skin"], blend)]
    bare = flesh.between(end - 0.02 * build.height, float(flesh.at[-1]))
    cloth = flesh.between(start, end)
    ease = np.interp(cloth.at, [start, 0.05 * build.height, end], [0.5, 0.8, 1.0])
    if look.sleeve > 1.5:  # a cuff
        ease = np.where(cloth.at > end - 0.02 * build.height, 0.35, ease)
    cloth = cloth.eased(look.top_ease * ease * 0.8 * build.height + 0.002)
    cloth = _folds(cloth, 14, 1.3 * look.top.folds, rng)
    return [
        _limb(skeleton, names, bones, bare, index["skin"], blend),
        _limb(skeleton, names, bones, cloth, index["sleeve"], blend),
    ]


def leg(
    build: Build, skeleton: Skeleton, look: Look, index: dict[str, int], side: str, rng: np.random.Generator
) -> list[Mesh]:
    """From the hip to the ankle; trousers end where the look says, socks begin below the calf."""
    flesh = leg_rings(build)
    names = (f"{side}_hip", f"{side}_knee", f"{side}_ankle")
    bones = (f"{side}_thigh", f"{side}_shank")
    tall = build.height
    blend = 0.03 * tall
    start, last = float(flesh.at[0]), float(flesh.at[-1])
    meshes = []
    end = min(_place(build, look.leg_end, "thigh", "shank"), last - 1e-3) if look.leg_end else start
    if end < last - 0.02 * tall:
        bare = flesh if not look.leg_end else flesh.between(end - 0.02 * tall, last)
        meshes.append(_limb(skeleton, names, bones, bare, index["skin"], blend))
    if look.sock is not None and look.leg_end < 1.9:
        low = max(_place(build, 1.72, "thigh", "shank"), end)
        meshes.append(
            _limb(skeleton, names, bones, flesh.between(low, last).eased(0.004), index["sock"], blend)
        )
    if look.leg_end:
        cloth = flesh.between(start, end)
        share = np.clip(cloth.at / max(end, 1e-6), 0, 1)
        cloth = cloth.eased(
            look.bottom_ease * tall * (0.7 + 0.5 * share) + look.flare * tall * share**2 + 0.002
        )
        cloth = _folds(cloth, 14, 1.1 * look.bottom.folds, rng)
        meshes.append(_limb(skeleton, names, bones, cloth, index["bottom"], blend))
    return meshes


def _place(build: Build, share: float, upper: str, lower: str) -> float:
    """Metres along a limb; 1 is the middle joint, 2 the end."""
    return build.length(upper) * min(share, 1.0) + build.length(lower) * max(share - 1.0, 0.0)


def skirt(build: Build, skeleton: Skeleton, look: Look, material: int, rng: np.random.Generator) -> Mesh:
    """A cone around both legs, as wide as they are apart."""
    flesh, trunk = leg_rings(build), trunk_rings(build)
    shares = np.concatenate([[-0.25, -0.1], np.linspace(0.1, look.skirt, 8)])
    centres, frames, radii, at = [], [], [], []
    for share in shares:
        place = _place(build, share, "thigh", "shank") if share > 0 else 0.0
        points, axes = [], []
        for side, _ in SIDES:
            joints = np.stack([skeleton.joints[f"{side}_{name}"] for name in ("hip", "knee", "ankle")])
            bones = np.stack([skeleton.frames[f"{side}_{name}"] for name in ("thigh", "shank")])
            point, axis = chain(joints, bones, np.array([place]), 0.08 * build.height)
            points.append(point[0])
            axes.append(axis[0])
        section = flesh.resampled(np.array([place])).radii[0]
        apart = points[0] - points[1]
        width = float(np.linalg.norm(apart))
        mean = axes[0] + axes[1]
        if share <= 0.12:
            mean = skeleton.frames["pelvis"]
            points = [p + mean[:, 1] * (-share if share < 0 else 0) * build.length("thigh") for p in points]
        mean = mean.copy()
        mean[:, 0] = apart / max(width, 1e-6)
        wide = look.flare * build.height * max(share, 0.0) + 0.006 * build.height
        above = 0.53 - 0.2 * min(share, 0.0)
        deep = abs(float((axes[0][:, 2] + axes[1][:, 2]) @ apart)) * 0.25
        hips = trunk.resampled(np.array([trunk_at(build, above)])).radii[0]
        size = np.array([width / 2 + section[0], section[1] + deep]) + wide
        if share < 0:  # the waistband lies on the hips, below the top
            size = hips + 0.003 * build.height
        elif share <= 0.12:
            size = np.maximum(size, hips + wide)
        centres.append((points[0] + points[1]) / 2)
        frames.append(mean)
        radii.append(size)
        at.append(share * 0.4)
    rings = Rings(np.array(at), np.stack(radii), np.zeros((len(at), 2)))
    rings = _folds(rings, 24, 1.2 * look.bottom.folds, rng)
    return tube(
        np.stack(centres),
        orthonormal(np.stack(frames)),
        rings.radii,
        NUMBER["pelvis"],
        material,
        around=24,
        swell=rings.swell,
    )
