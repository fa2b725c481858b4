"""Lloyd's steps (1982) of many runs of K-Means at once.

All centroids of all runs are one matrix, so that one product with a block of people serves every run. A run
ends where a step changes nothing any more, or hardly. Only who changes cluster is added up anew.

Shapes: N people, D numbers each, b people of a block, R runs of k clusters each, T clusters of all runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.blocks import Source, each_block
from posecore.errors import ConfigError

TOLERANCE: Final = 1e-6
"""A run ends when a step lowers its inertia by less than this share."""

MOST_STEPS: Final = 300

Labels = NDArray[np.unsignedinteger]


@dataclass(frozen=True, eq=False)
class Runs:
    """labels: (R, N). centroids: one (k, D) per run, less the mean of all people. inertia: (R,)."""

    labels: Labels
    centroids: list[NDArray[np.float32]]
    inertia: NDArray[np.float64]


def lloyd(
    source: Source,
    starts: Sequence[NDArray[np.float32]] | Labels,
    weights: NDArray[np.uint8] | None = None,
    ks: Sequence[int] | None = None,
    quiet: bool = True,
) -> Runs:
    """Lloyd's steps of R runs together until all have converged.

    starts: centroids (k, D) of every run, less the mean of all people; or labels (R, N), with `ks` (R,).
    """
    if isinstance(starts, np.ndarray):
        assert ks is not None
        state = _State(source, np.asarray(ks), weights)
        state.start_from(starts)
    else:
        state = _State(source, np.array([len(start) for start in starts]), weights)
        state.centroids = np.concatenate(starts).astype(np.float32)
    with tqdm(total=len(state.ks), desc="K-Means", unit=" runs", disable=quiet, mininterval=1) as progress:
        active = np.arange(len(state.ks))
        for _ in range(MOST_STEPS):
            before = state.inertia[active]
            moved = state.step(active)
            gain = before - state.inertia[active]
            settled = (moved == 0) | (gain <= TOLERANCE * state.inertia[active])
            going = ~settled | state.empty[active]
            progress.update(int((~going).sum()))
            active = active[going]
            if not len(active):
                break
    if state.empty.any():
        k = int(state.ks[state.empty.argmax()])
        raise ConfigError(f"{k} clusters: some stay empty, as too many people are alike; ask for fewer")
    edges = state.edges
    centroids = [state.centroids[edges[run] : edges[run + 1]] for run in range(len(state.ks))]
    return Runs(state.labels, centroids, state.inertia)


class _State:
    """Where all runs stand. Sums are kept in float64 and changed by who moves, so late steps are cheap."""

    def __init__(self, source: Source, ks: NDArray[np.int64], weights: NDArray[np.uint8] | None) -> None:
        self.source, self.ks, self.weights = source, ks, weights
        self.edges = np.concatenate([[0], np.cumsum(ks)])
        kind = np.uint8 if ks.max() < np.iinfo(np.uint8).max else np.uint16
        self.nobody = np.iinfo(kind).max
        self.labels: Labels = np.full((len(ks), source.people), self.nobody, kind)
        self.sums = np.zeros((self.edges[-1], source.dimensions))
        self.counts = np.zeros(self.edges[-1])
        self.centroids = np.zeros((self.edges[-1], source.dimensions), np.float32)
        self.inertia = np.full(len(ks), np.inf)
        lengths = np.concatenate(list(source.run(_squared_lengths, each_block(source))))
        self.total = np.full(len(ks), lengths.sum()) if weights is None else weights @ lengths

    @property
    def empty(self) -> NDArray[np.bool_]:
        """(R,) whether a run has an empty cluster."""
        return np.logical_or.reduceat(self.counts == 0, self.edges[:-1])

    def start_from(self, labels: Labels) -> None:
        """Sort everybody as `labels` (R, N) say, and put the centroids there."""
        runs = np.arange(len(self.ks))
        rows, edges = self._clusters(runs)
        tasks = each_block(self.source, self.labels, labels.astype(self.labels.dtype), self._weights(runs))
        for change in self.source.run(_change, tasks, (edges, self.nobody)):
            self._add(rows, change)
        self.labels[:] = labels
        self._move_centroids(runs)

    def step(self, runs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sort everybody anew in some runs, then move the centroids. Gives how many changed in each run."""
        rows, edges = self._clusters(runs)
        centroids = self.centroids[rows]
        halves = np.einsum("td,td->t", centroids, centroids) / 2
        old = self.labels[runs]
        tasks = each_block(self.source, old, self._weights(runs))
        labels = np.empty_like(old)
        found = self.source.run(_sort, tasks, (centroids, halves, edges, self.nobody))
        for start, (sorted_, change) in zip(self.source.bounds, found, strict=False):
            labels[:, start : start + sorted_.shape[1]] = sorted_
            self._add(rows, change)
        self.labels[runs] = labels
        self._move_centroids(runs)
        moved: NDArray[np.int64] = (labels != old).sum(axis=1)
        return moved

    def _weights(self, runs: NDArray[np.int64]) -> NDArray[np.uint8]:
        """(R', N), or (1, N) of ones."""
        return np.ones((1, self.source.people), np.uint8) if self.weights is None else self.weights[runs]

    def _clusters(self, runs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of some runs' clusters, and where each run's begin among them, with the end."""
        rows = np.concatenate([np.arange(self.edges[run], self.edges[run + 1]) for run in runs])
        return rows, np.concatenate([[0], np.cumsum(self.ks[runs])])

    def _add(self, rows: NDArray[np.int64], change: "_Change") -> None:
        touched = rows[change.clusters]
        if len(touched) == len(self.sums):
            self.sums += change.sums  # without a copy, as in the first step
        else:
            self.sums[touched] += change.sums
        self.counts[touched] += change.counts

    def _move_centroids(self, runs: NDArray[np.int64]) -> None:
        rows, edges = self._clusters(runs)
        sums, counts = self.sums[rows], self.counts[rows]
        self.centroids[rows] = sums / np.maximum(counts, 1)[:, None]
        held = np.add.reduceat(np.einsum("td,td->t", sums, sums) / np.maximum(counts, 1), edges[:-1])
        self.inertia[runs] = np.maximum(self.total[runs] - held, 0)
        for run in runs[self.empty[runs]]:
            self._refill(int(run))

    def _refill(self, run: int) -> None:
        """Put the centroids of a run's empty clusters onto the people farthest from their own centroids."""
        own = slice(self.edges[run], self.edges[run + 1])
        wanted = np.flatnonzero(self.counts[own] == 0)
        tasks = each_block(self.source, self.labels[run], self._weights(np.array([run]))[0])
        found = list(self.source.run(_farthest, tasks, (self.centroids[own], len(wanted))))
        distances = np.concatenate([part[0] for part in found])
        people = np.concatenate([part[1] for part in found])
        order = np.argsort(-distances, kind="stable")[: len(wanted)]
        self.centroids[own][wanted[: len(order)]] = people[order]


@dataclass(frozen=True, eq=False)
class _Change:
    """What a block adds to the sums (c, D) and counts (c,) of the clusters that somebody joins or leaves."""

    clusters: NDArray[np.int64]
    sums: NDArray[np.float32]
    counts: NDArray[np.float64]


def _sort(
    block: NDArray[np.float32],
    old: Labels,
    weights: NDArray[np.uint8],
    centroids: NDArray[np.float32],
    halves: NDArray[np.float32],
    edges: NDArray[np.int64],
    nobody: int,
) -> tuple[Labels, _Change]:
    """Labels (R, b) of the nearest centroids, and what changes by them."""
    products = centroids @ block.T
    products -= halves[:, None]
    labels = np.zeros_like(old)
    ks = np.diff(edges)
    # Runs of equal k side by side are searched together, cluster by cluster: much faster than argmax.
    starts = np.flatnonzero(np.append(True, ks[1:] != ks[:-1]))
    for first, last in zip(starts, np.append(starts[1:], len(ks)), strict=True):
        k = int(ks[first])
        scores = products[edges[first] : edges[last]].reshape(last - first, k, -1)
        best, own = scores[:, 0], labels[first:last]
        for cluster in range(1, k):
            nearer = scores[:, cluster] > best
            np.maximum(best, scores[:, cluster], out=best)
            np.copyto(own, own.dtype.type(cluster), where=nearer)
    return labels, _change(block, old, labels, weights, edges, nobody)


def _change(
    block: NDArray[np.float32],
    old: Labels,
    new: Labels,
    weights: NDArray[np.uint8],
    edges: NDArray[np.int64],
    nobody: int,
) -> _Change:
    """What the sums gain where labels (R, b) turn from `old`, `nobody` for none yet, to `new`."""
    runs, people = np.nonzero(new != old)
    joined = edges[runs] + new[runs, people]
    had = old[runs, people] != nobody
    left = edges[runs[had]] + old[runs[had], people[had]]
    weight = np.broadcast_to(weights, new.shape)[runs, people].astype(np.float32)
    clusters, moving = np.zeros(edges[-1], np.bool_), np.zeros(new.shape[1], np.bool_)
    clusters[joined] = clusters[left] = True
    moving[people] = True
    row, column = np.cumsum(clusters) - 1, np.cumsum(moving) - 1
    signs = np.zeros((int(clusters.sum()), int(moving.sum())), np.float32)
    signs[row[joined], column[people]] = weight
    signs[row[left], column[people[had]]] = -weight[had]
    who = block if moving.all() else block[moving]
    return _Change(np.flatnonzero(clusters), signs @ who, signs.sum(axis=1, dtype=np.float64))


def _farthest(
    block: NDArray[np.float32],
    labels: Labels,
    weights: NDArray[np.uint8],
    centroids: NDArray[np.float32],
    count: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Distances of the `count` people farthest from their own centroids, and these people (count, D)."""
    away = block - centroids[labels]
    distances = np.einsum("bd,bd->b", away, away) * (weights > 0)
    rows = np.argsort(-distances, kind="stable")[:count]
    return distances[rows], block[rows]


def _squared_lengths(block: NDArray[np.float32]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.einsum("bd,bd->b", block, block).astype(np.float64)
    return lengths
