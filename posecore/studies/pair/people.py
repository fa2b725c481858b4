"""Who is in two bundles: tied by sample_id, and the same crop, so both networks saw the same picture."""

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.reader import Bundle
from posecore.errors import ConfigError
from posecore.samples import CROP_COLUMNS


@dataclass(frozen=True, eq=False)
class Common:
    """Who is in both bundles, N people in the order of the first one's table.

    sample_ids: (N,). one, other: (N,) their rows in the two tables. cropped_otherwise: how many more carry
    the same id but are another crop, so somebody else, and are left out.
    """

    sample_ids: NDArray[np.str_]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    cropped_otherwise: int


def common_people(one: Bundle, other: Bundle) -> Common:
    """The people of both bundles. Raises ConfigError where there are none, or they have other joints."""
    if one.keypoints != other.keypoints:
        raise ConfigError(
            f"{one.path} has {one.keypoints.title}, {other.path} has {other.keypoints.title}; "
            "compare bundles of the same joints"
        )
    ids = [name for name in one.rows if name in other.rows]
    rows = [np.array([bundle.rows[name] for name in ids], np.int64) for bundle in (one, other)]
    crops = [
        bundle.samples[list(CROP_COLUMNS)].to_numpy()[places]
        for bundle, places in zip((one, other), rows, strict=True)
    ]
    same = np.isclose(crops[0], crops[1], atol=0.01).all(axis=1)
    if not same.any():
        apart = f"; {len(ids)} have the same sample_id, but are cropped otherwise" if ids else ""
        raise ConfigError(
            f"{one.path} and {other.path} have no people in common{apart}; make a bundle of the same people "
            f"with `python scripts/extract_latents.py --bundle {other.path} --data DIR --out BUNDLE`, DIR "
            f"being the data folder of {one.path}"
        )
    return Common(np.array(ids, np.str_)[same], rows[0][same], rows[1][same], int(np.count_nonzero(~same)))


def restricted(bundle: Bundle, rows: NDArray[np.int64]) -> Bundle:
    """The bundle as if its table held these rows only, in this order; its latents and thumbnails are not to
    be asked for, as they stay in the order of the file."""
    table = bundle.samples.iloc[rows].reset_index(drop=True)
    places = {name: row for row, name in enumerate(table["sample_id"].tolist())}
    return dataclasses.replace(bundle, samples=table, rows=places)
