"""Which people, how clustered, and what came out: kept for all users of a bundle.

Where the best of many restarts takes long, one quick run is shown first and the restarts go on by themselves.
"""

from concurrent.futures import Future
from importlib import import_module
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import cache, latents
from dashboard.shared.background import worker
from dashboard.shared.clustering import quick, stored
from dashboard.shared.clustering.questions import (
    COMPLETE,
    EVERYBODY,
    HDBSCAN,
    KMEANS,
    LEAST,
    MOST,
    MOST_RESTARTS,
    MOST_SEED,
    QUICK,
    RESTARTED,
    STORED,
    Clustered,
    Question,
    Subset,
)
from dashboard.shared.clustering.quick import Distances, distances, silhouettes_of
from posecore.bundle import Bundle
from posecore.clustering.controls import few
from posecore.clustering.distances import MOST_STORED
from posecore.clustering.methods import Clustering, check_k, cluster, cluster_from, clustering_of
from posecore.clustering.silhouette import mean_silhouette
from posecore.clustering.space import Space, component_space, latent_space
from posecore.errors import ConfigError, PosecoreError
from posecore.samples import read_visibility

AT_ONCE: Final = 20_000_000
"""People times numbers times restarts of K-Means for which somebody waits. With twice as many, 1,000 people
with 4,096 numbers and ten restarts, two cores took 0.2 to 0.3 s, and the page would need half a second."""

MOST_DENSE: Final = 5_000
"""People whom HDBSCAN is given at most: a second in 50 components; of 10,000 it takes five."""


worker.submit(import_module, "sklearn.metrics")  # takes a second, and is needed once K is changed


def people_in(bundle: Bundle, place: Subset) -> Space:
    """The people of a place. Raises PosecoreError where there are none."""
    return _people_in(bundle, _key(bundle), place)


def _key(bundle: Bundle) -> tuple[str, str]:
    """When what answers depend on was made."""
    return stored.created(bundle), latents.projected(bundle)


@cache.cached(6)
def _people_in(bundle: Bundle, key: tuple[str, str], place: Subset) -> Space:
    rows = _rows(bundle, place)
    if place.components is None:
        return latent_space(bundle.latents, rows)
    return component_space(latents.components(bundle)[1], place.components, rows)


def _rows(bundle: Bundle, place: Subset) -> NDArray[np.int64] | None:
    if place.people == EVERYBODY:
        return None
    if place.people == COMPLETE:
        if not bundle.manifest.dataset["annotations"]:
            raise ConfigError(
                "this bundle holds no annotations, so nobody is known to be completely annotated"
            )
        rows = np.flatnonzero((read_visibility(bundle.samples) > 0).all(axis=1))
        if not len(rows):
            raise ConfigError("nobody in this bundle has all 17 joints labelled; choose everybody")
        return rows
    parent = answer(bundle, Question(place.of_k, Subset(place.components)))
    members = parent.members(place.of - 1)
    if not len(members):
        raise ConfigError(
            f"there is no cluster {place.of} among {place.of_k}; choose one from 1 to {place.of_k}"
        )
    return parent.space.rows[members]


def answer(bundle: Bundle, question: Question) -> Clustered:
    """What comes out, or for the time being one quick run. Raises PosecoreError for what cannot be."""
    _check_bounds(question)
    key, space = _key(bundle), people_in(bundle, question.place)
    check_k(space, question.k if question.has_k else LEAST)
    if stored.answers(bundle, question, space):
        return _answer(bundle, key, question, STORED)
    if _takes_long(question, space):
        job = _jobs(bundle, key).get(question)
        return _answer(bundle, key, question, RESTARTED if job is not None and job.done() else QUICK)
    return _answer(bundle, key, question, RESTARTED)


def _check_bounds(question: Question) -> None:
    """Widgets' bounds hold in the browser only. Raises ConfigError where somebody went around them."""
    place = question.place
    if not (
        LEAST <= question.k <= MOST
        and 1 <= question.restarts <= MOST_RESTARTS
        and 0 <= question.seed <= MOST_SEED
        and LEAST <= place.of_k <= MOST
        and 1 <= place.of <= MOST
    ):
        raise ConfigError(
            f"K is {question.k}, seed {question.seed}, restarts {question.restarts}, cluster {place.of} of "
            f"{place.of_k}; expected K from {LEAST} to {MOST}, seeds from 0 to {MOST_SEED}, and 1 to "
            f"{MOST_RESTARTS} restarts; set them anew"
        )


