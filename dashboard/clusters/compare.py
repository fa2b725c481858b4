"""Two clusterings of the same people side by side."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.clusters import controls, learned_words, waiting, words
from dashboard.clusters.controls import FIRST, SPACES
from dashboard.shared import bundles, figures, latents, links, untrained, widgets
from dashboard.shared.clustering import answers
from dashboard.shared.clustering.answers import Cohort
from dashboard.shared.clustering.questions import LEAST, MOST, MOST_SEED, Clustered, Question
from dashboard.shared.contingency import contingency
from posecore.bundle import Bundle
from posecore.clustering.matching import compare
from posecore.clustering.methods import CLUSTERERS, DENSE
from posecore.clustering.silhouette import NOISE
from posecore.errors import PosecoreError
from posecore.studies.control.summary import untrained_regrouped

WORDS: Final = "Adjusted Rand index"
"""Of glossary.TERMS, those that the tab uses."""


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    cohort, question = _other(bundle, found)
    try:
        waiting.until_learned(cohort, question)
        with st.spinner("Clustering …"):
            other = cohort.answer(question)
    except PosecoreError as error:
        st.warning(words.nothing_to_compare(error))
        return
    ours = pd.Series(found.numbers, index=found.space.rows)
    theirs = pd.Series(other.numbers, index=other.space.rows)
    common = ours.index.intersection(theirs.index)
    if common.empty:
        st.info(words.NOBODY_IN_BOTH)
        return
    compared = compare(ours[common].to_numpy(), theirs[common].to_numpy())
    st.markdown(words.compared(words.described(bundle, other), compared.ari))
    rows = [names.get(number, "noise") for number in compared.first.tolist()]
    columns = [
        "other: noise" if number == NOISE else f"other: {number + 1}" for number in compared.second.tolist()
    ]
    figures.chart(
        contingency(
            compared,
            rows,
            columns,
            ("the clusters above", "the other clustering"),
            bundles.source_line(bundle, len(common)),
        ),
        "clu_contingency",
        words.compared_alt(len(common), compared.ari),
        controls.image_format(),
    )
    control, sizes = untrained.reference(bundle), (len(found.sizes), len(other.sizes))
    if found.question.learned or question.learned:
        st.caption(learned_words.NEVER)
    elif control is None:
        st.caption(untrained.missing(bundle))
    elif len(never := untrained_regrouped(control, *sizes)):
        st.caption(words.compared_untrained(never, sizes, len(control.sample_ids)))
    else:
        st.caption(untrained.unknown(words.SO_MANY))
    table = pd.DataFrame(compared.counts, columns=columns)
    table.insert(0, "cluster", rows)
    figures.tabled("The comparison as a table", table, "clusters-compared")


def _other(bundle: Bundle, found: Clustered) -> tuple[Cohort, Question]:
    """What to compare with, of the same people."""
    key = links.CLUSTERS_OTHER
    with st.container(horizontal=True, vertical_alignment="bottom"):
        k = widgets.slider(
            "The other's K", LEAST, MOST, LEAST + 1, f"{key}k", width=300, persist_state="page"
        )
        method = widgets.select(
            "The other's method", list(CLUSTERERS), f"{key}method", width=190, persist_state="page"
        )
        space = widgets.select("The other's space", SPACES, f"{key}space", width=190, persist_state="page")
        seed = widgets.whole_number(
            "The other's seed", 0, MOST_SEED, 0, f"{key}seed", width=150, persist_state="page"
        )
    count = found.subset.components
    if space == FIRST and count is None:
        count = min(DENSE, latents.fitted_components(bundle)[1].shape[1])
    subset = found.subset._replace(components=count if space == FIRST else None)
    return answers.cohort(bundle, subset), Question(k, method, found.question.restarts, seed)
