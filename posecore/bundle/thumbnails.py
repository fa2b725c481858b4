"""Heatmap thumbnails as sprite sheets: 16 x 16 tiles in one WebP file, in the order of the table.

One file per person would be 124,040 files; one sheet is read once and serves 256 people.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posecore.bundle.manifest import THUMBNAIL_INDEX, FileInfo, broken
from posecore.errors import ConfigError
from posecore.files import atomic_file, write_json

TILE: Final = 64
COLUMNS: Final = 16
ROWS: Final = 16
QUALITY: Final = 80
FOLDER: Final = "thumbnails"

SHEETS_IN_MEMORY: Final = 48
"""Decoded sheets kept, 3 MiB each: those of 12,000 people, as unpacking one takes 20 ms."""


@dataclass(frozen=True)
class ThumbnailIndex:
    """thumbnails/index.json: how the tiles of N people lie on the sheets, row by row."""

    tile: int
    columns: int
    rows: int
    sheets: tuple[str, ...]
    people: int

    def place(self, row: int) -> tuple[str, int, int]:
        """Sheet (path in the bundle), left and top of the tile of the person in row `row` of the table."""
        sheet, tile = divmod(row, self.columns * self.rows)
        down, across = divmod(tile, self.columns)
        return f"{FOLDER}/{self.sheets[sheet]}", across * self.tile, down * self.tile


def write_thumbnails(folder: Path, tiles: Iterable[NDArray[np.uint8]]) -> None:
    """Write tiles (64, 64, 3) uint8 RGB, one per person in table order, to folder/thumbnails.

    Only one sheet is in memory at a time. Thumbnails already there are replaced.
    """
    target = folder / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    sheets: list[str] = []
    people = 0
    remaining = iter(tiles)
    while batch := list(islice(remaining, COLUMNS * ROWS)):
        sheet = np.zeros((-(-len(batch) // COLUMNS) * TILE, COLUMNS * TILE, 3), np.uint8)
        for i, tile in enumerate(batch):
            if tile.shape != (TILE, TILE, 3) or tile.dtype != np.uint8:
                raise ConfigError(
                    f"thumbnail {people + i} is {tile.dtype} {tile.shape}; expected uint8 ({TILE}, {TILE}, 3)"
                )
            down, across = divmod(i, COLUMNS)
            sheet[down * TILE : (down + 1) * TILE, across * TILE : (across + 1) * TILE] = tile
        sheets.append(f"sheet-{len(sheets):03d}.webp")
        with atomic_file(target / sheets[-1]) as temporary:
            Image.fromarray(sheet).save(temporary, format="WEBP", quality=QUALITY)
        people += len(batch)
    index = {"tile": TILE, "columns": COLUMNS, "rows": ROWS, "sheets": sheets, "people": people}
    write_json(folder / THUMBNAIL_INDEX, index)


def read_index(path: Path, people: int, files: Iterable[str]) -> ThumbnailIndex:
    """The thumbnail index of the bundle in `path`, which holds `people` people and the listed files.

    Raises BundleError where it is broken, is of another number of people or names a sheet not listed.
    """
    try:
        values: Any = json.loads((path / THUMBNAIL_INDEX).read_text(encoding="utf-8"))
        index = ThumbnailIndex(
            tile=int(values["tile"]),
            columns=int(values["columns"]),
            rows=int(values["rows"]),
            sheets=tuple(str(name) for name in values["sheets"]),
            people=int(values["people"]),
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise broken(path, f"{THUMBNAIL_INDEX} is not readable ({type(error).__name__})") from error
    if min(index.tile, index.columns, index.rows) < 1:
        raise broken(path, f"{THUMBNAIL_INDEX} has a tile size or a number of columns or rows below 1")
    if index.people != people:
        raise broken(path, f"{THUMBNAIL_INDEX} is of {index.people} people, the manifest of {people}")
    if len(index.sheets) != -(-people // (index.columns * index.rows)):
        raise broken(
            path,
            f"{THUMBNAIL_INDEX} names {len(index.sheets)} sheets, too few or too many for {people} people",
        )
    if absent := sorted({f"{FOLDER}/{sheet}" for sheet in index.sheets}.difference(files)):
        raise broken(path, f"{THUMBNAIL_INDEX} names {absent[0]}, which the manifest does not list")
    return index


def read_tile(path: Path, index: ThumbnailIndex, row: int, files: Mapping[str, FileInfo]) -> Image.Image:
    """The thumbnail of row `row` of the bundle in `path`, whose manifest lists `files`.

    Raises BundleError where the sheet is not a picture or too small.
    """
    name, left, top = index.place(row)
    sheet = _read_sheet(path, name, files[name]["sha256"])
    tile = sheet[top : top + index.tile, left : left + index.tile]
    if tile.shape != (index.tile, index.tile, 3):
        raise broken(path, f"{name} is {sheet.shape[1]} x {sheet.shape[0]} pixels, too small for its tiles")
    return Image.fromarray(tile)


@lru_cache(maxsize=SHEETS_IN_MEMORY)
def _read_sheet(path: Path, name: str, sha256: str) -> NDArray[np.uint8]:
    """A decoded sheet (H, W, 3). `sha256` tells a bundle from one written later in the same place."""
    try:
        data = (path / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise broken(path, f"{name} is not as it was written, its SHA-256 differs")
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as sheet:
            return np.asarray(sheet.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise broken(path, f"{name} is not a readable WebP picture") from error
