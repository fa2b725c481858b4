"""The bar that is watched while clusters are learned."""

from concurrent.futures import wait
from typing import Final

import streamlit as st

from dashboard.clusters import learned_words as words
from dashboard.shared.clustering.answers import Cohort
from dashboard.shared.clustering.questions import Question

LOOKED_EVERY: Final = 0.3
"""Seconds."""


def until_learned(cohort: Cohort, question: Question) -> None:
    """Come back once the answer is at hand, at once where nothing has to be learned. Raises PosecoreError for
    what cannot be.

    It is learned in the background: somebody who asks for something else meanwhile does not wait for it.
    """
    bar = st.empty()
    while (learning := cohort.learning(question)) is not None:
        bar.progress(learning.share, words.under_way(question))
        wait([learning.future], LOOKED_EVERY)
    bar.empty()
