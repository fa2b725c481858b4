"""Criteria of claims on skip connections."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, STAND_INS
from posecore.errors import DataError
from posecore.metrics.pck import PCK_RADIUS, hits, scores
from posecore.samples import read_points, read_visibility
from posecore.statistics import bootstrap
from posecore.studies.checks import measures
from posecore.studies.control.results import OWN
from posecore.studies.probe import summary
from posecore.studies.reference import beyond
from posecore.studies.skips.effects import (
    LossGaps,
    claims,
    counted,
    judged,
    small_against_big,
    tells_the_claim,
)
from posecore.studies.skips.results import SkipStudy
from posecore.theses.finding import Finding, Part, Unit, against
from posecore.theses.stored import Stored
from posecore.verdict import Verdict, above, together, verdict_of

PCK_MATTERS: Final = 0.02
"""The smallest difference of PCK that matters: two joints of a hundred."""

R2_MATTERS: Final = 0.02
"""A small R² (Cohen 1988)."""

ROUGHLY: Final = 4
"""Radii within which a joint is roughly where it is: 51 of the crop's 256 pixels."""


def cutting_costs(studies: Stored) -> Finding:
    """PCK that goes with all four skips, beyond what the untrained network loses that loses most."""
    found = measures.pck_lost(studies)
    part = Part("PCK that goes with all four skips, beyond untrained networks", *found[2:6])
    note = (
        f"It loses {Unit.POINTS.said(found.own)}, {found.note}, where least is lost; untrained networks "
        f"{Unit.POINTS.figure(found.untrained)} at most."
    )
    return against(part, PCK_MATTERS, Unit.POINTS, notes=(note,))


def small_lose_more(studies: Stored) -> Finding:
    """In most cells of the skip study that can answer small joints surely lose more than big ones."""
    study = studies.skips
    under = _hits(study)
    if not tells_the_claim(studies.bundle.keypoints):
        raise DataError("these people's keypoints have no nose, eyes and ears to compare")
    table = claims(under, found_only=True)
    finds = verdict_of(_finds_more(studies, under))
    verdict, count = judged(table, finds), counted(table)
    apart = [
        np.subtract(*small_against_big(under[name], mask, found_only=True))
        for name in under
        for mask in ALL_MASKS
        if mask != ALL_ON and table[name, mask.title].answers
    ]
    nobody = np.full(len(study.sample_ids), np.nan)
    every = scores(np.stack(apart, axis=1)) if apart else nobody
    part = Part.of(
        "loss of small joints less that of big ones, mean of all cells that can answer", bootstrap(every)
    )
    answering = count.small + count.big + count.open
    notes = [
        f"Of {answering} cells (masks by replacements) that can answer, small joints surely lose more in "
        f"{count.small}, big ones in {count.big}.",
        f"With all four cut, as the thesis did: {'; '.join(_all_cut(table, list(under)))}.",
    ]
    whole = [cell for name in under if (cell := table[name, ALL_OFF.title]).answers]
    if verdict is Verdict.DOES_NOT and whole and all(cell.small_lose_more for cell in whole):
        notes.append("So of the thesis's own cut the claim is true here; of most others it is not.")
    if finds is not Verdict.HOLDS:
        notes.append("Whether the network finds more joints than untrained ones is not sure.")
    return Finding(
        verdict,
        part.name,
        Unit.POINTS,
        *part[1:],
        change=_majority(verdict),
        notes=tuple(notes),
    )


