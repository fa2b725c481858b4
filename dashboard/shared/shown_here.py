"""The sentence at the top of a page: what it shows of this bundle, and whether that holds."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from posecore.verdict import Verdict as Verdict

BEGINS: Final = "What this shows here:"

ICONS: Final[Mapping[Verdict, str]] = {
    Verdict.HOLDS: ":material/check_circle:",
    Verdict.DOES_NOT: ":material/cancel:",
    Verdict.UNKNOWN: ":material/help:",
}
"""By shape, so that nobody needs colour to tell them apart."""

ABOUT: Final = (
    "In one of three words: it holds, it does not, or it cannot be told, be it for want of people or because "
    "what it has to be compared with has not been computed."
)


def sentence(text: str, verdict: Verdict) -> str:
    """The sentence, in Markdown. text: a statement with the figures it is judged by, without a full stop."""
    return f"{BEGINS} {text}: **{verdict}**."


def draw(text: str, verdict: Verdict) -> None:
    """Draw the sentence here, below the page's title."""
    st.markdown(f"{ICONS[verdict]} {sentence(text, verdict)}", help=ABOUT)
