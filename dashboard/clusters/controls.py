"""What is asked for on the page Clusters: K, people, space, method; all of it is in the URL."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.clusters import learned_words, words
from dashboard.shared import latents, links, widgets
from dashboard.shared.clustering import answers
from dashboard.shared.clustering.answers import Cohort
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

FIRST: Final = "first components"
SPACES: Final = (words.WHOLE, FIRST)
IMAGES: Final = ("svg", "png")
NAME_LENGTH, NOTE_LENGTH = 40, 500


def ask(bundle: Bundle) -> "tuple[Cohort, Question, DeltaGenerator]":
    """Whom to cluster and how, as the widgets say, and room for `names` beside these."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Before the others on the page, after them in time: whether there is a K depends on the method.
        room_for_k = st.container(width=280)
        people = widgets.select(
            "People", _people(bundle), links.CLUSTERS_PEOPLE, width=230, help=words.PEOPLE_HELP
        )
        space = widgets.select("Space", SPACES, links.CLUSTERS_SPACE, width=190, help=words.SPACE_HELP)
        with st.popover("Settings", icon=":material/tune:"):
            method = widgets.select("Method", list(CLUSTERERS), links.CLUSTERS_METHOD)
            if method != KMEANS:
                st.caption(" ".join(_about(method)))
            seed = widgets.whole_number("Seed", 0, MOST_SEED, 0, links.CLUSTERS_SEED, help=words.SEED_HELP)
            restarts = widgets.whole_number(
                "Restarts", 1, MOST_RESTARTS, RESTARTS, links.CLUSTERS_RESTARTS, help=words.RESTARTS_HELP
            )
            widgets.segments("Figures are saved as", IMAGES, links.CLUSTERS_IMAGE, help=words.IMAGE_HELP)
        st.button(
            "Another seed",
            on_click=_another_seed,
            key="_clu_again",
            icon=":material/refresh:",
            help=words.AGAIN_HELP,
        )
        naming = st.container(width="content")
    with room_for_k:
        k = widgets.slider(
            "K, how many clusters",
            LEAST,
            MOST,
            LEAST,
            links.CLUSTERS_K,
            persist_state="page",
            disabled=not CLUSTERERS[method].takes_k,
        )
    components = _components(bundle) if space == FIRST else None
    subset = Subset(components, people)
    if people == ONE_CLUSTER:
        subset = Subset(components, people, *_which_cluster())
    else:
        _refuse_undrawn()
    return answers.cohort(bundle, subset), Question(k, method, restarts, seed), naming


def _about(method: str) -> list[str]:
    """What is said of a method beside K-Means."""
    if CLUSTERERS[method].learned:
        return [learned_words.METHODS[method], learned_words.SEED, words.SEES]
    return [words.SEES, words.NOISY] if method == HDBSCAN else [words.SEES]


def names(count: int, room: "DeltaGenerator") -> dict[int, str]:
    """What clusters 0 to count - 1 are called, by number, and the fields to change it."""
    with room.popover("Names and note", icon=":material/edit:"):
        st.caption(words.NAMING)
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
    return widgets.whole_number(
        "How many components", 1, most, min(DENSE, most), links.CLUSTERS_COMPONENTS, width=220
    )


def _which_cluster() -> tuple[int, int]:
    """K of everybody's clusters, and the number of the one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of = widgets.whole_number("Cluster", 1, MOST, 1, links.CLUSTERS_OF, width=140, help=words.OF_HELP)
        of_k = widgets.whole_number(
            "of the clusters of everybody with K =", LEAST, MOST, LEAST, links.CLUSTERS_OF_K, width=270
        )
    return of_k, of


def _refuse_undrawn() -> None:
    """What a link asks for of `_which_cluster` where nobody sees its widgets."""
    for key, least in ((links.CLUSTERS_OF, 1), (links.CLUSTERS_OF_K, LEAST)):
        links.refuse_forged(key, f"a whole number from {least} to {MOST}", links.whole_number(least, MOST))
