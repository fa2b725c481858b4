"""Names of everything that is in the URL, one prefix per page, and the check of what a link asks for."""

from collections.abc import Callable
from typing import Final

import streamlit as st

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
MAP_X: Final = "map_x"
MAP_Y: Final = "map_y"
MAP_COLOUR: Final = "map_colour"
MAP_CHART: Final = "map_chart"

CLUSTERS_K: Final = "clu_k"
CLUSTERS_SEED: Final = "clu_seed"
CLUSTERS_RESTARTS: Final = "clu_restarts"

WALK_COMPONENT: Final = "walk_component"
WALK_RANGE: Final = "walk_range"
WALK_STEPS: Final = "walk_steps"


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


def picked_in_chart(chart: str) -> str | None:
    """The sample_id of the point that is selected in the chart with this key; None if none is.

    Read before the chart is drawn, so that whatever shows the person can stand above or beside it.
    """
    selection = (st.session_state.get(chart) or {}).get("selection") or {}
    for point in selection.get("points", ()):
        data = point.get("customdata")
        if isinstance(data, (list, tuple)):
            data = data[0] if data else None
        if isinstance(data, str):
            return data
    return None


def follow_chart(chart: str, person: str) -> None:
    """Write a newly picked point's sample_id into the widget `person`, which is in the URL.

    Only a new pick counts: what is typed later is not overwritten by an old selection.
    """
    picked, seen = picked_in_chart(chart), f"_{chart}_seen"
    if picked is not None and picked != st.session_state.get(seen):
        st.session_state[person] = picked
    st.session_state[seen] = picked
