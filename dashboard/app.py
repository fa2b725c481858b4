"""Entry point: `streamlit run dashboard/app.py`. A new page is one file in views and a row in PAGES."""

import sys

import streamlit as st

from dashboard import loaders, pictures
from dashboard.components import bundle_picker

PAGES = (
    # file, title, icon, path in the URL
    ("views/overview.py", "Overview", ":material/home:", ""),
    ("views/skip_lab.py", "Skip lab", ":material/call_split:", "skip-lab"),
    ("views/latent_map.py", "Latent map", ":material/scatter_plot:", "latent-map"),
    ("views/clusters.py", "Clusters", ":material/bubble_chart:", "clusters"),
    ("views/pc_walk.py", "PC walk", ":material/directions_walk:", "pc-walk"),
    ("views/compare.py", "Compare", ":material/compare:", "compare"),
)

st.set_page_config(page_title="Pose explainability", page_icon=":material/accessibility_new:", layout="wide")
page = st.navigation(
    [
        st.Page(file, title=title, icon=icon, url_path=path or None, default=not path)
        for file, title, icon, path in PAGES
    ],
    position="top",
)
bundle_picker()
pictures.warn_of_folder()
try:
    page.run()
finally:
    loaders.leave_modules_alone(len(sys.modules))
