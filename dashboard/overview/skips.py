"""Skip connections on the Overview: what they carry, and what is left of the thesis's claim."""

import numpy as np
import streamlit as st

from dashboard.overview import skip_words
from dashboard.overview.skip_words import Tried
from dashboard.shared import bundles, studies
from dashboard.shared.counterpart import counterpart
from posecore.ablation import ALL_OFF, ALL_ON
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.statistics import bootstrap


def what_they_carry(bundle: Bundle) -> str:
    """The answer to skip_words.QUESTION in one sentence, from the skip study; empty where that is not usable,
    does not know how nothing in place of a skip turns out, or nobody in it is labelled."""
    try:
        study = studies.skip_study(bundle)
        if "zero" not in study.replacements:
            return ""
        summary = studies.skip_summary(bundle, studies.skip_study_created(bundle), "zero")
    except BundleError:
        return ""
    if not np.isfinite(summary.scores).any():
        return ""
    on, off = (mask.position for mask in (ALL_ON, ALL_OFF))
    lost = bootstrap(summary.scores[:, on] - summary.scores[:, off])
    return skip_words.carried(summary, lost, bundles.met_cuts(bundle))


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
    try:
        study = studies.skip_study(bundle)
        if "zero" not in study.replacements or not (study.hits >= 0).any():
            return None
        created = studies.skip_study_created(bundle)
        claim, _ = studies.skip_claims(bundle, created, "zero", ALL_OFF.title)
    except BundleError:
        return None
    return Tried(bundle, claim)
