"""The page Clusters: a clustering at once, silhouettes and map, and what is asked about it below."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.clusters import charts, controls, learned_words, verdict_words, waiting, words
from dashboard.clusters import map as cluster_map
from dashboard.shared import bundles, glossary, links, shown_here, untrained, widgets
from dashboard.shared.clustering import answers, stored
from dashboard.shared.clustering.questions import ALL, KMEANS, QUICK, STORED, Clustered, Question
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.clustering.evidence import Evidence
from posecore.clustering.matching import compare
from posecore.errors import BundleError, PosecoreError
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.control.results import ControlStudy
from posecore.studies.control.summary import untrained_silhouettes
from posecore.studies.learned import results as learned_results

TABS: Final = {
    "Who is in them?": "dashboard.clusters.people",
    "What is each?": "dashboard.clusters.meaning",
    "How many clusters?": "dashboard.clusters.count",
    "Compare two": "dashboard.clusters.compare",
    "Files": "dashboard.clusters.files",
}
WORDS: Final = (
    "Heatmap, Latent, Seed, Component, Variance, K-Means, Gaussian mixture, HDBSCAN, "
    "Deep embedded clustering, Adjusted Rand index, Silhouette, Restart, 95 % interval, Valley"
)
"""Of glossary.TERMS, those that the page uses beside those of its tabs."""

WAITED: Final = "_clu_waited"
"""The subset and the question whose restarts were last waited for."""


def draw_page(bundle: Bundle) -> None:
    """The whole page below its title."""
    _shown_here(bundle)
    st.markdown(words.ABOUT)
    if bundle.manifest.people < 3:
        st.info(words.too_few(bundle.manifest.people), icon=":material/group:")
        return
    cohort, question, room = controls.ask(bundle)
    try:
        waiting.until_learned(cohort, question)
        with st.spinner("Clustering …"):
            found = cohort.answer(question)
    except PosecoreError as error:
        st.warning(words.nothing_to_show(error))
        return
    cohort.prepare()
    names = controls.names(len(found.sizes), room)
    _headline(bundle, found)
    _figures(bundle, found, names)
    _person(bundle, found, names)
    tab = widgets.tabs(links.CLUSTERS_TAB, TABS)
    tab.show(bundle, found, names)
    glossary.explain(f"{WORDS}, {tab.WORDS}", bundles.source_line(bundle))


def _shown_here(bundle: Bundle) -> None:
    study, control = _study(bundle), untrained.reference(bundle)
    people = bundle.manifest.people if study is None else len(study.sample_ids)
    source = bundles.source_line(bundle, people)
    shown_here.draw(*verdict_words.shown_here(study, control, not bundle.manifest.untrained, source))


def _study(bundle: Bundle) -> ClusterStudy | None:
    try:
        return stored.study(bundle)
    except BundleError:
        return None


def _headline(bundle: Bundle, found: Clustered) -> None:
    people, noise = len(found.space.rows), found.clustering.noise
    st.markdown(words.headline(bundle, found, _evidence(bundle, found)))
    if found.how == QUICK:
        _wait(bundle, found)
    judged = int(np.isfinite(found.values).sum())
    with st.container(horizontal=True):
        label = words.mean_of_some(people - noise, people) if noise else "Mean silhouette"
        if found.own is not None:
            label = f"Mean silhouette {learned_words.IN_LATENT}"
        st.metric(
            label,
            number(found.mean),
            border=True,
            width=420 if noise else 240 if found.own is not None else 200,
        )
        if found.own is not None:
            label = f"Mean silhouette {learned_words.IN_LEARNED}"
            st.metric(label, number(learned_words.mean_of(found.own)), border=True, width=300)
        st.metric(
            "Smallest and largest cluster",
            f"{found.sizes.min():,} – {found.sizes.max():,}",
            border=True,
            width=270,
        )
        below = f"{(found.values[np.isfinite(found.values)] < 0).mean():.0%}" if judged else "not known"
        st.metric("People nearer to another cluster", below, border=True, width=270, help=words.BELOW_HELP)
    if found.own is not None:
        st.markdown(_beside_kmeans(bundle, found, found.own))
    if not judged:
        st.caption(words.NO_SILHOUETTES)
    elif judged < people - noise:
        st.caption(words.judged_by_some(people, judged))
    asked = bundle.manifest.people - len(found.space.left_out)
    if not found.question.has_k and people == answers.MOST_DENSE and people < asked:
        st.caption(words.subsampled(asked, people))


def _evidence(bundle: Bundle, found: Clustered) -> Evidence | None:
    """Where the study has some about these people and this K."""
    if found.how != STORED:
        return None
    if found.question.learned:
        learned = answers.cohort(bundle, found.subset).learned_study(found.question)
        # It is of the first seed's clusters.
        return None if learned is None or found.question.seed else learned.evidence
    study = _study(bundle)
    evidence = None if study is None else study.evidence
    return None if evidence is None or found.question.k not in evidence.density.ks else evidence


def _beside_kmeans(bundle: Bundle, found: Clustered, own: NDArray[np.floating]) -> str:
    """Silhouettes in both spaces, and how alike K-Means sorts the same people."""
    cohort, k = answers.cohort(bundle, found.subset), found.question.k
    try:
        plain = cohort.answer(Question(k))
        agree = plain.mean, compare(plain.numbers, found.numbers).ari
    except PosecoreError:
        agree = None
    study = cohort.learned_study(found.question)
    reached = learned_words.without_groups(study, k, study_command(bundle, learned_results.NAME))
    return learned_words.own_looks_better(found, learned_words.mean_of(own), agree, reached)


@st.fragment(run_every=1.0)
def _wait(bundle: Bundle, found: Clustered) -> None:
    """Look now and then whether the restarts are done, then draw the page again.

    They start with the second look: somebody who moves K on is not held up by what nobody looks at.
    """
    cohort = answers.cohort(bundle, found.subset)
    asked = (found.subset, found.question)
    if st.session_state.get(WAITED) == asked:
        cohort.start_restarts(found.question)
    st.session_state[WAITED] = asked
    if cohort.answer(found.question).how != QUICK:
        st.rerun()
    st.caption(words.under_way(found.question.restarts))


def _figures(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    ids = bundle.samples["sample_id"].to_numpy()[found.space.rows]
    people, judged = len(ids), int(np.isfinite(found.values).sum())
    source = bundles.source_line(bundle, people)
    control, never = _never_learned(bundle, found)
    image, plain = controls.image_format(), {"displaylogo": False}
    bars, plane = (
        plain | {"toImageButtonOptions": {"format": image, "filename": name}}
        for name in ("cluster-silhouettes", "clusters-on-the-map")
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Silhouette of every person")
        values, mean, alt = found.values, found.mean, words.bars_alt
        if found.own is not None:
            where = widgets.segments(
                "Where it is taken",
                learned_words.SPACES,
                links.CLUSTERS_SILHOUETTES,
                label_visibility="collapsed",
                persist_state="page",
            )
            if where == learned_words.IN_LEARNED:
                values, mean, alt = found.own, learned_words.mean_of(found.own), learned_words.bars_alt
        if judged:
            st.plotly_chart(
                charts.silhouettes(
                    values,
                    found.numbers,
                    names,
                    ids.tolist(),
                    mean,
                    bundles.source_line(bundle, judged),
                    never,
                ),
                key="clu_silhouette",
                on_select=_pick,
                selection_mode="points",
                config=bars,
                alt=alt(judged, len(found.sizes), mean),
            )
            st.caption(words.bars(-(-people // charts.MOST_BARS), found.clustering.noise))
            if control is not None and len(never):
                st.caption(words.bars_untrained(never, found.question.k, len(control.sample_ids)))
            elif found.question.learned:
                st.caption(learned_words.NEVER)
    with right:
        st.subheader("The clusters on the map")
        cluster_map.draw_plane(bundle, found, names, ids, source, plane)


def _never_learned(bundle: Bundle, found: Clustered) -> tuple[ControlStudy | None, NDArray[np.floating]]:
    """The control study, and the silhouettes (U,) of its untrained networks where they can stand beside
    these clusters: of everybody in whole latents by K-Means."""
    control = untrained.reference(bundle)
    if control is None or found.subset != ALL or found.question.method != KMEANS:
        return control, np.empty(0)
    return control, untrained_silhouettes(control, found.question.k)


def _pick() -> None:
    """Before a rerun: the person whose bar was clicked."""
    points = st.session_state["clu_silhouette"]["selection"]["points"]
    if points:
        picked = points[0].get("customdata")
        st.session_state[links.CLUSTERS_PERSON] = str(picked[0] if isinstance(picked, list) else picked)


def _person(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    asked = st.text_input(
        "Person (sample id)",
        key=links.CLUSTERS_PERSON,
        bind="query-params",
        max_chars=80,
        width=260,
        placeholder="click a bar, or type one",
    )
    name = (asked or "").strip()
    if not name:
        return
    if name not in bundle.rows:
        st.warning(words.no_person(name))
        return
    from dashboard.clusters import people as cluster_people

    cluster_people.draw_person(bundle, found, names, name)
