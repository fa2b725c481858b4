"""Skip lab: one person's heatmaps with and without skip connections, and whether it holds for everybody."""

import streamlit as st

from dashboard.shared import bundles, links, shown_here, untrained, widgets
from dashboard.shared.carried import carried
from dashboard.skip_lab import words
from posecore.ablation import ALL_OFF

st.title("Skip lab")
bundle = bundles.current_bundle()
if bundle.manifest.built_skips == ALL_OFF:
    st.info(words.NO_SKIPS, icon=":material/info:")
else:
    shown_here.draw(*words.shown(bundle, carried(bundle)))
if untrained.reference(bundle) is None:
    st.caption(untrained.missing(bundle))
modules = (
    *("dashboard.skip_lab.picture", "dashboard.skip_lab.study"),
    *("dashboard.skip_lab.parts", "dashboard.skip_lab.looks"),
)
widgets.tabs(links.LAB_TAB, dict(zip(links.LAB_TABS, modules, strict=True))).show(bundle)
