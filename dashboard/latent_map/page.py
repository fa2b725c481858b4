"""Latent map: every person as a point, with pictures; who lies together, and what they have in common."""

import streamlit as st

from dashboard.latent_map import view
from dashboard.shared import bundles
from posecore.errors import PosecoreError

st.title("Latent map")
bundle = bundles.current_bundle()
st.markdown(
    "Every point is a person; two lie near each other where the bottleneck sees them alike, as far as the "
    "two directions shown can tell. **Point at one** to see who it is, **turn the wheel** to come nearer, "
    "**draw a box or a line around some** to learn what they have in common."
)
try:
    view.show(bundle)
except PosecoreError as error:
    st.info(f"No map can be drawn of this bundle: {error}", icon=":material/info:")
