"""What surfaces look like before light falls on them: colour and pattern from surface coordinates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Cut:
    """Where a garment lets another colour show, in its own surface metres.

    neck: along, above which it ends at the front; slope: metres more per metre to the side.
    open_front: half the width of an open front. under: the colour beneath.
    """

    neck: float
    slope: float
    open_front: float
    under: Colour


@dataclass(frozen=True)
class Print:
    """A picture on the chest or back: art (n, n) of 0 and 1, its lowest place along and its side, metres."""

    art: NDArray[np.bool_]
    low: float
    side: float
    colour: Colour


@dataclass(frozen=True)
class Material:
    """Colours are RGB, 0 to 1. scale: metres per repeat of the pattern. gloss and folds: 0 to 1."""

    colour: Colour
    pattern: str = "plain"
    second: Colour = (0.5, 0.5, 0.5)
    scale: float = 0.05
    gloss: float = 0.05
    folds: float = 0.0
    cut: Cut | None = None
    print: Print | None = None
    shadowless: bool = False


def albedo(material: Material, along: Floats, around: Floats) -> Floats:
    """(n, 3) colours at surface coordinates (n,) in metres."""
    mix = PATTERNS[material.pattern](along / material.scale, around / material.scale)
    colour, second = np.array(material.colour, np.float32), np.array(material.second, np.float32)
    result: Floats = colour + mix.astype(np.float32)[:, None] * (second - colour)
    if material.print is not None:
        what = material.print
        cells = len(what.art)
        row = ((along - what.low) / what.side * cells).astype(int)
        column = ((0.5 - around / what.side) * cells).astype(int)
        inside = (row >= 0) & (row < cells) & (column >= 0) & (column < cells)
        marked = np.zeros(len(along), bool)
        marked[inside] = what.art[cells - 1 - row[inside], column[inside]]
        result[marked] = what.colour
    if material.cut is not None:
        cut = material.cut
        shows = along > cut.neck + cut.slope * np.abs(around)
        if cut.open_front:
            shows |= np.abs(around) < cut.open_front
            result[np.abs(np.abs(around) - cut.open_front) < 0.006] *= 0.75
        result[shows] = cut.under
    return result


def _wave(x: NDArray[np.floating]) -> Floats:
    rest: Floats = x - np.floor(x)
    return rest


def _blotches(x: Floats, y: Floats) -> Floats:
    value = np.sin(x * 2.1 + 1.7 * np.sin(y * 1.3)) + np.sin(y * 2.7 + 1.9 * np.sin(x * 1.1 + 2.0))
    spots: Floats = (value > 0.35).astype(np.float32)
    return spots


def _iris(x: Floats, y: Floats) -> Floats:
    """0 white, 1 the second colour; darker than that is the pupil."""
    distance = np.hypot(x * 1.0, y * 1.0)
    return np.where(distance < 0.24, 1.4, np.where(distance < 0.52, 1.0, 0.0)).astype(np.float32)


PATTERNS: Final[Mapping[str, Callable[[Floats, Floats], Floats]]] = {
    "plain": lambda x, y: np.zeros_like(x),
    "stripes": lambda x, y: (_wave(x) < 0.5).astype(np.float32),
    "thin_stripes": lambda x, y: (_wave(x) < 0.2).astype(np.float32),
    "bars": lambda x, y: (_wave(y) < 0.4).astype(np.float32),
    "checks": lambda x, y: 0.5 * (_wave(x) < 0.5) + 0.5 * (_wave(y) < 0.5),
    "plaid": lambda x, y: 0.4 * (_wave(x) < 0.45) + 0.4 * (_wave(y) < 0.45) + 0.2 * (_wave(2 * x) < 0.15),
    "dots": lambda x, y: (np.hypot(_wave(x) - 0.5, _wave(y) - 0.5) < 0.26).astype(np.float32),
    "blotches": lambda x, y: _blotches(x, y),
    "heather": lambda x, y: 0.35 + 0.25 * np.sin(x * 9 + 3 * np.sin(y * 7)) * np.sin(y * 11),
    "denim": lambda x, y: 0.25 + 0.2 * np.sin(x * 2.3) * np.sin(y * 1.9) + 0.12 * np.sin((x + y) * 17),
    "block": lambda x, y: (x > 1.0).astype(np.float32),
    "side_stripe": lambda x, y: (np.abs(y) < 0.5).astype(np.float32),
    "iris": lambda x, y: _iris(x, y),
    "strands": lambda x, y: 0.5 + 0.35 * np.sin(y * 13 + 2 * np.sin(x * 5)) + 0.15 * np.sin(y * 31 + x * 3),
    "wood": lambda x, y: 0.5 + 0.3 * np.sin(y * 9 + 1.5 * np.sin(x * 2.2)) + 0.2 * np.sin(y * 23 + x),
    "slats": lambda x, y: (_wave(x) < 0.12).astype(np.float32),
    "leaves": lambda x, y: 0.5 + 0.5 * np.sin(x * 7 + 2 * np.sin(y * 5)) * np.sin(y * 9 + x * 3),
}
"""Share of the second colour, at coordinates in repeats along and around."""
