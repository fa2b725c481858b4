"""Causes: one thing about a person is changed; what the network does, and what it does for everybody."""

import streamlit as st

from dashboard.causes import asking, controls, everybody, view, way, words
from dashboard.shared import bundle_people, bundles, glossary, links, picture_source, sources
from posecore.errors import PosecoreError

st.title("Causes")
bundle = bundles.current_bundle()
# Its sentence is of the cause that is chosen below.
headline = st.container()
st.markdown(words.INTRODUCTION)
# In a container, as what it holds comes and goes: the widgets below it stay what and where they are.
with st.container():
    subject = picture_source.choose_subject(
        bundle, links.CAUSE_SOURCE, links.CAUSE_PERSON, bundle_people.best_person(bundle)
    )
    person = None
    if subject is not None:
        try:
            person = asking.open_person(bundle, subject)
            if person is None:
                st.info(words.no_picture(bundle, subject.sample_id), icon=":material/no_photography:")
            elif not person.rendered:
                st.caption(words.not_rendered(person.reason if subject.sample_id else words.A_PICTURE))
        except PosecoreError as error:
            st.error(words.cannot_be_asked(error))
cause = controls.choose_cause(person is not None and person.rendered)
view.change_and_answer(bundle, person, cause)
if person is not None:
    way.draw_way(bundle, person, cause)
everybody.draw_study(bundle, cause, headline)
glossary.explain(words.GLOSSARY, f"{bundles.source_line(bundle)} {sources.training_names(bundle)}")
