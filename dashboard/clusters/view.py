"""The page Clusters: a clustering at once, silhouettes and map, and what is asked about it below."""

from typing import Final

import numpy as np
import streamlit as st

from dashboard.clusters import charts, controls
from dashboard.clusters import map as cluster_map
from dashboard.shared import bundles, glossary, links, widgets
from dashboard.shared.clustering import answers, stored
from dashboard.shared.clustering.questions import QUICK, STORED, Clustered, described
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.errors import BundleError, PosecoreError

TABS: Final = {
    "Who is in them?": "dashboard.clusters.people",
    "What is each?": "dashboard.clusters.meaning",
    "How many clusters?": "dashboard.clusters.count",
    "Compare two": "dashboard.clusters.compare",
    "Files": "dashboard.clusters.files",
}
WORDS: Final = (
    "Heatmap, Latent, Seed, Component, Variance, K-Means, Gaussian mixture, HDBSCAN, Silhouette, Restart"
)
"""Of glossary.TERMS, those that the page uses beside those of its tabs."""

WAITED: Final = "_clu_waited"
"""The question whose restarts were last waited for."""


def show(bundle: Bundle) -> None:
    """The whole page below its title."""
    st.markdown(
        "People whose latents are alike, sorted into K groups. A silhouette near 1: at home in the own "
        "cluster; near 0: between two; below 0: nearer to another one. **Any K gives groups, whether there "
        "are any or not**: “How many clusters?” below says what to believe."
    )
    if bundle.manifest.people < 3:
        st.info(
            f"Clusters need three people or more; this bundle holds {bundle.manifest.people}. More come with "
            "`python scripts/extract_latents.py`.",
            icon=":material/group:",
        )
        return
    question, room = controls.controls(bundle)
    try:
        with st.spinner("Clustering …"):
            found = answers.answer(bundle, question)
    except PosecoreError as error:
        st.warning(f"There is nothing to show for this choice: {error}")
        return
    answers.prepare(bundle, question.place)
    names = controls.names(len(found.sizes), room)
    _headline(bundle, found)
    _figures(bundle, found, names)
    _person(bundle, found, names)
    tab = widgets.tabs(links.CLUSTERS_TAB, TABS)
    tab.show(bundle, found, names)
    glossary.show(f"{WORDS}, {tab.WORDS}", bundles.source_line(bundle))


def _headline(bundle: Bundle, found: Clustered) -> None:
    people, noise = len(found.space.rows), found.clustering.noise
    st.markdown(
        f"{people:,} people: {', '.join(f'{size:,}' for size in found.sizes)} in the clusters. "
        f"{described(bundle, found)} {_against_nothing(bundle, found)}"
    )
    if found.how == QUICK:
        _wait(bundle, found)
    judged = int(np.isfinite(found.values).sum())
    with st.container(horizontal=True):
        if noise:
            # A mean over those who are easy to place alone: it is not to be taken for everybody's.
            st.metric(
                f"Mean silhouette over {people - noise:,} of {people:,} people, {noise:,} in no cluster",
                number(found.mean),
                border=True,
                width=420,
            )
        else:
            st.metric("Mean silhouette", number(found.mean), border=True, width=200)
        st.metric(
            "Smallest and largest cluster",
            f"{found.sizes.min():,} – {found.sizes.max():,}",
            border=True,
            width=270,
        )
        below = f"{(found.values[np.isfinite(found.values)] < 0).mean():.0%}" if judged else "not known"
        st.metric(
            "People nearer to another cluster",
            below,
            border=True,
            width=270,
            help="Share of people whose silhouette lies below 0.",
        )
    if not judged:
        st.caption("There are fewer than two clusters, so nobody has a silhouette.")
    elif judged < people - noise:
        st.caption(
            f"All {people:,} people are clustered. Silhouettes are those of {judged:,}, drawn at random, "
            "among each other; exact ones of all are in the stored sweep."
        )
    asked = bundle.manifest.people - len(found.space.left_out)
    if not found.question.has_k and people == answers.MOST_DENSE and people < asked:
        st.caption(f"Of {asked:,} people {people:,} were drawn, always the same: HDBSCAN takes no more here.")


def _against_nothing(bundle: Bundle, found: Clustered) -> str:
    """The mean silhouette beside what people without structure have at the same K."""
    try:
        study = stored.study(bundle)
    except BundleError:
        return ""
    if found.how != STORED or not study.controls:
        return ""
    tried = study.sweep.ks == found.question.k
    nothing = max(float(values[tried].max()) for values in study.controls.values())
    return (
        f"Mean silhouette **{number(found.mean)}**; people **without any structure** but as "
        f"widely spread have up to {number(nothing)} at this K."
    )


@st.fragment(run_every=1.0)
def _wait(bundle: Bundle, found: Clustered) -> None:
    """Look now and then whether the restarts are done, then draw the page anew.

    They start with the second look: somebody who moves K on is not held up by what nobody looks at.
    """
    if st.session_state.get(WAITED) == found.question:
        answers.start_restarts(bundle, found.question)
    st.session_state[WAITED] = found.question
    if answers.answer(bundle, found.question).how != QUICK:
        st.rerun()
    st.caption(
        f":material/hourglass: {found.question.restarts} restarts are under way; the page follows them."
    )


def _figures(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    ids = bundle.samples["sample_id"].to_numpy()[found.space.rows]
    people, judged = len(ids), int(np.isfinite(found.values).sum())
    source = bundles.source_line(bundle, people)
    image, plain = controls.image_format(), {"displaylogo": False}
    bars, plane = (
        plain | {"toImageButtonOptions": {"format": image, "filename": name}}
        for name in ("cluster-silhouettes", "clusters-on-the-map")
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Silhouette of every person")
        if judged:
            st.plotly_chart(
                charts.silhouettes(
                    found.values,
                    found.numbers,
                    names,
                    ids.tolist(),
                    found.mean,
                    bundles.source_line(bundle, judged),
                ),
                key="clu_silhouette",
                on_select=_pick,
                selection_mode="points",
                config=bars,
                alt=f"Silhouettes of {judged} people, sorted within {len(found.sizes)} clusters; "
                f"the mean is {found.mean:.3f}",
            )
            drawn = -(-people // charts.MOST_BARS)
            every = f" One of {drawn} people has a bar, and the last of each cluster." if drawn > 1 else ""
            if found.clustering.noise:
                every += f" The {found.clustering.noise:,} people who are noise have none."
            st.caption(
                f"A click on a bar shows the person; the worst are at the lower end of each cluster.{every}"
            )
    with right:
        st.subheader("The clusters on the map")
        cluster_map.show(bundle, found, names, ids, source, plane)


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
        st.warning(f"This bundle holds no person {name[:60]!r}; click a bar.")
        return
    from dashboard.clusters import people as cluster_people

    cluster_people.one(bundle, found, names, name)
