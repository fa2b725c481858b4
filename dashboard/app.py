"""Entry point: `streamlit run dashboard/app.py`. A new page is one file in views and a row in PAGES."""

import sys

import streamlit as st

from dashboard import loaders, pictures, state
from dashboard.components import bundle_picker

PAGES = (
    # file, title, icon, path in the URL, what names in its links begin with (dashboard/state.py)
    ("views/overview.py", "Overview", ":material/home:", "", ()),
    ("views/skip_lab.py", "Skip lab", ":material/call_split:", "skip-lab", ("lab",)),
    ("views/latent_map.py", "Latent map", ":material/scatter_plot:", "latent-map", ("map",)),
    ("views/clusters.py", "Clusters", ":material/bubble_chart:", "clusters", ("clu",)),
    ("views/pc_walk.py", "PC walk", ":material/directions_walk:", "pc-walk", ("walk",)),
    ("views/compare.py", "Compare", ":material/compare:", "compare", ("cmp", "with", "net")),
)

st.set_page_config(page_title="Pose explainability", page_icon=":material/accessibility_new:", layout="wide")
page = st.navigation(
    [
        st.Page(file, title=title, icon=icon, url_path=path or None, default=not path)
        for file, title, icon, path, _ in PAGES
    ],
    position="top",
)
# In a container, as these sentences come and go, and what is below must stay in its place.
with st.container():
    if not page.url_path:
        state.refuse_page(page.title)
    state.refuse_unknown(next(prefixes for *_, path, prefixes in PAGES if path == page.url_path))
    names = loaders.bundle_names()
    if names:
        state.refuse_forged(state.BUNDLE, f"one of {', '.join(names)}", names.__contains__)
bundle_picker()
pictures.warn_of_folder()
try:
    page.run()
finally:
    loaders.leave_modules_alone(len(sys.modules))
