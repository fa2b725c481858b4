"""Entry point: `streamlit run dashboard/app.py`. A new page is one file in views and a row in PAGES."""

import gc
import sys

import streamlit as st

from dashboard.components import bundle_picker

PAGES = (
    # file, title, icon, path in the URL
    ("views/overview.py", "Overview", ":material/home:", ""),
    ("views/skip_lab.py", "Skip lab", ":material/call_split:", "skip-lab"),
    ("views/latent_map.py", "Latent map", ":material/scatter_plot:", "latent-map"),
    ("views/clusters.py", "Clusters", ":material/bubble_chart:", "clusters"),
    ("views/pc_walk.py", "PC walk", ":material/directions_walk:", "pc-walk"),
)


@st.cache_resource(max_entries=1, show_spinner=False)
def leave_modules_alone(count: int) -> None:
    gc.collect()
    gc.freeze()


st.set_page_config(page_title="Pose explainability", page_icon=":material/accessibility_new:", layout="wide")
page = st.navigation(
    [
        st.Page(file, title=title, icon=icon, url_path=path or None, default=not path)
        for file, title, icon, path in PAGES
    ],
    position="top",
)
bundle_picker()
try:
    page.run()
finally:
    # Streamlit collects garbage after every run and then looks through all that torch, plotly and others have
    # brought along: some 190 ms for every click. What is imported stays, so it is left out from now on.
    leave_modules_alone(len(sys.modules))
