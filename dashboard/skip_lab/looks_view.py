"""What changes with every choice of the tab “Where it looks”; it runs alone."""

from typing import Final, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import links, widgets
from dashboard.shared.alone import runs_alone
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.skip_switches import switches
from dashboard.shared.subject import Subject
from dashboard.skip_lab import looking, looks_study
from dashboard.skip_lab import looks_words as words
from posecore import drawing
from posecore.ablation import ALL_ON, SkipMask
from posecore.bundle import Bundle
from posecore.errors import PosecoreError
from posecore.saliency.methods import METHODS, Look, Question

TILE: Final = 384
"""Pixels at which pictures are shown."""

CELLS: Final = 64
FIRST_JOINT: Final = "left wrist"
"""Whose peak is asked about first, where the set has it: small, and often apart from the body."""

BRIGHT: Final = 99.5
"""Percentile of a map from which on it is drawn at full strength."""


class Asked(NamedTuple):
    """What the widgets say. cell: column and row; None for the peak."""

    method: str
    joint: int
    mask: SkipMask
    cell: tuple[int, int] | None


@runs_alone
def ask_and_show(bundle: Bundle, subject: Subject | None) -> None:
    """Widgets and pictures; without anybody the widgets alone, which so stay as they are."""
    above = st.container()
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        left, right = st.container(width=330), st.container(width=740)
    with left:
        asked = _asked(bundle)
    if subject is None:
        right.info(words.NO_PICTURE_YET, icon=":material/image:")
        return
    with above:
        looks_study.check_of(bundle, asked.method, asked.mask)
    with right:
        try:
            _show(bundle, subject, asked)
        except PosecoreError as error:
            st.error(words.cannot_be_asked(error))
    looks_study.curves_of(bundle, asked.method, asked.mask)


def _asked(bundle: Bundle) -> Asked:
    built, labels = bundle.manifest.built_skips, bundle.keypoints.labels
    offered = {
        method.name: key for key, method in METHODS.items() if method.level is None or built[method.level]
    }
    name = widgets.select("By", list(offered), links.LAB_LOOK_METHOD, help=words.METHOD_HELP)
    first = FIRST_JOINT if FIRST_JOINT in labels else labels[0]
    joint = widgets.select("Joint", labels, links.LAB_LOOK_JOINT, first)
    at = widgets.segments("Cell of its heatmap", words.ATS, links.LAB_LOOK_AT)
    other = at != words.ATS[0]
    with st.container(horizontal=True, gap="small", wrap=False):
        column = widgets.whole_number(
            "column", 0, CELLS - 1, CELLS // 2, links.LAB_LOOK_COLUMN, disabled=not other
        )
        row = widgets.whole_number("row", 0, CELLS - 1, CELLS // 2, links.LAB_LOOK_ROW, disabled=not other)
    st.markdown(words.SWITCHES)
    mask = switches(built, ALL_ON, links.LAB_LOOK_SKIPS)
    return Asked(offered[name], labels.index(joint), mask, (column, row) if other else None)


def _show(bundle: Bundle, subject: Subject, asked: Asked) -> None:
    assert subject.crop is not None
    heatmap = looking.heatmap(bundle, subject, asked.joint, asked.mask)
    row, column = divmod(int(heatmap.argmax()), CELLS)
    if asked.cell is not None:
        column, row = asked.cell
    question = Question(asked.joint, row, column, asked.mask)
    method, label = METHODS[asked.method], bundle.keypoints.labels[asked.joint]
    if asked.cell is None and heatmap.max() <= 0:
        st.info(words.lost(label), icon=":material/info:")
        return
    # Its place is there whether it is needed or not, so that nothing jumps.
    bar = st.empty()

    def progress(done: int, of: int) -> None:
        bar.progress(done / of, words.covered(done, of))

    found = looking.look(bundle, subject, asked.method, question, progress)
    bar.empty()
    if not method.sees(asked.mask):
        st.info(words.nothing_passes(method.name), icon=":material/info:")
    tiles = (
        (_ringed(subject.crop, question), words.CROP, words.CROP_ALT),
        (_drawn(subject.crop, found), words.map_title(method.name), words.map_alt(method.name, label)),
        (
            drawing.draw_ring(
                drawing.enlarge(drawing.heatmap_image(heatmap), TILE),
                _place(question, TILE / CELLS),
            ),
            words.heatmap_title(label),
            words.heatmap_alt(label),
        ),
    )
    with st.container(horizontal=True, gap="small"):
        for picture, title, alt in tiles:
            with st.container():
                st.image(drawing.jpeg(picture), width="stretch", alt=alt, caption=title)
    st.markdown(words.answer(label, question, found, asked.cell is None))
    st.caption(words.how(asked.method, found, BRIGHT))
    st.caption(words.source(bundle, subject.who))
    if asked.mask & bundle.manifest.built_skips != bundle.manifest.built_skips:
        st.caption(what_cutting_says(bundle))


def _place(question: Question, size: float) -> tuple[float, float]:
    """The middle of the cell, in a picture with so many pixels a cell."""
    return (question.column + 0.5) * size, (question.row + 0.5) * size


def _ringed(crop: NDArray[np.uint8], question: Question) -> NDArray[np.uint8]:
    return drawing.draw_ring(drawing.enlarge(crop, TILE), _place(question, TILE / CELLS))


def _drawn(crop: NDArray[np.uint8], found: Look) -> NDArray[np.uint8]:
    top = float(np.percentile(np.abs(found.map), BRIGHT))
    return drawing.enlarge(drawing.signed_overlay(crop, found.map, top), TILE)
