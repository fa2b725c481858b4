"""Pictures in rows with their names, drawn by Pillow, so that a server needs no browser to make a PNG."""

from collections.abc import Sequence
from typing import Final

import numpy as np
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
