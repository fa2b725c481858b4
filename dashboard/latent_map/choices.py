"""What the map shows: which plane, whom, in which colours, with which pictures. All of it is in the URL."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.latent_map import pictures
from dashboard.latent_map.colours import CLUSTER, PCK, Colouring, colour, colourings
from dashboard.latent_map.planes import (
    COMPLETE,
    COMPONENTS,
    EVERYBODY,
    PEOPLE,
    PLANES,
    UMAP,
    Plane,
    Planes,
    completely_labelled,
    plane_of,
    umap_plane,
)
from dashboard.shared import links
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
        offered = pictures.kinds(bundle)
        links.refuse_forged(links.MAP_PICTURES, " or ".join(offered), offered.__contains__)
        kind = st.segmented_control(
            "Pictures",
            offered,
            default=offered[0],
            required=True,
            key=links.MAP_PICTURES,
            bind="query-params",
            wrap=True,
        )
        _true_or_false(links.MAP_IN_PLACE)
        in_place = st.toggle(
            "on the map",
            True,
            key=links.MAP_IN_PLACE,
            bind="query-params",
            help="As many as fit beside each other; come nearer to see more.",
        )
    return Choices(plane, people, colouring, kind if kind in offered else offered[0], in_place)


def _plane(space: Planes) -> Plane:
    last = len(space.explained)
    links.refuse_forged(links.MAP_PLANE, " or ".join(PLANES), PLANES.__contains__)
    which = st.segmented_control(
        "Plane",
        PLANES,
        default=COMPONENTS,
        required=True,
        key=links.MAP_PLANE,
        bind="query-params",
        wrap=True,
    )
    if which == UMAP:
        if space.umap is not None:
            return umap_plane(space)
        st.info(f"{space.without_umap} The first two components are shown instead.", icon=":material/info:")
        return plane_of(space, 1, min(2, last))
    for key in (links.MAP_X, links.MAP_Y):
        links.refuse_forged(key, f"a component from 1 to {last}", links.whole_number(1, last))
    x = st.number_input(
        "Across: component",
        1,
        last,
        1,
        key=links.MAP_X,
        bind="query-params",
        width=130,
        help="Component 1 is the direction in which people's latents differ most.",
    )
    y = st.number_input(
        "Up: component", 1, last, min(2, last), key=links.MAP_Y, bind="query-params", width=130
    )
    # Widgets' bounds hold in the browser only.
    x, y = (int(np.clip(component, 1, last)) for component in (x, y))
    return plane_of(space, x, y)


def _colouring(bundle: Bundle) -> Colouring:
    offered = colourings(bundle)
    some = f"one of {len(offered)} columns, such as {', '.join(offered[:3])}"
    links.refuse_forged(links.MAP_COLOUR, some, offered.__contains__)
    name = st.selectbox(
        "Colour",
        offered,
        key=links.MAP_COLOUR,
        bind="query-params",
        width=280,
        help="Type to search: attributes, joints, and, of rendered people, how they were made.",
    )
    clusters = CLUSTERS
    if name == CLUSTER:
        most = max(2, min(MOST_CLUSTERS, bundle.manifest.people - 1))
        links.refuse_forged(
            links.MAP_CLUSTERS, f"a whole number from 2 to {most}", links.whole_number(2, most)
        )
        clusters = st.number_input(
            "K, how many clusters",
            2,
            most,
            min(CLUSTERS, most),
            key=links.MAP_CLUSTERS,
            bind="query-params",
            width=130,
            help="The clusters that the page Clusters shows first for this K, found in all "
            f"{bundle.manifest.dimensions:,} numbers of a latent, not in this plane.",
        )
        clusters = int(np.clip(clusters, 2, most))
    try:
        return colour(bundle, name, clusters)
    except PosecoreError as error:
        st.info(f"Coloured by PCK instead, as there are no clusters: {error}", icon=":material/info:")
        return colour(bundle, PCK, clusters)


def _people(bundle: Bundle, space: Planes) -> NDArray[np.bool_]:
    everybody = np.ones(len(space.scores), np.bool_)
    complete = completely_labelled(bundle)
    if complete is None:
        return everybody
    links.refuse_forged(links.MAP_PEOPLE, " or ".join(PEOPLE), PEOPLE.__contains__)
    which = st.segmented_control(
        "People",
        PEOPLE,
        default=EVERYBODY,
        required=True,
        key=links.MAP_PEOPLE,
        bind="query-params",
        wrap=True,
    )
    if which != COMPLETE:
        return everybody
    if complete.any():
        return complete
    st.info("Nobody here has all 17 joints labelled, so all people are shown.", icon=":material/info:")
    return everybody


def _true_or_false(key: str) -> None:
    links.refuse_forged(key, "true or false", lambda text: text.lower() in ("true", "false"))