def _takes_long(question: Question, space: Space) -> bool:
    return question.method == KMEANS and space.features.size * question.restarts > AT_ONCE


def prepare(bundle: Bundle, place: Subset) -> None:
    """In the background, once: measure the distances of a place, and then answer for one K after the other,
    so that what is asked for next is there already."""
    _prepared(bundle, _key(bundle), place)


@cache.cached(8)
def _prepared(bundle: Bundle, key: tuple[str, str], place: Subset) -> "Future[None]":
    worker.submit(_distances, bundle, key, place)
    return worker.submit(_answer_ahead, bundle, place, LEAST)


def _answer_ahead(bundle: Bundle, place: Subset, k: int) -> None:
    """Answer for a K and leave the next one to a job of its own, so that nobody's restarts wait for all."""
    if len(people_in(bundle, place).rows) > MOST_STORED:
        return
    try:
        answer(bundle, Question(k, place))
    except PosecoreError:
        return
    if k < MOST:
        worker.submit(_answer_ahead, bundle, place, k + 1)


def start_restarts(bundle: Bundle, question: Question) -> None:
    """Set the restarts of a question going that takes long, for whoever asks; once is enough."""
    key = _key(bundle)
    jobs = _jobs(bundle, key)
    if question in jobs:
        return
    space = people_in(bundle, question.place)
    before = quick.guess(bundle, key, question.place, question.k, space)

    def work() -> Clustering:
        tries = (
            cluster(space, KMEANS, question.k, question.restarts, question.seed),
            cluster_from(space, before, question.k, question.seed),
        )
        return min(tries, key=lambda one: one.inertia)

    jobs[question] = worker.submit(work)


@cache.cached(4)
def _jobs(bundle: Bundle, key: tuple[str, str]) -> "dict[Question, Future[Clustering]]":
    """Restarts under way or done, of a bundle."""
    return {}


@cache.cached(64)
def _answer(bundle: Bundle, key: tuple[str, str], question: Question, how: str) -> Clustered:
    whole, values = people_in(bundle, question.place), None
    space = few(whole, most=MOST_DENSE) if question.method == HDBSCAN else whole
    if how == STORED:
        sweep = stored.study(bundle).sweep
        clustering = clustering_of(space, sweep.labels[sweep.best(question.k)])
        values = sweep.of_best(question.k)
    elif how == QUICK:
        before = quick.guess(bundle, key, question.place, question.k, space)
        clustering = cluster_from(space, before, question.k, question.seed)
    elif _takes_long(question, space):
        clustering = _jobs(bundle, key)[question].result()
    else:
        clustering = cluster(space, question.method, question.k, question.restarts, question.seed)
    if values is None:
        values = silhouettes_of(_distances(bundle, key, question.place), space.rows, clustering.labels)
    order, numbers = quick.numbered(bundle, key, question.place, whole, space, clustering.labels)
    mean = mean_silhouette(values) if np.isfinite(values).any() else float("nan")
    return Clustered(question, space, clustering, numbers, order, values, mean, how)


def _distances(bundle: Bundle, key: tuple[str, str], place: Subset) -> Distances:
    """Everybody's in the place's space, for all places in it; of too many people only the place's own."""
    base = Subset(place.components)
    if len(people_in(bundle, base).rows) > MOST_STORED:
        base = place
    return distances(bundle, key, base, people_in(bundle, base))


def cluster_numbers(bundle: Bundle, k: int) -> NDArray[np.int64]:
    """(N,) everybody's cluster, from 0 to k - 1, as the Clusters page shows it first for this k; -1 where
    latents hold nan. Raises PosecoreError."""
    with st.spinner("Clustering …"):
        found = answer(bundle, Question(k))
    numbers = np.full(len(bundle.latents), -1)
    numbers[found.space.rows] = found.numbers
    return numbers
