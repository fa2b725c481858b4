"""Compare: networks trained side by side, and two bundles over the people that both hold."""

from importlib import import_module

import streamlit as st

from dashboard.compare.choice import choose_pair
from dashboard.shared import bundles, glossary, links, widgets
from dashboard.shared.background import worker

st.title("Compare")
bundle = bundles.current_bundle()
NETWORKS = "dashboard.compare.networks"
OF_PAIRS = ("dashboard.compare.person", "dashboard.compare.everybody", "dashboard.compare.latents")
tab = widgets.tabs(links.COMPARE_TAB, dict(zip(links.COMPARE_TABS, (NETWORKS, *OF_PAIRS), strict=True)))
if tab.__name__ == NETWORKS:
    tab.show(bundle)
    # What the other tabs import takes half a second; it comes while one reads this one.
    for module in OF_PAIRS:
        worker.submit(import_module, module)
elif (pair := choose_pair(bundle)) is not None:
    tab.show(pair)
    glossary.explain(tab.WORDS, " ".join(bundles.network_name(one) for one in (pair.one, pair.other)))
