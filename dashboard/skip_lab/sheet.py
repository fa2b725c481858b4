"""Pictures with words on one sheet, drawn by Pillow, so that a server needs no browser to make a PNG."""

from typing import Final

from dashboard.shared import certainty
from dashboard.shared.sheet import Picture, composed, fitted, labelled_grid
from dashboard.shared.two_heatmaps import (
    ALL_JOINTS,
    LOST,
    Answer,
    difference,
    every_map,
    heat,
    moves,
    skeleton,
)

TILE: Final = 384


def all_maps(answer: Answer) -> Picture:
    """Every joint's map before, after and the difference."""
    return labelled_grid(every_map(answer), 3)


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
    pictures = labelled_grid([(name, fitted(picture, TILE)) for name, picture in tiles], 3)
    parts = [pictures] + ([all_maps(answer)] if before.heatmaps is not None else [])
    lines = [_how_sure(answer), f"{source}. {how}"]
    return composed(f"Skip lab: {answer.subject.who}", lines, parts, answer.table(), LOST)


def _how_sure(answer: Answer) -> str:
    """Of how many joints the network is sure on either side."""
    sides = (answer.before, answer.after)
    told = "; ".join(f"{side.title}: {side.how_sure()}" for side in sides)
    return f"{told}. {certainty.DRAWN}"
