"""Compression: what a smaller network costs and finds, whom it no longer sees, and what is left of it."""

import streamlit as st

from dashboard.compression import known, words
from dashboard.shared import bundles, glossary, links, shown_here, widgets
from posecore.errors import BundleError

st.title("Compression")
bundle = bundles.current_bundle()
try:
    study = known.study(bundle)
except BundleError as error:
    st.info(words.no_study(error), icon=":material/query_stats:")
    st.stop()
# It speaks of the people chosen below.
top = st.container()
titles = [words.people(study, number) for number in range(len(study.data))]
data = titles.index(widgets.segments("People", titles, links.COMPRESSION_DATA))
told = known.figures(bundle, study.created, data)
with top:
    shown_here.draw(*words.shown(study, told))
    st.markdown(words.on_whom(study, told))
    st.caption(words.RULE)
modules = ("dashboard.compression.trade", "dashboard.compression.losers", "dashboard.compression.survives")
tabs = dict(zip(links.COMPRESSION_TABS, modules, strict=True))
widgets.tabs(links.COMPRESSION_TAB, tabs).show(bundle, study, data)
glossary.explain(words.GLOSSARY, words.network_words(bundle))
