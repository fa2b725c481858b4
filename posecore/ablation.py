"""Which skip connections count, and what the network does with some of them cut.

A mask names the four levels from the finest (64 x 64 cells) to the coarsest (8 x 8), 1 = on. Three
experiments differ: cutting a skip *at test time* in a network trained with all of them, cutting it in one
that was *trained with skips cut at random*, and *training without* it.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from types import MappingProxyType
from typing import Final, Self

import numpy as np

from posecore.errors import ConfigError

LEVEL_NAMES: Final = ("64 × 64", "32 × 32", "16 × 16", "8 × 8")


class SkipMask(tuple[bool, ...]):
    """Which of the four skips are on, finest level first: a tuple of four booleans."""

    __slots__ = ()

    def __new__(cls, switches: Iterable[bool]) -> Self:
        """Raises ValueError for another number of switches than there are levels."""
        mask = super().__new__(cls, switches)
        if len(mask) != len(LEVEL_NAMES):
            raise ValueError(f"{len(mask)} switches: expected {len(LEVEL_NAMES)}, one per level")
        return mask

    @classmethod
    def only(cls, level: int) -> Self:
        """The mask that cuts everything but `level`, 0 for the finest."""
        return cls(index == level for index in range(len(LEVEL_NAMES)))

    @classmethod
    def all_but(cls, level: int) -> Self:
        """The mask that cuts nothing but `level`, 0 for the finest."""
        return cls(index != level for index in range(len(LEVEL_NAMES)))

    def __and__(self, other: "SkipMask") -> "SkipMask":
        """The skips that are on in both."""
        return SkipMask(one and two for one, two in zip(self, other, strict=True))

    @property
    def position(self) -> int:
        """Where the mask stands in ALL_MASKS; `index` means something else in a tuple."""
        return ALL_MASKS.index(self)

    @property
    def title(self) -> str:
        """A digit per level, such as '1011'; parse_mask reads it."""
        return "".join("1" if on else "0" for on in self)


def parse_mask(text: str) -> SkipMask:
    """'1011' to (True, False, True, True). Raises ConfigError for anything but four digits 0 or 1."""
    if len(text) != len(LEVEL_NAMES) or not set(text) <= {"0", "1"}:
        raise ConfigError(
            f"skip mask {text!r:.40}: expected four digits, 1 = on, 0 = cut, from the finest level (64 x 64) "
            "to the coarsest (8 x 8), for example 0111"
        )
    return SkipMask(digit == "1" for digit in text)


ALL_ON: Final = parse_mask("1111")
ALL_OFF: Final = parse_mask("0000")

ALL_MASKS: Final = tuple(SkipMask(switches) for switches in product((True, False), repeat=len(LEVEL_NAMES)))
"""All sixteen masks, from 1111 to 0000."""


def draw_mask(probability: float, rng: np.random.Generator) -> SkipMask:
    """With `probability` every level on or off alike, of the sixteen masks each as likely; else all on."""
    if rng.random() >= probability:
        return ALL_ON
    return SkipMask(bool(on) for on in rng.integers(0, 2, len(LEVEL_NAMES)))


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

STAND_INS: Final[Mapping[str, str]] = MappingProxyType(
    {"zero": "zero", "mean": "the mean", "other": "another person's features"}
)
"""The same as they stand in a sentence."""
