"""Words for what people look like, each with the rule by which it holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PCK: Final = "pck"
SIDE: Final = "crop_side"
"""Columns that a description of people has beside the attributes."""
Columns = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Trait:
    """A word for people. needs: attributes without which nobody knows. holds: (N,) of whom it is true."""

    word: str
    needs: tuple[str, ...]
    holds: Callable[[Columns], NDArray[np.bool_]]
    rule: str


TRAITS: Final = (
    Trait(
        "standing",
        ("torso_angle", "knee_drop"),
        lambda of: (of["torso_angle"] < 40) & (of["knee_drop"] >= 0.65),
        "torso less than 40° from upright, knees 0.65 torso lengths below the hips or more",
    ),
    Trait(
        "sitting or crouching",
        ("torso_angle", "knee_drop"),
        lambda of: (of["torso_angle"] < 60) & (of["knee_drop"] < 0.65),
        "torso less than 60° from upright, knees less than 0.65 torso lengths below the hips",
    ),
    Trait(
        "lying or bent over",
        ("torso_angle",),
        lambda of: of["torso_angle"] >= 60,
        "torso 60° from upright or more",
    ),
    Trait(
        "with arms raised", ("arms_raised",), lambda of: of["arms_raised"] > 0, "wrists above the shoulders"
    ),
    Trait(
        "with legs apart",
        ("leg_spread",),
        lambda of: of["leg_spread"] > 0.8,
        "ankles more than 0.8 torso lengths apart",
    ),
    Trait(
        "seen from the front",
        ("facing",),
        lambda of: of["facing"] > 0.3,
        "width of the shoulders above 0.3 torso lengths, left one to the right",
    ),
    Trait(
        "seen from the side",
        ("facing",),
        lambda of: np.abs(of["facing"]) <= 0.3,
        "width of the shoulders at most 0.3 torso lengths",
    ),
    Trait(
        "seen from behind",
        ("facing",),
        lambda of: of["facing"] < -0.3,
        "width of the shoulders above 0.3 torso lengths, left one to the left",
    ),
    Trait(
        "with few joints labelled",
        ("labelled_joints",),
        lambda of: of["labelled_joints"] <= 10,
        "ten joints or fewer are labelled, or found",
    ),
    Trait(
        "with nearly all joints labelled",
        ("labelled_joints",),
        lambda of: of["labelled_joints"] >= 15,
        "fifteen joints or more are labelled, or found",
    ),
    Trait("cut off by the border", ("cut_off",), lambda of: of["cut_off"] >= 1, "a limb leaves the picture"),
)
"""In the order in which a sentence names them."""


def mostly(compared: pd.DataFrame) -> pd.DataFrame:
    """The words for some people: of their traits, compared with the others' by posecore.attributes.contrasts,
    the rows of those that more than half of them have, and surely fewer of the others; in TRAITS' order."""
    rows = compared.reindex([trait.word for trait in TRAITS])
    return rows[(rows["selected"] > 0.5) & (rows["low"] > 0)]


def traits_of(table: pd.DataFrame) -> pd.DataFrame:
    """Who has which trait: a nullable boolean column per trait, unknown where attributes it needs are."""
    columns = {name: table[name].to_numpy(np.float64) for trait in TRAITS for name in trait.needs}
    found = {}
    for trait in TRAITS:
        known = np.logical_and.reduce([np.isfinite(columns[name]) for name in trait.needs])
        with np.errstate(invalid="ignore"):
            holds = trait.holds(columns)
        found[trait.word] = pd.array(np.where(known, holds, False), dtype="boolean")
        found[trait.word][~known] = pd.NA
    return pd.DataFrame(found, index=table.index)
