"""How many clusters are there, if any? What the stored study says: four answers that need not agree."""

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.clusters import controls as cluster_controls
from dashboard.clusters import count_charts, verdict
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

CONTROLS = {
    "gaussian": "a normal cloud of the same covariance",
    "shuffled": "component scores shuffled one by one",
}


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    try:
        study = stored.study(bundle)
    except BundleError as error:
        st.info(
            f"How many clusters to believe in is not known here. {error} A run that was stopped goes on "
            "where it was.",
            icon=":material/query_stats:",
        )
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
    people = len(study.sample_ids)
    settings = study.info.get("sweep", {})
    words = (
        f"K-Means of {people:,} people in {study.space}, {settings.get('restarts', '?')} restarts per K, "
        f"by `{study_command(bundle, results.NAME)}`."
    )
    if len(study.left_out):
        words += f" {len(study.left_out):,} people were left out, as their latents hold nan."
    same = found.question.method == KMEANS and found.space.name == study.space
    if same and len(found.space.rows) == people:
        return words
    words += " **That is not what is shown above**, where people, space or method differ."
    if not found.question.has_k:
        words += f" {found.question.method} is told no K: it has no curve over K and no gap statistic."
    return words


def _silhouettes(bundle: Bundle, study: ClusterStudy, k: int) -> None:
    st.subheader("Silhouettes, and what nothing looks like")
    controls = {f"{name}: {CONTROLS[name]}": means for name, means in study.controls.items()}
    figures.chart(
        count_charts.over_k(study.sweep, controls, k, bundles.source_line(bundle, len(study.sample_ids))),
        "clu_over_k",
        f"Mean silhouette for K = {study.sweep.ks.min()} to {study.sweep.ks.max()}, of the people and of "
        f"{len(controls)} controls without structure",
        cluster_controls.image_format(),
    )
    restarts = int((study.sweep.ks == study.sweep.ks[0]).sum())
    st.caption(
        f"Points: the best of {restarts} restarts; whiskers reach down to the worst. "
        + (
            "The other lines are of as many people **without any clusters**, one draw of each kind: a real "
            "line that is no higher says nothing of clusters."
            if controls
            else "The study was made without people of no structure, so nothing tells how much is nothing."
        )
    )


def _gap(bundle: Bundle, study: ClusterStudy) -> None:
    st.subheader("Gap statistic")
    if study.gap is None:
        st.caption("The study was made without it.")
        return
    figures.chart(
        count_charts.gap(study.gap, bundles.source_line(bundle, study.gap.people)),
        "clu_gap",
        f"Gap statistic for K = 1 to {study.gap.ks[-1]}; it names K = {study.gap.count}",
        cluster_controls.image_format(),
    )
    st.caption(
        f"How much tighter K clusters make these people than people spread evenly over a box, in "
        f"{study.gap.space}, {study.gap.draws} draws. It names the least K that the next one does not surely "
        "exceed; K = 1 means no clusters."
    )


def _stability(bundle: Bundle, study: ClusterStudy, k: int) -> None:
    st.subheader("Found again?")
    if study.stability is None:
        st.caption("The study was made without the bootstrap.")
        return
    figures.chart(
        count_charts.stability(study.stability, k, bundles.source_line(bundle, len(study.sample_ids))),
        "clu_stability",
        "Adjusted Rand index between the clusters and those of people drawn anew, for every K",
        cluster_controls.image_format(),
    )
    st.caption(
        f"Adjusted Rand index between these clusters and those of {study.stability.ari.shape[1]} bootstrap "
        "draws of people: 1 the same groups, 0 as by chance. Whiskers: the middle 90 % of the draws. A cloud "
        "that is long in one direction is cut in two in the same way each time, so being found again alone "
        "does not make a group."
    )
