"""What takes the place of a cut skip in the Skip lab: nothing, everybody's mean, or somebody else's."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import bundle_people, links, pictures, widgets
from dashboard.skip_lab import words
from posecore.ablation import REPLACEMENTS
from posecore.bundle import Bundle


def replacement(bundle: Bundle, person: str) -> tuple[str, str, NDArray[np.uint8] | None]:
    """What takes the place of a cut skip: its name in REPLACEMENTS, the donor's sample_id and their crop."""
    chosen = widgets.segments("A cut skip is replaced by", list(REPLACEMENTS), links.LAB_REPLACEMENT)
    st.caption(REPLACEMENTS[chosen])
    if chosen != "other":
        return chosen, "", None
    default = _somebody_else(bundle, person, 0)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        asked = st.text_input(
            "Whose features",
            key=links.LAB_DONOR,
            bind="query-params",
            placeholder=default,
            max_chars=80,
            width=150,
        )
        st.button(
            "Another",
            key="_lab_donor_next",
            icon=":material/shuffle:",
            on_click=_shuffle,
            args=(bundle, person),
            help="Somebody else, at random",
        )
    donor = (asked or "").strip() or default
    if donor not in bundle.rows:
        st.warning(words.no_donor(donor, default))
        donor = default
    crop = bundle_people.picture_of(bundle, donor)
    if crop is None:
        st.warning(words.donor_without_picture(bundle, donor))
        return "zero", "", None
    return chosen, donor, crop


def _shuffle(bundle: Bundle, person: str) -> None:
    st.session_state["_lab_donors"] = st.session_state.get("_lab_donors", 0) + 1
    st.session_state[links.LAB_DONOR] = _somebody_else(bundle, person, st.session_state["_lab_donors"])


def _somebody_else(bundle: Bundle, person: str, seed: int) -> str:
    """A person drawn by `seed` who is not `person`, and whose picture is at hand where anybody's is."""
    pictured = pictures.at_hand(bundle)
    ids = bundle.samples["sample_id"].to_numpy()
    ids = ids[pictured] if pictured.any() else ids
    others = ids[ids != person]
    return str(np.random.default_rng(seed).choice(others if len(others) else ids))
