"""K-Means of many starts at once, drawn as k-means++ does (Arthur and Vassilvitskii 2007).

Most of Lloyd's steps are done on a sketch, the people projected on the few directions in which they differ
most. The steps in the full space that follow are few, and exact.

Shapes: N people, D numbers each, q directions of the sketch, R runs of k clusters each.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.blocks import LocalSource, Source, each_block, in_threads
from posecore.clustering.lloyd import Runs, lloyd
from posecore.threads import one_blas_thread

SKETCH: Final = 64
"""Directions of the sketch."""

SWEEPS: Final = 2
"""Passes over the people to find them."""


def sketch(source: Source) -> NDArray[np.float32]:
    """(N, q) coordinates of the people in about the q = SKETCH directions in which they differ most.

    Subspace iteration from random directions, always the same (Halko, Martinsson and Tropp 2011). People
    of no more numbers are their own sketch.
    """
    if source.dimensions <= SKETCH:
        return np.concatenate(list(source.run(np.positive, each_block(source))))
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((source.dimensions, SKETCH), np.float32)
    for _ in range(SWEEPS):
        images = np.zeros(directions.shape)
        for part in source.run(_image, each_block(source), (directions,)):
            images += part
        with one_blas_thread():
            directions = np.linalg.qr(images)[0].astype(np.float32)
    return np.concatenate(list(source.run(np.matmul, each_block(source), (directions,))))


def kmeans(
    source: Source,
    ks: Sequence[int],
    seeds: Sequence[Sequence[int]],
    weights: NDArray[np.uint8] | None = None,
    sketched: NDArray[np.float32] | None = None,
    quiet: bool = True,
) -> Runs:
    """One run per number of clusters in `ks` (R,), each from a start drawn with its entry of `seeds`.

    weights: (R, N) how often a person counts in a run, as in a bootstrap; all once if not given. Who counts
    0 times is sorted into a cluster all the same. sketched: what `sketch` gave, to not compute it again.
    Expects at least k different people. Raises ConfigError where clusters stay empty.
    """
    sketched = sketch(source) if sketched is None else sketched
    squares = np.einsum("nq,nq->n", sketched, sketched)

    def start(run: int) -> NDArray[np.float32]:
        weight = None if weights is None else weights[run]
        return plus_plus(sketched, squares, ks[run], np.random.default_rng(seeds[run]), weight)

    starts = list(in_threads(start, range(len(ks))))
    near = lloyd(LocalSource(sketched), starts, weights, quiet=True)
    return lloyd(source, near.labels, weights, ks, quiet)


def plus_plus(
    people: NDArray[np.float32],
    squares: NDArray[np.float32],
    k: int,
    rng: np.random.Generator,
    weights: NDArray[np.uint8] | None = None,
    first: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """(k, q) starts among people (N, q), each likely far from those before: greedy k-means++.

    squares: (N,) squared lengths. first: (j, q) starts that are there already.
    """
    chosen = [] if first is None else list(first)
    distance = np.full(len(people), np.inf, np.float32)
    for start in chosen:
        distance = np.minimum(distance, _squared(people, squares, start[None])[0])
    trials = 2 + int(np.log(k))
    while len(chosen) < k:
        # The first is anybody; so is one of which every person is a copy.
        chance = np.where(np.isfinite(distance), distance, 1).astype(np.float64)
        if weights is not None:
            chance *= weights
        if chance.sum() == 0:
            chance = np.ones(len(people)) if weights is None else weights.astype(np.float64)
        ends = np.cumsum(chance)
        drawn = np.searchsorted(ends, rng.random(trials if chosen else 1) * ends[-1], side="right")
        drawn = drawn.clip(0, len(people) - 1)
        after = np.minimum(_squared(people, squares, people[drawn]), distance)
        costs = after.sum(axis=1, dtype=np.float64) if weights is None else after @ weights.astype(np.float32)
        best = int(costs.argmin())
        distance = after[best]
        chosen.append(people[drawn[best]])
    return np.stack(chosen)


def _squared(
    people: NDArray[np.float32], squares: NDArray[np.float32], starts: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(S, N) squared distances; below what float32 can tell they are 0."""
    lengths = np.einsum("sq,sq->s", starts, starts)
    scale = lengths[:, None] + squares
    found = scale - 2 * (starts @ people.T)
    return np.where(found < 1e-6 * scale, np.float32(0), found)


def _image(block: NDArray[np.float32], directions: NDArray[np.float32]) -> NDArray[np.float32]:
    return block.T @ (block @ directions)
