"""What a change is: a row of a table with a name, a range, what is done and what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError
from posecore.synthetic.drawn import Drawn

Edit = Callable[[Drawn, float], Drawn]
"""Of a rendered person and a value, the person changed. Raises ChangeError where it cannot be made."""


@dataclass(frozen=True)
class Labelled:
    """A crop (256, 256, 3) uint8 RGB with its joints (17, 2), crop pixels, nan where not known, and what is
    known of them (17,): 2 seen, 1 hidden, 0 outside or not labelled."""

    crop: NDArray[np.uint8]
    joints: NDArray[np.float64]
    visibility: NDArray[np.int64]


Redraw = Callable[[Labelled, float, int], Labelled]
"""Of a crop, a value and the joint that is meant, the crop changed, and its joints with it."""

Kind = Literal["rendered", "image"]


@dataclass(frozen=True)
class Cause:
    """key: in links and files. name, unit: for people. low, high: the range of its value.

    neutral: the value that changes nothing. strengths: the two values that the study tries, the weaker first.
    how: what is done; follows: what changes besides, as it must. choices: names of the values 0, 1, ... where
    they are kinds; value 0 is as made. placebo: whether it should move nothing.
    """

    key: str
    name: str
    unit: str
    low: float
    high: float
    neutral: float
    strengths: tuple[float, float]
    how: str
    follows: str
    edit: Edit | None = None
    redraw: Redraw | None = None
    choices: tuple[str, ...] = ()
    placebo: bool = False

    @property
    def kind(self) -> Kind:
        """Whether the person is rendered anew, or any picture is changed as it is."""
        return "image" if self.edit is None else "rendered"

    def check(self, value: float) -> None:
        """Raise ConfigError for a value outside the range, or for one that is no choice."""
        whole = not self.choices or float(value).is_integer()
        if not (self.low <= value <= self.high and whole):
            kind = "a whole number from" if self.choices else "a number from"
            raise ConfigError(
                f"{self.name}: {value:g} is outside; expected {kind} {self.low:g} to {self.high:g}"
            )
