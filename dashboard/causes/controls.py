"""Which one thing is changed, and how far: all of it is in the URL."""

import math
from typing import Final

import streamlit as st

from dashboard.causes import words
from dashboard.shared import links, widgets
from posecore.causes.cause import Cause
from posecore.causes.picture import covered_joint
from posecore.causes.table import CAUSES
from posecore.keypoints import KeypointSet

FIRST: Final = "turn"
FIRST_OF_A_PICTURE: Final = "square"
"""What is changed at first, of a rendered person and of any picture."""

STEPS: Final = {"degrees": 5.0, "crop pixels": 2.0}
FINE: Final = 0.05
SHORT: Final = 10.0
"""Pixels: a range up to which is stepped through finely."""


def choose_cause(rendered: bool) -> Cause:
    """The cause. rendered: whether the person can be made anew, or only the picture changed."""
    _refuse_unknown_causes()
    offered = {cause.name: cause for cause in CAUSES.values() if rendered or cause.kind == "image"}
    usual = CAUSES[FIRST if rendered else FIRST_OF_A_PICTURE].name
    links.follow_defaults({links.CAUSE: usual})
    asked = st.session_state.get(links.CAUSE, st.query_params.get(links.CAUSE))
    if asked in {cause.name for cause in CAUSES.values()} - set(offered):
        st.warning(words.picture_only(asked, usual), icon=":material/info:")
        links.set_widgets({links.CAUSE: usual})
    chosen = widgets.select(
        "What is changed", list(offered), links.CAUSE, usual, width=330, help=words.CAUSE_HELP
    )
    return offered[chosen]


def choose_value(cause: Cause) -> float:
    """How far it is changed, or to which kind; at first as far as the study changes it at most."""
    key = key_of(cause)
    if cause.choices:
        chosen = widgets.select(
            "To which", list(cause.choices), key, cause.choices[int(cause.strengths[1])], width=330
        )
        return float(cause.choices.index(chosen))
    links.refuse_forged(key, words.in_range(cause), lambda text: _fits(cause, text))
    value = st.slider(
        words.slider(cause),
        float(cause.low),
        float(cause.high),
        float(cause.strengths[1]),
        step_of(cause),
        key=key,
        bind="query-params",
        format="%g",
    )
    return min(max(float(value), cause.low), cause.high)


def choose_covered(cause: Cause, keypoints: KeypointSet) -> int:
    """Which joint is covered; a widget only where the cause covers one."""
    usual, joints = covered_joint(keypoints), keypoints.labels
    if cause.key != FIRST_OF_A_PICTURE:
        return usual
    chosen = widgets.select("Over which joint", joints, links.CAUSE_COVERED, joints[usual], width=220)
    return joints.index(chosen)


def key_of(cause: Cause) -> str:
    """Under which the cause's value stands in the link."""
    return links.CAUSE_VALUE + cause.key


def step_of(cause: Cause) -> float:
    """Of the slider."""
    if cause.unit == "crop pixels" and cause.high - cause.low <= SHORT:
        return 5 * FINE
    return STEPS.get(cause.unit, FINE)


def _fits(cause: Cause, text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and cause.low <= value <= cause.high


def _refuse_unknown_causes() -> None:
    """Values of causes that do not exist."""
    for name in list(st.query_params):
        if name.startswith(links.CAUSE_VALUE) and name.removeprefix(links.CAUSE_VALUE) not in CAUSES:
            links.refuse_forged(name, words.ONE_OF_THE_CAUSES, lambda _: False)
