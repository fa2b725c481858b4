"""One change on one sheet: pictures, what moved, and every joint's numbers, as a PNG file."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from dashboard.causes import tiles, words
from dashboard.causes.effect import Effect
from dashboard.shared.sheet import composed, fitted, labelled_grid, plain
from dashboard.shared.subject import Subject
from dashboard.shared.two_heatmaps import LOST

TILE: Final = 320


def sheet(
    subject: Subject,
    changed_to: str,
    sides: list[tuple[str, Effect]],
    joint: str,
    lines: Sequence[str],
    table: pd.DataFrame,
) -> bytes:
    """changed_to: the change in words. sides, joint: as of tiles.rows. lines: what is said. table: of all."""
    named = [
        (plain(tile.caption), fitted(tile.picture, TILE))
        for _, row in tiles.rows(subject, changed_to, sides, joint)
        for tile in row
    ]
    title = words.sheet_title(subject.who, changed_to)
    return composed(title, lines, [labelled_grid(named, 3)], table, LOST)
