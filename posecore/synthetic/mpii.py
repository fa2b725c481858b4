"""A rendered person as MPII's JSON has people: sixteen joints, centre and scale, and the true box of the
head.

What posecore.data.mpii reads. Pixels are counted from 1 there.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.data.mpii import PERSON_PIXELS
from posecore.keypoints import COCO17, MPII16
from posecore.synthetic.annotate import seen
from posecore.synthetic.body.head import head_place
from posecore.synthetic.body.proportions import Skeleton
from posecore.synthetic.figure import Figure
from posecore.synthetic.geometry.segments import NUMBER
from posecore.synthetic.people import Rendered

_HEAD: Final = tuple(NUMBER[name] for name in ("head", "eye", "nose", "left_ear", "right_ear"))
"""What the box of a head is around: neither hair nor hat."""

_OWN: Final = {
    "pelvis": (("pelvis", "chest", "left_thigh", "right_thigh"), 0.100),
    "thorax": (("chest", "neck"), 0.062),
    "upper_neck": (("neck", "head"), 0.055),
    "head_top": (("head", "hair"), 0.030),
}
"""Of joints that COCO does not have: the parts under which one may lie and still be seen, and how deep, in
body heights."""


def mpii_entry(rendered: Rendered, image: str) -> dict[str, Any]:
    """The entry of a JSON list. image: the name of the picture's file.

    Joints that COCO has too are labelled where COCO's are; the others wherever they are in the picture.
    """
    main, camera, frame = rendered.scene.main, rendered.scene.camera, rendered.frame
    marks = _marks(main)
    points, depth = camera.project(np.stack([marks[name] for name in MPII16.names]))
    visibility = []
    for k, name in enumerate(MPII16.names):
        if name in COCO17.names:
            visibility.append(int(rendered.annotation["keypoints"][3 * COCO17.names.index(name) + 2]))
        else:
            parts, deep = _OWN[name]
            own = tuple(NUMBER[part] for part in parts)
            visibility.append(seen(points[k], depth[k], camera, frame, own, deep * main.build.height))
    pelvis, thorax = MPII16.names.index("pelvis"), MPII16.names.index("thorax")
    tall = main.build.height * camera.focal / float(depth[pelvis])
    return {
        "image": image,
        "center": _pixels((points[pelvis] + points[thorax]) / 2),
        "scale": round(tall / PERSON_PIXELS, 6),
        "joints": [
            _pixels(point) if v else [-1.0, -1.0] for point, v in zip(points, visibility, strict=True)
        ],
        "joints_vis": [int(v > 0) for v in visibility],
        "visibility": visibility,
        "head_box": _head_box(rendered),
        "attributes": rendered.annotation["attributes"],
    }


def _marks(figure: Figure) -> dict[str, NDArray[np.float64]]:
    """(3,) by name, where annotators of MPII put its joints."""
    place = head_place(figure.build, Skeleton(figure.joints, figure.frames))
    return figure.marks | {
        "pelvis": (figure.marks["left_hip"] + figure.marks["right_hip"]) / 2,
        "thorax": (figure.marks["left_shoulder"] + figure.marks["right_shoulder"]) / 2,
        "upper_neck": place.at(0, -1, 0),
        "head_top": place.at(0, 1, 0),
    }


def _head_box(rendered: Rendered) -> list[float]:
    """Left, top, right, bottom of the head as if nothing hid it, also where it is not in the picture."""
    mesh = rendered.scene.main.mesh
    corners = np.unique(mesh.faces[np.isin(mesh.segment, _HEAD)])
    pixels, _ = rendered.scene.camera.project(mesh.points[corners])
    return [*_pixels(pixels.min(axis=0)), *_pixels(pixels.max(axis=0))]


def _pixels(point: NDArray[np.float64]) -> list[float]:
    """A place in the picture, counted from 1, to a hundredth."""
    return [round(float(value) + 1, 2) for value in point]
