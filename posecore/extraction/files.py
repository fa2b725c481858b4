"""The files a pass over the people fills, so that a killed one goes on where it stopped."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from posecore.bundle.manifest import LATENTS, WHOLE_LATENTS
from posecore.bundle.reader import LEVEL_KEYS
from posecore.files import write_arrays, write_json
from posecore.unfinished import read_json, read_piece


class LatentFiles:
    """The files a pass over the people fills, beside the bundle: .NAME.partial."""

    def __init__(
        self,
        destination: Path,
        job: Mapping[str, Any],
        people: int,
        dimensions: int,
        joints: int,
        whole: tuple[int, int] | None = None,
    ) -> None:
        """whole: shape of the whole latents that are kept beside averaged ones."""
        self.folder = destination.with_name(f".{destination.name}.partial")
        self._marks = self.folder / "done.npz"
        job_file = self.folder / "job.json"
        job = json.loads(json.dumps(job))
        arrays: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
            LATENTS: (np.float16, (people, dimensions)),
            "predicted.npy": (np.float32, (people, joints, 3)),
            "tiles.npy": (np.uint8, (people, 64, 64, 3)),
        }
        if whole is not None:
            arrays[WHOLE_LATENTS] = (np.float16, whole)
        if read_json(job_file) != job or not all(self._holds(name, *of) for name, of in arrays.items()):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            try:
                for name, of in arrays.items():
                    self._reserve(name, *of)
                write_json(job_file, job)
            except OSError:
                shutil.rmtree(self.folder)
                raise

    def _holds(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> bool:
        """Whether an array's file is there and as long as it has to be."""
        try:
            mapped = self.read(name)
        except Exception:  # numpy raises many kinds for a broken header
            return False
        return mapped.dtype == dtype and mapped.shape == shape

    def _reserve(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> None:
        """Make an array's file with all its blocks: a disk that fills under a map would end the process."""
        path = self.folder / name
        open_memmap(path, "w+", dtype, shape)
        if hasattr(os, "posix_fallocate"):
            with path.open("r+b") as file:
                try:
                    os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
                except OSError as error:
                    raise OSError(error.errno, error.strerror, str(path)) from error

    def write(self, name: str, start: int, values: NDArray[Any]) -> None:
        """Write rows from `start` on. The map is opened anew each time, so its pages do not add up."""
        mapped = open_memmap(self.folder / name, "r+")
        mapped[start : start + len(values)] = values
        mapped.flush()

    def read(self, name: str) -> NDArray[Any]:
        """The whole array, mapped."""
        mapped: NDArray[Any] = open_memmap(self.folder / name, "r")
        return mapped

    def done(self) -> tuple[int, list[NDArray[np.float64]]]:
        """How many people are finished, and the sums of their skip features."""
        marks = read_piece(self._marks, "people", *LEVEL_KEYS)
        return (0, []) if marks is None else (int(marks["people"]), [marks[key] for key in LEVEL_KEYS])

    def mark(self, people: int, sums: list[NDArray[np.float64]]) -> None:
        """Everything up to `people` is on disk."""
        write_arrays(self._marks, people=people, **dict(zip(LEVEL_KEYS, sums, strict=True)))

    def finish(self) -> None:
        """Remove what does not belong to the bundle."""
        for name in ("predicted.npy", "tiles.npy", "done.npz", "job.json"):
            (self.folder / name).unlink()
