"""Compare: networks trained side by side, and two bundles over the people that both hold."""

from importlib import import_module

import streamlit as st

from dashboard import components, state
from dashboard.background import worker

st.title("Compare")
bundle = components.current_bundle()
state.refuse_forged(
    state.COMPARE_TAB, f"one of {', '.join(state.COMPARE_TABS)}", state.COMPARE_TABS.__contains__
)
tab = st.segmented_control(
    "What to look at", state.COMPARE_TABS, default=state.COMPARE_TABS[0], required=True,
    key=state.COMPARE_TAB, bind="query-params", label_visibility="collapsed",
)  # fmt: skip
if tab == state.COMPARE_TABS[0]:
    from dashboard import networks_tab

    networks_tab.show(bundle)
    # What the other tabs import takes half a second; it comes while one reads this one.
    worker.submit(import_module, "dashboard.compare_everybody")
    worker.submit(import_module, "dashboard.compare_latents")
else:
    from dashboard import compare_view

    compare_view.show(bundle, tab)
