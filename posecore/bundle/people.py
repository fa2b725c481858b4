"""The people of a bundle with what a study needs of them: their pictures, and what is labelled on them."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.data.crops import SIZE
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError, DataError
from posecore.samples import CROP_COLUMNS, read_points, read_visibility
from posecore.subsample import subsample


@dataclass(frozen=True, eq=False)
class People:
    """N people in the bundle's order, their pictures, and what is labelled on them.

    annotated: (N, K, 2) crop pixels; visibility: (N, K). Nothing is labelled where nothing is known.
    """

    sample_ids: list[str]
    pictures: list[Path]
    annotated: NDArray[np.float32]
    visibility: NDArray[np.int8]

    def picture(self, index: int) -> NDArray[np.uint8]:
        """(256, 256, 3) RGB. Raises DataError where the file is broken."""
        picture = cv2.imread(str(self.pictures[index]), cv2.IMREAD_COLOR_RGB)
        if picture is None or picture.shape != (SIZE, SIZE, 3):
            raise DataError(
                f"{self.pictures[index]}: expected a {SIZE} x {SIZE} picture, found none or another; "
                "make the data folder or the bundle anew"
            )
        return picture  # type: ignore[return-value]


def choose_people(
    bundle: Bundle,
    data: PreparedData | None,
    split: str | None = None,
    limit: int | None = None,
    seed: int = 0,
    pictured_only: bool = False,
) -> People:
    """Everybody in a bundle, or those of one split, or so many of them, drawn by seed.

    data: the prepared data folder with the pictures, and labels, that the bundle does not ship.
    pictured_only: without it, leave out whose picture the bundle does not ship, unless that is all. Raises
    ConfigError where nobody or fewer than `limit` are there, DataError where one's picture is not at hand.
    """
    table = bundle.samples
    if split is not None:
        table = table[table["split"] == split]
        if table.empty:
            there = ", ".join(sorted(set(bundle.samples["split"])))
            raise ConfigError(f"--split {split!r:.40}: nobody in {bundle.path}; there are: {there}")
    if pictured_only and data is None:
        shown = np.array([bundle.picture_path(name) is not None for name in table["sample_id"]])
        table = table[shown] if shown.any() else table
    if limit is not None:
        if not 1 <= limit <= len(table):
            raise ConfigError(f"--limit {limit}: expected 1 to {len(table)}, the people there are")
        table = table.iloc[subsample(np.arange(len(table)), limit, seed)]
    labels = None if data is None else _rows_in_data(bundle, data, table)
    if bundle.manifest.dataset["annotations"]:
        labels = table
    images = None if data is None else data.path
    found = {name: bundle.picture_path(name, images) for name in table["sample_id"]}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        where = "in the bundle" if data is None else f"in the bundle or in {data.path}"
        raise DataError(
            f"{bundle.path}: {len(missing)} of {len(found)} people have no picture {where}, {missing[0]} "
            "for one; name the prepared data folder they come from with --data"
        )
    joints = len(bundle.keypoints)
    nothing = np.full((len(table), joints, 2), np.nan, np.float32), np.zeros((len(table), joints), np.int8)
    annotated, visibility = (
        nothing if labels is None else (read_points(labels, "annotated"), read_visibility(labels))
    )
    return People(list(found), [path for path in found.values() if path is not None], annotated, visibility)


def labelled_people(
    bundle: Bundle, data: PreparedData | None, limit: int | None, seed: int, least: int
) -> People:
    """Those whose pictures a bundle ships, or everybody with `data`; some of them must be labelled.

    Raises as `choose_people` does, and DataError where nobody is labelled, ConfigError where fewer than
    `least` are.
    """
    people = choose_people(bundle, data, None, limit, seed, pictured_only=True)
    labelled = int((people.visibility > 0).any(axis=1).sum())
    if labelled == 0:
        raise DataError(
            f"{bundle.path}: holds no annotated joints to tell right from wrong; name the prepared data "
            "folder its people come from with --data"
        )
    if labelled < least:
        raise ConfigError(
            f"{bundle.path}: {labelled} people with labelled joints; {least} or more are needed"
        )
    return people


def _rows_in_data(bundle: Bundle, data: PreparedData, table: pd.DataFrame) -> pd.DataFrame:
    """The same people's rows in the prepared data, in the same order; their crops must be the same."""
    tables = [data.table(split).set_index("sample_id") for split in dict.fromkeys(table["split"])]
    everyone = pd.concat(tables)
    missing = [name for name in table["sample_id"] if name not in everyone.index]
    if missing:
        raise DataError(
            f"{data.path}: lacks {len(missing)} of {len(table)} people of {bundle.path}, {missing[0]} for "
            "one; name the prepared data folder the bundle was made from"
        )
    rows = everyone.loc[table["sample_id"].tolist()]
    same = np.isclose(rows[list(CROP_COLUMNS)], table[list(CROP_COLUMNS)], atol=0.01).all(axis=1)
    if not same.all():
        raise DataError(
            f"{data.path}: {table['sample_id'].iloc[int(np.argmin(same))]} is cropped otherwise than in "
            f"{bundle.path}; name the prepared data folder the bundle was made from"
        )
    return rows
