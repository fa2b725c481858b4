"""How well each person fits into their cluster (Rousseeuw 1987): exact, of many labellings at once.

What a silhouette needs are the sums of a person's distances to everybody in each cluster. A block of
distances times a matrix that marks the clusters of all labellings gives those of all of them, so distances
are computed once, and never kept. Shapes: N people, L labellings with T clusters in all.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.blocks import BLOCK, LocalSource, Source, in_threads
from posecore.clustering.distances import between, pairs
from posecore.errors import ConfigError
from posecore.files import write_arrays
from posecore.unfinished import read_piece

NOISE: Final = -1
"""The label of people in no cluster. They have no silhouette, and nobody is compared with them."""

SAVED_EVERY: Final = 60.0
"""Seconds between two points from which a killed run goes on."""


@dataclass(frozen=True, eq=False)
class Silhouette:
    """values: (N,) in [-1, 1]. +1: far from every other cluster; 0: between two; below 0: nearer another one.

    mean: over all people. A person alone in a cluster has 0; noise has nan, and does not count.
    """

    values: NDArray[np.float32]
    mean: float


def silhouette(
    features: NDArray[np.floating],
    labels: NDArray[np.integer],
    distances: NDArray[np.floating] | None = None,
) -> Silhouette:
    """Silhouettes of people with features (N, D) in clusters `labels` (N,), from Euclidean distances.

    distances: (N, N), where they are at hand; else they are computed, so that the time grows with N squared.
    In many dimensions all distances are alike and the values low even for plain clusters: compare values only
    within one space. Raises ConfigError unless there are 2 to N - 1 clusters and one label per person.
    """
    if labels.shape != (len(features),):
        raise ConfigError(
            f"labels have shape {labels.shape} for {len(features)} people; expected ({len(features)},)"
        )
    if distances is None:
        _check(labels)
        values = silhouettes(LocalSource(features), labels[None])[0]
    else:
        values = silhouettes_from(distances, labels[None])[0]
    return Silhouette(values, mean_silhouette(values))


def mean_silhouette(values: NDArray[np.float32]) -> float:
    """Mean of silhouettes (N,) over all people but noise."""
    return float(np.nanmean(values, dtype=np.float64))


def silhouettes(
    source: Source,
    labellings: NDArray[np.integer],
    progress_file: Path | None = None,
    quiet: bool = True,
) -> NDArray[np.float32]:
    """Silhouettes (L, N) of people in the clusters of every labelling (L, N), as `silhouette` gives them.

    Takes T x N float32 numbers besides the blocks. progress_file: what is done is kept there now and then, so
    that a killed run goes on; the caller names it after the labellings and removes it. Raises ConfigError
    where a labelling has fewer than 2 or more than N - 1 clusters.
    """
    codes, edges = _codes(labellings)
    tasks = list(pairs(source))
    done, sums = _begun(progress_file, (edges[-1], source.people))
    spans = [slice(start, stop) for start, stop in pairwise(source.bounds)]
    found = source.run(
        _cluster_sums,
        ((numbers, tuple(codes[:, spans[i]] for i in numbers)) for numbers in tasks[done:]),
        (int(edges[-1]),),
    )
    saved = time.monotonic()
    progress = tqdm(
        total=len(tasks), initial=done, desc="silhouettes", unit=" blocks", disable=quiet, mininterval=1
    )
    for numbers, parts in zip(tasks[done:], found, strict=True):
        for number, part in zip(numbers, parts, strict=True):
            sums[:, spans[number]] += part
        done += 1
        progress.update()
        if progress_file is not None and time.monotonic() - saved > SAVED_EVERY:
            write_arrays(progress_file, sums=sums, done=done)
            saved = time.monotonic()
    progress.close()
    return _values(sums, codes, edges)


def silhouettes_from(
    distances: NDArray[np.floating], labellings: NDArray[np.integer], rows: NDArray[np.integer] | None = None
) -> NDArray[np.float32]:
    """The same from all distances (N, N) at hand; of the people `rows` (M,) alone, where they are named.

    labellings: (L, N), or (L, M). A second for 10,000 people whose distances are mapped.
    """
    codes, edges = _codes(labellings)
    marks = _marks(codes, int(edges[-1]))

    def part(start: int) -> NDArray[np.float32]:
        if rows is None:
            block = np.asarray(distances[start : start + BLOCK], np.float32)
        else:
            block = np.asarray(distances[rows[start : start + BLOCK]][:, rows], np.float32)
        return marks @ block.T

    sums = np.concatenate(list(in_threads(part, range(0, labellings.shape[1], BLOCK))), axis=1)
    return _values(sums, codes, edges)


def _check(labels: NDArray[np.integer]) -> NDArray[np.integer]:
    """The names of the clusters, ascending."""
    clustered = labels[labels != NOISE]
    names = np.unique(clustered)
    if not 2 <= len(names) < len(clustered):
        raise ConfigError(
            f"{len(names)} clusters of {len(clustered)} people have no silhouette: "
            f"expected 2 to {len(clustered) - 1}"
        )
    return names


def _codes(labellings: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """(L, N) people's clusters among those of all labellings, T for noise; (L + 1,) where each begins."""
    names: Sequence[NDArray[Any]] = [_check(labels) for labels in labellings]
    edges = np.concatenate([[0], np.cumsum([len(own) for own in names])])
    codes = np.stack(
        [
            np.where(labels == NOISE, edges[-1], edges[i] + np.searchsorted(names[i], labels))
            for i, labels in enumerate(labellings)
        ]
    )
    return codes.astype(np.int32), edges


def _marks(codes: NDArray[np.int32], clusters: int) -> NDArray[np.float32]:
    """(T, b) 1 where a person is in a cluster."""
    marks = np.zeros((clusters + 1, codes.shape[1]), np.float32)
    marks[codes, np.arange(codes.shape[1])] = 1
    return marks[:clusters]


def _cluster_sums(block: NDArray[np.float32], *others: Any) -> tuple[NDArray[np.float32], ...]:
    """(T, b) summed distances to every cluster's people: of a block to itself, or of two to each other."""
    if len(others) == 2:
        codes, clusters = others
        return (_marks(codes, clusters) @ between(block),)
    other_block, codes, other_codes, clusters = others
    distances = between(block, other_block)
    return _marks(other_codes, clusters) @ distances.T, _marks(codes, clusters) @ distances


def _begun(path: Path | None, shape: tuple[int, int]) -> tuple[int, NDArray[np.float32]]:
    saved = None if path is None else read_piece(path, "done", "sums")
    return (0, np.zeros(shape, np.float32)) if saved is None else (int(saved["done"]), saved["sums"])


def _values(
    sums: NDArray[np.float32], codes: NDArray[np.int32], edges: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Silhouettes (L, N) from summed distances (T, N)."""
    values = np.full(codes.shape, np.nan, np.float32)
    for i, (start, stop) in enumerate(pairwise(edges)):
        people = np.flatnonzero(codes[i] < edges[-1])
        own = codes[i, people] - start
        sizes = np.bincount(own, minlength=stop - start)
        to_own = np.asarray(sums[start + own, people], np.float64)
        means = sums[start:stop, people] / sizes[:, None].astype(np.float64)
        means[own, np.arange(len(people))] = np.inf
        inside, outside = to_own / np.maximum(sizes[own] - 1, 1), means.min(axis=0)
        most = np.maximum(inside, outside)
        # Alone in a cluster, or among copies of oneself: neither in the right place nor in the wrong one.
        known = (sizes[own] > 1) & (most > 0)
        values[i, people] = np.where(known, (outside - inside) / np.where(known, most, 1), 0)
    return values
