"""What the map shows: which plane, whom, in which colours, with which pictures. All of it is in the URL."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.latent_map import pictures, words
from dashboard.latent_map.colours import CLUSTER, PCK, Colouring, colour, colourings
from dashboard.latent_map.planes import (
    PLANES,
    UMAP,
    Plane,
    Planes,
    completely_labelled,
    people_choices,
    plane_of,
    umap_plane,
)
from dashboard.shared import links, widgets
from posecore.bundle import Bundle
from posecore.errors import PosecoreError

MOST_CLUSTERS, CLUSTERS = 20, 4


@dataclass(frozen=True, eq=False)
class Choices:
    """people: (N,) who is to be shown. kind: of pictures, pictures.KINDS; in_place: also on the map."""

    plane: Plane
    people: NDArray[np.bool_]
    colouring: Colouring
    kind: str
    in_place: bool


def choose(bundle: Bundle, space: Planes) -> Choices:
    """Draw the widgets; wrong values of a link get a sentence and the default."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        plane = _plane(space)
        colouring = _colouring(bundle)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        people = _people(bundle, space)
        kind = widgets.segments("Pictures", pictures.kinds(bundle), links.MAP_PICTURES, wrap=True)
        in_place = widgets.toggle("on the map", True, links.MAP_IN_PLACE, help=words.IN_PLACE_HELP)
    return Choices(plane, people, colouring, kind, in_place)


def _plane(space: Planes) -> Plane:
    last = len(space.explained)
    if widgets.segments("Plane", PLANES, links.MAP_PLANE, wrap=True) == UMAP:
        if space.umap is not None:
            return umap_plane(space)
        st.info(words.components_instead(space.without_umap), icon=":material/info:")
        return plane_of(space, 1, min(2, last))
    x = widgets.whole_number("Across: component", 1, last, 1, links.MAP_X, width=130, help=words.AXIS_HELP)
    y = widgets.whole_number("Up: component", 1, last, min(2, last), links.MAP_Y, width=130)
    # Widgets' bounds hold in the browser only.
    x, y = (int(np.clip(component, 1, last)) for component in (x, y))
    return plane_of(space, x, y)


def _colouring(bundle: Bundle) -> Colouring:
    offered = colourings(bundle)
    some = f"one of {len(offered)} columns, such as {', '.join(offered[:3])}"
    # Too many to list all, as widgets.select does.
    links.refuse_forged(links.MAP_COLOUR, some, offered.__contains__)
    name = widgets.select("Colour", offered, links.MAP_COLOUR, width=280, help=words.COLOUR_HELP)
    clusters = CLUSTERS
    if name == CLUSTER:
        most = max(2, min(MOST_CLUSTERS, bundle.manifest.people - 1))
        clusters = widgets.whole_number(
            "K, how many clusters",
            2,
            most,
            min(CLUSTERS, most),
            links.MAP_CLUSTERS,
            width=130,
            help=words.k_help(bundle.manifest.dimensions),
        )
        clusters = int(np.clip(clusters, 2, most))
    try:
        return colour(bundle, name, clusters)
    except PosecoreError as error:
        st.info(words.no_clusters(error), icon=":material/info:")
        return colour(bundle, PCK, clusters)


def _people(bundle: Bundle, space: Planes) -> NDArray[np.bool_]:
    everybody = np.ones(len(space.scores), np.bool_)
    complete = completely_labelled(bundle)
    if complete is None:
        return everybody
    choices = people_choices(bundle)
    if widgets.segments("People", choices, links.MAP_PEOPLE, wrap=True) == choices[0]:
        return everybody
    if complete.any():
        return complete
    st.info(words.NOBODY_COMPLETE, icon=":material/info:")
    return everybody
