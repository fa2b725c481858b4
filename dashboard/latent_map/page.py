"""Latent map: every person as a point, with pictures; who lies together, and what they have in common."""

import streamlit as st

from dashboard.latent_map import reference, view, words
from dashboard.shared import bundles
from posecore.errors import PosecoreError

st.title("Latent map")
bundle = bundles.current_bundle()
reference.draw_shown(bundle)
st.markdown(words.ABOUT)
try:
    view.draw_page(bundle)
except PosecoreError as error:
    st.info(words.no_map(error), icon=":material/info:")
