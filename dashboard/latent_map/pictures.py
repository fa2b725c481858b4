"""Pictures of people as the map shows them: one kind for all, small ones in sheets, large ones one by one."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.latent_map import words
from dashboard.latent_map.colours import Colouring
from dashboard.shared import bundle_people, cache, pictures
from dashboard.shared.alone import runs_alone
from dashboard.shared.canvas import PICTURES, courier, packet, said
from posecore import drawing
from posecore.bundle import Bundle
from posecore.data.crops import SIZE
from posecore.data.heatmaps import Target, encode
from posecore.samples import read_points, read_visibility

PREDICTED, ANNOTATED, SKELETON, PICTURE = KINDS = (
    "predicted heatmap",
    "ground-truth heatmap",
    "skeleton",
    "picture",
)

SIZES: Final = {"small": 64, "large": 192}
"""Pixels of a picture's side."""

COLUMNS: Final = 8
MOST: Final = 64
"""Pictures sent at once."""


def kinds(bundle: Bundle) -> list[str]:
    """Kinds of pictures the bundle has of anybody."""
    found = [PREDICTED, SKELETON]
    if bundle.manifest.dataset["annotations"]:
        found.insert(1, ANNOTATED)
    if cache.images_folder() is not None or bundle.manifest.dataset["pictures"]:
        found.append(PICTURE)
    return found


def stand_in(bundle: Bundle, sample_id: str, size: int) -> NDArray[np.uint8]:
    """What is shown of a person without a photograph, (size, size, 3): joints on heatmaps."""
    return reduced(bundle_people.skeleton_of(bundle, sample_id, pictures.ground(bundle, sample_id)), size)


def tile(bundle: Bundle, sample_id: str, kind: str, size: int) -> NDArray[np.uint8] | None:
    """A picture (size, size, 3) of a person; None where there is none of this kind."""
    if kind == PREDICTED:
        return bundle_people.heatmap_of(bundle, sample_id, size)
    if kind == PICTURE:
        crop = bundle_people.picture_of(bundle, sample_id)
        return None if crop is None else reduced(crop, size)
    table = bundle.samples.iloc[[bundle.row(sample_id)]]
    if kind == ANNOTATED:
        return drawing.enlarge(target(read_points(table, "annotated")[0], read_visibility(table)[0]), size)
    return reduced(bundle_people.skeleton_of(bundle, sample_id, drawing.ground()), size)


def target(points: NDArray[np.floating], visibility: NDArray[np.integer]) -> NDArray[np.uint8]:
    """What the network was taught of a person, (64, 64, 3): all joints' targets, each at its full strength.

    points: (K, 2) crop pixels. visibility: (K,).
    """
    maps = encode(points[None], visibility[None], SIZE, Target())[0]
    peaks = maps.max(axis=(1, 2), keepdims=True)
    return drawing.fuse_heatmaps(np.divide(maps, peaks, out=np.zeros_like(maps), where=peaks > 0))


def sheet(
    bundle: Bundle, sample_ids: Sequence[str], kind: str, size: int
) -> tuple[NDArray[np.uint8] | None, list[str], list[str]]:
    """Pictures in rows of COLUMNS without gaps, whose they are, and of whom there is none of this kind."""
    tiles = [(sample_id, tile(bundle, sample_id, kind, size)) for sample_id in sample_ids]
    there = [sample_id for sample_id, picture in tiles if picture is not None]
    found = [picture for _, picture in tiles if picture is not None]
    absent = [sample_id for sample_id, picture in tiles if picture is None]
    if not found:
        return None, there, absent
    rows, columns = -(-len(found) // COLUMNS), min(COLUMNS, len(found))
    whole = np.zeros((rows * size, columns * size, 3), np.uint8)
    for at, picture in enumerate(found):
        row, column = divmod(at, COLUMNS)
        whole[row * size : (row + 1) * size, column * size : (column + 1) * size] = picture
    return whole, there, absent


@runs_alone
def pictures_courier(bundle: Bundle, colouring: Colouring, view_changed: Any) -> None:
    """Send the pictures that the canvas asked for last; in a fragment, so that nothing else runs for them."""
    courier(
        PICTURES,
        answer(bundle, colouring, st.session_state.get("_map_wanted")),
        wanted=_keep_wanted,
        view=view_changed,
    )


def answer(bundle: Bundle, colouring: Colouring, wanted: object) -> bytes:
    """The packet for a question of the browser, which is not trusted; an empty one for a wrong question.

    wanted: serial, ids, kind, size (of SIZES). A large picture is of one person, who is looked at: without a
    photograph they are shown by what stands in for it.
    """
    nothing: dict[str, Any] = {"role": "pictures", "serial": 0, "ids": [], "missing": [], "facts": []}
    if not isinstance(wanted, dict) or wanted.get("kind") not in kinds(bundle):
        return packet(nothing)
    ids, size, serial = wanted.get("ids"), SIZES.get(str(wanted.get("size"))), wanted.get("serial")
    if not isinstance(ids, list) or len(ids) > MOST or size is None or not isinstance(serial, int):
        return packet(nothing)
    known = [sample_id for sample_id in ids if isinstance(sample_id, str) and sample_id in bundle.rows]
    picture, there, absent = sheet(bundle, known, wanted["kind"], size)
    note, shown_as = "", wanted["kind"]
    if wanted["size"] == "large" and len(known) == len(absent) == 1:
        picture, there, absent = stand_in(bundle, known[0], size), known, []
        note, shown_as = words.NOT_AT_HAND, words.STAND_IN
    header = nothing | {
        "serial": serial,
        "ids": there,
        "missing": absent,
        "tile": size,
        "columns": COLUMNS,
        "facts": [facts(bundle, colouring, sample_id) + note for sample_id in there],
        "kindWords": shown_as.capitalize(),
    }
    return packet(header) if picture is None else packet(header, sheet=drawing.jpeg(picture))


def facts(bundle: Bundle, colouring: Colouring, sample_id: str) -> str:
    """A person's PCK, and what they are coloured by."""
    score, coloured = bundle_people.score_of(bundle, sample_id), colouring.of(bundle.row(sample_id))
    return score if coloured.startswith("PCK") else f"{score} · {coloured}"


def reduced(picture: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """A larger picture at (size, size, 3)."""
    import cv2

    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def _keep_wanted() -> None:
    if (wanted := said(PICTURES, "wanted")) is not None:
        st.session_state["_map_wanted"] = wanted
