"""Names of everything that is in the URL, one prefix per page, and the check of what a link asks for."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import streamlit as st
from streamlit.errors import StreamlitAPIException

BUNDLE: Final = "bundle"

LAB_TAB: Final = "lab_tab"
LAB_TABS: Final = ("One picture", "The whole data set")
LAB_SOURCE: Final = "lab_source"
LAB_PERSON: Final = "lab_person"
LAB_SKIPS: Final = ("lab_64", "lab_32", "lab_16", "lab_8")
"""One switch per skip connection, finest level first."""
LAB_REPLACEMENT: Final = "lab_replacement"
LAB_DONOR: Final = "lab_donor"
LAB_JOINT: Final = "lab_joint"

MAP_PERSON: Final = "map_person"
MAP_PLANE: Final = "map_plane"
MAP_X: Final = "map_x"
MAP_Y: Final = "map_y"
MAP_PEOPLE: Final = "map_people"
MAP_COLOUR: Final = "map_colour"
MAP_CLUSTERS: Final = "map_k"
MAP_PICTURES: Final = "map_pictures"
MAP_IN_PLACE: Final = "map_in_place"
MAP_SOURCE: Final = "map_source"
MAP_PAGE: Final = "map_page"
MAP_AREA: Final = "map_area"
"""What was drawn on the map; see dashboard.map_area."""
MAP_HIDDEN: Final = "map_hidden"
"""Rows of the legend that are hidden, from 0, with commas."""
MAP_VIEW: Final = "map_view"
"""Which part of a plane is looked at; see dashboard.map_area."""

CLUSTERS_K: Final = "clu_k"
CLUSTERS_SEED: Final = "clu_seed"
CLUSTERS_RESTARTS: Final = "clu_restarts"
CLUSTERS_METHOD: Final = "clu_method"
CLUSTERS_SPACE: Final = "clu_space"
CLUSTERS_COMPONENTS: Final = "clu_d"
CLUSTERS_PEOPLE: Final = "clu_people"
CLUSTERS_OF_K: Final = "clu_of_k"
CLUSTERS_OF: Final = "clu_of"
"""Whose people are clustered again: cluster `clu_of` of `clu_of_k`."""
CLUSTERS_NAME: Final = "clu_name_"
"""With a cluster's number: what the user calls it."""
CLUSTERS_NOTE: Final = "clu_note"
CLUSTERS_IMAGE: Final = "clu_image"
CLUSTERS_SHOW: Final = "clu_show"
CLUSTERS_PERSON: Final = "clu_person"
CLUSTERS_TAB: Final = "clu_tab"
CLUSTERS_WHO: Final = "clu_who"
CLUSTERS_AS: Final = "clu_as"
CLUSTERS_ONE: Final = "clu_one"
CLUSTERS_FILE: Final = "clu_file"
CLUSTERS_OTHER: Final = "clu_b_"
"""Begins the names of what the clustering to compare with is made by."""

WALK_TAB: Final = "walk_tab"
WALK_TABS: Final = ("Walk", "How many components matter")
WALK_COMPONENT: Final = "walk_component"
WALK_RANGE: Final = "walk_range"
WALK_STEPS: Final = "walk_steps"
WALK_START: Final = "walk_start"
"""A sample_id; empty for the mean."""
WALK_SKIPS: Final = "walk_skips"
WALK_KEPT: Final = "walk_kept"

COMPARE_TAB: Final = "cmp_tab"
COMPARE_TABS: Final = ("Networks trained side by side", "One person", "Everybody", "Latents")
COMPARE_WITH: Final = "with"
"""The bundle that the chosen one is compared with."""
COMPARE_PERSON: Final = "cmp_person"
COMPARE_SKIPS: Final = ("cmp_64", "cmp_32", "cmp_16", "cmp_8")
"""One switch per skip connection, finest level first."""
COMPARE_JOINT: Final = "cmp_joint"
COMPARE_MASK: Final = "cmp_mask"
COMPARE_ORDER: Final = "cmp_order"
COMPARE_PAGE: Final = "cmp_page"
COMPARE_K: Final = "cmp_k"
COMPARE_AREAS: Final = ("cmp_area_a", "cmp_area_b")
"""What was drawn on either map; see dashboard.map_area."""


def refuse_forged(key: str, expected: str, allowed: Callable[[str], bool]) -> None:
    """Say so where the link asks for a value that does not exist; Streamlit then shows the default.

    To be called before the widget `key` is drawn, which takes a bad value out of the URL.
    """
    asked = st.query_params.get(key)
    if asked is not None and not allowed(asked):
        st.warning(
            f"The link asks for {key} = {asked[:60]!r}, expected {expected}; the default is shown instead."
        )


def whole_number(least: int, most: int) -> Callable[[str], bool]:
    """Whether a text is a whole number from `least` to `most`."""

    def allowed(text: str) -> bool:
        return text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most

    return allowed


def set_widgets(values: Mapping[str, str | bool]) -> None:
    """Give widgets that are bound to the URL their values, by key; to be called before a rerun draws them."""
    for key, value in values.items():
        st.session_state[key] = value
        # A widget that comes up for the first time takes its value from the link; for one that has been up
        # Streamlit writes the link itself, and lets nobody else.
        with suppress(StreamlitAPIException):
            st.query_params[key] = str(value).lower() if isinstance(value, bool) else value
