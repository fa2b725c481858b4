"""What the Overview says of skip connections: what they carry, and what is left of the thesis's claim."""

from typing import Final, NamedTuple

import numpy as np
import streamlit as st

from dashboard.shared import bundles, sources, studies
from dashboard.shared.claim_words import claim_sentence, verdict
from dashboard.shared.counterpart import counterpart
from posecore.ablation import ALL_OFF, ALL_ON, LEVEL_NAMES
from posecore.bundle import Bundle
from posecore.errors import BundleError
from posecore.statistics import Estimate, bootstrap
from posecore.studies.skips.effects import Claim
from posecore.studies.skips.summary import SkipSummary

QUESTION: Final = "What do the four skip connections carry?"
CEILING: Final = 0.95
"""Where both kinds of joints lose this much, next to nothing is left in which they could differ."""


class Tried(NamedTuple):
    """A network, and what became of the claim in it."""

    bundle: Bundle
    claim: Claim


def what_they_carry(bundle: Bundle) -> str:
    """The answer to QUESTION in one sentence, from the skip study; empty where that is not usable, does not
    know how nothing in place of a skip turns out, or nobody in it is labelled."""
    try:
        study = studies.skip_study(bundle)
        if "zero" not in study.replacements:
            return ""
        summary = studies.skip_summary(bundle, studies.skip_study_created(bundle), "zero")
    except BundleError:
        return ""
    known = np.isfinite(summary.scores[:, 0])
    return carried(summary, int(known.sum()), bundles.met_cuts(bundle)) if known.any() else ""


def carried(summary: SkipSummary, people: int, met_cuts: bool) -> str:
    """The same of a study's figures. met_cuts: whether the network met cut skips in training."""
    on, off = (mask.position for mask in (ALL_ON, ALL_OFF))
    lost: Estimate = bootstrap(summary.scores[:, on] - summary.scores[:, off])
    most = int(np.argmax(summary.shapley.mean))
    network = "this network, which was trained to do without them," if met_cuts else "this network"
    # Where next to nothing is left, what is lost is the decoder's, and no level can be said to carry it.
    if summary.pck.mean[off] < (1 - CEILING) * summary.pck.mean[on]:
        tail = (
            ""
            if met_cuts
            else ", which says less of the skips than of its decoder, which never met a missing one"
        )
    else:
        tail = (
            f", most of them through the {LEVEL_NAMES[most]} skip "
            f"({summary.shapley.mean[most] * 100:.0f} points, its Shapley value)"
        )
    return (
        f"**{float(lost.mean) * 100:.0f} points of PCK**: with all four cut {network} finds "
        f"{summary.pck.mean[off]:.0%} of the joints instead of {summary.pck.mean[on]:.0%} (95 % interval of "
        f"the difference {float(lost.low) * 100:.0f} to {float(lost.high) * 100:.0f}, n = {people:,} "
        f"people){tail}."
    )


def show_claim(bundle: Bundle) -> None:
    """The thesis's claim, tried in this network and in its counterpart; nothing without a labelled study."""
    other = counterpart(bundle)
    tried = [found for one in (bundle, other) if one is not None and (found := _tried(one)) is not None]
    if not tried:
        return
    st.subheader("Do small joints lose more than big ones?")
    st.markdown(claim_words(tried))
    st.caption(
        f"All four skips cut at test time ({ALL_OFF.title}), nothing in their place; over the joints "
        "found with all skips, of people who have both kinds; mean loss of small joints minus that of big "
        f"ones, p by flipping people's signs. n = {sources.people_of(bundle, tried[0].claim.n)}."
    )


def claim_words(tried: list[Tried]) -> str:
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


def _reason(tried: list[Tried]) -> str:
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


def _tried(bundle: Bundle) -> Tried | None:
    try:
        study = studies.skip_study(bundle)
        if "zero" not in study.replacements or not (study.hits >= 0).any():
            return None
        created = studies.skip_study_created(bundle)
        claim, _ = studies.skip_claims(bundle, created, "zero", ALL_OFF.title)
    except BundleError:
        return None
    return Tried(bundle, claim)
