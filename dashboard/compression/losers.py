"""The second tab: whom a smaller network no longer sees."""

from typing import Final

import cv2
import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.compression import charts, known, losers_words, words
from dashboard.shared import figures, links, widgets
from posecore import drawing
from posecore.bundle import Bundle
from posecore.data.heatmaps import STRIDE
from posecore.studies.compression.facts import Point
from posecore.studies.compression.results import SWEPT, CompressionStudy
from posecore.studies.compression.summary import SURE, Arm, arms, changed, control, losses

ON_A_PAGE: Final = 6
WORST: Final = 12
"""Groups that are drawn; all are in the table."""


def show(bundle: Bundle, study: CompressionStudy, data: int) -> None:
    """The whole tab."""
    every = {words.arm(one): one for one in arms(study)}
    if not every:
        st.info(words.NOTHING_TUNED, icon=":material/query_stats:")
        return
    first = words.arm_spoken_of(study)
    arm = every[widgets.select("Compressed network", list(every), links.COMPRESSION_ARM, first, width=360)]
    found = known.losses(bundle, study.created, data, arm.name)
    source = words.source(study, data)
    st.markdown(losers_words.losing(study, arm, data))
    _gallery(study, arm, data)
    st.subheader("Which joints?")
    names = bundle.keypoints.labels
    figures.chart(
        charts.losses(names, found.joints, "points of hits lost", source),
        "cpr_joints",
        losers_words.joints_alt(found.joints),
    )
    st.subheader("Which people?")
    st.markdown(losers_words.worst_group(found.groups))
    if found.groups:
        shown = found.groups[:WORST]
        figures.chart(charts.group_losses(shown, source), "cpr_groups", losers_words.groups_alt(shown))
        st.caption(losers_words.HOW_GROUPS)
        figures.tabled("All groups as a table", _groups(found), "compression-groups")
    st.subheader("Does a small margin in the dense network foretell it?")
    st.markdown(losers_words.foretold(found.foretold))
    st.caption(losers_words.HOW_FORETOLD)


def _gallery(study: CompressionStudy, arm: Arm, data: int) -> None:
    people = study.people[data]
    gone, come, labelled = changed(study, arm, data)
    order = np.argsort(-gone, kind="stable")
    pictures = _pictures(people.pictures, len(people.shown))
    kept = [int(row) for row in order if row in people.shown]
    gainers = sorted((row for row in kept if come[row] > gone[row]), key=lambda row: -come[row])
    drawn = [row for row in kept if gone[row] > 0 and row not in gainers] + gainers
    if not drawn:
        st.caption(losers_words.no_pictures(study, data))
    else:
        page = widgets.page_of(-(-len(drawn) // ON_A_PAGE), links.COMPRESSION_PAGE)
        chosen = drawn[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        for start in range(0, len(chosen), 3):
            for row, cell in zip(chosen[start : start + 3], st.columns(3, gap="small"), strict=False):
                name, place = str(people.sample_ids[row]), int(np.searchsorted(people.shown, row))
                side_by_side = [
                    _drawn(study, point, data, place, pictures[place])
                    for point in (control(study), *arm.points)
                ]
                tile = drawing.grid(side_by_side, len(side_by_side))
                cell.image(tile, width="stretch", alt=losers_words.tile_alt(name))
                cell.caption(losers_words.tile(name, int(gone[row]), int(come[row]), int(labelled[row])))
        st.caption(losers_words.gallery(study, arm, len(people.shown)))
    table = pd.DataFrame(
        {
            "sample id": people.sample_ids,
            "joints that all seeds lose": gone,
            "joints that all seeds gain": come,
            "labelled joints": labelled,
            "points of PCK lost": losses(study, arm, data) * 100,
        }
    ).iloc[order]
    figures.tabled("Everybody as a table, who loses most first", table, "compression-people")


def _pictures(encoded: bytes, count: int) -> NDArray[np.uint8]:
    """(G, 256, 256, 3) of the study's small pictures."""
    if not count or not encoded:
        return np.empty((0, 256, 256, 3), np.uint8)
    row = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    if row is None:
        return np.broadcast_to(drawing.ground(), (count, 256, 256, 3))
    tiles = np.split(np.asarray(row)[..., ::-1], count, axis=1)
    return np.stack([drawing.enlarge(np.ascontiguousarray(tile)) for tile in tiles])


def _drawn(
    study: CompressionStudy, point: Point, data: int, place: int, picture: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The picture with the joints where a network finds them; those that it misses thin and hollow."""
    people = study.people[data]
    everybody = [one for one in study.points if one.kind not in SWEPT]
    cells = people.cells[everybody.index(point), place]
    found = study.hits(point, data)[people.shown[place]]
    points = (cells.astype(np.float32) + 0.5) * STRIDE
    return drawing.draw_skeleton(picture, points, found == 1)


def _groups(found: known.Losses) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": words.group(one),
            "points of PCK lost": one.loss * 100,
            "95 % from": one.low * 100,
            "95 % to": one.high * 100,
            "lost by all others": one.others * 100,
            "n": one.n,
            "p": one.p,
            "p, corrected": one.corrected,
            "differs": "surely" if one.corrected < SURE else "cannot be told",
        }
        for one in found.groups
    )
