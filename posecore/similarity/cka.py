"""Linear centred kernel alignment: how alike two layers arrange the same people, whatever their widths.

1: the same up to rotation and one scale; about 0: nothing in common. Kornblith et al. 2019, with the unbiased
estimator of Song et al. 2012, as the plain one calls layers with more numbers than people alike that are not,
averaged over batches of people as in Nguyen et al. 2021: so memory grows with the batch alone. One may come
out slightly below 0.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError

LEAST: Final = 4
"""People in a batch at least: the estimator speaks of four different ones."""

COLUMNS: Final = 1 << 16
"""Numbers of a layer that are worked on at once."""

DRAWS: Final = 2000
CONFIDENCE: Final = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Products:
    """What M batches of people say of L layers of one network and L' of another.

    cross: (M, L, L') of a layer of each; one: (M, L) and other: (M, L') of every layer with itself.
    """

    cross: Floats
    one: Floats
    other: Floats


def similarities(features: NDArray[np.floating]) -> Floats:
    """(n, n) inner products of features (n, D) less their mean, U-centred: rows and diagonal sum to 0.

    Centring the features first changes nothing but the rounding. Székely and Rizzo 2014, definition 2. Raises
    ConfigError for fewer than LEAST people.
    """
    n = len(features)
    if n < LEAST:
        raise ConfigError(f"{n} people: similarity of layers needs at least {LEAST}")
    products = np.zeros((n, n))
    # A copy of a layer flattened would be hundreds of megabytes, which takes longer than the products.
    for start in range(0, features.shape[1], COLUMNS):
        part = features[:, start : start + COLUMNS]
        part = part - part.mean(axis=0)
        products += part @ part.T
    np.fill_diagonal(products, 0)
    rows = products.sum(axis=0) / (n - 2)
    products += products.sum() / ((n - 1) * (n - 2)) - rows[:, None] - rows
    np.fill_diagonal(products, 0)
    return products


def multiply(one: list[Floats], other: list[Floats]) -> tuple[Floats, Floats, Floats]:
    """One batch's row of Products, of the `similarities` of L and L' layers: unbiased HSIC of every pair."""
    n = len(one[0])
    rows, columns = (np.stack([layer.ravel() for layer in layers]) for layers in (one, other))
    pairs = n * (n - 3)
    return (rows @ columns.T) / pairs, (rows**2).sum(axis=1) / pairs, (columns**2).sum(axis=1) / pairs


def cka(products: Products) -> Floats:
    """(L, L') alignment of every two layers; nan where one does not vary, or nobody was looked at."""
    aligned: Floats = _aligned(products, np.ones((1, len(products.one))))[0]
    return aligned


def cka_interval(products: Products, seed: int = 0, draws: int = DRAWS) -> tuple[Floats, Floats]:
    """95 % percentile interval of `cka`, low and high, each (L, L'), drawing batches anew.

    With few batches it says little; nan as in `cka`, and for fewer than two batches.
    """
    batches = len(products.one)
    if batches < 2:
        nothing = np.full(products.cross.shape[1:], np.nan)
        return nothing, nothing
    drawn = np.random.default_rng(seed).integers(0, batches, (draws, batches))
    counts = np.stack([np.bincount(row, minlength=batches) for row in drawn]).astype(np.float64)
    found = _aligned(products, counts)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(found, [tail, 1 - tail], axis=0)
    return low, high


def _aligned(products: Products, weights: Floats) -> Floats:
    """(W, L, L') alignment under W weightings (W, M) of the batches."""
    cross = np.tensordot(weights, products.cross, axes=1)
    one, other = weights @ products.one, weights @ products.other
    size = np.sqrt(one[:, :, None] * other[:, None, :])
    aligned: Floats = cross / np.where(size > 0, size, np.nan)
    return aligned
