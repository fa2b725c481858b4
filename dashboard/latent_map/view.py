"""The page from top to bottom: choices, the map, the person beside it, the selection below it."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.latent_map import pictures, reference, words
from dashboard.latent_map.choices import Choices, choose
from dashboard.latent_map.person import draw_person
from dashboard.latent_map.placement import OwnPicture, explain_placement, place_picture
from dashboard.latent_map.planes import Planes, has_plane, open_space, plane_named
from dashboard.latent_map.selection import draw_selection
from dashboard.shared import bundles, canvas, glossary, links, untrained
from dashboard.shared.area import Area, View, inside, read_area, read_hidden, read_view
from dashboard.shared.links import link, linked
from posecore import drawing
from posecore.bundle import Bundle

BESIDE_STAR: Final = 144
"""Pixels of the user's picture; the map shows it at half that, sharp on fine screens."""

NAMED: Final = 5
"""Left-out people who are named."""


@dataclass(frozen=True, eq=False)
class Shown:
    """Who is on the map: rows (M,) of the table; selected (M,), None where nothing is drawn."""

    rows: NDArray[np.int64]
    selected: NDArray[np.bool_] | None


def draw_page(bundle: Bundle) -> None:
    """The whole page below its first sentence. Raises PosecoreError where there is nothing to draw."""
    space = open_space(bundle)
    choices = choose(bundle, space)
    # In a container, as these sentences come and go, and what is below must stay in its place.
    with st.container():
        _left_out(bundle, space)
        area, view, hidden = _drawn(space)
    rows = np.flatnonzero(space.known & choices.people)
    if not len(rows):
        st.info(words.NOBODY_LEFT)
        return
    visible = ~np.isin(choices.colouring.codes, hidden)
    selected = None
    if area is not None:
        selected = (inside(area, plane_named(space, area.plane).places) & visible)[rows]
    shown = Shown(rows, selected)
    left, right = st.columns([11, 4], gap="medium")
    selection, elsewhere = st.container(), st.container()
    with right:
        # In a container, so that what comes with a picture leaves the person's field what and where it is.
        with st.container():
            own = place_picture(bundle)
        person = draw_person(bundle, choices)
    with left:
        _map(bundle, choices, shown, area, view, hidden, person, own)
    with selection:
        draw_selection(bundle, choices, rows, selected, person)
    if own is not None:
        with elsewhere:
            explain_placement(bundle, own)
    apart = ", 95 % interval, Standard deviation, Hedges' g" if selected is not None else ""
    glossary.explain(
        f"Crop, Heatmap, Bottleneck, Latent, Skip connection, PCK, Component, Variance, UMAP{apart}",
        f"{bundles.source_line(bundle)} {choices.colouring.name} {choices.colouring.unit}",
    )


def _map(
    bundle: Bundle,
    choices: Choices,
    shown: Shown,
    area: Area | None,
    view: View | None,
    hidden: list[int],
    person: str,
    own: OwnPicture | None,
) -> None:
    plane, colouring = choices.plane, choices.colouring
    st.caption(words.source(bundles.source_line(bundle, len(shown.rows)), colouring.name))
    ids = bundle.samples["sample_id"].to_numpy()[shown.rows]
    places = plane.places[shown.rows]
    points: dict[str, NDArray[np.generic]] = {
        "x": np.ascontiguousarray(places[:, 0], np.float32),
        "y": np.ascontiguousarray(places[:, 1], np.float32),
        "codes": colouring.codes[shown.rows],
    }
    header = {
        "role": "points",
        "plane": plane.name,
        "ids": "\n".join(ids),
        "classes": [row._asdict() for row in colouring.classes],
    }
    serial = hashlib.sha256(canvas.packet(header, **points)).hexdigest()[:16]
    info: dict[str, Any] = {
        "serial": serial,
        "plane": plane.name,
        "titles": plane.titles,
        "bundle": bundle.path.name,
        "kind": choices.kind,
        "kindWords": choices.kind.capitalize(),
        "inPlace": choices.in_place,
        "colouring": colouring.name,
        "person": person,
        "hidden": hidden,
        "words": words.canvas(len(ids), plane.titles, colouring.name),
        "area": area.corners.tolist() if area and area.plane == plane.name else [],
        "view": view.sides if view and view.plane == plane.name else None,
        "placed": None if own is None else plane.position(own.scores),
        "placedWords": "" if own is None else words.star(own.verdict),
        "marked": [] if own is None else own.nearest,
    }
    arrays: dict[str, NDArray[np.uint8] | bytes] = {}
    if own is not None:
        arrays["own"] = drawing.jpeg(pictures.reduced(own.crop, BESIDE_STAR))
    if shown.selected is not None:
        arrays["chosen"] = np.packbits(shown.selected, bitorder="little")
    with st.container(gap=None):
        canvas.canvas(canvas.packet(info, **arrays), picked=_take_pick, area=_take_area, hidden=_take_hidden)
        canvas.courier(canvas.POINTS, canvas.packet(header | {"serial": serial}, **points))
        pictures.pictures_courier(bundle, colouring, _take_view)
    st.caption(plane.shown)
    if shares := reference.plane_shares(bundle, plane.name):
        st.caption(untrained.plane(shares))
    if own is not None and info["placed"] is None:
        st.caption(words.UMAP_HAS_NO_PLACE)


def _left_out(bundle: Bundle, space: Planes) -> None:
    unknown = np.flatnonzero(~space.known)
    if not len(unknown):
        return
    names = bundle.samples["sample_id"].iloc[unknown[:NAMED]].tolist()
    st.warning(words.left_out(names, len(unknown), len(space.scores)))


def _drawn(space: Planes) -> tuple[Area | None, View | None, list[int]]:
    """The area, the view and the hidden legend rows that the link asks for, or that the canvas said before
    this run."""

    def an_area(text: str) -> Area | None:
        area = read_area(text)
        return area if area is not None and has_plane(space, area.plane) else None

    def a_view(text: str) -> View | None:
        view = read_view(text)
        return view if view is not None and has_plane(space, view.plane) else None

    area = an_area(linked(links.MAP_AREA, "an area as the map writes it, plane:x,y,x,y,…", an_area))
    view = a_view(linked(links.MAP_VIEW, "a part of the map, plane:left,right,bottom,top", a_view))
    rows = read_hidden(linked(links.MAP_HIDDEN, "numbers of legend rows with commas", read_hidden))
    return area, view, rows or []


def _take_pick() -> None:
    st.session_state[links.MAP_PERSON] = str(canvas.said(canvas.CANVAS, "picked"))[:80]


def _take_area() -> None:
    link(links.MAP_AREA, str(canvas.said(canvas.CANVAS, "area") or ""))


def _take_hidden() -> None:
    rows = canvas.said(canvas.CANVAS, "hidden")
    link(links.MAP_HIDDEN, ",".join(map(str, rows)) if isinstance(rows, list) else "")


def _take_view() -> None:
    link(links.MAP_VIEW, str(canvas.said(canvas.PICTURES, "view") or ""))
