"""Opening a bundle: what is cheap is checked at once, what is large is mapped or read when asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from PIL import Image

from posecore.blocks import finite
from posecore.bundle.manifest import (
    FILE_NAME,
    HISTORY,
    LATENTS,
    MANIFEST,
    PICTURES,
    SAMPLES,
    SKIP_MEANS,
    THUMBNAIL_INDEX,
    WEIGHTS,
    WHOLE_LATENTS,
    Manifest,
    broken,
    check_file,
    check_hash,
    linked_folder,
    read_manifest,
)
from posecore.bundle.thumbnails import ThumbnailIndex, read_index, read_tile
from posecore.errors import BundleError, CheckpointError, DataError
from posecore.files import read_arrays
from posecore.keypoints import KeypointSet
from posecore.models.configs import HourglassConfig
from posecore.samples import ANNOTATED_VALUES, CROP_COLUMNS, PREDICTED_VALUES, columns

if TYPE_CHECKING:
    from posecore.models.registry import PoseNetwork

TEXT_COLUMNS: Final = ("sample_id", "split", "file_name")
NUMBER_COLUMNS: Final = ("image_width", "image_height", *CROP_COLUMNS, "pck")
LEVEL_KEYS: Final = ("level_64", "level_32", "level_16", "level_8")


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
    studies: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    """Kept by posecore.bundle.studies.open_study, which alone looks at it."""

    @property
    def keypoints(self) -> KeypointSet:
        """The set whose joints its network predicts and its table holds."""
        return self.manifest.keypoints

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

        None where neither has it. Raises BundleError where a shipped one is not as it was written.
        """
        shipped = f"{PICTURES}{sample_id}.webp"
        row = self.row(sample_id)
        if shipped in self.manifest.files:
            return _intact(self.path, self.manifest, shipped)
        if images is not None:
            path = images / "crops" / str(self.samples["split"].iloc[row]) / f"{sample_id}.png"
            return path if path.is_file() else None
        return None

    def history(self) -> list[dict[str, Any]]:
        """One record per epoch of the training, in order; empty where it is not known."""
        epochs: list[dict[str, Any]] = []
        try:
            for line in _intact(self.path, self.manifest, HISTORY).read_text(encoding="utf-8").splitlines():
                epochs.append(dict(json.loads(line)))
        except (OSError, ValueError, TypeError) as error:
            raise broken(self.path, f"{HISTORY}, line {len(epochs) + 1}, is not a JSON object") from error
        return epochs

    def skip_means(self) -> tuple[NDArray[np.float16], ...]:
        """Mean of every skip branch over the people, finest level first: (C, 64, 64) to (C, 8, 8) float16.

        Zeros, of one channel, of a network that knows no skips.
        """
        config = self.manifest.network_config
        channels = config.channels if isinstance(config, HourglassConfig) else 1
        file = _intact(self.path, self.manifest, SKIP_MEANS)
        try:
            arrays = read_arrays(file, *LEVEL_KEYS)
        except DataError as error:
            raise broken(self.path, f"{SKIP_MEANS} is not readable ({type(error).__name__})") from error
        means = tuple(arrays[key] for key in LEVEL_KEYS)
        for key, mean, cells in zip(LEVEL_KEYS, means, (64, 32, 16, 8), strict=True):
            expected = (channels, cells, cells)
            if mean.dtype != np.float16 or mean.shape != expected:
                raise broken(
                    self.path,
                    f"{SKIP_MEANS}: {key} is {mean.dtype} {mean.shape}, expected float16 {expected}",
                )
        return means

    def whole_latent(self, sample_id: str) -> NDArray[np.float32]:
        """(W,) what a person's averaged latent is an average of, as the decoder takes it; of nobody, "", the
        mean of all who have one.

        Raises BundleError where the person has none, which only the first WHOLE_PEOPLE do, and where the file
        is not as it was written.
        """
        row = self.row(sample_id) if sample_id else 0
        if row >= self.manifest.whole_people:
            raise BundleError(
                f"{self.path}: the whole latent of {sample_id} is not stored, only those of the first "
                f"{self.manifest.whole_people:,} people; start at one of them, or at the mean"
            )
        _intact(self.path, self.manifest, WHOLE_LATENTS)
        expected = self.manifest.whole_people, self.manifest.network_config.bottleneck_numbers
        latents = _map_rows(self.path, WHOLE_LATENTS, expected)
        if sample_id:
            return np.asarray(latents[row], np.float32)
        return np.asarray(np.mean(latents[finite(latents)], axis=0, dtype=np.float32))

    def network(self) -> "PoseNetwork":
        """The network with its weights, in evaluation mode."""
        from posecore.models.checkpoint import load_checkpoint

        try:
            network = load_checkpoint(_intact(self.path, self.manifest, WEIGHTS))
        except CheckpointError as error:
            raise broken(self.path, f"{WEIGHTS} is not usable: {error}") from error
        if network.config != self.manifest.network_config:
            raise broken(
                self.path, f"{WEIGHTS} is of a network with another configuration than {MANIFEST} says"
            )
        return network


