"""What a skip study says of every person: losses, distances, Shapley values, the thesis's claim.

N people, M masks in the order of posecore.ablation.ALL_MASKS, K joints. Hits are 1, 0 and nan where a joint
is not labelled, as in posecore.metrics.pck. Losses and effects are shares of hits, 0.1 = ten points.
"""

from collections.abc import Mapping
from itertools import product
from math import factorial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_MASKS, ALL_ON, LEVEL_NAMES, SkipMask
from posecore.keypoints import KeypointSet, sized_set
from posecore.statistics import Floats, _divide, bootstrap, holm, sign_flip_ps
from posecore.verdict import Verdict


def small_joints(keypoints: KeypointSet) -> list[int]:
    """Those of the head: of COCO's set nose, eyes and ears, the thesis's small joints."""
    return list(keypoints.groups["head"])


def tells_the_claim(keypoints: KeypointSet) -> bool:
    """Whether a set has the thesis's small joints, of which it claims that they lose more than big ones."""
    return "nose" in keypoints.names


def big_joints(keypoints: KeypointSet) -> list[int]:
    """Shoulders, hips and knees: the thesis's big joints."""
    return [joint for name in ("shoulders", "hips", "knees") for joint in keypoints.groups[name]]


EMPTIED: Final = 0.95
"""Where both kinds of joints lose more than this, next to nothing is left in which they could differ."""

LEVEL: Final = 0.05
"""A difference is sure where its corrected p is below this."""


class LossGap(NamedTuple):
    """Whether small joints lose more than big ones: mean of small minus big loss over n people.

    small, big: the mean losses themselves. p: two-sided, by flipping people's signs. corrected: the same
    for the number of cells in its table (Holm). All nan where n is 0.
    """

    mean: float
    low: float
    high: float
    n: int
    p: float
    corrected: float
    small: float
    big: float

    @property
    def answers(self) -> bool:
        """Whether there is anybody, and anything left in which the two kinds could differ."""
        return self.n > 0 and min(self.small, self.big) <= EMPTIED

    @property
    def small_lose_more(self) -> bool:
        """Surely, after correction."""
        return self.answers and self.corrected < LEVEL and self.mean > 0

    @property
    def big_lose_more(self) -> bool:
        """Surely, after correction."""
        return self.answers and self.corrected < LEVEL and self.mean < 0


LossGaps = Mapping[tuple[str, str], LossGap]
"""By what replaces a cut skip, and the mask's title."""


SINGLE_CUTS: Final = [SkipMask.all_but(level).position for level in range(len(LEVEL_NAMES))]
"""Of every level the place in ALL_MASKS of the mask that cuts nothing else."""


def level_joint_loss(hits: NDArray[np.floating]) -> Floats:
    """(N, 4, K) lost hits of every joint when one level alone is cut, of hits (N, 16, K)."""
    loss: Floats = np.asarray(hits[:, [ALL_ON.position]] - hits[:, SINGLE_CUTS], np.float64)
    return loss


def level_score_loss(score: NDArray[np.floating]) -> Floats:
    """(N, 4) lost PCK of everybody when one level alone is cut, of scores (N, 16)."""
    loss: Floats = np.asarray(score[:, [ALL_ON.position]] - score[:, SINGLE_CUTS], np.float64)
    return loss


def level_joint_displacement(points: NDArray[np.floating]) -> Floats:
    """(N, 4, K) how far every joint moves when one level alone is cut; see `displacement`."""
    return displacement(points)[:, SINGLE_CUTS]


def displacement(points: NDArray[np.floating]) -> Floats:
    """(N, 16, K) distance of every joint from where it is with all skips, of points (N, 16, K, 2).

    nan where the joint is nan, lost, on either side: what is nowhere has not moved.
    """
    before = np.asarray(points[:, [ALL_ON.position]], np.float64)
    distance: Floats = np.linalg.norm(points - before, axis=-1)
    return distance


