"""Pictures with words on one sheet, drawn by Pillow, so that a server needs no browser to make a PNG."""

import io
from typing import Final

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from dashboard.shared import certainty
from dashboard.shared.sheet import GAP, INK, LINE, Picture, labelled_grid
from dashboard.shared.two_heatmaps import (
    ALL_JOINTS,
    LOST,
    Answer,
    difference,
    heat,
    moves,
    seventeen,
    skeleton,
)

TILE: Final = 384


def all_maps(answer: Answer) -> Picture:
    """Every joint's map before, after and the difference."""
    return labelled_grid(seventeen(answer), 3)


def sheet(answer: Answer, source: str, how: str) -> bytes:
    """Everything of the page as a PNG file: pictures, every map, the table, and what they are made of."""
    before, after = answer.before, answer.after
    tiles = [
        (before.title, skeleton(answer, before)),
        (after.title, skeleton(answer, after)),
        ("From where to where", moves(answer)),
    ]
    if before.heatmaps is not None:
        tiles += [
            ("", heat(answer, before, ALL_JOINTS)),
            ("", heat(answer, after, ALL_JOINTS)),
            ("After minus before", difference(answer, ALL_JOINTS)),
        ]
    pictures = labelled_grid([(name, _fit(picture)) for name, picture in tiles], 3)
    parts = [pictures] + ([all_maps(answer)] if before.heatmaps is not None else [])
    table = _table(answer.table())
    width = max(*(part.shape[1] for part in parts), table.width) + 2 * GAP
    height = sum(part.shape[0] + GAP for part in parts) + table.height + 6 * LINE
    page = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(page)
    pen.text((GAP, GAP), f"Skip lab: {answer.subject.who}", INK, ImageFont.load_default(22))
    pen.text((GAP, GAP + 30), _how_sure(answer), INK, ImageFont.load_default(14))
    pen.text((GAP, GAP + 30 + LINE), f"{source}. {how}", INK, ImageFont.load_default(14))
    y = GAP + 30 + 3 * LINE
    for part in parts:
        page.paste(Image.fromarray(part), (GAP, y))
        y += part.shape[0] + GAP
    page.paste(table, (GAP, y))
    file = io.BytesIO()
    page.save(file, "PNG", compress_level=3)
    return file.getvalue()


def _how_sure(answer: Answer) -> str:
    """Of how many joints the network is sure on either side, in words without Markdown."""
    sides = (answer.before, answer.after)
    told = "; ".join(f"{side.title}: {side.how_sure()}" for side in sides)
    return f"{told}. {certainty.DRAWN}".replace("**", "")


def _fit(picture: Picture) -> Picture:
    """The picture in the middle of a white square of TILE pixels, not stretched."""
    image = Image.fromarray(picture)
    scale = TILE / max(image.size)
    image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    square = Image.new("RGB", (TILE, TILE), "white")
    square.paste(image, ((TILE - image.width) // 2, (TILE - image.height) // 2))
    return np.asarray(square)


def _table(table: pd.DataFrame) -> Image.Image:
    """The table in columns of words."""
    wide, font = 125, ImageFont.load_default(14)
    image = Image.new("RGB", (wide * len(table.columns), LINE * (len(table) + 1) + GAP), "white")
    pen = ImageDraw.Draw(image)
    for column, name in enumerate(table.columns):
        values = [
            value if isinstance(value, str) else LOST if np.isnan(value) else f"{value:.2f}"
            for value in table[name]
        ]
        for row, text in enumerate([name, *values]):
            # Pillow's own letters hold no ticks and arrows.
            plain = text.replace("✓", "yes").replace("✗", "no").replace("→", "to").replace("·", "-")
            pen.text((wide * column, LINE * row), plain, INK, font)
    return image
