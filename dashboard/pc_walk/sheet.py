"""The thesis's sheet: a row per component, a column per c, in every cell the nearest person's heatmaps."""

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dashboard.pc_walk import stops as walk_stops
from dashboard.shared import bundle_people
from dashboard.shared.sheet import GAP, INK, LINE
from posecore.bundle import Bundle
from posecore.components.pca import Components

COMPONENTS: Final = (1, 2, 3, 10, 30, 50, 100, 200, 500, 1000, 2000, 4096)
STEPS: Final = tuple(range(-3, 4))
TILE: Final = 160
LEFT: Final = 120
HEAD: Final = GAP + 30 + 4 * LINE
"""Pixels above the first row of pictures."""
OFF: Final = (213, 94, 0)
"""RGB of the frame around stops that lie farther out than people do."""


def rows(most: int) -> list[int]:
    """The components of the sheet, counted from 1, as far as there are scores of so many."""
    return [component for component in COMPONENTS if component <= most]


def corner(row: int, column: int) -> tuple[int, int]:
    """Top and left of the picture in a cell, in pixels of the sheet."""
    return HEAD + row * (TILE + 2 * LINE + GAP), LEFT + column * (TILE + GAP)


def sheet(bundle: Bundle, fitted: Components, scores: NDArray[np.float32], start: str, source: str) -> bytes:
    """The sheet as a PNG file. start: a sample_id, empty for the mean. source: what it is made of."""
    numbers = rows(scores.shape[1])
    height, width = corner(len(numbers), len(STEPS))
    page = Image.new("RGB", (width, height), "white")
    pen, font, small = ImageDraw.Draw(page), ImageFont.load_default(15), ImageFont.load_default(13)
    whence = start or "the mean of all people"
    pen.text((GAP, GAP), f"Walks from {whence}", INK, ImageFont.load_default(22))
    pen.text((GAP, GAP + 30), source.replace("·", "-"), INK, small)
    pen.text(
        (GAP, GAP + 30 + LINE),
        "In every cell the predicted heatmaps of the nearest person, who they are and how far; an orange "
        "frame: farther out than people are",
        INK,
        small,
    )
    for column, c in enumerate(STEPS):
        pen.text((corner(0, column)[1], HEAD - LINE), f"c = {c}", INK, font)
    for row, number in enumerate(numbers):
        top = corner(row, 0)[0]
        pen.text((GAP, top + TILE // 2 - LINE), f"PC {number}", INK, font)
        pen.text((GAP, top + TILE // 2), f"{fitted.explained[number - 1]:.2%}", INK, small)
        stops = walk_stops.take(bundle, fitted, scores, number - 1, np.array(STEPS, np.float64), start)
        for column, name in enumerate(stops.sample_ids.tolist()):
            left = corner(row, column)[1]
            if stops.judgement.farther_out[column]:
                pen.rectangle((left - 4, top - 4, left + TILE + 3, top + TILE + 3), OFF)
            page.paste(Image.fromarray(bundle_people.heatmap_of(bundle, name, TILE)), (left, top))
            pen.text((left, top + TILE + 5), name, INK, small)
            pen.text((left, top + TILE + 5 + LINE - 5), f"{stops.walk.distance[column]:.1f}", INK, small)
    file = io.BytesIO()
    page.save(file, "PNG", compress_level=3)
    return file.getvalue()
