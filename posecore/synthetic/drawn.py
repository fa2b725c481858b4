"""A person who was drawn, as a value: all that a picture needs, and a picture of it as data sets hold it."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posecore.data.crops import SquareCrop
from posecore.synthetic.chance import State, generator
from posecore.synthetic.picture import Lens, develop
from posecore.synthetic.render import Frame, render
from posecore.synthetic.scene.compose import Scene


@dataclass(frozen=True)
class Drawn:
    """seed, index, split, attempt: which person it is, and how many scenes were drawn before this one. scene:
    without what was left out of the picture as it hid too much.

    gain: of the exposure. grain: the state of chance that the picture's grain comes of. dropped: (17,) joints
    that the annotation leaves out although they are there. crop: the square that a data folder cuts out.
    """

    seed: int
    index: int
    split: str
    attempt: int
    scene: Scene
    lens: Lens
    gain: float
    grain: State
    dropped: NDArray[np.bool_]
    crop: SquareCrop


def photograph(drawn: Drawn) -> tuple[Frame, Image.Image]:
    """The scene as rendered, and the picture that its JPEG file gives. Nothing is left out, however much it
    hides."""
    frame = render(drawn.scene, drawn.lens.depth_blur, most_hidden=1.0)
    pixels, _ = develop(frame.image, drawn.lens, generator(drawn.grain), drawn.gain)
    return frame, Image.open(io.BytesIO(encode(pixels, drawn.lens.quality))).convert("RGB")


def encode(pixels: NDArray[np.uint8], quality: int) -> bytes:
    """A JPEG file of a picture (H, W, 3), as data sets hold it."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="JPEG", quality=quality)
    return file.getvalue()
