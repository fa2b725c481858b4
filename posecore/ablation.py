"""Which skip connections count, and what the network does with some of them cut.

A mask names the four levels from the finest (64 x 64 cells) to the coarsest (8 x 8), 1 = on. Three
experiments differ: cutting a skip *at test time* in a network trained with all of them, cutting it in one
that was *trained with skips cut at random*, and *training without* it.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from types import MappingProxyType
from typing import Final

import numpy as np

from posecore.errors import ConfigError

SkipMask = tuple[bool, bool, bool, bool]

LEVEL_NAMES: Final = ("64 × 64", "32 × 32", "16 × 16", "8 × 8")
ALL_ON: Final[SkipMask] = (True, True, True, True)
ALL_OFF: Final[SkipMask] = (False, False, False, False)


def as_mask(switches: Iterable[bool]) -> SkipMask:
    """Four switches, finest level first, as a mask. Raises ValueError for another number of them."""
    first, second, third, fourth = switches
    return first, second, third, fourth


def parse_mask(text: str) -> SkipMask:
    """'1011' to (True, False, True, True). Raises ConfigError for anything but four digits 0 or 1."""
    if len(text) != len(LEVEL_NAMES) or not set(text) <= {"0", "1"}:
        raise ConfigError(
            f"skip mask {text!r}: expected four digits, 1 = on, 0 = cut, from the finest level (64 x 64) "
            "to the coarsest (8 x 8), for example 0111"
        )
    return as_mask(digit == "1" for digit in text)


def format_mask(mask: SkipMask) -> str:
    """(True, False, True, True) to '1011'."""
    return "".join("1" if on else "0" for on in mask)


ALL_MASKS: Final[tuple[SkipMask, ...]] = tuple(
    parse_mask("".join(digits)) for digits in product("10", repeat=len(LEVEL_NAMES))
)
"""All sixteen masks, from 1111 to 0000."""


def draw_mask(probability: float, rng: np.random.Generator) -> SkipMask:
    """With `probability` every level on or off alike, of the sixteen masks each as likely; else all on."""
    if rng.random() >= probability:
        return ALL_ON
    return as_mask(bool(on) for on in rng.integers(0, 2, len(LEVEL_NAMES)))


REPLACEMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "zero": "Nothing: what the skip adds counts as zero.",
        "mean": "The data set's mean: what this skip adds on average over the bundle's people, cell by cell.",
        "other": "Another person's features: what this skip adds for somebody else.",
    }
)
"""What may take the place of a cut skip, by name, with a sentence for people.

Zero is simple, but the decoder never saw it while it was trained; a mean looks usual and says nothing of
this person; another person's features look wholly usual and say something wrong.
"""
