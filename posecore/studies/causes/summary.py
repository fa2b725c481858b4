"""A cause study in the figures that a page shows, all with intervals over people."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.causes.table import CAUSES
from posecore.errors import DataError
from posecore.metrics.pck import scores
from posecore.statistics import Estimate, Floats, bootstrap
from posecore.studies.causes.results import CauseStudy
from posecore.studies.causes.verdict import direction, judge

WEAKER: Final = 0
STRONGER: Final = 1


@dataclass(frozen=True)
class Matrix:
    """Causes x components of one space and strength; arrays (C, d) but for floor, (d,).

    signed: mean movement in standard deviations of people; absolute: how far, either way; excess: beyond the
    floor, how far the placebo moves people. untrained: (M, C) mean absolute movement, in every network that
    never learned, of the component that the cause moves farthest there: a component's number is no name that
    networks share. verdict: values of posecore.studies.causes.verdict.Movement, of the stronger change in any
    case. direction: 1 up, -1 down, 0 not sure. people: (C,) of how many the change could be made.
    """

    causes: list[str]
    strengths: list[float]
    signed: Estimate
    absolute: Estimate
    excess: Estimate
    floor: Floats
    untrained: Floats
    verdict: NDArray[np.str_]
    direction: NDArray[np.int8]
    people: NDArray[np.int64]


def placebo(causes: NDArray[np.str_], moved: NDArray[np.floating]) -> Floats:
    """(N, d) how far the placebo moves every person, over its strengths; moved: (N, C, 2, d)."""
    which = [k for k, key in enumerate(causes.tolist()) if key in CAUSES and CAUSES[key].placebo]
    floor: Floats = np.nanmean(np.abs(moved[:, which].astype(np.float64)), axis=(1, 2))
    return floor


def matrix(study: CauseStudy, space: int = 0, strength: int = STRONGER) -> Matrix:
    """What every cause does to every component. space: of study.spaces; strength: WEAKER or STRONGER."""
    moved = study.moved[space].astype(np.float64)
    floor = placebo(study.causes, moved)
    signed, absolute, excess = _movements(moved[:, :, strength], floor)
    strong = (signed, absolute, excess)
    if strength != STRONGER:
        strong = _movements(moved[:, :, STRONGER], floor)
    untrained = untrained_movement(study, space)
    theirs = untrained[:, :, STRONGER].max(axis=0)[:, None]
    return Matrix(
        causes=study.causes.tolist(),
        strengths=study.strengths[:, strength].tolist(),
        signed=signed,
        absolute=absolute,
        excess=excess,
        floor=floor.mean(axis=0),
        untrained=untrained[:, :, strength],
        verdict=judge(strong[0], strong[2], strong[1], study.p[space], theirs),
        direction=direction(signed),
        people=(~study.refused[:, :, strength]).sum(axis=0),
    )


def untrained_movement(study: CauseStudy, space: int = 0) -> Floats:
    """(M, C, 2) mean absolute movement, in every network that never learned, of the component that a change
    moves farthest there."""
    far: Floats = _mean(np.abs(study.untrained[:, space].astype(np.float64)), axis=1).max(axis=-1)
    return far


def untrained_limit(study: CauseStudy, cause: str, strength: float) -> float:
    """How far, either way, a change moves any component of networks that never learned, at most, in standard
    deviations of people and the bundle's own space: what *moves* has to be beyond.

    Raises DataError where the study did not look at that change, or could make it of nobody.
    """
    causes = study.causes.tolist()
    values = study.strengths[causes.index(cause)].tolist() if cause in causes else []
    name = CAUSES[cause].name
    if strength not in values:
        tried = f"by {' and '.join(f'{value:g}' for value in values)} only" if values else "not at all"
        raise DataError(f"the bundle's cause study changed {name} {tried}; choose what it looked at")
    limit = float(untrained_movement(study)[:, causes.index(cause), values.index(strength)].max())
    if not np.isfinite(limit):
        raise DataError(f"the bundle's cause study could change {name} by {strength:g} of nobody")
    return limit


def pck_change(study: CauseStudy) -> Estimate:
    """(C, 2) change of PCK with all skips, over the joints that are labelled as made and as changed."""
    return bootstrap(_score_change(study.right[:, None, None], study.right_changed))


def cut_pck_change(study: CauseStudy) -> Estimate:
    """(C, 2, V) the same with skips cut, before and after alike, over the people tried more closely."""
    return bootstrap(_score_change(study.cut_right[:, None, None], study.cut_right_changed))


def peak_change(study: CauseStudy) -> Estimate:
    """(C, 2, 17) change of the heights of peaks with all skips."""
    return bootstrap(study.peaks_changed.astype(np.float64) - study.peaks[:, None, None])


def cut_peak_change(study: CauseStudy) -> Estimate:
    """(C, 2, V, 17) the same with skips cut."""
    return bootstrap(study.cut_peaks_changed.astype(np.float64) - study.cut_peaks[:, None, None])


def cluster_change(study: CauseStudy) -> Estimate:
    """(C, 2, q) share of people who are in another cluster after the change."""
    return bootstrap(_changed(study.clusters, study.clusters_changed))


def untrained_cluster_change(study: CauseStudy) -> Floats:
    """(M, C, 2, q) the same share in networks that never learned."""
    return np.stack(
        [
            _mean(_changed(before, after), axis=0)
            for before, after in zip(study.untrained_clusters, study.untrained_clusters_changed, strict=True)
        ]
    )


def _mean(values: Floats, axis: int) -> Floats:
    """Without nans; nan where there is nothing else."""
    count = np.count_nonzero(~np.isnan(values), axis=axis)
    mean: Floats = np.nansum(values, axis=axis) / np.where(count, count, np.nan)
    return mean


def _movements(moved: Floats, floor: Floats) -> tuple[Estimate, Estimate, Estimate]:
    """Signed, absolute, and beyond the floor, (C, d) each, of movements (N, C, d)."""
    far = np.abs(moved)
    return bootstrap(moved), bootstrap(far), bootstrap(far - floor[:, None])


def _changed(before: NDArray[np.int8], after: NDArray[np.int8]) -> Floats:
    """(N, C, 2, q) 1 where a cluster (N, q) is another one (N, C, 2, q), nan where the change was refused."""
    return np.where(after < 0, np.nan, (after != before[:, None, None]).astype(np.float64))


def _score_change(before: NDArray[np.int8], after: NDArray[np.int8]) -> Floats:
    """Of hits (N, ..., 17), -1 where not scored, the change of people's shares of joints scored in both."""
    both = (before >= 0) & (after >= 0)
    one, other = (np.where(both, hits, np.nan).astype(np.float64) for hits in (before, after))
    return scores(other) - scores(one)
