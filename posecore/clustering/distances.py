"""Euclidean distances between people, a block at a time, right even where two nearly agree."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from posecore.blocks import Source
from posecore.errors import ConfigError
from posecore.files import atomic_file

NEAR: Final = 1e-3
"""Squared distances below this share of the squared lengths lose digits, and are computed in float64."""

MOST_STORED: Final = 12_000
"""People up to whom all distances are kept at once: 576 MB. Of more they are computed whenever needed."""


def between(ours: NDArray[np.float32], theirs: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """(a, b) distances of people (a, D) to others (b, D); without others among themselves, 0 to oneself."""
    others = ours if theirs is None else theirs
    lengths, other_lengths = (np.einsum("nd,nd->n", people, people) for people in (ours, others))
    found = ours @ others.T
    found *= -2
    found += lengths[:, None]
    found += other_lengths
    near = found < np.float32(NEAR) * lengths[:, None] + np.float32(NEAR) * other_lengths
    if theirs is None:
        np.fill_diagonal(near, False)
    rows = near.any(axis=1)
    if rows.any():
        found[rows] = _squares_in_float64(ours[rows], others)
    np.sqrt(np.maximum(found, 0, out=found), out=found)
    if theirs is None:
        np.fill_diagonal(found, 0)
    return found


def pairs(source: Source) -> Iterator[tuple[int, ...]]:
    """Every block with itself, (i,), and with every later one, (i, j)."""
    last = len(source.bounds) - 1
    for first in range(last):
        yield (first,)
        for second in range(first + 1, last):
            yield first, second


def stored_distances(source: Source, path: Path) -> NDArray[np.float32]:
    """All distances (N, N), mapped from the file `path`, which is made where it is not there.

    The caller names the file after what the distances are of. Raises ConfigError for more than MOST_STORED.
    """
    if source.people > MOST_STORED:
        raise ConfigError(f"distances of {source.people} people: at most {MOST_STORED} people's are kept")
    shape = (source.people, source.people)
    if not _fits(path, shape):
        with atomic_file(path) as temporary:
            whole = open_memmap(temporary, "w+", np.float32, shape)
            bounds = source.bounds
            tasks = list(pairs(source))
            blocks = source.run(between, ((task, ()) for task in tasks))
            for numbers, found in zip(tasks, blocks, strict=True):
                ours, theirs = (slice(bounds[i], bounds[i + 1]) for i in (numbers[0], numbers[-1]))
                whole[ours, theirs] = found
                whole[theirs, ours] = found.T
            whole.flush()
            del whole
    mapped: NDArray[Any] = open_memmap(path, "r")
    return mapped


def _fits(path: Path, shape: tuple[int, int]) -> bool:
    try:
        mapped = open_memmap(path, "r")
    except (OSError, ValueError):
        return False
    return mapped.dtype == np.float32 and mapped.shape == shape


def _squares_in_float64(ours: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float64]:
    wide, other_wide = ours.astype(np.float64), others.astype(np.float64)
    squares: NDArray[np.float64] = wide @ other_wide.T
    squares *= -2
    squares += np.einsum("nd,nd->n", wide, wide)[:, None]
    squares += np.einsum("nd,nd->n", other_wide, other_wide)
    return squares
