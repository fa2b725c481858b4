"""Going through people some at a time, with a file of what each batch gave: a killed run goes on after it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.unfinished import Piece, fill

if TYPE_CHECKING:
    from tqdm import tqdm

BATCH: Final = 32
"""People in a batch, and so between two points from which a killed run goes on."""


def in_batches(
    folder: Path,
    count: int,
    names: tuple[str, ...],
    measure: Callable[[NDArray[np.int64]], Piece],
    title: str,
) -> dict[str, list[NDArray[Any]]]:
    """What `measure` says of every batch of the people 0 to count - 1, a list of arrays for each of `names`.

    folder: for one file per batch; the caller names it after all that `measure` depends on. Batches are as
    equal as can be, so that none is left with one person only. title: of the progress bar.
    """

    def make(batch: NDArray[np.int64], progress: "tqdm[None]") -> Piece:
        piece = measure(batch)
        progress.update(len(batch))
        return piece

    batches = np.array_split(np.arange(count), -(-count // BATCH))
    chunks = {folder / f"{number:05d}.npz": batch for number, batch in enumerate(batches)}
    pieces = fill(chunks, names, make, title)
    return {name: [piece[name] for piece in pieces] for name in names}
