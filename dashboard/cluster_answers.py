"""Which people, how clustered, and what came out: kept for all users of a bundle.

Where the best of many restarts takes long, one quick run is shown first and the restarts go on by themselves.
"""

import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard import loaders
from posecore.bundle import Bundle
from posecore.bundle.studies import open_study
from posecore.errors import BundleError, ConfigError
from posecore.latent import cluster_results
from posecore.latent.cluster_results import ClusterStudy
from posecore.latent.clustering import (
    CLUSTERERS,
    Clustering,
    check_k,
    cluster,
    cluster_from,
    clustering_of,
)
from posecore.latent.controls import few
from posecore.latent.distances import MOST_STORED, stored_distances
from posecore.latent.matching import steady_colours
from posecore.latent.silhouette import NOISE, mean_silhouette, silhouettes, silhouettes_from
from posecore.latent.space import Space, component_space, latent_space
from posecore.samples import read_visibility

if TYPE_CHECKING:
    from dashboard.cluster_check import Told

KMEANS: Final = "k-means"
HDBSCAN: Final = "hdbscan"
EVERYBODY, COMPLETE, ONE_CLUSTER = "everybody", "completely annotated people", "one cluster"
PEOPLE: Final = (EVERYBODY, COMPLETE, ONE_CLUSTER)

LEAST, MOST = 2, 20
"""Numbers of clusters that can be asked for."""
RESTARTS: Final = 10

AT_ONCE: Final = 20_000_000
"""People times numbers times restarts of K-Means for which somebody waits. With twice as many, 1,000 people
with 4,096 numbers and ten restarts, two cores took 0.2 to 0.3 s, and the page would need half a second."""

MOST_DENSE: Final = 5_000
"""People whom HDBSCAN is given at most: a second in 50 components; of 10,000 it takes five."""

GUIDES: Final = 2_000
"""People by whom it is guessed where the clusters of the next K lie: of 10,000 a guess took 0.3 s."""

_worker = ThreadPoolExecutor(1, "restarts")
_worker.submit(import_module, "sklearn.metrics")  # takes a second, and is needed once K is changed


class Place(NamedTuple):
    """Who is clustered in which space. components: None for whole latents. of_k, of: for ONE_CLUSTER, the
    cluster number `of`, from 1, of those that everybody is sorted into with K = of_k."""

    components: int | None = None
    people: str = EVERYBODY
    of_k: int = 2
    of: int = 1


class Question(NamedTuple):
    """What is to be computed; a key of what is kept."""

    k: int = 2
    place: Place = Place()
    method: str = KMEANS
    restarts: int = RESTARTS
    seed: int = 0

    @property
    def has_k(self) -> bool:
        """Whether the method is told how many clusters to find."""
        return CLUSTERERS[self.method].takes_k


STORED, RESTARTED, QUICK = "stored", "restarted", "quick"


@dataclass(frozen=True, eq=False)
class Answer:
    """Everything about people is in the order of `space.rows`, M of them.

    numbers: (M,) clusters from 0, or NOISE, the same from one K to the next; the page shows them from 1.
    clustering: the same by size, largest first. order: (k,) the clustering's label of every number.
    values: (M,) silhouettes, nan where not known. mean: of those. how: STORED, RESTARTED or QUICK.
    """

    question: Question
    space: Space
    clustering: Clustering
    numbers: NDArray[np.int64]
    order: NDArray[np.int64]
    values: NDArray[np.float32]
    mean: float
    how: str

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(k,) people of every number."""
        return self.clustering.sizes[self.order]

    @property
    def centroids(self) -> NDArray[np.float32]:
        """(k, D) of every number."""
        return self.clustering.centroids[self.order]

    def members(self, number: int) -> NDArray[np.int64]:
        """Who belongs to a number, as places in `space.rows`."""
        return np.flatnonzero(self.numbers == number)


def study(bundle: Bundle) -> ClusterStudy:
    """The bundle's cluster study, read once as long as it stays. Raises BundleError."""
    return _study(bundle, open_study(bundle, cluster_results.NAME).created)


@loaders.kept(2, "Reading the study …")
def _study(bundle: Bundle, created: str) -> ClusterStudy:
    return cluster_results.load_cluster_study(bundle)


def _created(bundle: Bundle) -> str:
    """When the usable study was made; empty without one. A key."""
    try:
        study(bundle)
        return open_study(bundle, cluster_results.NAME).created
    except BundleError:
        return ""


def people_in(bundle: Bundle, place: Place) -> Space:
    """The people of a place. Raises PosecoreError where there are none."""
    return _people_in(bundle, _key(bundle), place)


def _key(bundle: Bundle) -> tuple[str, str]:
    """When what answers depend on was made."""
    return _created(bundle), loaders.projected(bundle)


@loaders.kept(6, "Gathering people …")
def _people_in(bundle: Bundle, key: tuple[str, str], place: Place) -> Space:
    rows = _rows(bundle, place)
    if place.components is None:
        return latent_space(bundle.latents, rows)
    return component_space(loaders.components(bundle)[1], place.components, rows)


