"""Ledger: claims of one's own, written down first and then tested once, on people nobody has seen."""

import streamlit as st

from dashboard.ledger import words
from dashboard.ledger.cards import draw_cards
from dashboard.ledger.desk import desk
from dashboard.ledger.form import can_test, draw_form
from dashboard.shared import bundles, glossary
from dashboard.shared.escaping import escaped
from posecore.errors import ConfigError

st.title("Ledger")
bundle = bundles.current_bundle()
st.markdown(words.INTRO)
bundles.page_link(bundle, "claims", words.CLAIMS, ":material/fact_check:")
found = desk(bundle)
if not found.place.stored:
    st.info(words.no_folder(str(found.place.folder)), icon=":material/info:")
if not can_test(bundle):
    st.info(words.no_new_people(bundle.keypoints), icon=":material/group_off:")
st.subheader("Make a claim")
draw_form(bundle, found)
try:
    entries = found.ledger.read()
except ConfigError as error:
    st.error(f"The ledger cannot be shown. {escaped(str(error))}.")
    st.stop()
for problem in entries.problems[: words.MOST_PROBLEMS]:
    st.warning(escaped(problem), icon=":material/gpp_maybe:")
if len(entries.problems) > words.MOST_PROBLEMS:
    st.warning(words.more_problems(len(entries.problems)), icon=":material/gpp_maybe:")
if entries.claims:
    draw_cards(bundle, found, entries)
    st.download_button(
        "The ledger as a file",
        found.ledger.path.read_bytes,
        f"{bundle.path.name}.jsonl",
        "application/jsonl",
        key="_led_file",
        icon=":material/download:",
        on_click="ignore",
    )
else:
    st.info(words.NOTHING, icon=":material/receipt_long:")
with st.expander("How a claim is tested, and what the file tells"):
    st.markdown(f"{words.HOW}\n\n{words.FILE_SAYS}")
glossary.explain(words.GLOSSARY, bundles.source_line(bundle))
