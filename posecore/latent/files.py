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

from posecore.bundle.manifest import LATENTS
from posecore.bundle.reader import LEVEL_KEYS
from posecore.files import atomic_file, write_json
from posecore.keypoints import K


class LatentFiles:
    """The files a pass over the people fills, beside the bundle: .NAME.partial."""

    def __init__(self, destination: Path, job: Mapping[str, Any], people: int, dimensions: int) -> None:
        self.folder = destination.with_name(f".{destination.name}.partial")
        self._marks = self.folder / "done.npz"
        job_file = self.folder / "job.json"
        job = json.loads(json.dumps(job))
        if not (job_file.is_file() and json.loads(job_file.read_text(encoding="utf-8")) == job):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            try:
                self._reserve(LATENTS, np.float16, (people, dimensions))
                self._reserve("predicted.npy", np.float32, (people, K, 3))
                self._reserve("tiles.npy", np.uint8, (people, 64, 64, 3))
                write_json(job_file, job)
            except OSError:
                shutil.rmtree(self.folder)
                raise

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
        if not self._marks.is_file():
            return 0, []
        with np.load(self._marks, allow_pickle=False) as marks:
            return int(marks["people"]), [marks[key] for key in LEVEL_KEYS]

    def mark(self, people: int, sums: list[NDArray[np.float64]]) -> None:
        """Everything up to `people` is on disk."""
        with atomic_file(self._marks) as temporary, temporary.open("wb") as file:
            np.savez(file, people=people, **dict(zip(LEVEL_KEYS, sums, strict=True)))  # type: ignore[arg-type]

    def finish(self) -> None:
        """Remove what does not belong to the bundle."""
        for name in ("predicted.npy", "tiles.npy", "done.npz", "job.json"):
            (self.folder / name).unlink()