def _rows(bundle: Bundle, place: Place) -> NDArray[np.int64] | None:
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
    parent = answer(bundle, Question(place.of_k, Place(place.components)))
    members = parent.members(place.of - 1)
    if not len(members):
        raise ConfigError(
            f"there is no cluster {place.of} among {place.of_k}; choose one from 1 to {place.of_k}"
        )
    return parent.space.rows[members]


def answer(bundle: Bundle, question: Question) -> Answer:
    """What comes out, or for the time being one quick run. Raises PosecoreError for what cannot be."""
    key, space = _key(bundle), people_in(bundle, question.place)
    check_k(space, question.k if question.has_k else LEAST)
    if _is_stored(bundle, question, space):
        return _answer(bundle, key, question, STORED)
    if _takes_long(question, space):
        job = _jobs(bundle, key).get(question)
        return _answer(bundle, key, question, RESTARTED if job is not None and job.done() else QUICK)
    return _answer(bundle, key, question, RESTARTED)


def _is_stored(bundle: Bundle, question: Question, space: Space) -> bool:
    """Whether the study answers the very question."""
    try:
        found = study(bundle)
    except BundleError:
        return False
    settings = found.info.get("sweep", {})
    return (
        question.method == KMEANS
        and question.k in found.sweep.numbers
        and (question.restarts, question.seed) == (settings.get("restarts"), settings.get("seed"))
        and _same_people(bundle, found, question.place, space)
    )


def _same_people(bundle: Bundle, found: ClusterStudy, place: Place, space: Space) -> bool:
    """Whether a study is of these people in whole latents; components may have been fitted on others."""
    ids = bundle.samples["sample_id"].to_numpy(str)[space.rows]
    return place == Place() and found.space == space.name and np.array_equal(found.sample_ids, ids)


def _takes_long(question: Question, space: Space) -> bool:
    return question.method == KMEANS and space.features.size * question.restarts > AT_ONCE


def start_restarts(bundle: Bundle, question: Question) -> None:
    """Set the restarts of a question going that takes long, for whoever asks; once is enough."""
    key = _key(bundle)
    jobs = _jobs(bundle, key)
    if question in jobs:
        return
    space, before = people_in(bundle, question.place), _ladder(bundle, key, question.place, question.k)[-1]

    def work() -> Clustering:
        tries = (
            cluster(space, KMEANS, question.k, question.restarts, question.seed),
            cluster_from(space, before, question.k, question.seed),
        )
        return min(tries, key=lambda one: one.inertia)

    jobs[question] = _worker.submit(work)


@loaders.kept(4)
def _jobs(bundle: Bundle, key: tuple[str, str]) -> "dict[Question, Future[Clustering]]":
    """Restarts under way or done, of a bundle."""
    return {}


@loaders.kept(32, "Clustering …")
def _answer(bundle: Bundle, key: tuple[str, str], question: Question, how: str) -> Answer:
    space, values = people_in(bundle, question.place), None
    if question.method == HDBSCAN:
        space = few(space, most=MOST_DENSE)
    if how == STORED:
        sweep = study(bundle).sweep
        clustering = clustering_of(space, sweep.labels[sweep.best(question.k)])
        values = sweep.of_best(question.k)
    elif how == QUICK:
        before = _ladder(bundle, key, question.place, question.k)[-1]
        clustering = cluster_from(space, before, question.k, question.seed)
    elif _takes_long(question, space):
        clustering = _jobs(bundle, key)[question].result()
    else:
        clustering = cluster(space, question.method, question.k, question.restarts, question.seed)
    if values is None:
        values = _silhouettes(bundle, question.place, space, clustering.labels)
    order, numbers = _numbered(bundle, key, question, space, clustering.labels)
    mean = mean_silhouette(values) if np.isfinite(values).any() else float("nan")
    return Answer(question, space, clustering, numbers, order, values, mean, how)


