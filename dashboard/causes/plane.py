"""The latent plane as a picture: people in grey, one person's way across it, and where they are now."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from posecore import drawing

SIZE: Final = 384
EDGE: Final = 30
"""Pixels around the plane, for the axes."""

PEOPLE: Final = (112, 118, 128)
WAY: Final = (86, 180, 233)
NOW: Final = (230, 159, 0)
INK: Final = (225, 230, 236)
ROOM: Final = 0.08
"""Of the range, around what is drawn."""


def draw_plane(
    people: NDArray[np.floating],
    way: NDArray[np.floating],
    made: NDArray[np.floating],
    now: int,
    components: tuple[int, int],
) -> drawing.Picture:
    """(SIZE, SIZE, 3) RGB, across and up. people: (N, 2), nan where unknown; way: (S, 2) of the stops;
    made: (2,) of the person as made; now: the stop that is shown, from 0. components: of the axes, from 1.

    Blue and orange on dark, told apart by shape besides: a ring is now, a diamond is as made.
    """
    known = people[np.isfinite(people).all(axis=1)]
    every = np.concatenate([known, way, made[None]])
    low, high = every.min(axis=0), every.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    low, high = low - ROOM * span, high + ROOM * span

    def placed(points: NDArray[np.floating]) -> NDArray[np.float64]:
        share = (points - low) / (high - low)
        inner = SIZE - 2 * EDGE
        return np.column_stack([EDGE + share[:, 0] * inner, SIZE - EDGE - share[:, 1] * inner])

    # Twice as large, then smaller: Pillow's lines have hard edges.
    image = Image.fromarray(drawing.ground(2 * SIZE))
    pen = ImageDraw.Draw(image)

    def dot(at: NDArray[np.float64], radius: float, **how: object) -> None:
        x, y = 2 * at
        pen.ellipse((x - 2 * radius, y - 2 * radius, x + 2 * radius, y + 2 * radius), **how)  # type: ignore[arg-type]

    for person in placed(known):
        dot(person, 1.3, fill=PEOPLE)
    stops = placed(way)
    pen.line([tuple(2 * stop) for stop in stops], fill=WAY, width=4, joint="curve")
    for stop in stops:
        dot(stop, 3, fill=WAY)
    (x, y) = 2 * placed(made[None])[0]
    pen.polygon([(x, y - 14), (x + 14, y), (x, y + 14), (x - 14, y)], outline=INK, width=4)
    dot(stops[now], 8, outline=NOW, width=7)
    dot(stops[now], 2.5, fill=NOW)
    _axes(image, pen, low, high, components)
    return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def _axes(
    image: Image.Image,
    pen: ImageDraw.ImageDraw,
    low: NDArray[np.floating],
    high: NDArray[np.floating],
    components: tuple[int, int],
) -> None:
    """A number at either end of both axes, and what they are."""
    font, far, edge = ImageFont.load_default(22), 2 * SIZE, 2 * EDGE
    pen.line([(edge, edge), (edge, far - edge), (far - edge, far - edge)], fill=INK, width=2)
    middle = far / 2
    pen.text((edge, far - edge + 8), f"{low[0]:.1f}", INK, font)
    pen.text((far - edge, far - edge + 8), f"{high[0]:.1f}", INK, font, anchor="ra")
    pen.text((middle, far - edge + 8), f"component {components[0]}", INK, font, anchor="ma")
    upright = Image.new("RGB", (far, edge - 6), tuple(drawing.ground(1)[0, 0].tolist()))
    side = ImageDraw.Draw(upright)
    side.text((edge, edge / 2 - 4), f"{low[1]:.1f}", INK, font, anchor="lm")
    side.text((far - edge, edge / 2 - 4), f"{high[1]:.1f}", INK, font, anchor="rm")
    side.text((middle, edge / 2 - 4), f"component {components[1]}", INK, font, anchor="mm")
    image.paste(upright.rotate(90, expand=True), (0, 0))
