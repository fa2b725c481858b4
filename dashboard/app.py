"""Entry point: `streamlit run dashboard/app.py`. A new page is a folder with a page.py and a row in PAGES."""

import sys

import streamlit as st

from dashboard.shared import cache, links, pictures
from dashboard.shared.bundles import bundle_picker

PAGES = (
    # file, title, icon, path in the URL, what names in its links begin with (dashboard/shared/links.py)
    ("overview/page.py", "Overview", ":material/home:", "", ()),
    ("claims/page.py", "Claims", ":material/fact_check:", "claims", ("claims",)),
    ("skip_lab/page.py", "Skip lab", ":material/call_split:", "skip-lab", ("lab",)),
    ("latent_map/page.py", "Latent map", ":material/scatter_plot:", "latent-map", ("map",)),
    ("clusters/page.py", "Clusters", ":material/bubble_chart:", "clusters", ("clu",)),
    ("pc_walk/page.py", "PC walk", ":material/directions_walk:", "pc-walk", ("walk",)),
    ("causes/page.py", "Causes", ":material/tune:", "causes", ("cause",)),
    ("compression/page.py", "Compression", ":material/compress:", "compression", ("cpr",)),
    ("compare/page.py", "Compare", ":material/compare:", "compare", ("cmp", "with", "net")),
    ("ledger/page.py", "Ledger", ":material/receipt_long:", "ledger", ("led",)),
    ("phone/page.py", "Phone", ":material/smartphone:", "phone", ()),
)

# Paths of pages that tell of one study alone, and its name: in the navigation as soon as a bundle has it.
OF_STUDY = {"compression": "compression"}

st.set_page_config(page_title="Pose explainability", page_icon=":material/accessibility_new:", layout="wide")
page = st.navigation(
    [
        st.Page(
            file,
            title=title,
            icon=icon,
            url_path=path or None,
            default=not path,
            visibility="visible" if path not in OF_STUDY or cache.studied(OF_STUDY[path]) else "hidden",
        )
        for file, title, icon, path, _ in PAGES
    ],
    position="top",
)
links.notices()
if not page.url_path:
    links.refuse_page(page.title)
links.refuse_unknown(next(prefixes for *_, path, prefixes in PAGES if path == page.url_path))
bundle_picker()
pictures.warn_of_folder()
try:
    page.run()
finally:
    cache.leave_modules_alone(len(sys.modules))
