"""What to walk along, how far, from whom, and with which skip features: all of it is in the URL."""

from typing import Final, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.pc_walk import words
from dashboard.pc_walk.words import MEAN, OFF, OWN, SKIPS
from dashboard.shared import bundle_people, certainty, links, pictures, widgets
from posecore.ablation import ALL_OFF
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.components.pca import Components

NARROWEST, WIDEST, USUAL = 0.5, 4.0, 3.0
"""Of the range of c; the thesis walks from -3 to 3."""
COUNTS: Final = tuple(range(3, 14, 2))
"""Odd numbers of stops, so that one of them is the start."""
USUAL_COUNT: Final = 7


class Asked(NamedTuple):
    """component: from 0. steps: (S,) c. start: a sample_id with known scores, empty for the mean."""

    component: int
    steps: NDArray[np.float64]
    start: str


def controls(bundle: Bundle, fitted: Components, scores: NDArray[np.float32]) -> Asked:
    """The widgets of a walk."""
    last = scores.shape[1]
    # A refusal that says why there are no more, and two widgets of which no page has a second.
    links.refuse_forged(
        links.WALK_COMPONENT,
        f"a component from 1 to {last}: {limit(bundle, fitted)}",
        links.whole_number(1, last),
    )
    links.refuse_forged(links.WALK_RANGE, f"a number from {NARROWEST} to {WIDEST}", _is_range)
    choices = [str(count) for count in COUNTS]
    links.refuse_forged(links.WALK_STEPS, links.one_of(choices), choices.__contains__)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        component = st.number_input(
            "Component",
            1,
            last,
            1,
            key=links.WALK_COMPONENT,
            bind="query-params",
            width=140,
            help=f"Component 1 is the direction in which people differ most. {limit(bundle, fitted)}",
        )
        reach = st.slider(
            "c, from minus to plus",
            NARROWEST,
            WIDEST,
            USUAL,
            0.5,
            key=links.WALK_RANGE,
            bind="query-params",
            width=220,
            help="Stops lie c standard deviations of the component from the start: c · √λ.",
        )
        count = st.select_slider(
            "Number of stops", COUNTS, USUAL_COUNT, key=links.WALK_STEPS, bind="query-params", width=200
        )
        start = _start(bundle, scores)
    # Widgets' bounds hold in the browser only.
    component, reach = int(np.clip(component, 1, last)), float(np.clip(reach, NARROWEST, WIDEST))
    return Asked(component - 1, np.linspace(-reach, reach, count if count in COUNTS else USUAL_COUNT), start)


def skip_choice(bundle: Bundle, start: str) -> tuple[str, NDArray[np.uint8] | None]:
    """Which of SKIPS the decoder gets, and for OWN the start's picture."""
    usual = usual_skips(bundle)
    links.follow_defaults({links.WALK_SKIPS: usual})
    chosen = widgets.segments(
        "Skip features the decoder gets",
        SKIPS,
        links.WALK_SKIPS,
        usual,
        help="off: the decoder sees the stop's latent alone. The start's own: those of the person the walk "
        "starts from, at every stop. The data set's mean: the same for everybody.",
    )
    if usual != OFF:
        st.caption(words.MEAN_AT_FIRST)
    if chosen != OWN:
        return chosen, None
    if not start:
        st.info(words.NOBODY_S_OWN, icon=":material/info:")
        return OFF, None
    crop = bundle_people.picture_of(bundle, start)
    if crop is None:
        st.info(words.no_own_features(pictures.absent(bundle, start)), icon=":material/no_photography:")
        return OFF, None
    return OWN, crop


def usual_skips(bundle: Bundle) -> str:
    """Which of SKIPS a walk begins with: none, but for a network of which it is known that it finds no joint
    without them."""
    alone = certainty.limit(bundle, ALL_OFF)
    return MEAN if alone.known and alone.above is None else OFF


def limit(bundle: Bundle, fitted: Components) -> str:
    """How many components there are to ask for, and how to have more."""
    axes, dimensions = fitted.axes.shape
    rank = min(fitted.people - 1, dimensions)
    return words.component_limit(axes, rank, fitted.people, dimensions, study_command(bundle, "projection"))


def _start(bundle: Bundle, scores: NDArray[np.float32]) -> str:
    """The person to start at, empty for the mean."""
    asked = st.text_input(
        "Start at",
        key=links.WALK_START,
        bind="query-params",
        placeholder="the mean",
        max_chars=80,
        width=170,
        help="A sample id; empty for the mean of all people. It is part of the link.",
    )
    st.button(
        "Anybody",
        key="_walk_anybody",
        icon=":material/casino:",
        on_click=_anybody,
        args=(bundle, scores),
        help="Start at somebody drawn at random, with a picture where there are any",
    )
    st.button(
        "The mean",
        key="_walk_mean",
        icon=":material/filter_center_focus:",
        on_click=_mean,
        disabled=not asked,
        help="Start at the mean of all people again",
    )
    asked = (asked or "").strip()
    if not asked:
        return ""
    if asked not in bundle.rows:
        st.warning(words.no_such_start(asked))
        return ""
    if np.isnan(scores[bundle.row(asked), 0]):
        st.warning(words.no_latent_to_start(asked))
        return ""
    return asked


def _anybody(bundle: Bundle, scores: NDArray[np.float32]) -> None:
    known = ~np.isnan(scores[:, 0])
    if bundle.manifest.averaged:  # of others the decoder has nothing to start from
        known[bundle.manifest.whole_people :] = False
    pictured = known & pictures.at_hand(bundle)
    rows = np.flatnonzero(pictured if pictured.any() else known)
    # Who is drawn is in the URL afterwards, so they need not be drawn again.
    row = int(np.random.default_rng().choice(rows))
    st.session_state[links.WALK_START] = str(bundle.samples["sample_id"].iloc[row])


def _mean() -> None:
    st.session_state[links.WALK_START] = ""


def _is_range(text: str) -> bool:
    try:
        return NARROWEST <= float(text) <= WIDEST
    except ValueError:
        return False
