"""How far to believe clusters that are learned: the stored study's verdict, and what it rests on."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.clusters import controls, count_charts, count_words
from dashboard.clusters import learned_words as words
from dashboard.shared import bundles, figures
from dashboard.shared.clustering import stored
from dashboard.shared.clustering.questions import Clustered
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.clustering.evidence import Evidence
from posecore.clustering.stability import Stability
from posecore.errors import BundleError
from posecore.studies.learned import results
from posecore.studies.learned.results import LearnedStudy


def show(bundle: Bundle, found: Clustered) -> None:
    """The whole section."""
    method, k = found.question.method, found.question.k
    try:
        study = stored.learned_study(bundle, method)
    except BundleError as error:
        st.info(words.unknown(error), icon=":material/query_stats:")
        return
    st.markdown(words.finding(study, method))
    elsewhere = stored.learned_study_of(bundle, method, found.space) is None
    st.caption(words.made(study, method, study_command(bundle, results.NAME), elsewhere))
    source = bundles.source_line(bundle, len(study.sample_ids))
    if study.evidence is not None:
        _valleys(bundle, study, study.evidence, method, k)
    left, right = st.columns(2, gap="medium")
    with left:
        _silhouettes(study, False, k, source)
    with right:
        _silhouettes(study, True, k, source)
    left, right = st.columns(2, gap="medium")
    with left:
        _found_again(study.over_draws, True, k, source)
    with right:
        _found_again(study.over_seeds, False, k, source)
    figures.tabled("The study as a table", table(study), f"clusters-{method}")


def table(study: LearnedStudy) -> pd.DataFrame:
    """A row per K: silhouettes in both spaces, those of controls, valleys, whether they are found again."""
    rows = []
    latent, own = study.sweep(False), study.sweep(True)
    seeds = study.over_seeds
    for place, k in enumerate(study.ks.tolist()):
        row = {
            "K": k,
            "silhouette in the latent, best seed": latent.silhouettes[latent.ks == k].max(),
            "silhouette in the learned space, best seed": own.silhouettes[own.ks == k].max(),
            "found again, other people, ARI": study.over_draws.mean[place],
        }
        if seeds is not None:
            row["found again, other seeds, ARI"] = seeds.mean[place]
        evidence = study.evidence
        if evidence is not None and k in evidence.density.ks:
            test = evidence.density
            at = test.ks.tolist().index(k)
            row |= {
                "valley": test.valley[at],
                "valley, 95 % from": test.low[at],
                "valley, 95 % to": test.high[at],
            }
            for name, standing in evidence.standings(k).items():
                row |= {f"{name}, mean": standing.mean, f"{name}, limit": standing.limit}
                row[f"{name}, mean in learned spaces"] = study.own_controls[name][:, at].mean()
                row[f"{name}, mean valley"] = evidence.valleys[name][:, at].mean()
        rows.append(row)
    return pd.DataFrame(rows)


def _valleys(bundle: Bundle, study: LearnedStudy, evidence: Evidence, method: str, k: int) -> None:
    st.subheader("Is there nobody between clusters?")
    source = bundles.source_line(bundle, evidence.people)
    figures.chart(
        count_charts.valleys(evidence, words.controls(study), None, k, source),
        "clu_learned_valleys",
        count_words.valleys_alt(evidence),
        controls.image_format(),
    )
    st.caption(words.valleys(study, method))


def _silhouettes(study: LearnedStudy, own: bool, k: int, source: str) -> None:
    st.subheader(f"Silhouettes {words.SPACES[own]}")
    evidence, sweep = study.evidence, study.sweep(own)
    if own:
        ks = np.empty(0, np.int64) if evidence is None else evidence.density.ks
        chart = count_charts.own_silhouettes(sweep, ks, study.own_controls, words.controls(study), k, source)
    else:
        space = study.info["space"]
        chart = count_charts.silhouettes(sweep, space, evidence, words.controls(study), None, k, source)
    figures.chart(
        chart,
        f"clu_learned_over_k_{int(own)}",
        words.over_k_alt(study, own),
        controls.image_format(),
    )
    st.caption(words.silhouettes(study, own))


def _found_again(found: Stability | None, draws: bool, k: int, source: str) -> None:
    st.subheader(words.DRAWS if draws else words.SEEDS)
    if found is None:
        st.caption(words.ONE_SEED)
        return
    figures.chart(
        count_charts.stability(found, None, k, source),
        f"clu_learned_stability_{int(draws)}",
        words.DRAWS_ALT if draws else words.SEEDS_ALT,
        controls.image_format(),
    )
    st.caption(words.found_again(found, draws))
