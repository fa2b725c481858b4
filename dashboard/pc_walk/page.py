"""PC walk: stops along one principal component, and how many components matter to the pose."""

import streamlit as st

from dashboard.shared import bundles, links, widgets

st.title("PC walk")
bundle = bundles.current_bundle()
modules = ("dashboard.pc_walk.view", "dashboard.pc_walk.components")
widgets.tabs(links.WALK_TAB, dict(zip(links.WALK_TABS, modules, strict=True))).show(bundle)
