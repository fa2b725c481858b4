"""Two clusterings of the same people side by side."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.clusters import controls
from dashboard.clusters.controls import FIRST, SPACES
from dashboard.shared import bundles, figures, latents, links
from dashboard.shared.clustering import answers, questions
from dashboard.shared.clustering.questions import LEAST, MOST, MOST_SEED, Clustered, Question
from dashboard.shared.contingency import contingency
from posecore.bundle import Bundle
from posecore.clustering.matching import compare
from posecore.clustering.methods import CLUSTERERS, DENSE
from posecore.clustering.silhouette import NOISE
from posecore.errors import PosecoreError

WORDS: Final = "Adjusted Rand index"
"""Of glossary.TERMS, those that the tab uses."""


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    question = _other(bundle, found.question)
    try:
        with st.spinner("Clustering …"):
            other = answers.answer(bundle, question)
    except PosecoreError as error:
        st.warning(f"There is nothing to compare with: {error}")
        return
    ours = pd.Series(found.numbers, index=found.space.rows)
    theirs = pd.Series(other.numbers, index=other.space.rows)
    common = ours.index.intersection(theirs.index)
    if common.empty:
        st.info("The two have no people in common.")
        return
    compared = compare(ours[common].to_numpy(), theirs[common].to_numpy())
    st.markdown(
        f"The other: {questions.described(bundle, other)}  \nAdjusted Rand index **{compared.ari:.3f}** "
        "over the people in both: 1 the same groups, 0 as alike as by chance."
    )
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
        f"How many of {len(common)} people are in each pair of clusters; adjusted Rand index "
        f"{compared.ari:.3f}",
        controls.image_format(),
    )
    table = pd.DataFrame(compared.counts, columns=columns)
    table.insert(0, "cluster", rows)
    figures.tabled("The comparison as a table", table, "clusters-compared")


def _other(bundle: Bundle, question: Question) -> Question:
    """What to compare with, of the same people."""
    key = links.CLUSTERS_OTHER
    methods = list(CLUSTERERS)
    for name, options in (("method", methods), ("space", list(SPACES))):
        links.refuse_forged(f"{key}{name}", f"one of {', '.join(options)}", options.__contains__)
    for name, least, most in (("k", LEAST, MOST), ("seed", 0, MOST_SEED)):
        links.refuse_forged(
            f"{key}{name}", f"a whole number from {least} to {most}", links.whole_number(least, most)
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        k = st.slider(
            "The other's K",
            LEAST,
            MOST,
            LEAST + 1,
            key=f"{key}k",
            bind="query-params",
            width=300,
            persist_state="page",
        )
        method = st.selectbox(
            "The other's method",
            methods,
            key=f"{key}method",
            bind="query-params",
            width=190,
            persist_state="page",
        )
        space = st.selectbox(
            "The other's space",
            SPACES,
            key=f"{key}space",
            bind="query-params",
            width=190,
            persist_state="page",
        )
        seed = st.number_input(
            "The other's seed",
            0,
            MOST_SEED,
            key=f"{key}seed",
            bind="query-params",
            width=150,
            persist_state="page",
        )
    count = question.place.components
    if space == FIRST and count is None:
        count = min(DENSE, latents.fitted_components(bundle)[1].shape[1])
    place = question.place._replace(components=count if space == FIRST else None)
    return Question(int(k), place, method, question.restarts, int(seed))
