"""Opening a bundle: what is cheap is checked at once, what is large is mapped or read when asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from PIL import Image

from posecore.bundle.manifest import (
    HISTORY,
    LATENTS,
    MANIFEST,
    SAMPLES,
    SKIP_MEANS,
    WEIGHTS,
    Manifest,
    broken,
    check_file,
    linked_folder,
    read_manifest,
)
from posecore.bundle.thumbnails import ThumbnailIndex, read_index, read_tile
from posecore.config import from_dict
from posecore.errors import BundleError, PosecoreError
from posecore.samples import CROP_COLUMNS, columns

if TYPE_CHECKING:
    from posecore.models.hourglass import StackedHourglass

TEXT_COLUMNS: Final = ("sample_id", "split", "file_name")
NUMBER_COLUMNS: Final = (
    "image_width",
    "image_height",
    *CROP_COLUMNS,
    "pck",
    *columns("predicted", "x"),
    *columns("predicted", "y"),
    *columns("predicted", "peak"),
)
ANNOTATED_COLUMNS: Final = (
    *columns("annotated", "x"),
    *columns("annotated", "y"),
    *columns("annotated", "v"),
)
LEVEL_KEYS: Final = ("level_64", "level_32", "level_16", "level_8")
FILE_NAME: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
"""What a sample_id and a split look like, as both become names of files and folders."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """An opened bundle; see posecore.bundle.

    samples: one row per person, columns as in posecore.samples plus `pck` (nan where unknown).
    latents: (N, D) float16, mapped and read-only. rows: sample_id to row.
    """

    path: Path
    manifest: Manifest
    samples: pd.DataFrame
    latents: np.memmap[Any, np.dtype[np.float16]]
    rows: Mapping[str, int]
    thumbnail_index: ThumbnailIndex

    def row(self, sample_id: str) -> int:
        """Row of a person. Raises BundleError where the bundle does not hold them."""
        row = self.rows.get(sample_id)
        if row is None:
            raise BundleError(
                f"{self.path}: no person {sample_id!r:.80} among its {len(self.rows)}; "
                f"expected one like {self.samples['sample_id'].iloc[0]!r}, pick one on the Latent map"
            )
        return row

    def thumbnail(self, sample_id: str) -> Image.Image:
        """The predicted heatmaps of a person, in colour, 64 x 64 RGB."""
        return read_tile(self.path, self.thumbnail_index, self.row(sample_id), self.manifest.files)

    def picture_path(self, sample_id: str, images: Path | None = None) -> Path | None:
        """The 256 x 256 crop of a person: shipped with the bundle, else in the prepared data folder `images`.

        None where neither has it.
        """
        shipped = f"pictures/{sample_id}.webp"
        row = self.row(sample_id)
        if shipped in self.manifest.files:
            return self.path / shipped
        if images is not None:
            path = images / "crops" / str(self.samples["split"].iloc[row]) / f"{sample_id}.png"
            return path if path.is_file() else None
        return None

    def history(self) -> list[dict[str, Any]]:
        """One record per epoch of the training, in order; empty where it is not known."""
        epochs: list[dict[str, Any]] = []
        try:
            for line in (self.path / HISTORY).read_text(encoding="utf-8").splitlines():
                epochs.append(dict(json.loads(line)))
        except (OSError, ValueError, TypeError) as error:
            raise broken(self.path, f"{HISTORY}, line {len(epochs) + 1}, is not a JSON object") from error
        return epochs

    def skip_means(self) -> tuple[NDArray[np.float16], ...]:
        """Mean of every skip branch over the people, finest level first: (C, 64, 64) to (C, 8, 8) float16."""
        channels = self.manifest.model["config"]["channels"]
        try:
            with np.load(self.path / SKIP_MEANS, allow_pickle=False) as arrays:
                means = tuple(arrays[key] for key in LEVEL_KEYS)
        except Exception as error:  # numpy and zipfile raise many kinds for a broken file
            raise broken(self.path, f"{SKIP_MEANS} is not readable ({type(error).__name__})") from error
        for key, mean, cells in zip(LEVEL_KEYS, means, (64, 32, 16, 8), strict=True):
            expected = (channels, cells, cells)
            if mean.dtype != np.float16 or mean.shape != expected:
                raise broken(
                    self.path,
                    f"{SKIP_MEANS}: {key} is {mean.dtype} {mean.shape}, expected float16 {expected}",
                )
        return means

    def network(self) -> "StackedHourglass":
        """The network with its weights, in evaluation mode."""
        from posecore.models.checkpoint import load_checkpoint
        from posecore.models.hourglass import HourglassConfig

        try:
            network = load_checkpoint(self.path / WEIGHTS)
            # As a configuration, so that one from before a field existed has that field's default.
            described = from_dict(HourglassConfig, self.manifest.model["config"])
        except PosecoreError as error:
            raise broken(self.path, f"{WEIGHTS} is not usable: {error}") from error
        if network.config != described:
            raise broken(
                self.path, f"{WEIGHTS} is of a network with another configuration than {MANIFEST} says"
            )
        return network


def open_bundle(path: Path) -> Bundle:
    """Open the bundle in folder `path`, well under a second for 124,040 people.

    Checks the schema, the presence and size of every file, the header of the latents, the table's
    columns and that no person is there twice; `verify` also checks every hash. Raises BundleError.
    """
    manifest = read_manifest(path)
    problems = file_problems(path, manifest)
    if problems:
        raise broken(path, problems[0])
    samples = _read_samples(path, manifest)
    rows = {sample_id: row for row, sample_id in enumerate(samples["sample_id"].tolist())}
    if len(rows) != len(samples):
        twice = samples["sample_id"][samples["sample_id"].duplicated()].iloc[0]
        raise broken(path, f"{SAMPLES} holds {twice} twice")
    index = read_index(path, manifest.people, manifest.files)
    return Bundle(path, manifest, samples, _map_latents(path, manifest), rows, index)


def list_bundles(artifacts: Path) -> list[Path]:
    """Folders in `artifacts` that hold a manifest, by name; unfinished ones (a dot first) are left out."""
    return sorted(
        found.parent for found in artifacts.glob(f"*/{MANIFEST}") if not found.parent.name.startswith(".")
    )


def file_problems(path: Path, manifest: Manifest) -> list[str]:
    """What is wrong with the files of a bundle, judged by place and size: one sentence each."""
    names = list(manifest.files)
    if link := linked_folder(path, names):
        return [link]
    checked = (check_file(path, name, info) for name, info in manifest.files.items())
    problems = [problem for problem in checked if problem]
    pictures = sum(name.startswith("pictures/") for name in names)
    if pictures != manifest.dataset["pictures"]:
        problems.append(f"{MANIFEST} lists {pictures} pictures and says {manifest.dataset['pictures']}")
    return problems


def _read_samples(path: Path, manifest: Manifest) -> pd.DataFrame:
    try:
        samples = pd.read_parquet(path / SAMPLES, engine="pyarrow")
    except Exception as error:  # pyarrow raises many kinds for a broken file
        raise broken(path, f"{SAMPLES} is not a readable Parquet table ({type(error).__name__})") from error
    annotated = ANNOTATED_COLUMNS if manifest.dataset["annotations"] else ()
    if absent := [
        name for name in (*TEXT_COLUMNS, *NUMBER_COLUMNS, *annotated) if name not in samples.columns
    ]:
        raise broken(path, f"{SAMPLES} lacks {len(absent)} columns, {absent[0]} for one")
    if not annotated and (there := [name for name in samples.columns if str(name).startswith("annotated_")]):
        raise broken(path, f"{SAMPLES} holds {there[0]} though {MANIFEST} says there are no annotations")
    for name in (*NUMBER_COLUMNS, *annotated):
        if not pd.api.types.is_numeric_dtype(samples[name]):
            raise broken(path, f"{SAMPLES}: column {name} holds {samples[name].dtype}, expected numbers")
    if len(samples) != manifest.people:
        raise broken(path, f"{SAMPLES} has {len(samples)} people, {MANIFEST} says {manifest.people}")
    for name in ("sample_id", "split"):
        fits = samples[name].astype("str").str.fullmatch(FILE_NAME) & samples[name].notna()
        if not fits.all():
            wrong = samples[name][~fits].iloc[0]
            raise broken(
                path, f"{SAMPLES}: {name} {wrong!r:.60} is not made of letters, digits, dots, - and _"
            )
    return samples


def _map_latents(path: Path, manifest: Manifest) -> np.memmap[Any, np.dtype[np.float16]]:
    try:
        latents = open_memmap(path / LATENTS, mode="r")
    except Exception as error:  # numpy raises many kinds for a broken header
        raise broken(path, f"{LATENTS} is not a readable array ({type(error).__name__})") from error
    expected = (manifest.people, manifest.dimensions)
    order = "row" if latents.flags.c_contiguous else "column"
    if latents.dtype != np.dtype("<f2") or latents.shape != expected or order != "row":
        found = f"{latents.dtype} {latents.shape} in {order} order"
        raise broken(path, f"{LATENTS} is {found}, expected float16 {expected} in row order")
    return latents
