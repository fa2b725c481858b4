"""Compare: networks trained side by side, and two bundles over the people that both hold."""

from importlib import import_module

import streamlit as st

from dashboard.shared import bundles, links
from dashboard.shared.background import worker

st.title("Compare")
bundle = bundles.current_bundle()
links.refuse_forged(
    links.COMPARE_TAB, f"one of {', '.join(links.COMPARE_TABS)}", links.COMPARE_TABS.__contains__
)
tab = st.segmented_control(
    "What to look at",
    links.COMPARE_TABS,
    default=links.COMPARE_TABS[0],
    required=True,
    key=links.COMPARE_TAB,
    bind="query-params",
    label_visibility="collapsed",
)
if tab == links.COMPARE_TABS[0]:
    from dashboard.compare import networks

    networks.show(bundle)
    # What the other tabs import takes half a second; it comes while one reads this one.
    worker.submit(import_module, "dashboard.compare.everybody")
    worker.submit(import_module, "dashboard.compare.latents")
else:
    from dashboard.compare import view

    view.show(bundle, tab)
