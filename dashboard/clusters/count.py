"""How many clusters are there, if any? The stored study's verdict, and what it rests on."""

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.clusters import controls as cluster_controls
from dashboard.clusters import count_charts, learned_count, verdict_words
from dashboard.clusters import count_words as words
from dashboard.shared import bundles, figures, untrained
from dashboard.shared.clustering import stored
from dashboard.shared.clustering.questions import KMEANS, Clustered
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.clustering.evidence import Evidence
from posecore.errors import BundleError
from posecore.studies.clusters import results
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.control.results import ControlStudy

WORDS: Final = (
    "95 % interval, Bootstrap, Component, Inertia, Gap statistic, Adjusted Rand index, Control, "
    "Normal cloud, Valley"
)
"""Of glossary.TERMS, those that the tab uses."""


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    if found.question.learned:
        learned_count.show(bundle, found)
        return
    try:
        study = stored.study(bundle)
    except BundleError as error:
        st.info(words.unknown(error), icon=":material/query_stats:")
        return
    control = untrained.reference(bundle)
    if study.verdict is None:
        st.info(words.without_evidence(study_command(bundle, results.NAME)), icon=":material/query_stats:")
    elif control is not None:
        st.markdown(verdict_words.finding(study, control, not bundle.manifest.untrained))
    if control is None:
        st.info(untrained.missing(bundle), icon=":material/query_stats:")
    st.caption(_made(bundle, study, found))
    k, people = len(found.sizes), len(study.sample_ids)
    _valleys(bundle, study, control, k)
    _silhouettes(bundle, study, control, k)
    left, right = st.columns(2, gap="medium")
    with left:
        _gap(bundle, study, control)
    with right:
        _stability(bundle, study, control, k)
    figures.tabled("The study as a table", table(study), f"clusters-of-{people}")


def table(study: ClusterStudy) -> pd.DataFrame:
    """A row per K: silhouettes, valleys, those of the controls, gap, stability, sizes."""
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
        if study.evidence is not None and k in study.evidence.density.ks:
            row |= _evidence(study.evidence, k)
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


def _evidence(evidence: Evidence, k: int) -> dict[str, float]:
    test = evidence.density
    at = int(np.searchsorted(test.ks, k))
    row = {"valley": test.valley[at], "valley, 95 % from": test.low[at], "valley, 95 % to": test.high[at]}
    row[f"silhouette in {evidence.space}"] = evidence.silhouettes[at]
    for name, standing in evidence.standings(k).items():
        row |= {f"{name}, mean": standing.mean, f"{name}, limit": standing.limit}
        row[f"{name}, mean valley"] = evidence.valleys[name][:, at].mean()
    return row


def _valleys(bundle: Bundle, study: ClusterStudy, control: ControlStudy | None, k: int) -> None:
    if study.evidence is None:
        return
    st.subheader("Is there nobody between clusters?")
    figures.chart(
        count_charts.valleys(
            study.evidence, words.CONTROLS, control, k, bundles.source_line(bundle, study.evidence.people)
        ),
        "clu_valleys",
        words.valleys_alt(study.evidence),
        cluster_controls.image_format(),
    )
    st.caption(words.valleys(study.evidence))


def _silhouettes(bundle: Bundle, study: ClusterStudy, control: ControlStudy | None, k: int) -> None:
    st.subheader("Silhouettes, and what nothing looks like")
    control = _of_whole_latents(study, control)
    figures.chart(
        count_charts.silhouettes(
            study.sweep,
            study.space,
            study.evidence,
            words.CONTROLS,
            control,
            k,
            bundles.source_line(bundle, len(study.sample_ids)),
        ),
        "clu_over_k",
        words.silhouettes_alt(study),
        cluster_controls.image_format(),
    )
    st.caption(words.silhouettes(study, control))


def _of_whole_latents(study: ClusterStudy, control: ControlStudy | None) -> ControlStudy | None:
    """The control study, where clusters are in whole latents as its own are."""
    return control if study.info.get("components") is None else None


def _gap(bundle: Bundle, study: ClusterStudy, control: ControlStudy | None) -> None:
    st.subheader("Gap statistic")
    if study.gap is None:
        st.caption(words.WITHOUT_GAP)
        return
    figures.chart(
        count_charts.gap(study.gap, control, bundles.source_line(bundle, study.gap.people)),
        "clu_gap",
        words.gap_alt(study.gap),
        cluster_controls.image_format(),
    )
    st.caption(words.gap(study.gap, control))


def _stability(bundle: Bundle, study: ClusterStudy, control: ControlStudy | None, k: int) -> None:
    st.subheader("Found again?")
    if study.stability is None:
        st.caption(words.WITHOUT_STABILITY)
        return
    control = _of_whole_latents(study, control)
    figures.chart(
        count_charts.stability(
            study.stability, control, k, bundles.source_line(bundle, len(study.sample_ids))
        ),
        "clu_stability",
        words.STABILITY_ALT,
        cluster_controls.image_format(),
    )
    st.caption(words.stability(study.stability, control))
