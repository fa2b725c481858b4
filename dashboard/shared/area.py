"""What was drawn on the map, as it stands in links: an area, the part that is looked at, hidden legend rows.

An area is kept as its corners in a plane, not as a list of people: it is short enough for a link, and whoever
lies in it is found anew, so filters, colours and other axes do not lose it.
"""

import math
import re
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.components.polygon import in_polygon

MOST_CORNERS: Final = 100
LONGEST: Final = 4000
"""Characters of a text that is looked at."""

_NUMBER: Final = r"-?\d{1,9}(?:\.\d{1,9})?(?:e-?\d{1,2})?"
_PLANE: Final = re.compile(r"(umap|[1-9]\d?-[1-9]\d?):(.*)")
_NUMBERS: Final = re.compile(rf"{_NUMBER}(?:,{_NUMBER})*")


class Area(NamedTuple):
    """plane: name of a Plane. corners: (V, 2) in its coordinates."""

    plane: str
    corners: NDArray[np.float64]


def read_area(text: str) -> Area | None:
    """An area written as `plane:x,y,x,y,…`; None for anything else."""
    found = _read(text)
    if found is None:
        return None
    plane, numbers = found
    if len(numbers) % 2 or not 6 <= len(numbers) <= 2 * MOST_CORNERS:
        return None
    return Area(plane, np.array(numbers).reshape(-1, 2))


class View(NamedTuple):
    """plane: name of a Plane. sides: left, right, bottom, top of the part of it that is looked at."""

    plane: str
    sides: list[float]


def read_view(text: str) -> View | None:
    """A view written as `plane:left,right,bottom,top`; None for anything else."""
    found = _read(text)
    if found is None or len(found[1]) != 4:
        return None
    left, right, bottom, top = found[1]
    return View(found[0], found[1]) if left < right and bottom < top else None


def read_hidden(text: str) -> list[int] | None:
    """Numbers of legend rows, written with commas; None for anything else."""
    if not re.fullmatch(r"(\d{1,3}(,\d{1,3})*)?", text, re.ASCII) or len(text) > LONGEST:
        return None
    return sorted({int(number) for number in text.split(",") if number})


def inside(area: Area, places: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(N,) which places (N, 2) of its plane lie in the area."""
    return in_polygon(area.corners, places)


def _read(text: str) -> tuple[str, list[float]] | None:
    match = _PLANE.fullmatch(text) if len(text) <= LONGEST and text.isascii() else None
    if match is None or not _NUMBERS.fullmatch(match[2]):
        return None
    numbers = [float(number) for number in match[2].split(",")]
    return (match[1], numbers) if all(map(math.isfinite, numbers)) else None
