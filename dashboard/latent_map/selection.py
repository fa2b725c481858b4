"""The people within the area drawn on the map: their pictures, their table, and what sets them apart."""

import hashlib
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.latent_map import pictures as map_pictures
from dashboard.latent_map.charts import contrasts
from dashboard.latent_map.choices import Choices
from dashboard.shared import bundles, canvas, figures, latents, links, pictures
from dashboard.shared.attribute_words import contrast_table, words_of
from posecore import drawing
from posecore.attributes.skeletons import joints_known
from posecore.bundle import Bundle

PER_PAGE: Final = 32
TILE: Final = 96
DRAWN: Final = 12
"""Differences in the chart; all are in the table."""

GALLERY: Final = "map_gallery"


def show_selection(
    bundle: Bundle, choices: Choices, rows: NDArray[np.int64], selected: NDArray[np.bool_] | None, person: str
) -> None:
    """rows: (M,) who is on the map. selected: (M,), None where no area is drawn."""
    if selected is None or not selected.any():
        st.subheader("Selection")
        st.caption(
            "Nobody is selected. Take Box or Lasso above the map and draw around some people, or press "
            "“Select what is in sight”: their pictures, a table, and what sets them apart will stand here."
            if selected is None
            else "Nobody who is shown lies in the area that is drawn. Draw another, or show hidden colours."
        )
        return
    chosen = rows[selected]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.subheader(f"Selection: {len(chosen):,} of {len(rows):,} people", width="content")
        st.download_button(
            "CSV",
            lambda: table(bundle, choices, chosen).to_csv(index=False),
            "selection.csv",
            "text/csv",
            key="_map_csv",
            icon=":material/download:",
            on_click="ignore",
            help="Everybody selected: id, place, PCK, colour, and all that is known of them.",
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
            st.caption(
                f"Of {int((~pictured).sum()):,} of these {len(chosen):,} people no picture is at hand, so "
                "they are left out here, and here only. Heatmaps and skeletons, to be chosen above the map, "
                "show everybody."
            )
        chosen = chosen[pictured]
        if not len(chosen):
            return
    pages = -(-len(chosen) // PER_PAGE)
    page = 1
    if pages > 1:
        links.refuse_forged(links.MAP_PAGE, f"a page from 1 to {pages}", links.whole_number(1, pages))
        # A new selection may have fewer pages than the one that was looked at.
        if int(st.session_state.get(links.MAP_PAGE, 1)) > pages:
            st.session_state[links.MAP_PAGE] = 1
        page = int(np.clip(st.pagination(pages, key=links.MAP_PAGE, bind="query-params"), 1, pages))
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
        st.caption(f"No {choices.kind} of {len(absent)} of these people is at hand: {', '.join(absent)}.")


def _apart(bundle: Bundle, rows: NDArray[np.int64], chosen: NDArray[np.int64]) -> None:
    st.subheader("What sets these people apart")
    if len(chosen) == len(rows):
        st.caption("Everybody on the map is selected, so there is nobody to compare them with.")
        return
    ids = bundle.samples["sample_id"].to_numpy()
    found = latents.contrast(bundle, ids[rows], ids[chosen])
    joints = joints_known(bundle.samples)
    named = found.reset_index()
    named["attribute"] = [words_of(name, joints).axis for name in found.index]
    sure = found["low"].notna() & ((found["low"] > 0) | (found["high"] < 0))
    source = bundles.source_line(bundle, len(rows))
    if not found["effect"].notna().any():
        st.caption("Nothing can be compared: too few people are known, or nobody differs.")
        return
    words = f"The {min(DRAWN, len(found))} surest differences between the selected people and the rest"
    figures.chart(contrasts(named.head(DRAWN), source), "map_contrasts", words)
    st.caption(
        f"{len(chosen):,} selected people against the {len(rows) - len(chosen):,} others on the map, by "
        f"{joints} joints, with 95 % intervals; the surest difference first. {int(sure.sum())} of "
        f"{int(found['effect'].notna().sum())} intervals leave out zero; one in twenty would by chance "
        "alone. Whoever selects people by looking at an attribute finds it again here."
    )
    figures.tabled("All differences", contrast_table(found, joints), "map_contrasts")


def _score(bundle: Bundle, sample_id: str) -> str:
    pck = float(bundle.samples["pck"].iloc[bundle.row(sample_id)])
    return f"PCK {pck:.2f}" if np.isfinite(pck) else ""


def _take_pick() -> None:
    st.session_state[links.MAP_PERSON] = str(canvas.said(GALLERY, "picked"))[:80]
