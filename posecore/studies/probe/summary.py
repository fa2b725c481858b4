"""A probe study in the few figures that a page shows: R² and PCK of each part, and what training adds."""

import numpy as np
from numpy.typing import NDArray

from posecore.statistics import Estimate, bootstrap, bootstrap_ratio
from posecore.studies.probe.results import BOTTLENECK, COMPONENTS, SKIPS, UNTRAINED, ProbeStudy
from posecore.studies.reference import beyond


def r2(study: ProbeStudy) -> Estimate:
    """(I,) how much of the squared error of the mean pose a readout takes away, all joints together."""
    spread = np.broadcast_to(study.spread, study.errors.shape)
    return bootstrap_ratio((spread - study.errors).T, spread.T)


def pck(study: ProbeStudy) -> Estimate:
    """(I,) PCK of the places read off."""
    return bootstrap(study.scores.T)


def attribute_r2(study: ProbeStudy, name: str) -> Estimate | None:
    """(I,) R² of an attribute read off every input; None where it was not."""
    if name not in study.attributes:
        return None
    at = study.attributes.tolist().index(name)
    mean, low, high = (part.astype(np.float64) for part in np.moveaxis(study.attribute_r2[:, at], -1, 0))
    return Estimate(mean, low, high, np.full(len(mean), study.attribute_n[at], np.int64))


def components(study: ProbeStudy) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many first components were read off, ascending, and their places among the inputs."""
    places = [place for place, name in enumerate(study.inputs) if str(name).startswith(COMPONENTS)]
    return study.numbers[places], np.array(places, np.int64)


def untrained(study: ProbeStudy) -> NDArray[np.int64]:
    """Places of the untrained networks among the inputs."""
    return np.flatnonzero([str(name).startswith(UNTRAINED) for name in study.inputs])


def place(study: ProbeStudy, name: str) -> int:
    """Where an input stands among the inputs. Raises ValueError for one that was not read."""
    return [str(each) for each in study.inputs].index(name)


def learned(study: ProbeStudy, name: str = BOTTLENECK) -> tuple[Estimate, Estimate]:
    """R² and PCK that an input has beyond the mean of the untrained networks' bottlenecks, person by person.

    n is 0 and all is nan where there are no untrained networks.
    """
    own, theirs = place(study, name), untrained(study)
    if not len(theirs):
        nothing = np.full(len(study.spread), np.nan)
        return bootstrap_ratio(nothing, nothing), bootstrap(nothing)
    less = study.errors[theirs].mean(axis=0) - study.errors[own]
    more = study.scores[own] - study.scores[theirs].mean(axis=0)
    return bootstrap_ratio(less, study.spread), bootstrap(more)


def is_learned(study: ProbeStudy, name: str = BOTTLENECK) -> bool | None:
    """Whether the R² of an input is more than that of untrained networks' bottlenecks, by more than those
    differ; None where that cannot be told."""
    found = r2(study)
    theirs = untrained(study)
    # Against their mean person by person, so that what makes some people hard does not blur it.
    gain, mean = learned(study, name)[0], float(found.mean[theirs].mean()) if len(theirs) else np.nan
    return beyond(mean + float(gain.low), mean + float(gain.high), found.mean[theirs].tolist())


def best_skip(study: ProbeStudy) -> tuple[str, Estimate]:
    """The skip branch off which most of the pose is read, and R² that the bottleneck has beyond it."""
    found = r2(study).mean
    best = max(SKIPS, key=lambda name: float(found[place(study, name)]))
    less = study.errors[place(study, best)] - study.errors[place(study, BOTTLENECK)]
    return best, bootstrap_ratio(less, study.spread)
