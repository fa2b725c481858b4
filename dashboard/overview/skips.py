"""Skip connections on the Overview: what they carry, and what is left of the thesis's claim."""

import streamlit as st

from dashboard.overview import skip_words
from dashboard.overview.skip_words import Tried
from dashboard.shared import bundles, shown_here, studies, untrained
from dashboard.shared.carried import Carried, carried
from dashboard.shared.counterpart import counterpart
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.studies.skips.effects import tells_the_claim


def what_it_shows(bundle: Bundle) -> Carried | None:
    """The sentence at the top of the page; what skips carry, for what else is said of it."""
    found, probe = carried(bundle), studies.probe_study_at_hand(bundle)
    shown_here.draw(*skip_words.shown(bundle, found, probe))
    if untrained.reference(bundle) is None:
        st.caption(untrained.missing(bundle))
    if probe is None:
        st.caption(skip_words.no_probe(bundle))
    return found


def what_they_carry(bundle: Bundle, found: Carried | None) -> str:
    """The answer to skip_words.QUESTION, from the skip study; empty without one."""
    return "" if found is None else skip_words.carried(found, bundles.met_cuts(bundle))


def claim_in_networks(bundle: Bundle) -> None:
    """The thesis's claim, tried in this network and in its counterpart; nothing without a labelled study."""
    other = counterpart(bundle)
    tried = [found for one in (bundle, other) if one is not None and (found := _tried(one)) is not None]
    if not tried:
        return
    st.subheader(skip_words.CLAIM)
    st.markdown(skip_words.claims(tried))
    st.caption(skip_words.how_it_was_tried(tried[0]))


def _tried(bundle: Bundle) -> Tried | None:
    found = carried(bundle)
    if found is None or not tells_the_claim(bundle.keypoints):
        return None
    try:
        created = studies.skip_study_created(bundle)
        return Tried(bundle, studies.skip_claims(bundle, created, found_only=True), found.finds)
    except BundleError:
        return None
