"""One rendered person: a scene, its picture and its annotations, decided by seed, split and index alone."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecore.data.coco import SPLITS
from posecore.data.crops import SquareCrop, person_crop
from posecore.keypoints import KEYPOINTS
from posecore.synthetic.annotate import (
    box_and_area,
    keypoint_list,
    leave_out,
    person_mask,
    true_points,
    visibility,
)
from posecore.synthetic.body.poses import POSES
from posecore.synthetic.body.proportions import angle_at
from posecore.synthetic.chance import state_of
from posecore.synthetic.drawn import Drawn
from posecore.synthetic.picture import Lens, develop, draw_lens
from posecore.synthetic.render import OCCLUDER, Frame, render
from posecore.synthetic.scene.compose import Scene, draw_scene
from posecore.synthetic.surfaces.colours import lab
from posecore.synthetic.surfaces.look import Look

FEWEST_LABELLED = 6
"""Keypoints a person should have; a scene with fewer is drawn again, a few times."""
COLOUR_NUMBERS = ("lightness", "redness", "yellowness")
"""What attributes call the numbers of `lab`."""
_TRIES = 5
_FEWEST_PIXELS = 60


@dataclass(frozen=True)
class Rendered:
    """image: (H, W, 3) uint8 RGB, as it is before it becomes a JPEG.

    keypoints: (17, 3) true x, y in picture pixels and visibility before any was left out. annotation: main's
    in COCO's layout, without ids. others: those of the people around, whose keypoints are not labelled.
    """

    image: NDArray[np.uint8]
    keypoints: NDArray[np.float64]
    annotation: dict[str, Any]
    others: tuple[dict[str, Any], ...]
    drawn: Drawn
    frame: Frame

    @property
    def scene(self) -> Scene:
        """What is in the picture, and its camera."""
        return self.drawn.scene


def render_person(seed: int, index: int, split: str = "train") -> Rendered:
    """Person `index` of the split under `seed`; the same three give the same pixels and numbers."""
    families = list(POSES)
    # Families take turns, so that each has its share in any number of people.
    order = np.random.default_rng([seed, SPLITS.index(split), index // len(families), 1]).permutation(
        len(families)
    )
    family = families[int(order[index % len(families)])]
    for attempt in range(_TRIES):
        rng = np.random.default_rng([seed, SPLITS.index(split), index, 2, attempt])
        rendered = _render(rng, family, (seed, index, split, attempt))
        if rendered is not None:
            return rendered
    raise AssertionError(f"nobody to be seen in {_TRIES} scenes of seed {seed}, {split} {index}")


def _render(rng: np.random.Generator, family: str, name: tuple[int, int, str, int]) -> Rendered | None:
    """A rendered scene, None where hardly anything of the person is seen. name: as in Drawn."""
    scene = draw_scene(rng, family)
    lens = draw_lens(rng, max(scene.camera.width, scene.camera.height))
    frame = render(scene, lens.depth_blur)
    mask = person_mask(frame, 0)
    points, _ = true_points(scene.main, scene.camera)
    seen = visibility(scene.main, scene.camera, frame)
    labelled, left_out = leave_out(seen, rng)
    if mask.sum() < _FEWEST_PIXELS or (labelled > 0).sum() < FEWEST_LABELLED:
        return None
    box, area = box_and_area(mask)
    annotation = {
        "category_id": 1,
        "iscrowd": 0,
        "bbox": box,
        "area": area,
        "num_keypoints": int((labelled > 0).sum()),
        "keypoints": keypoint_list(points, labelled),
        "attributes": _attributes(scene, lens, frame, left_out, name[0]),
    }
    grain = state_of(rng)
    image, gain = develop(frame.image, lens, rng)
    dropped = (seen > 0) & (labelled == 0)
    if frame.occluder == "none":
        scene = replace(scene, occluder_kind="none", occluder=None)
    return Rendered(
        image=image,
        keypoints=np.column_stack([points, seen]),
        annotation=annotation,
        others=_others(scene, frame),
        drawn=Drawn(*name, scene, lens, gain, grain, dropped, _square(annotation, scene)),
        frame=frame,
    )


def _square(annotation: dict[str, Any], scene: Scene) -> SquareCrop:
    """The square that a prepared data folder cuts out, of which it knows the annotation alone."""
    keypoints = np.array(annotation["keypoints"], np.float64).reshape(-1, 3)
    width, height = scene.camera.width, scene.camera.height
    return person_crop(annotation["bbox"], keypoints[:, :2], keypoints[:, 2].astype(np.int8), width, height)


def _others(scene: Scene, frame: Frame) -> tuple[dict[str, Any], ...]:
    owners = list(range(1, len(scene.others) + 1)) + [OCCLUDER] * (frame.occluder == "person")
    found = []
    for owner in owners:
        mask = person_mask(frame, owner)
        if mask.sum() >= _FEWEST_PIXELS:
            box, area = box_and_area(mask)
            found.append(
                {
                    "category_id": 1,
                    "iscrowd": 0,
                    "bbox": box,
                    "area": area,
                    "num_keypoints": 0,
                    "keypoints": [0] * (3 * len(KEYPOINTS)),
                }
            )
    return tuple(found)


def _colours(look: Look) -> dict[str, float]:
    """What the skin and the clothes are coloured like, patterns aside. What is bare is the skin's."""
    parts = {
        "skin": look.skin,
        "top": look.skin if look.top_kind == "bare" else look.top,
        "bottom": look.bottom,
    }
    return {
        f"{part}_{name}": value
        for part, material in parts.items()
        for name, value in zip(COLOUR_NUMBERS, lab(material.colour), strict=True)
    }


