"""The Skip lab's second network: the same picture and the same cut, in another bundle's."""

from typing import Final

import streamlit as st

from dashboard.shared import cache, links
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.two_heatmaps import Answer
from dashboard.skip_lab import words
from dashboard.skip_lab.rows import heatmap_row, skeleton_row
from posecore.bundle import Bundle

NONE: Final = "no other"


def choose_other(bundle: Bundle) -> str | None:
    """The name of the bundle whose network gets the same cut; None for no other. In the URL.

    Nothing is shown where no other bundle has a network with skips.
    """
    names = [name for name in cache.bundle_names() if name != bundle.path.name and _has_skips(name)]
    if not names:
        return None
    # The bundle's own name stands there after the second one was chosen for the page; nothing wrong with it.
    known = (NONE, *names, bundle.path.name)
    links.refuse_forged(links.LAB_BESIDE, links.one_of((NONE, *names)), known.__contains__)
    chosen = st.selectbox(
        "The same cut in another network",
        (NONE, *names),
        key=links.LAB_BESIDE,
        bind="query-params",
        width=320,
        help=words.BESIDE_HELP,
    )
    return chosen if chosen in names else None


def second_skeletons(other: Bundle, answer: Answer) -> None:
    """Which network it is, what becomes of the joints in it, and its row of skeletons."""
    st.markdown(words.second_network(other, answer))
    skeleton_row(answer, other.path.name)


def second_heatmaps(other: Bundle, answer: Answer, joint: str) -> None:
    """Its row of heatmaps, and what its cut says."""
    st.markdown(words.second_heading(other))
    heatmap_row(answer, joint, words.source(other, answer, named=True), other.path.name)
    st.caption(f"{other.path.name}: {what_cutting_says(other)}")


def _has_skips(name: str) -> bool:
    """Whether a bundle's network has any; True of a broken one, which says what is wrong when chosen."""
    found = cache.manifest_of(name)
    return found is None or any(found.built_skips)
