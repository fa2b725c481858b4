"""Pieces of unfinished work, which a killed run reads again to go on where it stopped.

One that cannot be read, cut off or empty or something else, is as good as not there: it is made anew.
"""

import json
from collections.abc import Callable, Mapping, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from numpy.typing import NDArray

from posecore.errors import DataError
from posecore.files import read_arrays, write_arrays

if TYPE_CHECKING:
    from tqdm import tqdm

Piece = Mapping[str, NDArray[Any]]

Chunk = TypeVar("Chunk", bound=Sized)
"""Some of the people that a piece speaks of; its length is their number."""


def read_piece(path: Path, *names: str) -> Piece | None:
    """The arrays `names` of an .npz file that `write_arrays` left; None where they are to be made."""
    try:
        return read_arrays(path, *names)
    except DataError:
        return None


def read_or_make(path: Path | None, names: tuple[str, ...], make: Callable[[], Piece]) -> Piece:
    """The arrays `names` of a file that can be read, else those that `make` gives, which are written there.

    Without a path they are made and kept nowhere.
    """
    piece = None if path is None else read_piece(path, *names)
    if piece is None:
        piece = make()
        if path is not None:
            write_arrays(path, **piece)
    return piece


def fill(
    chunks: Mapping[Path, Chunk],
    names: tuple[str, ...],
    make: Callable[[Chunk, "tqdm[None]"], Piece],
    title: str,
) -> list[Piece]:
    """The arrays `names` of every chunk's file, in order; chunks whose file can be read are done.

    The others are made and written one after the other. make: of a chunk, its arrays; it moves the bar on by
    as many people. title: of that bar.
    """
    from tqdm import tqdm

    done = {path: piece for path in chunks if (piece := read_piece(path, *names)) is not None}
    total, initial = sum(map(len, chunks.values())), sum(len(chunks[path]) for path in done)
    with tqdm(total=total, initial=initial, desc=title, unit=" people", mininterval=1) as progress:
        for path, chunk in chunks.items():
            if path not in done:
                done[path] = make(chunk, progress)
                write_arrays(path, **done[path])
    return [done[path] for path in chunks]


def read_json(path: Path) -> Any:
    """What a JSON file holds; None where that is to be made."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
