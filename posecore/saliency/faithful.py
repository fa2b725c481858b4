"""Whether a map names what a cell rests on: how high the cell is as the most important squares go, or come.

Deletion greys them out of the picture, insertion shows them on a grey one (Petsiuk et al. 2018).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.data.crops import SIZE
from posecore.inference import Predictor
from posecore.saliency.methods import Question

SQUARE: Final = 8
"""Pixels of the side of a square: single pixels that are greyed out are a texture of their own."""

SIDE: Final = SIZE // SQUARE
"""Squares along a side."""

STEPS: Final = 10
"""A tenth of the squares goes, or comes, with each."""

AT_ONCE: Final = 2
"""Pictures that pass the network together."""


def by_squares(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """(SIDE, SIDE) means of a map (256, 256) over squares."""
    means: NDArray[np.float32] = values.reshape(SIDE, SQUARE, SIDE, SQUARE).mean(
        axis=(1, 3), dtype=np.float32
    )
    return means


def ranked(importance: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of squares (SIDE * SIDE,), the most important of (SIDE, SIDE) first; equal ones as drawn."""
    flat = importance.ravel()
    return np.lexsort((rng.random(len(flat)), -flat))


def curves(
    predictor: Predictor,
    picture: NDArray[np.uint8],
    question: Question,
    order: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Heights (2, STEPS + 1) of the cell, first as squares go in this order, then as they come, from none to
    all of them. picture: (256, 256, 3)."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    rank = np.kron(rank.reshape(SIDE, SIDE), np.ones((SQUARE, SQUARE), np.int64))[..., None]
    grey = np.rint(255 * predictor.network.mean_rgb.reshape(3).cpu().numpy()).astype(np.uint8)
    gone = [rank < round(len(order) * step / STEPS) for step in range(STEPS + 1)]
    pictures = [np.where(some, grey, picture) for some in gone]
    pictures += [np.where(some, picture, grey) for some in gone[1:-1]]  # none and all are there already
    heights: list[NDArray[np.float32]] = []
    for start in range(0, len(pictures), AT_ONCE):
        encoded = predictor.encode(np.stack(pictures[start : start + AT_ONCE]))
        maps = predictor.decode(encoded, (question.mask,))[0]
        heights.append(maps[:, question.joint, question.row, question.column])
    found = np.concatenate(heights)
    deletion, between = found[: STEPS + 1], found[STEPS + 1 :]
    return np.stack([deletion, np.concatenate([deletion[-1:], between, deletion[:1]])])


def area(heights: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean height (...) along curves (..., STEPS + 1)."""
    mean: NDArray[np.float64] = np.trapezoid(heights.astype(np.float64), dx=1 / STEPS, axis=-1)
    return mean
