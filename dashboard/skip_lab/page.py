"""Skip lab: one person's heatmaps with and without skip connections, and whether it holds for everybody."""

import streamlit as st

from dashboard.shared import bundles, links, widgets

st.title("Skip lab")
bundle = bundles.current_bundle()
modules = ("dashboard.skip_lab.picture", "dashboard.skip_lab.study")
widgets.tabs(links.LAB_TAB, dict(zip(links.LAB_TABS, modules, strict=True))).show(bundle)
