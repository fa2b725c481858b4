"""Criteria of claims on compressed networks, fine-tuned, on every data set of the study of compression."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from posecore.bundle.studies import study_command
from posecore.errors import DataError
from posecore.metrics.pck import scores
from posecore.statistics import bootstrap
from posecore.studies.checks.loaded import NotStudiedError
from posecore.studies.compression.facts import BAYESIAN, DENSE, L1, LASSO, MASKED, SCRATCH, TUNED, Point
from posecore.studies.compression.results import NAME, CompressionStudy
from posecore.studies.compression.summary import (
    EQUAL,
    FEWEST_SEEDS,
    Arm,
    Contest,
    arms,
    contests,
    control,
    losses,
    mean_scores,
)
from posecore.theses.finding import Finding, Part, Unit, tries
from posecore.theses.skips import PCK_MATTERS
from posecore.theses.stored import Stored

THIRD: Final = 0.36
"""Share of the parameters up to which two thirds of them are gone."""


def bayesian_loses_less(studies: Stored) -> Finding:
    """PCK of Bayesian networks beyond those by group lasso, both fine-tuned, and beyond those by L1, both
    only masked, as L1 leaves no smaller network to tune; of the same size and as many steps."""
    study = studies.compression
    lasso = [
        (place, one)
        for place in range(len(study.data))
        for one in contests(study, place)
        if one.against == LASSO
    ]
    if not lasso:
        raise _not_studied(studies, f"no networks by {LASSO} of the same size are tuned")
    masked = [(arm.keep, *pair) for arm in _bayesian(study) if all(pair := _masked_pair(study, arm.keep))]
    if not masked:
        raise _not_studied(studies, "no networks by l1 of the same size are masked")
    equal = all(one.fair and min(one.seeds) >= FEWEST_SEEDS for _, one in lasso) and all(
        min(len(ours), len(theirs)) >= FEWEST_SEEDS and len({one.steps for one in (*ours, *theirs)}) == 1
        for _, ours, theirs in masked
    )
    if not equal:
        raise DataError(f"both sides need {FEWEST_SEEDS} seeds or more, and as many steps")
    parts = [Part.of(_contest(study, place, one), one.gain) for place, one in lasso]
    for keep, ours, theirs in masked:
        for place, data in enumerate(study.data):
            gain = mean_scores(study, ours, place) - mean_scores(study, theirs, place)
            name = f"l1, {Unit.SHARE.said(keep)} kept, only masked, {data.title}"
            parts.append(Part.of(name, bootstrap(gain)))
    return tries(
        "PCK of Bayesian networks less those of another method, at the same size",
        parts,
        EQUAL,
        Unit.POINTS,
        notes=(
            "Group lasso takes whole groups of weights as they do. L1 takes single weights: its network "
            "stays as large to run, and is held against them before fine-tuning.",
        ),
    )


def two_thirds_go(studies: Stored) -> Finding:
    """PCK of the largest Bayesian networks without two thirds of the parameters, beyond the dense one's that
    was trained for as long: the loss is a gain below nothing."""
    study = studies.compression
    dense = _dense(studies)
    small = [arm for arm in _bayesian(study) if _share(arm, dense.parameters) <= THIRD]
    if not small:
        raise _not_studied(studies, "no Bayesian network with a third of the parameters is fine-tuned")
    arm = max(small, key=lambda one: _share(one, dense.parameters))
    share = _share(arm, dense.parameters)
    return tries(
        f"PCK with {Unit.SHARE.said(share)} of the parameters less the dense network's",
        list(_kept(study, [arm])),
        -PCK_MATTERS,
        Unit.POINTS,
        notes=(
            "The thesis's 1.4 points are of PCKh and other people, so 2 points of PCK stand for them.",
            _trained([arm]),
        ),
    )


def fine_tuning_recovers(studies: Stored) -> Finding:
    """What Bayesian networks lack of the dense one's PCK after fine-tuning, where engineering had taken more
    than matters."""
    study = studies.compression
    _dense(studies)
    every = _bayesian(study)
    if not every:
        raise _not_studied(studies, "no Bayesian network is fine-tuned")
    before = {arm: _engineered(study, arm) for arm in every}
    taken = [arm for arm in every if before[arm] and all(part.high < -PCK_MATTERS for part in before[arm])]
    if not taken:
        raise DataError("engineering surely took no PCK that matters, so nothing was to be recovered")
    lost = [part.effect for arm in taken for part in before[arm]]
    notes = [
        f"Engineered and not yet tuned, they find {Unit.POINTS.figure(-max(lost))} to "
        f"{Unit.POINTS.said(-min(lost))} less than the dense network."
    ]
    notes.append(_trained(taken))
    scratch = [
        one.gain.mean
        for place in range(len(study.data))
        for one in contests(study, place)
        if one.against == SCRATCH
    ]
    if scratch:
        notes.append(
            f"They find {Unit.POINTS.figure(float(min(scratch)))} to {Unit.POINTS.said(float(max(scratch)))} "
            "more than the same shape trained from new weights for as many steps."
        )
    return tries(
        "PCK after fine-tuning less the dense network's",
        list(_kept(study, taken)),
        -PCK_MATTERS,
        Unit.POINTS,
        notes=tuple(notes),
    )


def _dense(studies: Stored) -> Point:
    found = control(studies.compression)
    if (found.kind, found.method) != (TUNED, DENSE):
        raise _not_studied(studies, "no dense network that was trained for as long is beside them")
    return found


def _not_studied(studies: Stored, what: str) -> NotStudiedError:
    return NotStudiedError(what, study_command(studies.bundle, NAME))


def _bayesian(study: CompressionStudy) -> list[Arm]:
    return [arm for arm in arms(study) if arm.method == BAYESIAN]


def _trained(chosen: Sequence[Arm]) -> str:
    """For how long, and with how many seeds."""
    steps = max(one.steps or 0 for arm in chosen for one in arm.points)
    alone = [Unit.SHARE.said(arm.keep) for arm in chosen if len(arm.points) == 1]
    said = f"After {steps:,} steps of training since compression began; after more they may lose less."
    return f"{said} One seed alone: {' and '.join(alone)} kept." if alone else said


def _share(arm: Arm, whole: int) -> float:
    return float(np.mean([one.parameters for one in arm.points])) / whole


def _kept(study: CompressionStudy, chosen: Sequence[Arm]) -> Iterator[Part]:
    """PCK beyond the dense network's, of every arm on every data set, mean over its seeds."""
    for arm in chosen:
        for place, data in enumerate(study.data):
            name = f"{Unit.SHARE.said(arm.keep)} kept, {data.title}"
            yield Part.of(name, bootstrap(-losses(study, arm, place)))


