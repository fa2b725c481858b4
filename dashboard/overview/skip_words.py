"""What the Overview says of skip connections: what they carry, and what is left of the thesis's claim."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dashboard.shared import bundles, sources
from dashboard.shared.carried import Carried
from dashboard.shared.claim_words import counted_sentence
from dashboard.shared.numbers import PCK_POINTS, number
from posecore.ablation import LEVEL_NAMES, STAND_INS
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.statistics import Estimate
from posecore.studies.probe import summary
from posecore.studies.probe.results import BOTTLENECK, SKIPS, ProbeStudy
from posecore.studies.reference import beyond
from posecore.studies.skips.effects import EMPTIED, LossGaps, judged
from posecore.verdict import Verdict, together, verdict_of

CLAIM: Final = "Do small joints lose more than big ones?"
QUESTION: Final = "What do the four skip connections carry?"
THESIS_SAYS: Final = (
    "The thesis says that with skips cut nose, eyes and ears lose more than shoulders, hips and knees:"
)
WHY_THEY_DISAGREE: Final = (
    "One of them met missing skips in training and the other did not: the one shows what can be done without "
    "them, the other how a decoder fails that never lacked them. Neither is the other's truth."
)


FACING: Final = "which way people face"
VIEW: Final = "facing"
"""Of posecore.attributes.table.ATTRIBUTES, the one that says from which side people are seen."""


class Tried(NamedTuple):
    """A network, and the table of the claim in it. finds: more joints than networks that never learned."""

    bundle: Bundle
    table: LossGaps
    finds: Verdict


def shown(bundle: Bundle, found: Carried | None, probe: ProbeStudy | None) -> tuple[str, Verdict]:
    """What the page shows, and whether that holds: pose and view in the bottleneck, more of them than in any
    skip, and the joints' exact places through the skips."""
    verdicts = [Verdict.UNKNOWN if found is None else found.needs_skips]
    pose, seen, place = "", "", ""
    if probe is None:
        verdicts.append(Verdict.UNKNOWN)
    else:
        pose = f" ({parts(bundle, probe)})"
        _, ahead = summary.best_skip(probe)
        most = Verdict.HOLDS if ahead.low > 0 else Verdict.DOES_NOT if ahead.high < 0 else Verdict.UNKNOWN
        verdicts += [verdict_of(summary.is_learned(probe)), most]
        if (facing := summary.attribute_r2(probe, VIEW)) is not None:
            seen = f" and {FACING} ({view(probe, facing)})"
            verdicts.append(holds_view(probe, facing))
    if found is not None:
        place = f" ({loss(found)})"
    said = (
        f"the bottleneck holds the coarse pose{pose}{seen}, the skips what it takes to place joints "
        f"exactly{place}"
    )
    return said, together(verdicts)


def view(probe: ProbeStudy, facing: Estimate) -> str:
    """How much of the view is read off the bottleneck, the best skip, and networks that never learned."""
    own, best = summary.place(probe, BOTTLENECK), _best(probe, facing)
    theirs = facing.mean[summary.untrained(probe)]
    reached = f", off networks that never learned {number(theirs.max(), 2)} at most" if len(theirs) else ""
    return (
        f"R² {number(facing.mean[own], 2)} of how far shoulders face the camera, "
        f"{number(facing.low[own], 2)} to {number(facing.high[own], 2)}, n = {int(facing.n[own]):,}; off the "
        f"{LEVEL_NAMES[SKIPS.index(best)]} skip {number(facing.mean[summary.place(probe, best)], 2)}{reached}"
    )


def holds_view(probe: ProbeStudy, facing: Estimate) -> Verdict:
    """Whether the bottleneck learned the view, and more of it is read off there than off any skip."""
    own, best = summary.place(probe, BOTTLENECK), summary.place(probe, _best(probe, facing))
    low, high = float(facing.low[own]), float(facing.high[own])
    learned = verdict_of(beyond(low, high, facing.mean[summary.untrained(probe)].tolist()))
    if low > facing.high[best]:
        return learned
    return Verdict.DOES_NOT if high < facing.low[best] else together([learned, Verdict.UNKNOWN])


def _best(probe: ProbeStudy, found: Estimate) -> str:
    """The skip off which most is read."""
    return max(SKIPS, key=lambda name: float(found.mean[summary.place(probe, name)]))