def _numbered(
    bundle: Bundle, key: tuple[str, str], question: Question, space: Space, labels: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The label of every number (k,), and everybody's number (M,): heirs of the clusters of smaller K keep
    theirs."""
    count = int(labels.max()) + 1
    before: list[NDArray[np.int64]] = []
    if count > LEAST:
        at = np.searchsorted(people_in(bundle, question.place).rows, space.rows)
        before = [_ladder(bundle, key, question.place, count - 1)[-1][at]]
    colours = steady_colours([*before, labels])[-1]
    return np.argsort(colours), np.where(labels == NOISE, NOISE, colours[labels])


@loaders.kept(80, "Clustering …")
def _ladder(bundle: Bundle, key: tuple[str, str], place: Place, k: int) -> list[NDArray[np.int64]]:
    """Labels (M,) for K = 2, 3, … k: the study's best, else grown from the one before, in few directions.

    They are where quick runs start, and what clusters are numbered by; heirs have their forebears' numbers.
    """
    space = people_in(bundle, place)
    rungs = _ladder(bundle, key, place, k - 1) if k > LEAST else []
    labels = None
    if key[0]:
        found = study(bundle)
        if k in found.sweep.numbers and _same_people(bundle, found, place, space):
            labels = found.sweep.labels[found.sweep.best(k)].astype(np.int64)
    if labels is None:
        labels = _grown(space, rungs[-1] if rungs else None, k)
    return [*rungs, steady_colours([*rungs[-1:], labels])[-1][labels]]


def _grown(space: Space, before: NDArray[np.int64] | None, k: int) -> NDArray[np.int64]:
    """Labels (M,) of k clusters, grown from labels (M,) of fewer, if any: a guess, quickly made.

    Some people are clustered by their shadows alone, and everybody goes to the nearest middle of these.
    """
    shadows = Space(space.name, space.shadows, space.rows, space.left_out)
    some = few(shadows, most=GUIDES)
    if before is None:
        grown = cluster(some, KMEANS, k, RESTARTS)
    else:
        # Numbered anew, as a small cluster may have nobody among them.
        own = np.unique(before[np.searchsorted(space.rows, some.rows)], return_inverse=True)[1]
        grown = cluster_from(some, own, k)
    middles = grown.centroids
    away = (middles**2).sum(axis=1) - 2 * (shadows.features @ middles.T)
    return np.asarray(away.argmin(axis=1), np.int64)


class Distances(NamedTuple):
    """values: (J, J) between the people `rows` (J,), mapped from a file that has no name any more."""

    rows: NDArray[np.int64]
    values: NDArray[np.float32]


@loaders.kept(2, "Measuring distances …")
def _distances(bundle: Bundle, key: tuple[str, str], place: Place) -> Distances:
    judged = few(people_in(bundle, place), most=MOST_STORED)
    # The map outlives the file's name, so nothing stays on the disk, even of a dashboard that is killed.
    with tempfile.TemporaryDirectory(prefix="pose-distances-", ignore_cleanup_errors=True) as folder:
        return Distances(judged.rows, stored_distances(judged.source, Path(folder) / "all.npy"))


def _silhouettes(
    bundle: Bundle, place: Place, space: Space, labels: NDArray[np.int64]
) -> NDArray[np.float32]:
    """(M,) silhouettes in the place's own space; of more than MOST_STORED people those of so many, drawn."""
    values = np.full(len(labels), np.nan, np.float32)
    if place.components is None:
        everybody = people_in(bundle, Place())
        base = Place() if len(everybody.rows) <= MOST_STORED else place
        at_hand = _distances(bundle, _key(bundle) if base != Place() else ("", ""), base)
        judged = np.flatnonzero(np.isin(space.rows, at_hand.rows))
        if _has_silhouettes(labels[judged]):
            # The distances of everybody are read as they lie; of some people they are picked out.
            whole = len(judged) == len(at_hand.rows)
            own = None if whole else np.searchsorted(at_hand.rows, space.rows[judged])
            values[judged] = silhouettes_from(at_hand.values, labels[judged][None], own)[0]
        return values
    few_people = few(space, most=MOST_STORED)
    judged = np.searchsorted(space.rows, few_people.rows)
    if _has_silhouettes(labels[judged]):
        values[judged] = silhouettes(few_people.source, labels[judged][None])[0]
    return values


def _has_silhouettes(labels: NDArray[np.int64]) -> bool:
    found = labels[labels != NOISE]
    return 2 <= len(np.unique(found)) < len(found)


@loaders.kept(2_000)
def thumbnail(bundle: Bundle, sample_id: str) -> NDArray[np.uint8]:
    """(64, 64, 3) predicted heatmaps, as the map of another K shows the same people."""
    return np.asarray(bundle.thumbnail(sample_id))


def contrast(bundle: Bundle, found: Answer, number: int) -> pd.DataFrame:
    """What sets a cluster apart from everybody else who was clustered; see posecore.latent.contrasts."""
    return _contrast(bundle, _key(bundle), found.question, found.how, number, found)


@loaders.kept(64, "Comparing people …")
def _contrast(
    bundle: Bundle, key: tuple[str, str], question: Question, how: str, number: int, _found: Answer
) -> pd.DataFrame:
    from dashboard.cluster_traits import described
    from posecore.latent.contrasts import contrast as compare

    ids = bundle.samples["sample_id"].to_numpy(str)[_found.space.rows]
    return compare(described(bundle).loc[ids], ids[_found.members(number)].tolist())


def told_by(bundle: Bundle, found: Answer, table: pd.DataFrame) -> "dict[str, Told]":
    """How well size, joints and pose tell the clusters; see dashboard.cluster_check.told_by."""
    return _told_by(bundle, _key(bundle), found.question, found.how, table, found.numbers)


@loaders.kept(32, "Checking size and joints …")
def _told_by(
    bundle: Bundle,
    key: tuple[str, str],
    question: Question,
    how: str,
    _table: pd.DataFrame,
    _numbers: NDArray[np.int64],
) -> "dict[str, Told]":
    from dashboard.cluster_check import told_by as check

    return check(_table, _numbers)