def open_bundle(path: Path, *, trust_latents: bool = False) -> Bundle:
    """Open the bundle in folder `path`.

    Checks the schema, the presence and size of every file, the header of the latents, the table's
    columns and that no person is there twice. What is read whole is compared with its hash when it is read.
    So are the latents at once, some seconds for 124,040 people, unless `trust_latents` leaves that to
    `check_latents`; opening then takes well under a second. Raises BundleError.
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
    _intact(path, manifest, THUMBNAIL_INDEX)
    index = read_index(path, manifest.people, manifest.files)
    latents = _map_rows(path, LATENTS, (manifest.people, manifest.dimensions))
    bundle = Bundle(path, manifest, samples, latents, rows, index)
    if not trust_latents:
        check_latents(bundle)
    return bundle


def check_latents(bundle: Bundle) -> None:
    """Read all latents of a bundle, to raise BundleError where they are not as they were written."""
    _intact(bundle.path, bundle.manifest, LATENTS)


def list_bundles(artifacts: Path) -> list[Path]:
    """Folders in `artifacts` that hold a manifest, by name; unfinished ones (a dot first) are left out."""
    return sorted(
        found.parent for found in artifacts.glob(f"*/{MANIFEST}") if not found.parent.name.startswith(".")
    )


def file_problems(path: Path, manifest: Manifest) -> list[str]:
    """What is wrong with the files of a bundle, judged by place and size: one sentence each."""
    names = list(manifest.files)
    if manifest.pictures_in and (problem := _neighbour_problem(path, manifest.pictures_in)):
        return [problem]
    folders = {name: manifest.folder_of(path, name) for name in names}
    for folder in {*folders.values()}:
        if link := linked_folder(folder, [name for name in names if folders[name] == folder]):
            return [link]
    checked = {name: check_file(folders[name], name, info) for name, info in manifest.files.items()}
    problems = [_placed(path, folders[name], problem) for name, problem in checked.items() if problem]
    pictures = sum(name.startswith(PICTURES) for name in names)
    if pictures != manifest.dataset["pictures"]:
        problems.append(f"{MANIFEST} lists {pictures} pictures and says {manifest.dataset['pictures']}")
    return problems


def _neighbour_problem(path: Path, name: str) -> str | None:
    neighbour = path.parent / name
    if neighbour.is_symlink() or not (neighbour / MANIFEST).is_file():
        return f"its pictures lie in the bundle {neighbour}, which is missing"
    return None


def hash_problem(path: Path, manifest: Manifest, name: str) -> str | None:
    """What is wrong with the bytes of a bundle's file, in words; None if nothing is. It is read whole."""
    folder = manifest.folder_of(path, name)
    try:
        problem = check_hash(folder, name, manifest.files[name])
    except OSError as error:
        problem = f"{name} is not readable ({error.strerror})"
    return problem and _placed(path, folder, problem)


def _placed(path: Path, folder: Path, problem: str) -> str:
    return problem if folder == path else f"of {folder}, {problem}"


def _intact(path: Path, manifest: Manifest, name: str) -> Path:
    """Where a bundle's file lies. Raises BundleError where it cannot be read or is not as it was written."""
    if problem := hash_problem(path, manifest, name):
        raise broken(path, problem)
    return manifest.folder_of(path, name) / name


def _read_samples(path: Path, manifest: Manifest) -> pd.DataFrame:
    file = _intact(path, manifest, SAMPLES)
    try:
        samples = pd.read_parquet(file, engine="pyarrow")
    except Exception as error:  # pyarrow raises many kinds for a broken file
        raise broken(path, f"{SAMPLES} is not a readable Parquet table ({type(error).__name__})") from error
    keypoints = manifest.keypoints
    numbers = [*NUMBER_COLUMNS]
    for value in PREDICTED_VALUES:
        numbers += columns(keypoints, "predicted", value)
    annotated = manifest.dataset["annotations"]
    for value in ANNOTATED_VALUES if annotated else ():
        numbers += columns(keypoints, "annotated", value)
    if absent := [name for name in (*TEXT_COLUMNS, *numbers) if name not in samples.columns]:
        raise broken(path, f"{SAMPLES} lacks {len(absent)} columns, {absent[0]} for one")
    if not annotated and (there := [name for name in samples.columns if str(name).startswith("annotated_")]):
        raise broken(path, f"{SAMPLES} holds {there[0]} though {MANIFEST} says there are no annotations")
    for name in numbers:
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


def _map_rows(path: Path, name: str, expected: tuple[int, int]) -> np.memmap[Any, np.dtype[np.float16]]:
    """An array of a row per person."""
    try:
        latents = open_memmap(path / name, mode="r")
    except Exception as error:  # numpy raises many kinds for a broken header
        raise broken(path, f"{name} is not a readable array ({type(error).__name__})") from error
    order = "row" if latents.flags.c_contiguous else "column"
    if latents.dtype != np.dtype("<f2") or latents.shape != expected or order != "row":
        found = f"{latents.dtype} {latents.shape} in {order} order"
        raise broken(path, f"{name} is {found}, expected float16 {expected} in row order")
    return latents
