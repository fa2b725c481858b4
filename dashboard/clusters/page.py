"""Clusters: people sorted into K groups at once, and whether to believe them."""

import streamlit as st

from dashboard.clusters import view
from dashboard.shared import bundles

st.title("Clusters")
view.draw_page(bundles.current_bundle())
