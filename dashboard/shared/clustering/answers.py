"""Some people of a bundle in a space, asked for clusters by K; what came out is cached for all users.

Where the best of many restarts takes long, one quick run is shown first and the restarts go on by themselves.
"""

from concurrent.futures import Future
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import cache, latents
from dashboard.shared.background import worker
from dashboard.shared.clustering import stored
from dashboard.shared.clustering.learning import AUTOENCODER, Learning, own_silhouettes
from dashboard.shared.clustering.questions import (
    ALL,
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
from dashboard.shared.clustering.quick import Distances, grown, measured, numbered, silhouettes_of
from posecore.bundle import Bundle
from posecore.clustering.controls import subsampled
from posecore.clustering.distances import MOST_STORED
from posecore.clustering.methods import (
    DENSE,
    Clustering,
    check_filled,
    check_k,
    cluster,
    cluster_from,
    clustering_of,
    first_components,
)
from posecore.clustering.silhouette import mean_silhouette
from posecore.clustering.space import Space, component_space, latent_space
from posecore.errors import ConfigError, PosecoreError
from posecore.samples import read_visibility
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.learned.results import LearnedStudy

if TYPE_CHECKING:
    from posecore.clustering.learned import Autoencoder, Learned, Progress

AT_ONCE: Final = 20_000_000
"""People times numbers times restarts of K-Means for which somebody waits. With twice as many, 1,000 people
with 4,096 numbers and ten restarts, two cores took 0.2 to 0.3 s, and the page would need half a second."""

MOST_DENSE: Final = 5_000
"""People whom HDBSCAN is given at most: a second in 50 components; of 10,000 it takes five."""


worker.submit(import_module, "sklearn.metrics")  # takes a second, and is needed once K is changed


class Cohort(NamedTuple):
    """The people of a subset, who are asked for their clusters. It is the key of all that is cached of them.

    made: when the studies of clusters and the components were made that answers depend on.
    """

    bundle: Bundle
    made: tuple[str, str, str]
    subset: Subset

    @property
    def space(self) -> Space:
        """The people and their numbers. Raises PosecoreError where there are none."""
        return self._space()

    @property
    def distances(self) -> Distances:
        """Those between everybody in the space, shared by all subsets in it; of too many people only their
        own, or some of them."""
        everybody = self._everybody
        return (self if len(everybody.space.rows) > MOST_STORED else everybody)._distances()

    @property
    def restarts(self) -> "dict[Question, Future[Clustering]]":
        """Restarts under way or done."""
        return self._jobs()

    def answer(self, question: Question) -> Clustered:
        """What comes out, or for the time being one quick run. Raises PosecoreError for what cannot be."""
        self._check(question)
        if question.learned and (under_way := self._learning().get(question)) is not None:
            under_way.future.result()  # what went wrong in the background is said, too
        if self._is_stored(question):
            return self._clustered(question, STORED)
        if self._takes_long(question):
            job = self.restarts.get(question)
            return self._clustered(question, RESTARTED if job is not None and job.done() else QUICK)
        return self._clustered(question, RESTARTED)

    def learning(self, question: Question) -> Learning | None:
        """What is under way of clusters that have to be learned, set going for whoever asks; None where there
        is nothing to wait for. Raises PosecoreError for what cannot be."""
        self._check(question)
        if not question.learned or self._is_stored(question):
            return None
        job = self._learning().get(question)
        if job is None:
            job = self._learning()[question] = Learning(partial(self._learn, question))
        return None if job.future.done() else job

    def learned_study(self, question: Question) -> LearnedStudy | None:
        """The stored study of the method, where it is of these very people in whole latents."""
        if not question.learned or self.subset != ALL:
            return None
        return stored.learned_study_of(self.bundle, question.method, self.space)

    def prepare(self) -> None:
        """In the background, once: measure the distances, and then answer for one K after the other, so that
        what is asked for next is there already."""
        self._prepared()

    def start_restarts(self, question: Question) -> None:
        """Set the restarts of a question going that takes long, for whoever asks; once is enough."""
        if question in self.restarts:
            return
        space, guess = self.space, self._guessed(question.k)[-1]

        def work() -> Clustering:
            tries = (
                cluster(space, KMEANS, question.k, question.restarts, question.seed),
                cluster_from(space, guess, question.k, question.seed),
            )
            return min(tries, key=lambda one: one.inertia)

        self.restarts[question] = worker.submit(work)

    def _answer_ahead(self, k: int) -> None:
        """Answer for a K and leave the next one to a job of its own, so that restarts get their turn."""
        if len(self.space.rows) > MOST_STORED:
            return
        try:
            self.answer(Question(k))
        except PosecoreError:
            return
        if k < MOST:
            worker.submit(self._answer_ahead, k + 1)

    @property
    def _everybody(self) -> "Cohort":
        """Everybody in the same space."""
        return self._replace(subset=Subset(self.subset.components))

    @property
    def _study(self) -> ClusterStudy | None:
        """The bundle's study where it is of these people in whole latents; components may have been fitted on
        others."""
        return stored.study_of(self.bundle, self.space) if self.subset == ALL else None

    def _is_stored(self, question: Question) -> bool:
        """Whether the study answers the very question."""
        learned = self.learned_study(question)
        if learned is not None:
            known = question.k in learned.ks and question.seed < len(learned.labels)
            return known and question.restarts == learned.info.get("restarts")
        study = self._study if question.method == KMEANS else None
        if study is None:
            return False
        settings = study.info.get("sweep", {})
        asked = (question.restarts, question.seed)
        return question.k in study.sweep.numbers and asked == (settings.get("restarts"), settings.get("seed"))

    def _takes_long(self, question: Question) -> bool:
        return question.method == KMEANS and self.space.features.size * question.restarts > AT_ONCE

    def _rows(self) -> NDArray[np.int64] | None:
        """Rows of the bundle's table; None for all."""
        subset = self.subset
        if subset.people == EVERYBODY:
            return None
        if subset.people == COMPLETE:
            if not self.bundle.manifest.dataset["annotations"]:
                raise ConfigError(
                    "this bundle holds no annotations, so nobody is known to be completely annotated"
                )
            rows = np.flatnonzero((read_visibility(self.bundle.samples) > 0).all(axis=1))
            if not len(rows):
                raise ConfigError("nobody in this bundle has all joints labelled; choose everybody")
            return rows
        parent = self._everybody.answer(Question(subset.of_k))
        members = parent.members(subset.of - 1)
        if not len(members):
            raise ConfigError(
                f"there is no cluster {subset.of} among {subset.of_k}; choose one from 1 to {subset.of_k}"
            )
        return parent.space.rows[members]

    @cache.cached(6)
    def _space(self) -> Space:
        rows = self._rows()
        if self.subset.components is None:
            return latent_space(self.bundle.latents, rows)
        return component_space(latents.components(self.bundle)[1], self.subset.components, rows)

    @cache.cached(2)
    def _distances(self) -> Distances:
        return measured(self.space)

    @cache.cached(16)
    def _jobs(self) -> "dict[Question, Future[Clustering]]":
        return {}

    @cache.cached(8)
    def _prepared(self) -> "Future[None]":
        worker.submit(lambda: self.distances)
        return worker.submit(self._answer_ahead, LEAST)

    def _check(self, question: Question) -> None:
        """Raise PosecoreError for what cannot be."""
        _check_bounds(self.subset, question)
        check_k(self.space, question.k if question.has_k else LEAST)

    def _learn(self, question: Question, report: "Progress") -> None:
        self._clustered(question, RESTARTED, report)

    @cache.cached(16)
    def _learning(self) -> dict[Question, Learning]:
        return {}

    @cache.cached(6)
    def _dense(self) -> Space:
        """What methods see that see some components only."""
        return first_components(self.space, DENSE)

    @cache.cached(4)
    def _autoencoder(self, seed: int, _report: "Progress | None") -> "Autoencoder":
        """One for every K and both methods."""
        from posecore.clustering.learned import train_autoencoder

        return train_autoencoder(self._dense().features, seed, _report)

    def _learned(self, question: Question, report: "Progress | None") -> "Learned":
        from posecore.clustering.learned import learn

        def after(share: float) -> None:
            if report is not None:
                report(AUTOENCODER + (1 - AUTOENCODER) * share)

        def before(share: float) -> None:
            if report is not None:
                report(AUTOENCODER * share)

        features, (k, method, restarts, seed) = self._dense().features, question
        return learn(self._autoencoder(seed, before), features, method, k, restarts, seed, after)

    @cache.cached(64)
    def _clustered(self, question: Question, how: str, _report: "Progress | None" = None) -> Clustered:
        whole, study = self.space, self._study if how == STORED else None
        space = subsampled(whole, most=MOST_DENSE) if question.method == HDBSCAN else whole
        own: NDArray[np.floating] | None = None
        learned = self.learned_study(question) if how == STORED else None
        if learned is not None:
            place = int(np.searchsorted(learned.ks, question.k))
            check_filled(learned.labels[question.seed, place], question.k, question.method)
            clustering = clustering_of(space, learned.labels[question.seed, place])
            values = silhouettes_of(self.distances, space.rows, clustering.labels)
            own = learned.own_values[question.seed, place].astype(np.float32)
        elif question.learned:
            found = self._learned(question, _report)
            check_filled(found.labels, question.k, question.method)
            clustering = clustering_of(space, found.labels)
            values = silhouettes_of(self.distances, space.rows, clustering.labels)
            own = own_silhouettes(found.embedding, clustering.labels, np.flatnonzero(np.isfinite(values)))
        elif study is not None:
            clustering = clustering_of(space, study.sweep.labels[study.sweep.best(question.k)])
            values = study.sweep.of_best(question.k)
        else:
            clustering = self._computed(question, how, space)
            values = silhouettes_of(self.distances, space.rows, clustering.labels)
        count, before = int(clustering.labels.max()) + 1, None
        if count > LEAST:
            before = self._guessed(count - 1)[-1][np.searchsorted(whole.rows, space.rows)]
        order, numbers = numbered(clustering.labels, before)
        mean = mean_silhouette(values) if np.isfinite(values).any() else float("nan")
        return Clustered(self.subset, question, space, clustering, numbers, order, values, mean, how, own)

    def _computed(self, question: Question, how: str, space: Space) -> Clustering:
        if how == QUICK:
            return cluster_from(space, self._guessed(question.k)[-1], question.k, question.seed)
        if self._takes_long(question):
            return self.restarts[question].result()
        return cluster(space, question.method, question.k, question.restarts, question.seed)

    @cache.cached(80)
    def _guessed(self, k: int) -> list[NDArray[np.int64]]:
        """Everybody's numbers (M,) for K = 2, 3, … k: the study's clusters, else grown from those of smaller
        K. A cluster that is matched with one of k - 1 has its number."""
        smaller = self._guessed(k - 1) if k > LEAST else []
        before, study = smaller[-1] if smaller else None, self._study
        if study is not None and k in study.sweep.numbers:
            labels = study.sweep.labels[study.sweep.best(k)].astype(np.int64)
        else:
            labels = grown(self.space, before, k)
        return [*smaller, numbered(labels, before)[1]]


def cohort(bundle: Bundle, subset: Subset = ALL) -> Cohort:
    """Those people, with the bundle's studies and components as they are now."""
    made = stored.created(bundle), stored.learned_created(bundle), latents.projected(bundle)
    return Cohort(bundle, made, subset)


def cluster_numbers(bundle: Bundle, k: int) -> NDArray[np.int64]:
    """(N,) everybody's cluster, from 0 to k - 1, as the Clusters page shows it first for this k; -1 where
    latents hold nan. Raises PosecoreError."""
    with st.spinner("Clustering …"):
        found = cohort(bundle).answer(Question(k))
    numbers = np.full(len(bundle.latents), -1)
    numbers[found.space.rows] = found.numbers
    return numbers


def _check_bounds(subset: Subset, question: Question) -> None:
    """Widgets' bounds hold in the browser only. Raises ConfigError where somebody went around them."""
    if not (
        LEAST <= question.k <= MOST
        and 1 <= question.restarts <= MOST_RESTARTS
        and 0 <= question.seed <= MOST_SEED
        and LEAST <= subset.of_k <= MOST
        and 1 <= subset.of <= MOST
    ):
        raise ConfigError(
            f"K is {question.k}, seed {question.seed}, restarts {question.restarts}, cluster {subset.of} of "
            f"{subset.of_k}; expected K from {LEAST} to {MOST}, seeds from 0 to {MOST_SEED}, and 1 to "
            f"{MOST_RESTARTS} restarts; choose again"
        )
