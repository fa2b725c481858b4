"""A prepared data folder: crops and a table per split, made by scripts/prepare_coco.py or prepare_mpii.py.

dataset.json                      name, counts, what was skipped or mended, mean colour, fingerprint,
keypoints train.parquet, val.parquet, ...   one row per person, see posecore.samples
crops/<split>/<sample_id>.png     256 x 256 RGB
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from posecore.errors import ConfigError, DataError
from posecore.keypoints import KeypointSet, named_set
from posecore.samples import ANNOTATED_VALUES, CROP_COLUMNS, columns, table_keypoints

SCHEMA_VERSION: Final = 1
INFO: Final = "dataset.json"
MEND: Final = "make it with: python scripts/prepare_coco.py --coco COCO_FOLDER --out DATA_FOLDER"

_CONTENT: Final = {INFO, "crops", "train.parquet", "val.parquet", "test.parquet"}


@dataclass(frozen=True)
class PreparedData:
    """An opened data folder; `info` is the content of dataset.json."""

    path: Path
    info: Mapping[str, Any]

    @property
    def keypoints(self) -> KeypointSet:
        """Whose joints are annotated."""
        return named_set(self.info, str(self.path / INFO))

    def check_network(self, joints: int) -> None:
        """Raise ConfigError where a network of so many joints predicts others than are annotated here."""
        if joints != len(self.keypoints):
            raise ConfigError(
                f"the network has {joints} joints, {self.path} has {self.keypoints.title}; name its own"
            )

    def has_split(self, split: str) -> bool:
        """Whether the split has people."""
        return split in self.info["splits"]

    def table(self, split: str) -> pd.DataFrame:
        """The people of a split. Raises DataError naming the splits there are, or what is broken."""
        if not self.has_split(split):
            there = ", ".join(self.info["splits"]) or "none"
            raise DataError(f"{self.path}: no split {split!r}; there are: {there}")
        path = self.path / f"{split}.parquet"
        try:
            table = pd.read_parquet(path)
        except Exception as error:  # pyarrow raises many kinds for a broken file
            raise DataError(f"{path}: not a readable table; {MEND}") from error
        lacking = [name for name in ("sample_id", *_numbers(self.keypoints)) if name not in table.columns]
        if lacking or len(table) != self.info["splits"][split]["people"]:
            what = (
                f"lacks the column {lacking[0]}" if lacking else f"{len(table)} people, {INFO} says otherwise"
            )
            raise DataError(f"{path}: {what}; {MEND}")
        return table

    def picture_path(self, split: str, sample_id: str) -> Path:
        """Where the person's crop lies."""
        return self.path / "crops" / split / f"{sample_id}.png"


def open_prepared(path: Path) -> PreparedData:
    """Open a data folder. Raises DataError where it is missing, unfinished or of another version."""
    file = path / INFO
    if not file.is_file():
        raise DataError(f"{path}: no prepared data there ({INFO} is missing); {MEND}")
    try:
        info = json.loads(file.read_text(encoding="utf-8"))
        found = info["schema_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file}: not readable; {MEND}") from error
    if found != SCHEMA_VERSION:
        raise DataError(f"{file}: schema version {found}, expected {SCHEMA_VERSION}; {MEND}")
    lacking = {"name", "splits", "unreadable", "mean_rgb", "fingerprint"} - set(info)
    if lacking:
        raise DataError(f"{file}: lacks {', '.join(sorted(lacking))}; {MEND}")
    try:
        named_set(info, str(file))
    except ConfigError as error:
        raise DataError(f"{error}; {MEND}") from error
    return PreparedData(path, info)


def check_replaceable(path: Path) -> None:
    """Raise ConfigError where writing prepared data to `path` would destroy something else.

    Free are: no such path, an empty folder, prepared data of any version with nothing else beside it.
    """
    if not path.exists():
        return
    if not path.is_dir():
        raise ConfigError(f"{path}: is a file; choose a folder for --out")
    there = {entry.name for entry in path.iterdir()}
    if not there:
        return
    foreign = sorted(there - _CONTENT)
    if foreign:
        raise ConfigError(
            f"{path}: holds something else than prepared data ({foreign[0]}); choose another --out"
        )
    try:
        info = json.loads((path / INFO).read_text(encoding="utf-8"))
        ours = {"schema_version", "splits", "fingerprint"} <= set(info)
    except (OSError, ValueError, TypeError):
        ours = False
    if not ours:
        raise ConfigError(f"{path}: holds something else than prepared data; choose another --out")


def fingerprint(tables: Mapping[str, pd.DataFrame]) -> str:
    """SHA-256 over who is in which split, their crops and their keypoints to a thousandth of a pixel."""
    digest = hashlib.sha256()
    for split in sorted(tables):
        table = tables[split].sort_values("sample_id")
        digest.update("\n".join([split, *table["sample_id"]]).encode())
        numbers = _numbers(table_keypoints(table, "annotated"))
        digest.update(table[numbers].to_numpy(np.float32).round(3).tobytes())
    return digest.hexdigest()


def _numbers(keypoints: KeypointSet) -> list[str]:
    """Names of the columns that every table has: the crop and the annotated joints."""
    joints = [name for value in ANNOTATED_VALUES for name in columns(keypoints, "annotated", value)]
    return [*CROP_COLUMNS, *joints]
