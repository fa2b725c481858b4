"""The bundle's studies of clusters and of learned ones, and whether they are of certain people."""

import numpy as np

from dashboard.shared import cache
from posecore.bundle import Bundle
from posecore.bundle.studies import open_study
from posecore.clustering.space import Space
from posecore.errors import BundleError
from posecore.studies.clusters import results
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.learned import results as learned_results
from posecore.studies.learned.results import LearnedStudy


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


def study_of(bundle: Bundle, space: Space) -> ClusterStudy | None:
    """The usable study, where it is of the very people of `space` in that space; else None."""
    if not created(bundle):
        return None
    found, ids = study(bundle), bundle.samples["sample_id"].to_numpy(str)[space.rows]
    return found if found.space == space.name and np.array_equal(found.sample_ids, ids) else None


def learned_study(bundle: Bundle, method: str) -> LearnedStudy:
    """What the bundle's study of learned clusters says of a method, read once as long as it stays. Raises
    BundleError."""
    return _learned_study(bundle, method, open_study(bundle, learned_results.NAME).created)


@cache.cached(4, "Reading the study …")
def _learned_study(bundle: Bundle, method: str, created: str) -> LearnedStudy:
    return learned_results.load_learned_study(bundle, method)


def learned_created(bundle: Bundle) -> str:
    """When the study of learned clusters was made; empty without one. A key."""
    try:
        return open_study(bundle, learned_results.NAME).created
    except BundleError:
        return ""


def learned_study_of(bundle: Bundle, method: str, space: Space) -> LearnedStudy | None:
    """The usable one, where it is of the very people of `space` in that space; else None."""
    try:
        found = learned_study(bundle, method)
    except BundleError:
        return None
    ids = bundle.samples["sample_id"].to_numpy(str)[space.rows]
    alike = found.info["space"] == space.name and np.array_equal(found.sample_ids, ids)
    return found if alike else None
