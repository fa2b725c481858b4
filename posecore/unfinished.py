"""Pieces of unfinished work, which a killed run reads again to go on where it stopped.

One that cannot be read, cut off or empty or something else, is as good as not there: it is made anew.
"""

import json
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from posecore.errors import DataError
from posecore.files import read_arrays


def read_piece(path: Path, *names: str) -> dict[str, NDArray[Any]] | None:
    """The arrays `names` of an .npz file that `write_arrays` left; None where they are to be made."""
    try:
        arrays = read_arrays(path)
    except DataError:
        return None
    return arrays if arrays.keys() >= set(names) else None


def read_json(path: Path) -> Any:
    """What a JSON file holds; None where that is to be made."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
