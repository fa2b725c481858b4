"""People as tiles: an arrow per joint from where A finds it to where B does; a click opens the person."""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare.pair import Pair
from dashboard.compare.person import open_person
from dashboard.shared import bundle_people, canvas, links
from posecore import drawing
from posecore.ablation import SkipMask

TILE: Final = 96
"""Pixels, as wide as the gallery's buttons."""
COLUMNS: Final = 8
KEY: Final = "compare_gallery"


def draw_people(
    pair: Pair, ids: Sequence[str], points: NDArray[np.floating], facts: Sequence[str], mask: SkipMask
) -> None:
    """points: (2, n, K, 2) of these people, crop pixels, by A and by B under `mask`. facts: a line each."""
    tiles = [_tile(pair, name, *both) for name, *both in zip(ids, *points, strict=True)]
    columns = min(COLUMNS, len(tiles))
    filled = tiles + [drawing.ground(TILE)] * (-len(tiles) % columns)
    sheet = drawing.grid(filled, columns, 0)
    header = {
        "ids": list(ids),
        "facts": list(facts),
        "person": st.session_state.get(links.COMPARE_PERSON, ""),
        "tile": TILE,
        "kind": "Arrows from A's joints to B's",
        "columns": columns,
        "serial": hashlib.sha256(repr((pair.names, list(ids), list(facts), mask)).encode()).hexdigest(),
    }

    def picked() -> None:
        open_person(str(canvas.said(KEY, "picked"))[:80], mask)

    canvas.gallery(KEY, canvas.packet(header, sheet=drawing.jpeg(sheet)), picked)


def _tile(
    pair: Pair, name: str, first: NDArray[np.floating], second: NDArray[np.floating]
) -> drawing.Picture:
    crop = bundle_people.picture_of(pair.other, name)
    crop = bundle_people.picture_of(pair.one, name) if crop is None else crop
    on = bundle_people.heatmap_of(pair.one, name) if crop is None else crop
    return drawing.enlarge(drawing.draw_moves(on, first, second), TILE)