def restore_detail(studies: Stored) -> Finding:
    """The bottleneck learned more of the coarse pose than any skip holds, and what goes with all skips goes
    within the PCK radius rather than roughly."""
    study, probe = studies.skips, studies.probe
    under = _hits(study)
    least = _least(under)
    fine = bootstrap(_lost(under[least]) - _lost(_roughly(studies, study, least)))
    best, ahead = summary.best_skip(probe)
    learned = verdict_of(summary.is_learned(probe))
    coarse = Part.of(
        f"R² of the pose read off the bottleneck beyond that off the {best.removeprefix('skip-')} × "
        f"{best.removeprefix('skip-')} skip",
        ahead,
    )
    detail = Part.of(
        f"what goes with all four skips within the PCK radius, less what goes within {ROUGHLY} radii",
        fine,
    )
    verdicts = [
        above(detail.low, detail.high, PCK_MATTERS),
        above(coarse.low, coarse.high, R2_MATTERS),
        learned,
    ]
    verdict = together(verdicts)
    shares = scores(under[least])
    notes = (
        f"With {STAND_INS[least]} in their place. {coarse.name}: {Unit.PLAIN.figure(coarse.effect)} "
        f"({Unit.PLAIN.figure(coarse.low)} to {Unit.PLAIN.figure(coarse.high)}, n = {coarse.n:,}).",
        f"That the bottleneck tells more of the pose than untrained networks' do: {learned}.",
        f"PCK with all skips {np.nanmean(shares[:, ALL_ON.position]):.2f}, with none "
        f"{np.nanmean(shares[:, ALL_OFF.position]):.2f}.",
    )
    change = {
        Verdict.HOLDS: "It would not hold if as much went roughly as exactly, if a skip told more of the "
        "coarse pose than the bottleneck, or if untrained bottlenecks told as much.",
        Verdict.DOES_NOT: "It would hold if more went within the radius than roughly, and the bottleneck "
        "told more of the coarse pose than any skip and than untrained networks.",
        Verdict.UNKNOWN: "More people, or more untrained networks, may bring the part that is open to one "
        "side.",
    }[verdict]
    return Finding(verdict, detail.name, Unit.POINTS, *detail[1:], change=change, notes=notes)


def _all_cut(table: LossGaps, replacements: Sequence[str]) -> Iterator[str]:
    """What small joints lose more than big ones, or big ones more, by what is in the skips' place."""
    for name in replacements:
        cell = table[name, ALL_OFF.title]
        if not cell.answers:
            yield f"{STAND_INS[name]} in their place, no answer, as both lose next to everything"
            continue
        who, sign = ("small", 1) if cell.mean >= 0 else ("big", -1)
        low, high = sorted((sign * cell.low, sign * cell.high))
        yield (
            f"{STAND_INS[name]} in their place, {who} ones lose {Unit.POINTS.said(sign * cell.mean)} more "
            f"({Unit.POINTS.figure(low)} to {Unit.POINTS.figure(high)})"
        )


def _hits(study: SkipStudy) -> dict[str, NDArray[np.float64]]:
    if not (study.hits >= 0).any():
        raise DataError("nobody in the skip study is labelled")
    return {name: study.hits_under(name) for name in study.replacements}


def _lost(hits: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) PCK that goes with all four, of hits (N, 16, K)."""
    shares = scores(hits)
    lost: NDArray[np.float64] = shares[:, ALL_ON.position] - shares[:, ALL_OFF.position]
    return lost


def _least(under: dict[str, NDArray[np.float64]]) -> str:
    """The replacement under which least goes with all four, which drives the decoder off the least."""
    return min(under, key=lambda name: float(np.nanmean(_lost(under[name]))))


def _finds_more(studies: Stored, under: dict[str, NDArray[np.float64]]) -> bool | None:
    """Whether the network finds more joints than untrained ones do, all skips on."""
    on = ALL_MASKS.index(ALL_ON)
    own = bootstrap(scores(next(iter(under.values())))[:, on])
    theirs = np.nanmean(studies.control.skip_scores[OWN + 1 :, 0, :, on].astype(np.float64), axis=1)
    return beyond(float(own.low), float(own.high), theirs.tolist())


def _roughly(studies: Stored, study: SkipStudy, replacement: str) -> NDArray[np.float64]:
    """(N, 16, K) hits within ROUGHLY radii."""
    bundle = studies.bundle
    if not bundle.manifest.dataset["annotations"]:
        raise DataError("the bundle holds no annotated joints to measure how far predicted ones lie")
    people = bundle.samples.iloc[[bundle.row(str(name)) for name in study.sample_ids]]
    annotated, visibility = read_points(people, "annotated"), read_visibility(people)
    points = study.points_under(replacement)
    return hits(points, annotated[:, None], visibility[:, None], ROUGHLY * PCK_RADIUS)


def _majority(verdict: Verdict) -> str:
    if verdict is Verdict.HOLDS:
        return "It is open where small joints surely lose more in no more than half of the cells."
    if verdict is Verdict.DOES_NOT:
        return "It is open where big joints surely lose more in no more than half of the cells."
    return "Either kind would surely have to lose more in over half of the cells that can answer."
