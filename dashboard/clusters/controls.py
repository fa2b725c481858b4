"""What is asked for on the page Clusters: K, people, space, method; all of it is in the URL."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.shared import latents, links
from dashboard.shared.clustering import answers
from dashboard.shared.clustering.questions import (
    COMPLETE,
    HDBSCAN,
    KMEANS,
    LEAST,
    MOST,
    MOST_RESTARTS,
    MOST_SEED,
    ONE_CLUSTER,
    PEOPLE,
    RESTARTS,
    Question,
    Subset,
)
from posecore.bundle import Bundle
from posecore.clustering.methods import CLUSTERERS, DENSE

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

WHOLE, FIRST = "full latent space", "first components"
SPACES: Final = (WHOLE, FIRST)
IMAGES: Final = ("svg", "png")
NAME_LENGTH, NOTE_LENGTH = 40, 500

NOISY: Final = (
    f"HDBSCAN finds the number of clusters itself; people in thin places are noise. Of more than "
    f"{answers.MOST_DENSE:,} people so many are drawn, always the same, as its time grows with the "
    "square of their number."
)
SEES: Final = f"It sees at most {DENSE} components, as it needs many people per direction."


def controls(bundle: Bundle) -> "tuple[Question, DeltaGenerator]":
    """The widgets, and room for `names` beside them; a forged value has a sentence and the default."""
    _refuse_forged(bundle)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Before the others on the page, after them in time: whether there is a K depends on the method.
        room_for_k = st.container(width=280)
        people = st.selectbox(
            "People",
            _people(bundle),
            key=links.CLUSTERS_PEOPLE,
            bind="query-params",
            width=230,
            help="Completely annotated: all 17 joints are labelled. One cluster: its people are clustered "
            "again, as there may be clusters inside it.",
        )
        space = st.selectbox(
            "Space",
            SPACES,
            key=links.CLUSTERS_SPACE,
            bind="query-params",
            width=190,
            help="Where distances are taken: in all numbers of the latent, or along the directions in which "
            "people differ most.",
        )
        with st.popover("Settings", icon=":material/tune:"):
            method = st.selectbox("Method", list(CLUSTERERS), key=links.CLUSTERS_METHOD, bind="query-params")
            if method != KMEANS:
                st.caption(f"{SEES} {NOISY if method == HDBSCAN else ''}")
            seed = st.number_input(
                "Seed",
                0,
                MOST_SEED,
                key=links.CLUSTERS_SEED,
                bind="query-params",
                help="Where the method starts. The same seed gives the same clusters.",
            )
            restarts = st.number_input(
                "Restarts",
                1,
                MOST_RESTARTS,
                RESTARTS,
                key=links.CLUSTERS_RESTARTS,
                bind="query-params",
                help="Tries from different places; the tightest result is kept.",
            )
            st.segmented_control(
                "Figures are saved as",
                IMAGES,
                default=IMAGES[0],
                required=True,
                key=links.CLUSTERS_IMAGE,
                bind="query-params",
                help="By the camera above each figure.",
            )
        st.button(
            "Another seed",
            on_click=_another_seed,
            key="_clu_again",
            icon=":material/refresh:",
            help="Run again from another start",
        )
        naming = st.container(width="content")
    k = room_for_k.slider(
        "K, how many clusters",
        LEAST,
        MOST,
        LEAST,
        key=links.CLUSTERS_K,
        bind="query-params",
        persist_state="page",
        disabled=not CLUSTERERS[method].takes_k,
    )
    place = Subset(_components(bundle) if space == FIRST else None, people)
    if people == ONE_CLUSTER:
        place = Subset(place.components, people, *_which_cluster())
    question = Question(int(k), place, method, int(restarts), int(seed))
    return question, naming


def names(count: int, room: "DeltaGenerator") -> dict[int, str]:
    """What clusters 0 to count - 1 are called, by number, and the fields to change it."""
    with room.popover("Names and note", icon=":material/edit:"):
        st.caption("Names and note are part of the link, and of the labels as a file.")
        for number in range(count):
            st.text_input(
                f"Cluster {number + 1}",
                key=f"{links.CLUSTERS_NAME}{number + 1}",
                bind="query-params",
                max_chars=NAME_LENGTH,
                placeholder=f"cluster {number + 1}",
                persist_state="page",
            )
        st.text_area(
            "Note", key=links.CLUSTERS_NOTE, bind="query-params", max_chars=NOTE_LENGTH, persist_state="page"
        )
    own = own_names(count)
    return {n: f"{n + 1} · {own[n]}" if own[n] else f"cluster {n + 1}" for n in range(count)}


def own_names(count: int) -> list[str]:
    """What the user calls clusters 0 to count - 1; empty without a name."""
    given = [st.session_state.get(f"{links.CLUSTERS_NAME}{number + 1}") for number in range(count)]
    return [" ".join(str(name or "").split())[:NAME_LENGTH] for name in given]


def note() -> str:
    """What the user wrote about this clustering."""
    return str(st.session_state.get(links.CLUSTERS_NOTE) or "")[:NOTE_LENGTH]


def image_format() -> str:
    """What the camera above a figure saves."""
    chosen = st.session_state.get(links.CLUSTERS_IMAGE)
    return chosen if chosen in IMAGES else IMAGES[0]


def _another_seed() -> None:
    """Before a rerun: start elsewhere."""
    st.session_state[links.CLUSTERS_SEED] = (int(st.session_state.get(links.CLUSTERS_SEED, 0)) + 1) % (
        MOST_SEED + 1
    )


def _people(bundle: Bundle) -> list[str]:
    """Whom one can ask for: nobody is known to be completely annotated where nothing is."""
    return [who for who in PEOPLE if who != COMPLETE or bundle.manifest.dataset["annotations"]]


def _components(bundle: Bundle) -> int:
    most = latents.fitted_components(bundle)[1].shape[1]
    links.refuse_forged(
        links.CLUSTERS_COMPONENTS, f"a whole number from 1 to {most}", links.whole_number(1, most)
    )
    return int(
        st.number_input(
            "How many components",
            1,
            most,
            min(DENSE, most),
            key=links.CLUSTERS_COMPONENTS,
            bind="query-params",
            width=220,
        )
    )


def _which_cluster() -> tuple[int, int]:
    """K of everybody's clusters, and the number of the one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of = st.number_input(
            "Cluster",
            1,
            MOST,
            key=links.CLUSTERS_OF,
            bind="query-params",
            width=140,
            help="Its number among the clusters of everybody, by K-Means in the same space.",
        )
        of_k = st.number_input(
            "of the clusters of everybody with K =",
            LEAST,
            MOST,
            key=links.CLUSTERS_OF_K,
            bind="query-params",
            width=270,
        )
    return int(of_k), int(of)


def _refuse_forged(bundle: Bundle) -> None:
    for key, least, most in (
        (links.CLUSTERS_K, LEAST, MOST),
        (links.CLUSTERS_SEED, 0, MOST_SEED),
        (links.CLUSTERS_RESTARTS, 1, MOST_RESTARTS),
        (links.CLUSTERS_OF_K, LEAST, MOST),
        (links.CLUSTERS_OF, 1, MOST),
    ):
        links.refuse_forged(key, f"a whole number from {least} to {most}", links.whole_number(least, most))
    for key, options in (
        (links.CLUSTERS_PEOPLE, _people(bundle)),
        (links.CLUSTERS_SPACE, SPACES),
        (links.CLUSTERS_METHOD, list(CLUSTERERS)),
        (links.CLUSTERS_IMAGE, IMAGES),
    ):
        links.refuse_forged(key, f"one of {', '.join(options)}", options.__contains__)
