"""What the Overview says of skip connections: what they carry, and what is left of the thesis's claim."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dashboard.shared import bundles, sources
from dashboard.shared.claim_words import claim_sentence, verdict
from dashboard.shared.numbers import number
from posecore.ablation import ALL_OFF, ALL_ON, LEVEL_NAMES
from posecore.bundle import Bundle
from posecore.statistics import Estimate
from posecore.studies.skips.effects import Claim
from posecore.studies.skips.summary import SkipSummary

CLAIM: Final = "Do small joints lose more than big ones?"
QUESTION: Final = "What do the four skip connections carry?"
CEILING: Final = 0.95
"""Where both kinds of joints lose this much, next to nothing is left in which they could differ."""


class Tried(NamedTuple):
    """A network, and what became of the claim in it."""

    bundle: Bundle
    claim: Claim


def carried(summary: SkipSummary, lost: Estimate, met_cuts: bool) -> str:
    """The answer to QUESTION, of a study's figures.

    lost: the PCK that goes with all four skips. met_cuts: whether the network met cut skips in training.
    """
    on, off = (float(summary.pck.mean[mask.position]) for mask in (ALL_ON, ALL_OFF))
    most = int(np.argmax(summary.shapley.mean))
    network = "this network, which was trained to do without them," if met_cuts else "this network"
    # Where next to nothing is left, what is lost is the decoder's, and no level can be said to carry it.
    if off < (1 - CEILING) * on:
        tail = (
            ""
            if met_cuts
            else ", which says less of the skips than of its decoder, which never met a missing one"
        )
    else:
        tail = (
            f", most of them through the {LEVEL_NAMES[most]} skip "
            f"({_points(summary.shapley.mean[most])} points, its Shapley value)"
        )
    return (
        f"**{_points(lost.mean)} points of PCK**: with all four cut {network} finds {off:.0%} of the joints "
        f"instead of {on:.0%} (95 % interval of the difference {_points(lost.low)} to {_points(lost.high)}, "
        f"n = {int(lost.n):,} people){tail}."
    )


def _points(share: ArrayLike) -> str:
    """A share in whole percentage points."""
    return number(100 * float(np.asarray(share)), 0)


def claims(tried: Sequence[Tried]) -> str:
    """One bullet per network; before them, where the networks disagree, that they do, and why."""
    said = {verdict(one.claim) for one in tried if one.claim.n}
    lines = []
    if len(said) > 1:
        lines.append(f"**The two networks disagree.** {_reason(tried)}")
    lines.append(
        "The thesis says that with skips cut nose, eyes and ears lose more than shoulders, hips and knees:"
    )
    bullets = [
        f"* *{one.bundle.path.name}*, {bundles.trained_how(one.bundle) or 'training not recorded'}: "
        f"{claim_sentence(one.claim)}"
        for one in tried
    ]
    return "\n\n".join([*lines, "\n".join(bullets)])


def how_it_was_tried(one: Tried) -> str:
    """What was cut, what was measured, and in whom."""
    return (
        f"All four skips cut at test time ({ALL_OFF.title}), nothing in their place; over the joints "
        "found with all skips, of people who have both kinds; mean loss of small joints minus that of big "
        f"ones, p by flipping people's signs. n = {sources.people_of(one.bundle, one.claim.n)}."
    )


def _reason(tried: Sequence[Tried]) -> str:
    """Why networks that differ in whether they met cut skips in training give different answers."""
    emptied = [one for one in tried if min(one.claim.small, one.claim.big) >= CEILING]
    if len(emptied) == 1:
        name, claim = emptied[0].bundle.path.name, emptied[0].claim
        if bundles.met_cuts(emptied[0].bundle):
            return f"*{name}* loses next to everything, so that nothing can differ."
        return (
            f"*{name}* never met a missing skip and loses next to everything, {claim.small:.1%} of the small "
            f"and {claim.big:.1%} of the big joints: where nothing is left, nothing can differ. Only the "
            "other can answer, and it says what *it* does without skips, not what this one uses them for."
        )
    return (
        "One of them met missing skips in training and the other did not: the one shows what can be done "
        "without them, the other how a decoder fails that never lacked them. Neither is the other's truth."
    )
