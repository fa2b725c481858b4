"""Clusters: people sorted into K groups at once, and whether to believe them."""

import streamlit as st

from dashboard import cluster_view, components

st.title("Clusters")
cluster_view.show(components.current_bundle())
