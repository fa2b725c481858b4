"""Names of everything that is in the URL, one prefix per page, and the check of what a link asks for."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import unquote, urlsplit

import streamlit as st
from streamlit.errors import StreamlitAPIException

from dashboard.shared.escaping import escaped

BUNDLE: Final = "bundle"

CLAIMS_THESIS: Final = "claims_thesis"
CLAIMS_VERDICT: Final = "claims_verdict"
"""Which claims are shown."""

LAB_TAB: Final = "lab_tab"
LAB_TABS: Final = ("One picture", "The whole data set", "What each part knows", "Where it looks")
LAB_SOURCE: Final = "lab_source"
LAB_PERSON: Final = "lab_person"
LAB_SKIPS: Final = ("lab_64", "lab_32", "lab_16", "lab_8")
"""One switch per skip connection, finest level first."""
LAB_REPLACEMENT: Final = "lab_replacement"
LAB_DONOR: Final = "lab_donor"
LAB_JOINT: Final = "lab_joint"
LAB_BESIDE: Final = "lab_beside"
"""The bundle whose network gets the same cut."""

LAB_STUDY_REPLACEMENT: Final = "lab_study_replacement"
LAB_STUDY_MASK: Final = "lab_study_mask"
LAB_STUDY_EFFECT: Final = "lab_study_effect"
LAB_STUDY_SORT: Final = "lab_study_sort"
LAB_STUDY_PAGE: Final = "lab_study_page"

LAB_PARTS_MEASURE: Final = "lab_parts_measure"

LAB_LOOK_METHOD: Final = "lab_look_method"
LAB_LOOK_JOINT: Final = "lab_look_joint"
LAB_LOOK_AT: Final = "lab_look_at"
LAB_LOOK_COLUMN: Final = "lab_look_column"
LAB_LOOK_ROW: Final = "lab_look_row"
LAB_LOOK_SKIPS: Final = ("lab_look_64", "lab_look_32", "lab_look_16", "lab_look_8")
"""One switch per skip connection, finest level first."""
LAB_LOOK_STUDIED: Final = "lab_look_studied"
"""Under which skips the study's figures are shown."""

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
"""What was drawn on the map; see dashboard.shared.area."""
MAP_HIDDEN: Final = "map_hidden"
"""Rows of the legend that are hidden, from 0, with commas."""
MAP_VIEW: Final = "map_view"
"""Which part of a plane is looked at; see dashboard.shared.area."""

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
CLUSTERS_SILHOUETTES: Final = "clu_sil"
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

CAUSE: Final = "cause"
CAUSE_SOURCE: Final = "cause_source"
CAUSE_PERSON: Final = "cause_person"
CAUSE_VALUE: Final = "cause_by_"
"""With a cause's key: how far it is changed."""
CAUSE_COVERED: Final = "cause_covered"
"""The joint that a grey square lies over."""
CAUSE_SKIPS: Final = ("cause_64", "cause_32", "cause_16", "cause_8")
"""One switch per skip connection, finest level first."""
CAUSE_REPLACEMENT: Final = "cause_replacement"
CAUSE_JOINT: Final = "cause_joint"
CAUSE_X: Final = "cause_x"
CAUSE_Y: Final = "cause_y"
CAUSE_COMPONENT: Final = "cause_component"
"""Of the matrix, read down."""
CAUSE_SPACE: Final = "cause_space"

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
"""What was drawn on either map; see dashboard.shared.area."""


NETWORKS_DATA: Final = "net_data"
"""Whose answers are shown of networks trained side by side."""

COMPRESSION_TAB: Final = "cpr_tab"
COMPRESSION_TABS: Final = ("What it costs", "Who loses", "What survives")
COMPRESSION_DATA: Final = "cpr_data"
COMPRESSION_SHARE: Final = "cpr_share"
"""Percent of the parameters that are kept."""
COMPRESSION_PERSON: Final = "cpr_person"
COMPRESSION_JOINT: Final = "cpr_joint"
COMPRESSION_ARM: Final = "cpr_arm"
COMPRESSION_PAGE: Final = "cpr_page"

LEDGER_CLAIM: Final = "led_claim"
"""Which claim of the ledger is looked at."""
LEDGER_KIND: Final = "led_kind"
"""Of the claim to be made; the names below are of its parameters."""
LEDGER_KINDS: Final = (
    "Two ways to cut skips",
    "Component and attribute",
    "Group and the rest",
    "Cause and component",
    "Two networks",
)
LEDGER_MASKS: Final = ("led_mask", "led_mask_b")
LEDGER_JOINTS: Final = "led_joints"
LEDGER_REPLACEMENT: Final = "led_replacement"
LEDGER_COMPONENT: Final = "led_component"
LEDGER_ATTRIBUTE: Final = "led_attribute"
LEDGER_K: Final = "led_k"
LEDGER_CLUSTER: Final = "led_cluster"
LEDGER_SPACE: Final = "led_d"
"""Components that the clusters are made of; 0 for whole latents."""
LEDGER_SEED: Final = "led_seed"
LEDGER_RESTARTS: Final = "led_restarts"
LEDGER_AREA: Final = "led_area"
"""In place of a cluster: what was drawn on the map; see dashboard.shared.area."""
LEDGER_CAUSE: Final = "led_cause"
LEDGER_STRENGTH: Final = "led_strength"
LEDGER_BESIDE: Final = "led_beside"
LEDGER_WAY: Final = "led_way"

