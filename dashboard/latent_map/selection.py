"""The people within the area drawn on the map: their pictures, their table, and what sets them apart."""

import hashlib
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.latent_map import pictures as map_pictures
from dashboard.latent_map import words
from dashboard.latent_map.charts import contrasts
from dashboard.latent_map.choices import Choices
from dashboard.latent_map.planes import UMAP_NAME
from dashboard.shared import (
    bundles,
    canvas,
    claiming,
    figures,
    latents,
    links,
    pictures,
    untrained,
    untrained_clusters,
    widgets,
)
from dashboard.shared.area import read_area
from dashboard.shared.attribute_words import contrast_table, words_of
from dashboard.shared.numbers import number
from posecore import drawing
from posecore.attributes.skeletons import joints_known
from posecore.bundle import Bundle
from posecore.studies.control.apart import Apart, nearest_k

PER_PAGE: Final = 32
TILE: Final = 96
DRAWN: Final = 12
"""Differences in the chart; all are in the table."""

GALLERY: Final = "map_gallery"


def draw_selection(
    bundle: Bundle, choices: Choices, rows: NDArray[np.int64], selected: NDArray[np.bool_] | None, person: str
) -> None:
    """rows: (M,) who is on the map. selected: (M,), None where no area is drawn."""
    if selected is None or not selected.any():
        st.subheader("Selection")
        st.caption(words.NOTHING_DRAWN if selected is None else words.NOBODY_IN_AREA)
        return
    chosen = rows[selected]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.subheader(words.selection(len(chosen), len(rows)), width="content")
        st.download_button(
            "CSV",
            lambda: table(bundle, choices, chosen).to_csv(index=False),
            "selection.csv",
            "text/csv",
            key="_map_csv",
            icon=":material/download:",
            on_click="ignore",
            help=words.CSV_HELP,
        )
    _gallery(bundle, choices, chosen, person)
    _apart(bundle, rows, chosen)


def table(bundle: Bundle, choices: Choices, rows: NDArray[np.int64]) -> pd.DataFrame:
    """What the CSV holds of the people in these rows."""
    samples, plane = bundle.samples.iloc[rows], choices.plane
    own = pd.DataFrame(
        {
            "sample_id": samples["sample_id"].to_numpy(),
            "split": samples["split"].to_numpy(),
            "pck": samples["pck"].to_numpy(),
            f"x: {plane.titles[0]}": plane.places[rows, 0],
            f"y: {plane.titles[1]}": plane.places[rows, 1],
            f"colour: {choices.colouring.name}": np.asarray(choices.colouring.values)[rows],
        }
    )
    joints = joints_known(bundle.samples)
    known = latents.attributes(bundle).iloc[rows]
    known = known.rename(columns=lambda column: words_of(column, joints).axis)
    return pd.concat([own, known.reset_index(drop=True)], axis=1)


def _gallery(bundle: Bundle, choices: Choices, chosen: NDArray[np.int64], person: str) -> None:
    if choices.kind == map_pictures.PICTURE:
        pictured = pictures.at_hand(bundle)[chosen]
        if not pictured.all():
            st.caption(words.without_picture(int((~pictured).sum()), len(chosen)))
        chosen = chosen[pictured]
        if not len(chosen):
            return
    page = widgets.page_of(-(-len(chosen) // PER_PAGE), links.MAP_PAGE)
    ids = bundle.samples["sample_id"].to_numpy()[chosen[(page - 1) * PER_PAGE : page * PER_PAGE]].tolist()
    sheet, there, absent = map_pictures.sheet(bundle, ids, choices.kind, TILE)
    if sheet is not None:
        header = {
            "ids": there,
            "facts": [_score(bundle, sample_id) for sample_id in there],
            "person": person,
            "kind": choices.kind.capitalize(),
            "tile": TILE,
            "columns": min(map_pictures.COLUMNS, len(there)),
            "serial": hashlib.sha256("|".join((bundle.path.name, choices.kind, *there)).encode()).hexdigest(),
        }
        canvas.gallery(GALLERY, canvas.packet(header, sheet=drawing.jpeg(sheet)), _take_pick)
    if absent:
        st.caption(words.not_there(choices.kind, absent))


def _apart(bundle: Bundle, rows: NDArray[np.int64], chosen: NDArray[np.int64]) -> None:
    st.subheader("What sets these people apart")
    if len(chosen) == len(rows):
        st.caption(words.EVERYBODY_SELECTED)
        return
    ids = bundle.samples["sample_id"].to_numpy()
    found = latents.contrast(bundle, ids[rows], ids[chosen])
    joints = joints_known(bundle.samples)
    named = found.reset_index()
    named["attribute"] = [words_of(name, joints).axis for name in found.index]
    sure = found["low"].notna() & ((found["low"] > 0) | (found["high"] < 0))
    source = bundles.source_line(bundle, len(rows))
    if not found["effect"].notna().any():
        st.caption(words.NOTHING_COMPARED)
        return
    beside = _clusters_alike(bundle, len(chosen), len(rows))
    shown = named.head(DRAWN)
    reach = untrained_clusters.reach(beside, "farthest", found.index[:DRAWN].tolist())
    figures.chart(contrasts(shown, source, reach), "map_contrasts", words.contrasts_alt(len(shown)))
    compared = int(found["effect"].notna().sum())
    st.caption(words.contrasts(len(chosen), len(rows), joints, int(sure.sum()), compared))
    if beside is not None:
        st.caption(f"{untrained_clusters.differ(found, beside)} {words.AREAS_AND_CLUSTERS}")
    elif line := untrained_clusters.absent(bundle, "what sets a selection apart"):
        st.caption(line)
    _claim(bundle, str(named["attribute"].iloc[0]), float(found["effect"].iloc[0]))
    table = untrained_clusters.tabled(found, contrast_table(found, joints), beside)
    figures.tabled("All differences", table, "map_contrasts")


def _clusters_alike(bundle: Bundle, selected: int, people: int) -> Apart | None:
    """What sets clusters of networks that never learned apart, of those K whose clusters are nearest in size
    to the selection."""
    study = untrained.reference(bundle)
    if study is None or study.labels is None:
        return None
    return untrained_clusters.apart(bundle, nearest_k(study, selected, people))


def _claim(bundle: Bundle, attribute: str, effect: float) -> None:
    """The way to a claim of what sets the area's people apart most, where new people have a place there."""
    text = st.query_params.get(links.MAP_AREA, "")
    area = read_area(text)
    if area is None or area.plane == UMAP_NAME:
        st.caption(words.NO_CLAIM)
        return
    claimed = {links.LEDGER_AREA: text, links.LEDGER_ATTRIBUTE: attribute}
    way = claiming.MORE if effect > 0 else claiming.LESS
    claiming.claim_link(bundle, claiming.GROUP, **claimed, **{links.LEDGER_WAY: way})


def _score(bundle: Bundle, sample_id: str) -> str:
    pck = float(bundle.samples["pck"].iloc[bundle.row(sample_id)])
    return f"PCK {number(pck, 2)}" if np.isfinite(pck) else ""


def _take_pick() -> None:
    st.session_state[links.MAP_PERSON] = str(canvas.said(GALLERY, "picked"))[:80]
