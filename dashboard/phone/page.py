"""Phone: the way to the page that runs networks in the browser of a phone, and what lies ready for it."""

import io
from typing import Final
from urllib.parse import urlsplit

import segno
import streamlit as st

from dashboard.phone import made, words
from dashboard.shared import bundles, glossary
from posecore.bundle import Bundle
from posecore.bundle.studies import study_folder
from posecore.errors import BundleError, DataError
from posecore.export.manifest import read_manifest

ADDRESS: Final = "app/static/phone/index.html"
LOCAL: Final = ("localhost", "127.0.0.1", "::1", None)


def code(url: str) -> bytes:
    """A QR code as a PNG file, black on white with the margin that readers need."""
    file = io.BytesIO()
    segno.make(url, error="m").save(file, kind="png", scale=6)
    return file.getvalue()


def way(url: str) -> None:
    """The address, as a button and as a code."""
    parts = urlsplit(url)
    st.link_button(words.OPEN, url, type="primary", icon=":material/smartphone:")
    st.image(code(url), width=240, alt=words.CODE_ALT.format(url=url))
    st.caption(words.SCAN.format(url=url))
    if parts.hostname in LOCAL:
        st.caption(words.LOCAL.format(port=parts.port or 80))
    elif parts.scheme != "https":
        st.caption(words.INSECURE)


def measured(bundle: Bundle) -> None:
    """What phones took for the bundle's network and others, where that was kept."""
    from dashboard.phone import times
    from posecore.studies.phone.results import NAME, load_phone_study

    if not study_folder(bundle, NAME).exists():
        return
    st.subheader(words.MEASURED_TITLE)
    try:
        timed = load_phone_study(bundle)
    except BundleError as problem:
        st.error(f"{bundles.STUDY_LEFT_OUT} {problem}.", icon=":material/error:")
        return
    st.dataframe(times.columns(timed), hide_index=True, alt=words.MEASURED_TITLE)
    st.caption(words.MEASURED)


st.title("Phone")
bundle = bundles.current_bundle()
st.markdown(words.INTRO)
try:
    networks = read_manifest(made.FOLDER)["networks"]
except DataError as problem:
    networks = []
    st.error(str(problem))
if networks:
    base = (st.context.url or "http://localhost:8501/phone").removesuffix("/").removesuffix("/phone")
    way(f"{base}/{ADDRESS}")
    offered = [row for row in networks if row["offered"]]
    st.dataframe(
        {
            "network": [row["name"] for row in offered],
            "numbers": [row["precision"] for row in offered],
            "MB": [f"{row['bytes'] / 1e6:.1f}" for row in offered],
            "G multiply-adds": [f"{row['macs'] / 1e9:.2f}" for row in offered],
            "PCK": [f"{row['pck']['value']:.3f}" if row["pck"] else "not known" for row in offered],
        },
        hide_index=True,
        alt=words.TABLE,
    )
    for row in networks:
        if not row["offered"]:
            st.caption(words.refused(row))
else:
    st.info(words.MISSING)
measured(bundle)
glossary.explain(words.GLOSSARY)