NAMES: Final = frozenset(
    text
    for name, value in list(globals().items())
    if name.isupper()
    for text in ((value,) if isinstance(value, str) else value)
    if text.islower()
)
"""All of the above that stands in a link. The words on tabs begin with a capital; a name that ends with _ is
the beginning of several."""

DEFAULT_SHOWN: Final = "the default is shown instead"
NOTHING_HERE: Final = "nothing on this page"
"""What becomes of what a link asks for in vain."""
LONGEST_SAID: Final = 60
MOST_SAID: Final = 5

_NOTICES: Final = "_notices"


def notices() -> None:
    """Take the place, near the top of the page, where it is said what a link asks for that does not exist."""
    st.session_state[_NOTICES] = st.container()


def _say(text: str) -> None:
    st.session_state.get(_NOTICES, st).warning(text)


def refuse_forged(key: str, expected: str, allowed: Callable[[str], bool]) -> None:
    """Say so where the link asks for a value that does not exist, and take it out of the link.

    To be called before the widget `key` is drawn, which then shows its default.
    """
    asked = st.query_params.get(key)
    if asked is not None and not allowed(asked):
        _say(f"The link asks for {key} = {_quoted(asked)}, expected {expected}; {DEFAULT_SHOWN}.")
        _take_out(key)


def refuse_unknown(prefixes: Collection[str]) -> None:
    """Say what the link asks for that is nothing on this page, and take it out of the link.

    prefixes: what the names of this page's widgets begin with, up to the first _.
    """
    unknown = [name for name in st.query_params if not _belongs(name, prefixes)]
    if unknown:
        said = [f"{_quoted(name)} = {_quoted(st.query_params[name])}" for name in unknown[:MOST_SAID]]
        _say(
            f"The link asks for {', '.join(said)}{' and more' if len(unknown) > MOST_SAID else ''}, which is "
            f"{NOTHING_HERE}; it is left out."
        )
    for name in unknown:
        _take_out(name)


def refuse_page(shown: str) -> None:
    """Say so where the address names no page, so that `shown`, the first, is there instead.

    Streamlit opens that one, with a message to click away, and takes the name out of the address.
    """
    asked = urlsplit(st.context.url or "").path.rpartition("/")[2]
    # Without a slash at its end, the address of a dashboard in a subfolder ends with the folder's name.
    if asked and asked != str(st.get_option("server.baseUrlPath")).rpartition("/")[2]:
        _say(f"There is no page {_quoted(unquote(asked))}; {shown} is shown instead.")


def _belongs(name: str, prefixes: Collection[str]) -> bool:
    """Whether a widget of this page, or of all pages, has this name."""
    known = name in NAMES or any(name.startswith(start) for start in NAMES if start.endswith("_"))
    return known and (name == BUNDLE or name.split("_")[0] in prefixes)


def _take_out(name: str) -> None:
    # Streamlit itself takes out what a widget that is up is bound to, and lets nobody else.
    with suppress(StreamlitAPIException):
        del st.query_params[name]


def _quoted(text: str) -> str:
    """A text of a stranger's link."""
    return f"'{escaped(' '.join(text[:LONGEST_SAID].split()))}'"


def one_of(options: Collection[str]) -> str:
    """What is expected where these are offered."""
    separator = "; " if any("," in option for option in options) else ", "
    return f"one of {separator.join(options)}"


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


def follow_defaults(defaults: Mapping[str, str | bool]) -> None:
    """To be called before these widgets are drawn, whose defaults are another bundle's after one is chosen.

    Widgets that are all at their old defaults go along to the new ones. Others stay as they are, which the
    link then says: Streamlit leaves out of it only what was the default when it was written.
    """
    name = f"_defaults_{next(iter(defaults))}"
    before = st.session_state.get(name)
    st.session_state[name] = dict(defaults)
    if before in (None, defaults) or not all(key in st.session_state for key in defaults):
        return
    now = {key: st.session_state[key] for key in defaults}
    set_widgets(defaults if now == before else now)


def linked(key: str, expected: str, read: Callable[[str], object]) -> str:
    """The text under `key` in the URL, or what was there when the page was left; empty where nothing is.

    read: gives None for a text that is not as `expected`; it then gets a sentence, and is forgotten.
    """
    text = st.query_params.get(key)
    if text is None:
        text = st.session_state.get(f"_{key}", "")
        if text:
            st.query_params[key] = text
    if text and read(text) is None:
        refuse_forged(key, expected, lambda _: False)
        link(key, "")
        return ""
    return text


def link(key: str, text: str) -> None:
    """Keep a text under `key`; an empty one takes it out of the URL."""
    st.session_state[f"_{key}"] = text
    if text:
        st.query_params[key] = text
    elif key in st.query_params:
        del st.query_params[key]
