"""One person of a bundle: who is shown first, their picture, heatmaps, joints and score."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import cache, certainty
from posecore.bundle import Bundle
from posecore.data.heatmaps import where_found
from posecore.errors import BundleError
from posecore.samples import read_peaks, read_points


def best_person(bundle: Bundle) -> str:
    """Whom a page shows first: somebody whose picture is shipped, if any; of these the highest PCK, and among
    equals the one whose weakest joint is surest."""
    table = bundle.samples
    peaks = table[
        [name for name in table.columns if name.startswith("predicted_") and name.endswith("_peak")]
    ]
    order = np.lexsort(
        (peaks.min(axis=1).to_numpy(), table["pck"].fillna(-1).to_numpy(), shipped_pictures(bundle))
    )
    return str(table["sample_id"].iloc[order[-1]])


def shipped_pictures(bundle: Bundle) -> NDArray[np.bool_]:
    """(N,) whether the bundle holds the person's picture."""
    files, names = bundle.manifest.files, bundle.samples["sample_id"]
    if not bundle.manifest.dataset["pictures"]:
        return np.zeros(len(names), np.bool_)
    return np.array([f"pictures/{name}.webp" in files for name in names.tolist()], np.bool_)


def person_picker(bundle: Bundle, key: str, default: str) -> str:
    """A field for a sample_id, in the URL under `key`, and a button to the next; returns a real person."""

    def go_on() -> None:
        here = st.session_state.get(key) or default
        row = bundle.rows.get(here, -1)
        st.session_state[key] = str(bundle.samples["sample_id"].iloc[(row + 1) % len(bundle.samples)])

    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.text_input(
            "Person (sample id)",
            key=key,
            # No default value: the Next button and the map write into this field.
            placeholder=default,
            bind="query-params",
            max_chars=80,
            width=220,
            help="COCO split and annotation id, as in the data set's JSON. It is part of the link.",
        )
        st.button(
            "Next", on_click=go_on, key=f"_{key}_next", icon=":material/skip_next:", help="The next person"
        )
    asked = (asked or "").strip() or default
    if asked in bundle.rows:
        return asked
    st.warning(f"This bundle holds no person {asked[:60]!r}. Shown instead: {default}.")
    return default


def picture_of(bundle: Bundle, sample_id: str) -> NDArray[np.uint8] | None:
    """The person's 256 x 256 crop, if it is at hand."""
    from PIL import Image

    try:
        path = bundle.picture_path(sample_id, cache.images_folder())
    except BundleError as error:
        st.warning(f"The picture of {sample_id} is not shown. {error}")
        return None
    if path is None:
        return None
    try:
        with Image.open(path) as picture:
            crop = np.asarray(picture.convert("RGB"))
    except OSError:
        return None
    return crop if crop.shape == (256, 256, 3) else None


def heatmap_of(bundle: Bundle, sample_id: str, size: int = 256) -> NDArray[np.uint8]:
    """The person's stored heatmap thumbnail, enlarged."""
    from posecore.drawing import enlarge

    return enlarge(np.asarray(bundle.thumbnail(sample_id)), size)


def skeleton_of(bundle: Bundle, sample_id: str, on: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`on` with the person's predicted joints drawn on it, those that are not sure thin and hollow."""
    from posecore.drawing import draw_skeleton

    row = bundle.samples.iloc[[bundle.row(sample_id)]]
    peaks = read_peaks(row)[0]
    points = where_found(read_points(row, "predicted")[0], peaks)
    return draw_skeleton(on, points, certainty.limit(bundle).sure(peaks))


def sure_of(bundle: Bundle, sample_id: str) -> str:
    """How many of the person's predicted joints are sure, in one line of Markdown."""
    limit = certainty.limit(bundle)
    return certainty.line(limit.sure(read_peaks(bundle.samples.iloc[[bundle.row(sample_id)]])[0]), limit)


def score_of(bundle: Bundle, sample_id: str) -> str:
    """The person's PCK in words."""
    pck = float(bundle.samples["pck"].iloc[bundle.row(sample_id)])
    return f"PCK {pck:.2f}" if np.isfinite(pck) else "PCK not known"
