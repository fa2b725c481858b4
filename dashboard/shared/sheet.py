"""Pictures in rows with their names, drawn by Pillow, so that a server needs no browser to make a PNG."""

import io
import textwrap
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
INK: Final = (27, 37, 48)
GAP: Final = 16
LINE: Final = 21


def labelled_grid(tiles: Sequence[tuple[str, Picture]], columns: int) -> Picture:
    """Pictures of one size in rows, each with its name above, on white."""
    height, width = tiles[0][1].shape[:2]
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) - GAP, rows * (height + LINE + GAP) - GAP), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for index, (name, picture) in enumerate(tiles):
        x, y = index % columns * (width + GAP), index // columns * (height + LINE + GAP)
        pen.text((x, y), name, INK, font)
        sheet.paste(Image.fromarray(picture), (x, y + LINE))
    return np.asarray(sheet)


def fitted(picture: Picture, tile: int) -> Picture:
    """The picture in the middle of a white square of so many pixels, not stretched."""
    image = Image.fromarray(picture)
    scale = tile / max(image.size)
    image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    square = Image.new("RGB", (tile, tile), "white")
    square.paste(image, ((tile - image.width) // 2, (tile - image.height) // 2))
    return np.asarray(square)


def composed(
    title: str, lines: Sequence[str], parts: Sequence[Picture], table: pd.DataFrame, unknown: str
) -> bytes:
    """A title, lines of words without Markdown, pictures below each other and a table, as a PNG file.

    unknown: what stands in the table for nan.
    """
    drawn = _drawn_table(table, unknown)
    width = max(*(part.shape[1] for part in parts), drawn.width) + 2 * GAP
    wrapped = [piece for line in lines for piece in textwrap.wrap(plain(line), int((width - 2 * GAP) / 6.8))]
    top = GAP + 30 + LINE * (len(wrapped) + 1)
    height = top + sum(part.shape[0] + GAP for part in parts) + drawn.height
    page = Image.new("RGB", (width, height), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(14)
    pen.text((GAP, GAP), plain(title), INK, ImageFont.load_default(22))
    for row, line in enumerate(wrapped):
        pen.text((GAP, GAP + 30 + LINE * row), line, INK, font)
    y = top
    for part in parts:
        page.paste(Image.fromarray(part), (GAP, y))
        y += part.shape[0] + GAP
    page.paste(drawn, (GAP, y))
    file = io.BytesIO()
    page.save(file, "PNG", compress_level=3)
    return file.getvalue()


def plain(text: str) -> str:
    """A text without Markdown and without what Pillow's own letters do not hold."""
    for sign, instead in (("**", ""), ("✓", "yes"), ("✗", "no"), ("→", "to"), ("·", "-"), ("−", "-")):
        text = text.replace(sign, instead)
    return text


def _drawn_table(table: pd.DataFrame, unknown: str) -> Image.Image:
    """The table in columns of words, each as wide as its longest."""
    font = ImageFont.load_default(14)
    columns = []
    for name in table.columns:
        values = [
            value if isinstance(value, str) else unknown if np.isnan(value) else f"{value:.2f}"
            for value in table[name]
        ]
        columns.append([plain(text) for text in (str(name), *values)])
    widths = [GAP + round(max(font.getlength(text) for text in column)) for column in columns]
    image = Image.new("RGB", (sum(widths), LINE * (len(table) + 1) + GAP), "white")
    pen, x = ImageDraw.Draw(image), 0
    for column, wide in zip(columns, widths, strict=True):
        for row, text in enumerate(column):
            pen.text((x, LINE * row), text, INK, font)
        x += wide
    return image
