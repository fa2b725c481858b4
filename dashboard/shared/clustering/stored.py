"""The bundle's cluster study: what it answers at once, and how people are clustered in it."""

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import cache
from dashboard.shared.clustering.questions import KMEANS, Question, Subset
from posecore.bundle import Bundle
from posecore.bundle.studies import open_study
from posecore.clustering.space import Space
from posecore.errors import BundleError
from posecore.studies.clusters import results
from posecore.studies.clusters.results import ClusterStudy


def study(bundle: Bundle) -> ClusterStudy:
    """The bundle's cluster study, read once as long as it stays. Raises BundleError."""
    return _study(bundle, open_study(bundle, results.NAME).created)


@cache.cached(2, "Reading the study …")
def _study(bundle: Bundle, created: str) -> ClusterStudy:
    return results.load_cluster_study(bundle)


def created(bundle: Bundle) -> str:
    """When the usable study was made; empty without one. A key."""
    try:
        study(bundle)
        return open_study(bundle, results.NAME).created
    except BundleError:
        return ""


def answers(bundle: Bundle, question: Question, space: Space) -> bool:
    """Whether the study answers the very question, whose people are those of `space`."""
    if question.method != KMEANS or not _same_people(bundle, question.place, space):
        return False
    found = study(bundle)
    settings = found.info.get("sweep", {})
    asked = (question.restarts, question.seed)
    return question.k in found.sweep.numbers and asked == (settings.get("restarts"), settings.get("seed"))


def labels(bundle: Bundle, place: Subset, space: Space, k: int) -> NDArray[np.int64] | None:
    """The study's best labels (M,) of these people, the largest cluster first; None where it has none."""
    if not _same_people(bundle, place, space):
        return None
    sweep = study(bundle).sweep
    return sweep.labels[sweep.best(k)].astype(np.int64) if k in sweep.numbers else None


def _same_people(bundle: Bundle, place: Subset, space: Space) -> bool:
    """Whether a study is of these people in whole latents; components may have been fitted on others."""
    if place != Subset() or not created(bundle):
        return False
    found, ids = study(bundle), bundle.samples["sample_id"].to_numpy(str)[space.rows]
    return found.space == space.name and np.array_equal(found.sample_ids, ids)