def shapley(values: NDArray[np.floating]) -> Floats:
    """(..., 4) exact Shapley value of every level, of a game's values (..., 16) under all masks.

    What a level adds, averaged over all orders in which the levels can be switched on; the four sum to
    value(1111) - value(0000). Shapley 1953. Linear, so of everybody's PCK it gives everybody's share.
    """
    levels = len(LEVEL_NAMES)
    share = np.zeros((*values.shape[:-1], levels))
    for level in range(levels):
        for others in product((False, True), repeat=levels - 1):
            size = sum(others)
            weight = factorial(size) * factorial(levels - size - 1) / factorial(levels)
            off, on = (SkipMask((*others[:level], switch, *others[level:])) for switch in (False, True))
            share[..., level] += weight * (values[..., on.position] - values[..., off.position])
    return share


def small_against_big(hits: NDArray[np.floating], mask: SkipMask, found_only: bool) -> tuple[Floats, Floats]:
    """Everybody's mean loss (N,) over small and over big joints under `mask`; nan where none counts.

    hits: (N, 16, K). found_only: over the joints that all skips on find, else over all labelled ones. The
    first compares joints on equal terms: what was never found cannot be lost.
    """
    keypoints = sized_set(hits.shape[-1])
    before, after = hits[:, ALL_ON.position], hits[:, mask.position]
    loss = np.asarray(before - after, np.float64)
    if found_only:
        loss = np.where(before == 1, loss, np.nan)
    small, big = (
        _divide(np.nansum(loss[:, joints], axis=1), (~np.isnan(loss[:, joints])).sum(axis=1).astype(float))
        for joints in (small_joints(keypoints), big_joints(keypoints))
    )
    return small, big


def claims(hits: Mapping[str, NDArray[np.floating]], found_only: bool, seed: int = 0) -> LossGaps:
    """The thesis's claim, that small joints lose more than big ones, under every mask that cuts anything and
    every replacement, corrected for all of them together; people need both kinds.

    hits: (N, 16, K) by replacement, of the same people.
    """
    cells = [(name, mask) for name in hits for mask in ALL_MASKS if mask != ALL_ON]
    kinds = [small_against_big(hits[name], mask, found_only) for name, mask in cells]
    small, big = (np.stack(losses, axis=1) for losses in zip(*kinds, strict=True))
    difference = small - big
    both = ~np.isnan(difference)
    estimate = bootstrap(difference, seed)
    p = sign_flip_ps(difference, seed)
    means = [_divide(np.where(both, kind, 0).sum(axis=0), both.sum(axis=0) * 1.0) for kind in (small, big)]
    columns = (estimate.mean, estimate.low, estimate.high, estimate.n, p, holm(p), *means)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {(name, mask.title): LossGap(*row) for (name, mask), row in zip(cells, rows, strict=True)}


class Count(NamedTuple):
    """Cells of a table of claims by what they say. open: no difference can be told. empty: no answer, as both
    kinds lose next to everything or nobody has both."""

    small: int
    big: int
    open: int
    empty: int


def counted(table: LossGaps) -> Count:
    """What the cells of a table say."""
    every = list(table.values())
    small, big = (sum(getattr(cell, side) for cell in every) for side in ("small_lose_more", "big_lose_more"))
    empty = sum(not cell.answers for cell in every)
    return Count(small, big, len(every) - small - big - empty, empty)


def judged(table: LossGaps, finds: Verdict) -> Verdict:
    """Whether the claim holds of a network: by what surely is so in most of the cells that can answer.

    finds: whether the network finds more joints than ones that never learned; else there is nothing to lose.
    """
    count = counted(table)
    answering = count.small + count.big + count.open
    if finds != Verdict.HOLDS or not answering:
        return Verdict.UNKNOWN
    if 2 * count.small > answering:
        return Verdict.HOLDS
    return Verdict.DOES_NOT if 2 * count.big > answering else Verdict.UNKNOWN
