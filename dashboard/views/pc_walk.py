"""PC walk: stops along one principal component, and how many components matter to the pose."""

import streamlit as st

from dashboard import components, state

st.title("PC walk")
bundle = components.current_bundle()
state.refuse_forged(state.WALK_TAB, " or ".join(state.WALK_TABS), state.WALK_TABS.__contains__)
tab = st.segmented_control(
    "What to look at", state.WALK_TABS, default=state.WALK_TABS[0], required=True, key=state.WALK_TAB,
    bind="query-params", label_visibility="collapsed",
)  # fmt: skip
if tab == state.WALK_TABS[1]:
    from dashboard import component_tab

    component_tab.show(bundle)
else:
    from dashboard import walk_view

    walk_view.show(bundle)
