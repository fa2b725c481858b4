"""Files and folders that exist whole or not at all: written under a temporary name, then renamed."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import DataError


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` at the end, remove it on any error.

    What was written is on the disk before it gets its name: no loss of power leaves half a file there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        # A full disk is noticed by a write, which does not know its file's name.
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, atomically. NaN is refused (ValueError): use None."""
    text = json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False)
    with atomic_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def write_arrays(path: Path, **arrays: ArrayLike) -> None:
    """Write arrays by name to the .npz file `path`, atomically."""
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def read_arrays(path: Path, *names: str) -> dict[str, NDArray[Any]]:
    """All arrays of an .npz file by name. Raises DataError where it is missing, cut off or something else, or
    lacks one of `names`."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except Exception as error:  # numpy and zipfile raise many kinds for a broken file
        raise DataError(f"{path}: no readable arrays ({type(error).__name__}); make the file anew") from error
    if lacking := [name for name in names if name not in found]:
        raise DataError(f"{path}: holds no array {lacking[0]!r}; make the file anew")
    return found


def replace_folder(temporary: Path, path: Path) -> None:
    """Put the finished folder `temporary` in the place of `path`, which may exist already.

    All that is in it is on the disk before it gets its name.
    """
    for entry in temporary.rglob("*"):
        (sync_folder if entry.is_dir() else _sync)(entry)
    sync_folder(temporary)
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    temporary.rename(path)
    sync_folder(path.parent)
    shutil.rmtree(old, ignore_errors=True)


def sync_folder(path: Path) -> None:
    """Have the system write the names in a folder to the disk.

    Some network drives cannot; what is named is whole all the same, the name itself may be lost.
    """
    with suppress(OSError):
        _sync(path)


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
