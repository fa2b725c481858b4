"""The way from a picture to what the network sees and what it was taught (thesis, figures 7 to 9)."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from dashboard.shared.subject import Subject
from dashboard.skip_lab import words
from posecore import drawing
from posecore.bundle import Bundle
from posecore.data.crops import SIZE
from posecore.data.heatmaps import Target, encode

SHOWN = 480
"""Pixels along the longer side of the picture."""


def picture_to_target(bundle: Bundle, subject: Subject) -> None:
    """Picture, square, crop and target in a row, each with a sentence."""
    assert subject.crop is not None
    first, second, third, fourth = st.columns(4, gap="small")
    first.image(
        drawing.jpeg(in_its_picture(bundle, subject)),
        width="stretch",
        alt="The square in the picture",
        caption=words.step_picture(subject.photograph is not None, subject.square.side),
    )
    second.image(
        drawing.jpeg(subject.crop),
        width="stretch",
        alt="The crop of 256 × 256 pixels",
        caption=words.STEP_CROP,
    )
    if subject.annotated is None or subject.visibility is None:
        third.info(words.NO_ANNOTATION, icon=":material/info:")
        return
    labelled = subject.visibility > 0
    points = np.where(labelled[:, None], subject.annotated, np.nan)
    third.image(
        drawing.jpeg(drawing.draw_skeleton(subject.crop, points)),
        width="stretch",
        alt="The annotated joints",
        caption=words.step_annotation(int(labelled.sum()), len(labelled)),
    )
    target = encode(subject.annotated[None], subject.visibility[None], SIZE, Target())[0]
    # Each joint at its own full strength: the thesis paints hidden joints at a quarter of a visible one.
    peaks = target.max(axis=(1, 2), keepdims=True)
    shown = drawing.fuse_heatmaps(np.divide(target, peaks, out=np.zeros_like(target), where=peaks > 0))
    fourth.image(
        drawing.jpeg(drawing.enlarge(shown)),
        width="stretch",
        alt="The target heatmaps of all joints",
        caption=words.STEP_TARGET,
    )


def in_its_picture(bundle: Bundle, subject: Subject) -> NDArray[np.uint8]:
    """The picture, dimmed outside the square; only the square on grey where the rest is not at hand."""
    if subject.photograph is not None:
        width, height = subject.photograph.picture.size
        ground = subject.photograph.preview // 3
    else:
        row = bundle.samples.iloc[bundle.row(subject.sample_id)]
        width, height = int(row["image_width"]), int(row["image_height"])
        scale = SHOWN / max(width, height)
        ground = np.full((max(1, round(height * scale)), max(1, round(width * scale)), 3), 128, np.uint8)
    assert subject.crop is not None
    scale = ground.shape[1] / width
    left, top, side = (
        round(value * scale) for value in (subject.square.x, subject.square.y, subject.square.side)
    )
    picture = Image.fromarray(ground)
    picture.paste(Image.fromarray(subject.crop).resize((max(side, 1),) * 2), (left, top))
    return np.asarray(picture)
