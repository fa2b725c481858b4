"""A saliency study in the figures that a page shows, all with intervals over people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.saliency.faithful import area
from posecore.saliency.randomised import RANDOMISED
from posecore.statistics import Estimate, Floats, bootstrap, bootstrap_ratio
from posecore.studies.saliency.results import SaliencyStudy

STAYS: Final = 0.5
"""Rank correlation with a randomised network's map beyond which a map is said not to change."""


LEAST: Final = 10
"""People behind a figure from which on it is judged: intervals over fewer are too narrow."""


class Changes(StrEnum):
    """What becomes of a method's maps when weights are made random."""

    YES = "changes"
    NO = "does not change"
    UNKNOWN = "cannot be told"


class Faithful(StrEnum):
    """Whether a method's maps name what the network rests on."""

    YES = "faithful"
    NO = "not faithful"
    UNKNOWN = "cannot be told"


@dataclass(frozen=True, eq=False)
class Checks:
    """Every method under one mask; nan and n = 0 of those that were not tried.

    deletion, insertion: (R, T) share of the peak left as squares go, and come; random_deletion,
    random_insertion: (T,). sooner: (R,) how much less of the peak is left along the deletion curve than if
    squares go at random; more: (R,) how much more is there along the insertion curve. shares: (R, 3) of
    a map in regions, areas: (3,) of the crop, over the same people. similar: (R, 2) rank correlation with
    maps after RANDOMISED. missed: share of the peak by which integrated gradients are incomplete.
    """

    methods: list[str]
    deletion: Estimate
    insertion: Estimate
    random_deletion: Estimate
    random_insertion: Estimate
    sooner: Estimate
    more: Estimate
    shares: Estimate
    areas: Estimate
    similar: Estimate
    missed: Estimate
    changes: list[Changes]
    faithful: list[Faithful]


def checks(study: SaliencyStudy, mask: str) -> Checks:
    """The figures under a mask of the study, by its title."""
    m = study.masks.tolist().index(mask)
    found = study.peaks[:, m].astype(np.float64)
    # A joint that is lost under the mask has no peak of which something could be left.
    peaks = np.where(found > 0, found, np.nan)
    deletion, insertion = (each[:, m].astype(np.float64) for each in (study.deletion, study.insertion))
    random = [each[:, m].astype(np.float64) for each in (study.random_deletion, study.random_insertion)]
    less = area(random[0])[:, None] - area(deletion)
    gain = area(insertion) - area(random[1])[:, None]
    similar = bootstrap(study.similar[:, m])
    sooner, more = (_of_peaks(each, peaks) for each in (less, gain))
    changes = [_changes(similar, r) for r in range(len(study.methods))]
    return Checks(
        methods=study.methods.tolist(),
        deletion=_of_peaks(deletion, peaks),
        insertion=_of_peaks(insertion, peaks),
        random_deletion=_of_peaks(random[0], peaks),
        random_insertion=_of_peaks(random[1], peaks),
        sooner=sooner,
        more=more,
        shares=bootstrap(study.shares[:, m]),
        areas=bootstrap(study.areas),
        similar=similar,
        missed=_of_peaks(study.missed[:, m].astype(np.float64), peaks),
        changes=changes,
        faithful=[_faithful(sooner, more, r, change) for r, change in enumerate(changes)],
    )


def stays_after(found: Checks, method: int) -> list[str]:
    """After which of RANDOMISED a method's maps surely stay as they are."""
    return [RANDOMISED[o] for o in np.flatnonzero(_stays(found.similar, method))]


def _of_peaks(values: Floats, peaks: Floats) -> Estimate:
    """Of heights (N, ...) the shares of peaks (N,)."""
    wide = np.broadcast_to(peaks.reshape(-1, *(1,) * (values.ndim - 1)), values.shape)
    return bootstrap_ratio(values, wide)


def _stays(similar: Estimate, r: int) -> NDArray[np.bool_]:
    """(2,) after which of RANDOMISED a method's maps surely stay as they are."""
    return np.asarray((similar.low[r] > STAYS) & (similar.n[r] >= LEAST))


def _changes(similar: Estimate, r: int) -> Changes:
    if _stays(similar, r).any():
        return Changes.NO
    sure = (similar.high[r] <= STAYS) & (similar.n[r] >= LEAST)
    return Changes.YES if sure.all() else Changes.UNKNOWN


def _faithful(sooner: Estimate, more: Estimate, r: int, changes: Changes) -> Faithful:
    if sooner.n[r] < LEAST:
        return Faithful.UNKNOWN
    if changes == Changes.NO or sooner.high[r] <= 0 or more.high[r] <= 0:
        return Faithful.NO
    beyond = sooner.low[r] > 0 and more.low[r] > 0
    return Faithful.YES if beyond and changes == Changes.YES else Faithful.UNKNOWN
