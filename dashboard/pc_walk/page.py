"""PC walk: stops along one principal component, and how many components matter to the pose."""

import streamlit as st

from dashboard.shared import bundles, links

st.title("PC walk")
bundle = bundles.current_bundle()
links.refuse_forged(links.WALK_TAB, " or ".join(links.WALK_TABS), links.WALK_TABS.__contains__)
tab = st.segmented_control(
    "What to look at",
    links.WALK_TABS,
    default=links.WALK_TABS[0],
    required=True,
    key=links.WALK_TAB,
    bind="query-params",
    label_visibility="collapsed",
)
if tab == links.WALK_TABS[1]:
    from dashboard.pc_walk import components as component_tab

    component_tab.show(bundle)
else:
    from dashboard.pc_walk import view

    view.show(bundle)
