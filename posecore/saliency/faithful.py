"""Whether a map names what a cell rests on: how high the cell is as the most important squares go, or come.

Deletion greys them out of the picture, insertion shows them on a grey one (Petsiuk et al. 2018).
"""

from typing import Final

import numpy as np
import torch
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


def ends(predictor: Predictor, picture: NDArray[np.uint8], question: Question) -> NDArray[np.float32]:
    """Heights (2,) of the cell in the picture (256, 256, 3) and in a grey one: curves begin and end there."""
    return _heights(predictor, [picture, np.broadcast_to(_grey(predictor), picture.shape)], question)


def curves(
    predictor: Predictor,
    picture: NDArray[np.uint8],
    question: Question,
    order: NDArray[np.int64],
    at_ends: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Heights (2, STEPS + 1) of the cell, first as squares go in this order, then as they come, from none to
    all of them. picture: (256, 256, 3). at_ends: as of `ends`."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    rank = np.kron(rank.reshape(SIDE, SIDE), np.ones((SQUARE, SQUARE), np.int64))[..., None]
    grey = _grey(predictor)
    some = [rank < round(len(order) * step / STEPS) for step in range(1, STEPS)]
    pictures = [np.where(gone, grey, picture) for gone in some]
    pictures += [np.where(come, picture, grey) for come in some]
    deletion, insertion = np.split(_heights(predictor, pictures, question), 2)
    whole, none = at_ends[:1], at_ends[1:]
    return np.stack([np.concatenate([whole, deletion, none]), np.concatenate([none, insertion, whole])])


def _grey(predictor: Predictor) -> NDArray[np.uint8]:
    """(3,) the mean colour of the training crops."""
    mean = predictor.network.mean_rgb.reshape(3).cpu().numpy()
    return np.asarray(np.rint(255 * mean), np.uint8)


def _heights(
    predictor: Predictor, pictures: list[NDArray[np.uint8]], question: Question
) -> NDArray[np.float32]:
    """(P,) of the cell. Where the stem computes in bfloat16 the rest does so, too: that takes two thirds of
    the time, and heights are the same to half a hundredth of the peak."""
    heights: list[NDArray[np.float32]] = []
    shorter = torch.autocast(predictor.device.type, torch.bfloat16, enabled=predictor.precision == "bf16")
    with shorter:
        for picture in pictures:
            encoded = predictor.encode(picture[None])
            maps = predictor.decode(encoded, (question.mask,))[0]
            heights.append(maps[:, question.joint, question.row, question.column])
    return np.concatenate(heights)


def area(heights: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean height (...) along curves (..., STEPS + 1)."""
    mean: NDArray[np.float64] = np.trapezoid(heights.astype(np.float64), dx=1 / STEPS, axis=-1)
    return mean
