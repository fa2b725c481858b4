"""Two clusterings of the same people side by side, and numbers that stay from one to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from posecore.errors import ConfigError


@dataclass(frozen=True, eq=False)
class Comparison:
    """counts: (k, m) people in each pair of clusters. first, second: (k,) and (m,) the clusters' numbers,
    noise among them. ari: adjusted Rand index (Hubert and Arabie 1985): 1 the same groups, 0 as by chance.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    counts: NDArray[np.int64]
    ari: float


def compare(ours: NDArray[np.integer], others: NDArray[np.integer]) -> Comparison:
    """Compare two labellings (N,) of the same people in the same order.

    Noise counts as a group of its own. Raises ConfigError where there are not equally many of them.
    """
    from sklearn.metrics import adjusted_rand_score

    if ours.ndim != 1 or ours.shape != others.shape or not len(ours):
        raise ConfigError(
            f"labellings have shapes {ours.shape} and {others.shape}; expected those of the same people"
        )
    first, row = np.unique(ours, return_inverse=True)
    second, column = np.unique(others, return_inverse=True)
    counts = np.zeros((len(first), len(second)), np.int64)
    np.add.at(counts, (row, column), 1)
    return Comparison(first, second, counts, float(adjusted_rand_score(ours, others)))


def matched(ours: NDArray[np.integer], others: NDArray[np.integer]) -> dict[int, int]:
    """For clusters of `others` the cluster of `ours` that it takes after: as many people as can be stay.

    Labels are (N,), of the same people in the same order; each cluster of ours is matched with one at most.
    Noise is matched with none. Raises ConfigError as `compare` does.
    """
    found = compare(ours, others)
    pairs = zip(*linear_sum_assignment(found.counts, maximize=True), strict=True)
    return {
        int(found.second[column]): int(found.first[row])
        for row, column in pairs
        if found.counts[row, column] and found.first[row] >= 0 and found.second[column] >= 0
    }


def steady_colours(labellings: Sequence[NDArray[np.integer]]) -> list[NDArray[np.int64]]:
    """A colour, from 0, for every cluster of labellings (N,) in a row, as K = 2, 3, 4; matched ones keep it.

    One array per labelling, by cluster number; unmatched clusters take the lowest colours not taken.
    Raises ConfigError as `compare` does.
    """
    colours: list[NDArray[np.int64]] = []
    for step, labels in enumerate(labellings):
        count = int(labels.max()) + 1
        own = np.full(count, -1)
        if step:
            for number, before in matched(labellings[step - 1], labels).items():
                own[number] = colours[-1][before]
        free = [colour for colour in range(2 * count) if colour not in own]
        own[own < 0] = free[: int((own < 0).sum())]
        colours.append(own)
    return colours