def _engineered(study: CompressionStudy, arm: Arm) -> list[Part]:
    """The same before fine-tuning; empty where no such network was tried."""
    dense = control(study)
    masked = _masked(study, BAYESIAN, arm.keep)
    found = []
    for place, data in enumerate(study.data if masked else ()):
        pairs = [study.same_people(one, dense, place) for one in masked]
        apart = np.mean([scores(one) - scores(other) for one, other in pairs], axis=0)
        found.append(Part.of(f"{Unit.SHARE.said(arm.keep)} kept, {data.title}", bootstrap(apart)))
    return found


def _masked_pair(study: CompressionStudy, keep: float) -> tuple[list[Point], list[Point]]:
    """Bayesian networks and those by L1 that are only masked, with the same share kept."""
    return _masked(study, BAYESIAN, keep), _masked(study, L1, keep)


def _masked(study: CompressionStudy, method: str, keep: float) -> list[Point]:
    kind = control(study).network
    sought = (MASKED, method, kind, keep)
    return [one for one in study.points if (one.kind, one.method, one.network, one.keep) == sought]


def _contest(study: CompressionStudy, place: int, one: Contest) -> str:
    return f"{one.against.replace('-', ' ')}, {Unit.SHARE.said(one.keep)} kept, {study.data[place].title}"
