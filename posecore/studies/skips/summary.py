"""A skip study in the few figures that a page shows, per replacement, and whether replacements agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from posecore.ablation import ALL_OFF, ALL_ON, SkipMask
from posecore.metrics.paired import Comparison, compare
from posecore.metrics.pck import scores
from posecore.statistics import Estimate, bootstrap
from posecore.studies.skips.effects import (
    level_joint_displacement,
    level_joint_loss,
    level_score_loss,
    shapley,
)
from posecore.studies.skips.results import SkipStudy

ALIKE: Final = 0.9
"""Share of equally labelled faces from which on a data set's faces count as labelled by the dozen."""


@dataclass(frozen=True, eq=False)
class SkipSummary:
    """What one replacement does to N people.

    scores: (N, 16) PCK under every mask, nan where nothing is labelled. pck: their means, (16,). lost: (4,)
    PCK lost when a level alone is cut; all_lost: when all four are. loss, moved: (4, K) lost hits, and
    pixels of the crop, when a level alone is cut; the latter of joints that have a place before and after, as
    an empty heatmap names none. shapley: (4,) of the PCK.
    """

    scores: NDArray[np.float64]
    pck: Estimate
    lost: Estimate
    all_lost: Estimate
    loss: Estimate
    moved: Estimate
    shapley: Estimate


def summarise(study: SkipStudy, replacement: str) -> SkipSummary:
    """The figures of one replacement. Raises ConfigError where it was not studied."""
    hits = study.hits_under(replacement)
    score = scores(hits)
    return SkipSummary(
        scores=score,
        pck=bootstrap(score),
        lost=bootstrap(level_score_loss(score)),
        all_lost=bootstrap(score[:, ALL_ON.position] - score[:, ALL_OFF.position]),
        loss=bootstrap(level_joint_loss(hits)),
        moved=bootstrap(level_joint_displacement(study.points_under(replacement))),
        shapley=bootstrap(shapley(score)),
    )


class Leaning(NamedTuple):
    """Two networks over the N people whom the skip studies of both hold. pck, lost: (16,) under every mask,
    PCK and what is lost of that with all skips on, of either network and person by person."""

    people: int
    pck: Comparison
    lost: Comparison


def leaning(one: SkipStudy, other: SkipStudy, replacement: str) -> Leaning | None:
    """What skips are worth to two networks, over the same people; None where nobody is in both studies.

    Raises ConfigError where the replacement was not studied in both.
    """
    ids, *rows = np.intersect1d(one.sample_ids, other.sample_ids, return_indices=True)
    ours, theirs = (
        scores(study.hits_under(replacement)[row]) for study, row in zip((one, other), rows, strict=True)
    )
    if np.isnan(ours).all():
        return None
    lost, theirs_lost = (each[:, [ALL_ON.position]] - each for each in (ours, theirs))
    return Leaning(len(ids), compare(ours, theirs), compare(lost, theirs_lost))


def agreement(effects: Mapping[str, NDArray[np.floating]]) -> dict[tuple[str, str], float]:
    """Spearman's rank correlation of every two replacements' effects, arrays of one shape; nans left out.

    nan where fewer than three effects are known, or all of one are equal.
    """
    found = {}
    for one, other in combinations(effects, 2):
        a, b = np.ravel(effects[one]), np.ravel(effects[other])
        known = ~np.isnan(a) & ~np.isnan(b)
        varied = known.sum() >= 3 and np.ptp(a[known]) > 0 and np.ptp(b[known]) > 0
        found[one, other] = float(spearmanr(a[known], b[known]).statistic) if varied else float("nan")
    return found


def paired_differences(scores: Mapping[str, NDArray[np.floating]]) -> dict[tuple[str, str], Estimate]:
    """For every two replacements: how much more PCK the one loses, (4,), when a level alone is cut.

    scores: (N, 16) of the same people under each. Paired: every person is compared with themselves.
    """
    losses = {name: level_score_loss(score) for name, score in scores.items()}
    return {(one, other): bootstrap(losses[one] - losses[other]) for one, other in combinations(losses, 2)}


def perfect(score: NDArray[np.floating], mask: SkipMask) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Who is scored 1 with all skips, rows of the scores (N, 16), and what each loses under `mask`."""
    rows = np.flatnonzero(score[:, ALL_ON.position] == 1)
    return rows, np.asarray(1 - score[rows, mask.position], np.float64)


def easy_faces(info: Mapping[str, Any]) -> float | None:
    """The share of equally labelled faces, of a study's info, if it is so high that it should be told.

    Where people label faces one by one, some joints are hidden and some are left out. Where nearly all
    labelled faces carry one pattern, faces were labelled as a whole, and only those that were easy.
    """
    share = info.get("labelled_faces", {}).get("commonest")
    return float(share) if share is not None and share >= ALIKE else None
