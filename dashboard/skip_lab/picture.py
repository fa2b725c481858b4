"""The tab about one picture: the network as trained beside the same one with skips cut."""

import streamlit as st

from dashboard.shared import bundles, glossary, links, picture_source, sources, widgets
from dashboard.skip_lab import opening as lab_opening
from dashboard.skip_lab import view, words
from posecore.bundle import Bundle


def show(bundle: Bundle) -> None:
    """The whole tab."""
    st.markdown(words.INTRODUCTION)
    # In a container, as what it holds comes and goes: the switches below it stay what and where they are.
    with st.container():
        for key in links.LAB_SKIPS:
            widgets.refuse_no_switch(key)
        opening = lab_opening.opening(bundle)
        subject = picture_source.choose_subject(bundle, links.LAB_SOURCE, links.LAB_PERSON, opening.person)
    if subject is not None and subject.crop is None:
        view.stored_against_latent(bundle, subject)
    else:
        view.switches_and_answer(bundle, subject, opening)
    glossary.explain(words.GLOSSARY, f"{bundles.source_line(bundle)} {sources.training_names(bundle)}")
