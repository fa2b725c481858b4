"""The Skip lab's fourth tab: where the network looks, and how far such maps can be trusted."""

import streamlit as st

from dashboard.shared import bundles, glossary, links, picture_source, pictures, sources
from dashboard.skip_lab import looks_study, looks_view
from dashboard.skip_lab import looks_words as words
from dashboard.skip_lab import opening as lab_opening
from posecore.bundle import Bundle


def show(bundle: Bundle) -> None:
    """The whole tab."""
    st.markdown(words.INTRODUCTION)
    # In a container, as what it holds comes and goes: the widgets below it stay what and where they are.
    with st.container():
        opening = lab_opening.opening(bundle)
        subject = picture_source.choose_subject(bundle, links.LAB_SOURCE, links.LAB_PERSON, opening.person)
        if subject is not None and subject.crop is None:
            st.info(pictures.absent(bundle, subject.sample_id), icon=":material/no_photography:")
            subject = None
    looks_view.ask_and_show(bundle, subject)
    looks_study.show(bundle)
    glossary.explain(words.GLOSSARY, f"{bundles.source_line(bundle)} {sources.training_names(bundle)}")
