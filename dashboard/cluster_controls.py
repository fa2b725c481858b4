"""What is asked for on the page Clusters: K, people, space, method; all of it is in the URL."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard import cluster_answers, components, state
from dashboard.cluster_answers import COMPLETE, LEAST, MOST, ONE_CLUSTER, PEOPLE, Place, Question
from posecore.bundle import Bundle
from posecore.latent.clustering import CLUSTERERS, DENSE

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

WHOLE, FIRST = "full latent space", "first components"
SPACES: Final = (WHOLE, FIRST)
MOST_RESTARTS: Final = 20
MOST_SEED: Final = 9_999
IMAGES: Final = ("svg", "png")
NAME_LENGTH, NOTE_LENGTH = 40, 500

NOISY: Final = (
    f"HDBSCAN finds the number of clusters itself; people in thin places are noise. Of more than "
    f"{cluster_answers.MOST_DENSE:,} people so many are drawn, always the same, as its time grows with the "
    "square of their number."
)
SEES: Final = f"It sees at most {DENSE} components, as it needs many people per direction."


def controls(bundle: Bundle) -> "tuple[Question, DeltaGenerator]":
    """The widgets, and room for `names` beside them; a forged value has a sentence and the default."""
    _refuse_forged(bundle)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        k = st.slider(
            "K, how many clusters", LEAST, MOST, LEAST, key=state.CLUSTERS_K, bind="query-params", width=280,
            persist_state="page",
        )  # fmt: skip
        people = st.selectbox(
            "People", _people(bundle), key=state.CLUSTERS_PEOPLE, bind="query-params", width=230,
            help="Completely annotated: all 17 joints are labelled. One cluster: its people are clustered "
            "again, as there may be clusters inside it.",
        )  # fmt: skip
        space = st.selectbox(
            "Space", SPACES, key=state.CLUSTERS_SPACE, bind="query-params", width=190,
            help="Where distances are taken: in all numbers of the latent, or along the directions in which "
            "people differ most.",
        )  # fmt: skip
        with st.popover("Settings", icon=":material/tune:"):
            method = st.selectbox("Method", list(CLUSTERERS), key=state.CLUSTERS_METHOD, bind="query-params")
            if method != cluster_answers.KMEANS:
                st.caption(f"{SEES} {NOISY if method == cluster_answers.HDBSCAN else ''}")
            seed = st.number_input(
                "Seed", 0, MOST_SEED, key=state.CLUSTERS_SEED, bind="query-params",
                help="Where the method starts. The same seed gives the same clusters.",
            )  # fmt: skip
            restarts = st.number_input(
                "Restarts", 1, MOST_RESTARTS, cluster_answers.RESTARTS, key=state.CLUSTERS_RESTARTS,
                bind="query-params", help="Tries from different places; the tightest result is kept.",
            )  # fmt: skip
            st.segmented_control(
                "Figures are saved as", IMAGES, default=IMAGES[0], required=True, key=state.CLUSTERS_IMAGE,
                bind="query-params", help="By the camera above each figure.",
            )  # fmt: skip
        st.button(
            "Another seed", on_click=_another_seed, key="_clu_again", icon=":material/refresh:",
            help="Run again from another start",
        )  # fmt: skip
        naming = st.container(width="content")
    place = Place(_components(bundle) if space == FIRST else None, people)
    if people == ONE_CLUSTER:
        place = place._replace(**_which_cluster())
    question = Question(int(k), place, method, int(restarts), int(seed))
    _check(question)
    return question, naming


def names(count: int, room: "DeltaGenerator") -> dict[int, str]:
    """What clusters 0 to count - 1 are called, by number, and the fields to change it."""
    with room.popover("Names and note", icon=":material/edit:"):
        st.caption("Names and note are part of the link, and of the labels as a file.")
        found = {}
        for number in range(count):
            text = st.text_input(
                f"Cluster {number + 1}", key=f"{state.CLUSTERS_NAME}{number + 1}", bind="query-params",
                max_chars=NAME_LENGTH, placeholder=f"cluster {number + 1}", persist_state="page",
            )  # fmt: skip
            text = " ".join((text or "").split())[:NAME_LENGTH]
            found[number] = f"{number + 1} · {text}" if text else f"cluster {number + 1}"
        st.text_area(
            "Note", key=state.CLUSTERS_NOTE, bind="query-params", max_chars=NOTE_LENGTH, persist_state="page"
        )
    return found


def own_name(number: int) -> str:
    """What the user calls a cluster; empty without a name."""
    return " ".join(str(st.session_state.get(f"{state.CLUSTERS_NAME}{number + 1}") or "").split())


def note() -> str:
    """What the user wrote about this clustering."""
    return str(st.session_state.get(state.CLUSTERS_NOTE) or "")[:NOTE_LENGTH]


def image_format() -> str:
    """What the camera above a figure saves."""
    chosen = st.session_state.get(state.CLUSTERS_IMAGE)
    return chosen if chosen in IMAGES else IMAGES[0]


def _another_seed() -> None:
    """Before a rerun: start elsewhere."""
    st.session_state[state.CLUSTERS_SEED] = (int(st.session_state.get(state.CLUSTERS_SEED, 0)) + 1) % (
        MOST_SEED + 1
    )


def _people(bundle: Bundle) -> list[str]:
    """Whom one can ask for: nobody is known to be completely annotated where nothing is."""
    return [who for who in PEOPLE if who != COMPLETE or bundle.manifest.dataset["annotations"]]


def _components(bundle: Bundle) -> int:
    most = components.fitted_components(bundle)[1].shape[1]
    state.refuse_forged(
        state.CLUSTERS_COMPONENTS, f"a whole number from 1 to {most}", state.whole_number(1, most)
    )
    return int(
        st.number_input(
            "How many components", 1, most, min(DENSE, most), key=state.CLUSTERS_COMPONENTS,
            bind="query-params", width=220,
        )
    )  # fmt: skip


def _which_cluster() -> dict[str, int]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of = st.number_input(
            "Cluster", 1, MOST, key=state.CLUSTERS_OF, bind="query-params", width=140,
            help="Its number among the clusters of everybody, by K-Means in the same space.",
        )  # fmt: skip
        of_k = st.number_input(
            "of the clusters of everybody with K =", LEAST, MOST, key=state.CLUSTERS_OF_K,
            bind="query-params", width=270,
        )  # fmt: skip
    return {"of": int(of), "of_k": int(of_k)}


def _refuse_forged(bundle: Bundle) -> None:
    for key, least, most in (
        (state.CLUSTERS_K, LEAST, MOST),
        (state.CLUSTERS_SEED, 0, MOST_SEED),
        (state.CLUSTERS_RESTARTS, 1, MOST_RESTARTS),
        (state.CLUSTERS_OF_K, LEAST, MOST),
        (state.CLUSTERS_OF, 1, MOST),
    ):
        state.refuse_forged(key, f"a whole number from {least} to {most}", state.whole_number(least, most))
    for key, options in (
        (state.CLUSTERS_PEOPLE, _people(bundle)),
        (state.CLUSTERS_SPACE, SPACES),
        (state.CLUSTERS_METHOD, list(CLUSTERERS)),
        (state.CLUSTERS_IMAGE, IMAGES),
    ):
        state.refuse_forged(key, f"one of {', '.join(options)}", options.__contains__)


def _check(question: Question) -> None:
    """Widgets' bounds hold in the browser only: say so and end the page where somebody went around them."""
    place = question.place
    if not (
        LEAST <= question.k <= MOST
        and 1 <= question.restarts <= MOST_RESTARTS
        and 0 <= question.seed <= MOST_SEED
        and LEAST <= place.of_k <= MOST
        and 1 <= place.of <= MOST
    ):
        st.warning(
            f"K is {question.k}, seed {question.seed}, restarts {question.restarts}; expected K from {LEAST} "
            f"to {MOST}. Set them anew above."
        )
        st.stop()
