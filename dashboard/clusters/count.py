"""How many clusters are there, if any? What the stored study says: four answers that need not agree."""

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.clusters import controls as cluster_controls
from dashboard.clusters import count_charts, verdict
from dashboard.clusters import count_words as words
from dashboard.shared import bundles, figures
from dashboard.shared.clustering import stored
from dashboard.shared.clustering.questions import KMEANS, Clustered
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.errors import BundleError
from posecore.studies.clusters import results
from posecore.studies.clusters.results import ClusterStudy

WORDS: Final = (
    "95 % interval, Bootstrap, Centroid, Inertia, Gap statistic, Adjusted Rand index, Control, Normal cloud"
)
"""Of glossary.TERMS, those that the tab uses."""


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    try:
        study = stored.study(bundle)
    except BundleError as error:
        st.info(words.unknown(error), icon=":material/query_stats:")
        return
    st.markdown("\n".join(f"* {sentence}" for sentence in verdict.sentences(study)))
    st.caption(_made(bundle, study, found))
    k, people = len(found.sizes), len(study.sample_ids)
    _silhouettes(bundle, study, k)
    left, right = st.columns(2, gap="medium")
    with left:
        _gap(bundle, study)
    with right:
        _stability(bundle, study, k)
    figures.tabled("The study as a table", table(study), f"clusters-of-{people}")


def table(study: ClusterStudy) -> pd.DataFrame:
    """A row per K: silhouettes, those of the controls, gap, stability, sizes."""
    sweep, rows = study.sweep, []
    for number, k in enumerate(sweep.numbers.tolist()):
        own = sweep.silhouettes[sweep.ks == k]
        row = {
            "K": k,
            "restarts": len(own),
            "silhouette, best": own.max(),
            "silhouette, worst": own.min(),
            "inertia, best": sweep.inertia[sweep.ks == k].min(),
            "largest cluster": int((sweep.labels[sweep.best(k)] == 0).sum()),
        }
        for name, means in study.controls.items():
            row[f"{name}, best"] = means[sweep.ks == k].max()
        if study.gap is not None and k in study.gap.ks:
            at = int(np.searchsorted(study.gap.ks, k))
            row |= {"gap": study.gap.gaps[at], "gap, error": study.gap.errors[at]}
        if study.stability is not None:
            row["found again, ARI"] = study.stability.mean[number]
        rows.append(row)
    return pd.DataFrame(rows)


def _made(bundle: Bundle, study: ClusterStudy, found: Clustered) -> str:
    said = words.made(study, study_command(bundle, results.NAME))
    same = found.question.method == KMEANS and found.space.name == study.space
    if same and len(found.space.rows) == len(study.sample_ids):
        return said
    return said + words.ELSEWHERE + ("" if found.question.has_k else words.without_k(found.question.method))


def _silhouettes(bundle: Bundle, study: ClusterStudy, k: int) -> None:
    st.subheader("Silhouettes, and what nothing looks like")
    controls = {f"{name}: {words.CONTROLS[name]}": means for name, means in study.controls.items()}
    figures.chart(
        count_charts.over_k(study.sweep, controls, k, bundles.source_line(bundle, len(study.sample_ids))),
        "clu_over_k",
        words.over_k_alt(study),
        cluster_controls.image_format(),
    )
    st.caption(words.over_k(study))


def _gap(bundle: Bundle, study: ClusterStudy) -> None:
    st.subheader("Gap statistic")
    if study.gap is None:
        st.caption(words.WITHOUT_GAP)
        return
    figures.chart(
        count_charts.gap(study.gap, bundles.source_line(bundle, study.gap.people)),
        "clu_gap",
        words.gap_alt(study.gap),
        cluster_controls.image_format(),
    )
    st.caption(words.gap(study.gap))


def _stability(bundle: Bundle, study: ClusterStudy, k: int) -> None:
    st.subheader("Found again?")
    if study.stability is None:
        st.caption(words.WITHOUT_STABILITY)
        return
    figures.chart(
        count_charts.stability(study.stability, k, bundles.source_line(bundle, len(study.sample_ids))),
        "clu_stability",
        words.STABILITY_ALT,
        cluster_controls.image_format(),
    )
    st.caption(words.stability(study.stability))