def parts(bundle: Bundle, probe: ProbeStudy) -> str:
    """How much of the pose is read off the bottleneck, the best skip, and networks that never learned."""
    r2, pck = summary.r2(probe), summary.pck(probe)
    own, (best, _) = summary.place(probe, BOTTLENECK), summary.best_skip(probe)
    theirs = r2.mean[summary.untrained(probe)]
    reached = f", off networks that never learned {number(theirs.max(), 2)} at most" if len(theirs) else ""
    return (
        f"R² {number(r2.mean[own], 2)} of a linear readout of where joints are, 95 % interval "
        f"{number(r2.low[own], 2)} to {number(r2.high[own], 2)}, "
        f"n = {sources.people_of(bundle, int(r2.n[own]))}; off the {LEVEL_NAMES[SKIPS.index(best)]} skip "
        f"{number(r2.mean[summary.place(probe, best)], 2)}{reached}; but only {pck.mean[own]:.0%} of the "
        "joints within the PCK radius"
    )


def loss(found: Carried) -> str:
    """What goes with all four skips under the replacement that costs least, here and without learning."""
    lost, theirs = found.lost[found.least], found.untrained_lost.get(found.least, ())
    reached = f", of networks that never learned {_points(max(theirs))} at most" if theirs else ""
    return (
        f"all four cut, {STAND_INS[found.least]} in their place, where least is lost, costs "
        f"{_points(lost.mean)} {PCK_POINTS}, 95 % interval {_points(lost.low)} to {_points(lost.high)}, "
        f"n = {int(lost.n):,}{reached}"
    )


def no_probe(bundle: Bundle) -> str:
    """One line with the command."""
    return f"Not known yet: what each part knows. `{study_command(bundle, 'probe')}` finds it out."


def carried(found: Carried, met_cuts: bool) -> str:
    """The answer to QUESTION. met_cuts: whether the network met cut skips in training."""
    least = found.least
    lost, off, shapley = found.lost[least], found.off[least], found.shapley[least]
    network = "this network, which was trained to do without them," if met_cuts else "this network"
    tail = ""
    # Where next to nothing is left, no level can be said to carry it.
    if off > (1 - EMPTIED) * found.on.mean:
        most = int(np.argmax(shapley.mean))
        tail = (
            f", most of them through the {LEVEL_NAMES[most]} skip ({_points(shapley.mean[most])} points, its "
            "Shapley value)"
        )
    return (
        f"**{_points(lost.mean)} {PCK_POINTS}**: with all four cut, {STAND_INS[least]} in their place, "
        f"{network} finds {off:.0%} of the joints instead of {found.on.mean:.0%} (95 % interval of the "
        f"difference {_points(lost.low)} to {_points(lost.high)}, n = {int(lost.n):,} people){tail}."
        f"{_driven_off(found.lost, least)}"
    )


def _driven_off(lost: Mapping[str, Estimate], least: str) -> str:
    """How much of a loss is the stand-in's doing, where another one surely costs less."""
    worst = max(lost, key=lambda name: float(lost[name].mean))
    if lost[worst].low <= lost[least].high:
        return ""
    return (
        f" With {STAND_INS[worst]} in their place it loses {_points(lost[worst].mean)}: the rest is not what "
        "skips carry but a decoder driven off what it was trained on."
    )


def _points(share: ArrayLike) -> str:
    """A share in whole percentage points."""
    return number(100 * float(np.asarray(share)), 0)


def claims(tried: Sequence[Tried]) -> str:
    """One bullet per network; before them, where the networks disagree, that they do, and why."""
    verdicts = [judged(one.table, one.finds) for one in tried]
    lines = []
    if {Verdict.HOLDS, Verdict.DOES_NOT} <= set(verdicts):
        lines.append(f"**The two networks disagree.** {WHY_THEY_DISAGREE}")
    lines.append(THESIS_SAYS)
    bullets = [
        f"* *{one.bundle.path.name}*, {bundles.trained_how(one.bundle) or 'training not recorded'}: "
        f"**{verdict}**; {counted_sentence(one.table, one.finds)}"
        for one, verdict in zip(tried, verdicts, strict=True)
    ]
    return "\n\n".join([*lines, "\n".join(bullets)])


def how_it_was_tried(one: Tried) -> str:
    """What was cut, what was measured, and in whom."""
    people = max((cell.n for cell in one.table.values()), default=0)
    return (
        "Skips cut at test time, under every mask and replacement of the study; over the joints found with "
        "all skips, of people who have both kinds; mean loss of small joints minus that of big ones, p by "
        "flipping people's signs, one correction (Holm) for all cells. The claim holds where small joints "
        "surely lose more in most cells that can answer, and does not where big ones do. "
        f"n = {sources.people_of(one.bundle, people)}."
    )
