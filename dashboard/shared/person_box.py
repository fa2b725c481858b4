"""The box around one person, set on the picture itself; it decides what the network sees."""

import base64

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import picture_words, predictions
from dashboard.shared.box_chart import box_chart
from dashboard.shared.photographs import Photograph
from posecore import drawing
from posecore.bundle import Bundle
from posecore.data.crops import SquareCrop, box_crop, joints_box
from posecore.data.heatmaps import decode
from posecore.errors import DataError

Box = tuple[float, float, float, float]
"""Left, top, width, height in picture pixels."""

CONFIDENT = 0.5
"""Share of the highest peak from which a joint counts when the box is fitted to the person."""

LEAST_JOINTS = 4
FIELDS = ("Left", "Top", "Width", "Height")


def person_box(bundle: Bundle, photograph: Photograph, key: str) -> SquareCrop:
    """One line that opens into the picture, to set the box on it; returns the square that is cut out.

    Raises DataError where it holds nothing of the picture.
    """
    line = st.expander(picture_words.BOX_LINE, key=f"_{key}_box_open", on_change="rerun")
    if line.open:
        with line:
            _editor(bundle, photograph, key)
    info, size = photograph.picture.info, photograph.picture.size
    for sentence in picture_words.read_as(size, info["reduced"] > 1, info["several"]):
        st.caption(sentence)
    box = _box(photograph, key)
    if not _inside(box, size):
        raise DataError(picture_words.BOX_OUTSIDE)
    return _square(box, size)


def _editor(bundle: Bundle, photograph: Photograph, key: str) -> None:
    picture, box = photograph.picture, _box(photograph, key)
    # Beside each other where there is room for both.
    with st.container(horizontal=True, gap="medium"):
        left, right = st.container(width=560), st.container(width=480)
    with left:
        st.plotly_chart(
            box_chart(_source(photograph.preview), picture.size, box, _square(box, picture.size)),
            key=f"_{key}_box_chart",
            on_select=lambda: _take_drawn(photograph, key),
            selection_mode="box",
            config={"displayModeBar": False, "scrollZoom": False},
            alt=picture_words.box_alt(picture.size),
        )
    with right:
        st.markdown(picture_words.BOX)
        with st.container(horizontal=True, gap="xsmall"):
            st.button(
                "Fit to the person",
                key=f"_{key}_fit",
                icon=":material/fit_screen:",
                on_click=_fit,
                args=(bundle, photograph, key),
                help=picture_words.FIT_HELP,
            )
            st.button(
                "Whole picture",
                key=f"_{key}_whole",
                icon=":material/crop_free:",
                on_click=_keep,
                args=(photograph, key, (0.0, 0.0, *map(float, picture.size))),
            )
        if note := st.session_state.pop(f"_{key}_note", ""):
            st.warning(note)
        _fields(photograph, key, box)


def fitted(bundle: Bundle, photograph: Photograph, box: Box) -> Box | None:
    """The box around the joints the network is sure of, found twice; None where it is not sure of enough."""
    for _ in range(2):
        square = _square(box, photograph.picture.size)
        points, peaks = decode(predictions.heatmaps_of(bundle, square.cut(photograph.picture))[None])
        sure = peaks[0] >= CONFIDENT * peaks[0].max()
        if sure.sum() < LEAST_JOINTS or peaks[0].max() <= 0:
            return None
        box = joints_box(square.points_to_picture(points[0, sure]))
    return box


def _box(photograph: Photograph, key: str) -> Box:
    digest, box = st.session_state.get(f"_{key}_box", ("", None))
    if digest == photograph.digest and box is not None:
        return box
    return (0.0, 0.0, float(photograph.picture.width), float(photograph.picture.height))


def _keep(photograph: Photograph, key: str, box: Box) -> None:
    left, top, width, height = box
    box = (left, top, max(width, 1.0), max(height, 1.0))
    st.session_state[f"_{key}_box"] = (photograph.digest, box)
    for name, value in zip(FIELDS, box, strict=True):
        st.session_state[f"_{key}_{name}"] = round(value, 1)


def _take_drawn(photograph: Photograph, key: str) -> None:
    """The box drawn last. A selection that was taken away says nothing."""
    drawn = (st.session_state[f"_{key}_box_chart"].get("selection") or {}).get("box")
    if drawn:
        (low_x, high_x), (low_y, high_y) = sorted(drawn[-1]["x"]), sorted(drawn[-1]["y"])
        _keep(photograph, key, (low_x, low_y, high_x - low_x, high_y - low_y))


def _fit(bundle: Bundle, photograph: Photograph, key: str) -> None:
    box = fitted(bundle, photograph, _box(photograph, key))
    if box is None:
        st.session_state[f"_{key}_note"] = picture_words.NOT_FITTED
    else:
        _keep(photograph, key, box)


def _fields(photograph: Photograph, key: str, box: Box) -> None:
    def take() -> None:
        values = [float(st.session_state[f"_{key}_{name}"]) for name in FIELDS]
        _keep(photograph, key, (values[0], values[1], values[2], values[3]))

    _keep(photograph, key, box)
    far = 4.0 * max(photograph.picture.size)
    with st.container(horizontal=True, gap="xsmall"):
        for name in FIELDS:
            least = -far if name in FIELDS[:2] else 1.0
            st.number_input(name, least, far, key=f"_{key}_{name}", step=8.0, on_change=take, width=112)
    st.caption(picture_words.box_units(photograph.picture.size))


def _square(box: Box, size: tuple[int, int]) -> SquareCrop:
    return box_crop(box, *size)


def _inside(box: Box, size: tuple[int, int]) -> bool:
    left, top, width, height = box
    return left < size[0] and top < size[1] and left + width > 0 and top + height > 0


def _source(preview: NDArray[np.uint8]) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(drawing.jpeg(preview)).decode()
