"""Whether a component moves when one thing changes: it does, it does not, or it cannot be told."""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.statistics import Estimate, Floats, holm, sign_flip_ps

SURE: Final = 0.05
"""A corrected p below it is no chance."""

STILL_WITHIN: Final = 0.1
"""Standard deviations of people: who moves less does not move."""

FLIPS: Final = 100_000
"""Sign patterns, as p is multiplied by hundreds of tests."""


class Movement(StrEnum):
    """What can be said of one component and one cause."""

    MOVES = "moves"
    STILL = "does not move"
    UNKNOWN = "cannot be told"


def corrected_p(moved: NDArray[np.floating], floor: NDArray[np.floating]) -> Floats:
    """(C, d) p, corrected over all by Holm, that people are moved no farther than by the placebo.

    moved: (N, C, d) of every person; floor: (N, d) how far the placebo moves them, 0 or more. nan where the
    change was refused, and for a cause that was of everybody.
    """
    excess = np.abs(moved) - floor[:, None]
    p = sign_flip_ps(excess.reshape(len(excess), -1), flips=FLIPS)
    return holm(p).reshape(moved.shape[1:])


def judge(
    signed: Estimate, excess: Estimate, absolute: Estimate, p: Floats, untrained: Floats
) -> NDArray[np.str_]:
    """(C, d) a Movement of every cell.

    signed: movement; absolute: how far, either way; excess: how much farther than by the placebo. p: of
    `corrected_p`. untrained: (C, 1) how far any component moves in networks that never learned, at most.
    A cell does not move where both intervals of signed and excess lie within STILL_WITHIN; it moves where
    excess is no chance and the whole interval of absolute lies beyond the untrained networks.
    """
    still = (signed.low >= -STILL_WITHIN) & (signed.high <= STILL_WITHIN) & (excess.high <= STILL_WITHIN)
    moves = ~still & (p < SURE) & (excess.mean > 0) & (absolute.low > untrained)
    found = np.where(
        still, Movement.STILL.value, np.where(moves, Movement.MOVES.value, Movement.UNKNOWN.value)
    )
    return np.asarray(found, np.str_)


def direction(signed: Estimate) -> NDArray[np.int8]:
    """1 where people surely move up along the component, -1 down, 0 where both ways or neither is sure."""
    return ((signed.low > 0).astype(np.int8) - (signed.high < 0)).astype(np.int8)
