"""What is kept of the people that compressed networks are shown."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.attributes.table import ATTRIBUTES, attributes_of
from posecore.causes.change import is_rendered
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import STRIDE
from posecore.metrics.pck import hits
from posecore.samples import TRUTH, read_points, read_visibility
from posecore.studies.compression.facts import (
    DENSE,
    TUNED,
    Point,
    control_place,
)
from posecore.studies.compression.results import (
    SWEPT,
    People,
)
from posecore.unfinished import Piece

SHOWN: Final = 3
"""People of a data set who lose most joints in all seeds of an arm, and as many who gain most, whose pictures
are kept for it; of rendered people alone, never of photographs."""

TILE: Final = 128
"""Pixels of such a picture."""

KINDS: Final = ("family", "view", "top", "bottom", "pattern", "framing", "occluder", "child")
"""What a rendered person can be a kind of; `view` is of the angle."""

CAUSES: Final = ("occluded_share", "distance", "skin_", "top_", "bottom_")
"""Beginnings of the names of numbers that say how a rendered person was made, kept beside attributes."""


def people_shown(
    points: Sequence[Point],
    crops: CropDataset,
    rows: NDArray[np.int64],
    some: NDArray[np.int64],
    pieces: Sequence[Piece],
) -> People:
    """N people of one data set as every network finds them. rows: (N,) of `crops`. some: places among them of
    those whom networks that are only masked are shown. pieces: of each network, its cells (n, J, 2), peak
    and second (n, J)."""
    table = crops.table.iloc[rows]
    annotated, visibility = read_points(table, "annotated"), read_visibility(table)
    found = []
    for point, piece in zip(points, pieces, strict=True):
        chosen = some if point.kind in SWEPT else slice(None)
        right = hits(cell_points(piece["cells"]), annotated[chosen], visibility[chosen])
        found.append(np.where(np.isnan(right), -1, right).astype(np.int8))
    margin = pieces[control_place(points)]
    shown = _changed_most(points, found, table)
    everybody = [piece for point, piece in zip(points, pieces, strict=True) if point.kind not in SWEPT]
    return People(
        table["sample_id"].to_numpy(str),
        some,
        tuple(found),
        visibility == 2,
        margin["peak"].astype(np.float64),
        margin["second"].astype(np.float64),
        np.empty((len(rows), 0)),
        _kinds(table),
        shown,
        _pictures(crops, rows[shown]),
        np.stack([piece["cells"][shown] for piece in everybody]),
    )


def _changed_most(
    points: Sequence[Point], found: Sequence[NDArray[np.int8]], table: pd.DataFrame
) -> NDArray[np.int64]:
    """Rows of rendered people of whom all seeds of an arm lose, or gain, most joints against the dense
    control; of every compressed arm."""
    if not all(is_rendered(person) for _, person in table.iterrows()):
        return np.empty(0, np.int64)
    arms: dict[tuple[object, ...], list[NDArray[np.int8]]] = {}
    for one, hit in zip(points, found, strict=True):
        if one.kind == TUNED and one.method != DENSE and one.network == points[0].network:
            arms.setdefault((one.arm, one.strength), []).append(hit)
    before, rows = found[control_place(points)], set[int]()
    for seeds in arms.values():
        for was, now in ((1, 0), (0, 1)):
            changed = ((before == was) & (np.stack(seeds) == now).all(axis=0)).sum(axis=1)
            most = np.argsort(-changed, kind="stable")[:SHOWN]
            rows |= set(most[changed[most] > 0].tolist())
    return np.array(sorted(rows), np.int64)


def _pictures(crops: CropDataset, rows: NDArray[np.int64]) -> bytes:
    """Small pictures in one row, as one WEBP; nothing where nobody is shown."""
    if not len(rows):
        return b""
    small = [
        cv2.resize(crops.picture(row), (TILE, TILE), interpolation=cv2.INTER_AREA) for row in rows.tolist()
    ]
    done, encoded = cv2.imencode(".webp", np.hstack(small)[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 70])
    assert done
    return encoded.tobytes()


def attribute_names(crops: Sequence[CropDataset]) -> list[str]:
    """Attributes of anybody, then numbers that say how rendered people were made."""
    causes = {
        str(name): None
        for part in crops
        for name in part.table.columns
        if str(name).startswith(tuple(f"{TRUTH}{cause}" for cause in CAUSES))
        and pd.api.types.is_numeric_dtype(part.table[name])
    }
    return [*ATTRIBUTES, *causes]


def attribute_values(table: pd.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """(N, A) of the attributes named, nan where not known."""
    measured = attributes_of(table, "annotated")
    columns = [
        measured[name] if name in measured else table[name] if name in table else np.full(len(table), np.nan)
        for name in names
    ]
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def _kinds(table: pd.DataFrame) -> NDArray[np.str_]:
    """(N, T) words, empty where nothing is known."""
    columns = []
    for name in KINDS:
        if name == "view":
            angle = np.abs(table.get(f"{TRUTH}view_degrees", pd.Series(np.nan, table.index)).to_numpy(float))
            words = np.select([angle < 45, angle <= 135, angle > 135], ["front", "side", "back"], "")
        elif f"{TRUTH}{name}" in table:
            words = table[f"{TRUTH}{name}"].astype(str).to_numpy(str)
        else:
            words = np.full(len(table), "")
        columns.append(words)
    return np.stack(columns, axis=1)


def cell_points(cells: NDArray[np.integer]) -> NDArray[np.float32]:
    """The middles, in crop pixels, of cells (..., 2): column and row of a heatmap."""
    return ((cells.astype(np.float32) + 0.5) * STRIDE).astype(np.float32)