def _attributes(scene: Scene, lens: Lens, frame: Frame, left_out: int, seed: int) -> dict[str, Any]:
    """What caused the picture, in plain values: lengths in metres, angles in degrees."""
    main, camera, joints = scene.main, scene.camera, scene.main.joints
    pelvis = (joints["left_hip"] + joints["right_hip"]) / 2
    trunk = joints["neck"] - pelvis
    angles = {
        f"{side}_{joint}": angle_at(joints, *(f"{side}_{name}" for name in chain))
        for side in ("left", "right")
        for joint, chain in (
            ("knee", ("hip", "knee", "ankle")),
            ("elbow", ("shoulder", "elbow", "wrist")),
            ("hip", ("shoulder", "hip", "knee")),
            ("shoulder", ("hip", "shoulder", "elbow")),
        )
    }
    numbers = {
        "view_degrees": scene.view,
        "camera_height": float(camera.position[1]),
        "camera_tilt": camera.tilt,
        "distance": float(np.linalg.norm(camera.position - pelvis)),
        "focal": camera.focal / max(camera.width, camera.height),
        "body_height": main.build.height,
        "shoulder_width": 2 * main.build.shoulder * main.build.height,
        "torso_lean": float(np.degrees(np.arccos(np.clip(trunk[1] / np.linalg.norm(trunk), -1, 1)))),
        **{f"{name}_angle": value for name, value in angles.items()},
        "occluded_share": frame.occluded,
        "blur": lens.blur,
        "motion_blur": lens.motion,
        "background_blur": lens.depth_blur,
        "noise": lens.noise,
        "light_azimuth": scene.light.azimuth,
        "light_elevation": scene.light.elevation,
        **_colours(main.look),
    }
    return {
        "family": scene.family,
        **{name: round(value, 4) for name, value in numbers.items()},
        "child": main.build.child,
        "top": main.look.top_kind,
        "bottom": main.look.bottom_kind,
        "pattern": main.look.pattern,
        "hair": main.look.hair_style,
        "hat": main.look.hat,
        "background": scene.backdrop.kind,
        "framing": scene.framing,
        "occluder": frame.occluder,
        "people_around": len(scene.others),
        "unlabelled": left_out,
        "seed": seed,
    }
