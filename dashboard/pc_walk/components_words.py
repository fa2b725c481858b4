"""How many components matter, in sentences: to the variance, against chance, and to the pose."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from dashboard.pc_walk.words import networks
from dashboard.shared.numbers import PCK_POINTS, number, points
from dashboard.shared.shown_here import Verdict
from dashboard.shared.studies import ComponentCurve
from posecore.components.parallel import QUANTILE, Parallel
from posecore.studies.components.results import SKIPS, WORTH, ComponentStudy, has_worth
from posecore.studies.control.summary import Reach
from posecore.studies.projection.results import Projection

SHARE: Final = 0.95
"""Of the variance, whose count of components is given."""
NOISE_FROM: Final = 50
"""From this component on the thesis speaks of noise."""
ALIKE: Final = 0.1
"""Counts of components that differ by no more than this share are called alike."""
THESIS_COUNTS: Final = {
    16: "hold 95 % of the variance in its network with an autoencoder",
    NOISE_FROM: "come before what it calls noise",
    541: "hold 95 % of the variance in its network without one",
}
"""Components that the thesis names, and why."""
KNEES: Final = (0.5, 0.9)
"""Shares of what the whole latent adds whose counts tell where a curve bends."""

ITSELF: Final = "the latent itself"
"""Beside counts of components that are kept."""
TOO_LITTLE: Final = "**too little to lose**"
NONE_TRIED: Final = "**no number of components tried**"
"""What is said in place of a number of components that is enough."""
UNLEARNED: Final = "**nothing of what was learned**"
AVERAGED_CURVE: Final = (
    "This network's latents are averages of what its decoder takes. Here it gets every average in the place "
    "of all that it is an average of, so that it finds less than of a picture even where all components are "
    "kept."
)
INTRODUCTION: Final = (
    "How many components tell something? Three answers that need not agree: how many **hold the variance**, "
    "how many vary **more than chance** makes, and how many the **pose** needs. Of N people there are never "
    "more than N − 1, so every count is given with its N."
)


def variance_unknown(error: Exception) -> str:
    """Why the first two answers are missing."""
    return f"Variance and chance are not known here. {error}"


def pose_unknown(error: Exception) -> str:
    """Why the third answer is missing."""
    return f"How many the pose needs is not known here. {error}"


def more_than_there_are(k: int, projection: Projection, dimensions: int) -> str:
    """That so many people with so many numbers each do not have `k` components."""
    return (
        f"{k:,} components are more than there are: {projection.people:,} people with {dimensions:,} numbers "
        f"each have {len(projection.all_variances):,}. More people have more: make a bundle of more with "
        "`python scripts/extract_latents.py --samples N`."
    )


def first(projection: Projection, k: int, command: str) -> str:
    """What the first `k` components hold, and whether they vary more than chance makes.

    command: makes a projection again, for where the scores of fewer are stored.
    """
    together = float(projection.explained[:k].sum(dtype=np.float64))
    said = [f"The first **{k:,}** hold **{together:.1%}** of the variance of {projection.people:,} people"]
    among = f"vary more than chance makes of {projection.parallel.people:,} people"
    said.append(f"the last of them does not {among}" if k > projection.parallel.count else f"all {among}")
    stored = len(projection.variances)
    if k > stored:
        said.append(
            f"the bundle holds scores of {stored}, which is as far as walks and maps go; "
            f"`{command} --components {k}` keeps them"
        )
    return "; ".join(said) + "."


def kept(study: ComponentStudy, curves: Mapping[str, ComponentCurve], k: int) -> list[str]:
    """What is lost when the first `k` components alone are kept: for every choice of skips a sentence.

    Of the counts tried the largest up to `k` speaks for it.
    """
    place = int(np.flatnonzero(study.counts <= k)[-1])
    count = int(study.counts[place])
    tried = "" if count == k else f" ({k:,} was not tried, the next below is {count:,})"
    found = []
    for skips, (curve, loss, _) in curves.items():
        if not curve.n[place]:
            found.append(f"Skips {skips}: nobody's picture was at hand, so this is not known.")
            continue
        low, high = loss.low[place], loss.high[place]
        if not has_worth(loss):
            verdict = "the whole latent has little to lose here, so this **tells nothing** of its components"
        elif low > 0:
            verdict = "**the components after them matter to the pose**"
        else:
            verdict = "no loss can be told, so the components after them may be noise **to the pose**"
        found.append(
            f"Skips {skips}: keeping the first {count:,}{tried} gives PCK {number(curve.mean[place])}, the "
            f"latent itself {number(curve.mean[-1])}, everybody's mean in its place {number(curve.mean[0])}. "
            f"{points(loss.mean[place])} points are lost (95 % interval {points(low)} to {points(high)}, "
            f"n = {curve.n[place]:,} people): {verdict}."
        )
    return found


def variance(projection: Projection) -> str:
    """How many components hold SHARE of the variance."""
    return (
        f"{projection.needed_for(SHARE):,} of {len(projection.all_variances):,} components hold {SHARE:.0%} "
        f"of the variance of N = {projection.people:,} people. The thesis needed 541 for 95 %, of 7,017 "
        "people. Few people cannot need many, so the two counts compare only where N is alike."
    )


def variance_untrained(needed: Reach, people: int) -> str:
    """How many components hold as much in networks that never learned. people: whom all were run over."""
    return _untrained(needed, people, f"for {SHARE:.0%}", "variance")


def chance_untrained(above: Reach, people: int) -> str:
    """How many components of networks that never learned vary more than chance makes; people: as above."""
    return _untrained(above, people, "above chance", "parallel analysis")


def _untrained(counts: Reach, people: int, what: str, measure: str) -> str:
    low, high = counts.lowest, counts.highest
    others = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    alike = (1 - ALIKE) * low <= counts.own <= (1 + ALIKE) * high
    verdict = (
        f"as many, so {measure} alone tells {UNLEARNED}" if alike else "fewer" if counts.own < low else "more"
    )
    return (
        f"In grey, {networks(counts)} that never learned: {others} components {what} (n = {people:,} "
        f"people). This network has {counts.own:,.0f} of the same people: {verdict}."
    )


def chance(parallel: Parallel) -> str:
    """How many components vary more than chance makes."""
    return (
        f"Parallel analysis (Horn): every number of the latents was shuffled among N = {parallel.people:,} "
        f"people, {parallel.draws} times; the dashed line is the {QUANTILE:.0%} quantile of what varies "
        f"then. The first **{parallel.count}** components vary more. That tells what goes together "
        "in the latents, not what the pose needs; with more people chance makes less, and more "
        "components count."
    )


def how_kept(study: ComponentStudy, cutting: str) -> str:
    """How components were kept and decoded. cutting: what a cut skip says of this network."""
    choices = "; ".join(f"skips {name}: {words}" for name, words in SKIPS.items())
    return (
        f"Components were fitted on {study.people:,} people; of each latent of {len(study.sample_ids):,} "
        f"**others** only the first k were kept, 0 being the mean of all, and decoded. {choices}. Whiskers: "
        f"95 % bootstrap intervals over people.  \n{cutting}"
    )


def shown(
    curves: Mapping[str, ComponentCurve], untrained: Mapping[str, Reach] | None
) -> tuple[str, Verdict] | None:
    """Whether the pose needs the latent: what everybody's mean in its place costs; None where not measured.

    untrained: by skips, what it costs in networks that never learned; None where it is not known, or the
    bundle's own is one.
    """
    measured = [skips for skips in ("on", "mean", "off") if skips in curves and curves[skips].curve.n.all()]
    if not measured:
        return None
    skips = measured[0]
    curve, loss = curves[skips].curve, curves[skips].loss
    low, high = loss.low[0], loss.high[0]
    text = (
        "the pose needs the latent: with everybody's mean in its place PCK is "
        f"{number(curve.mean[0])} of {number(curve.mean[-1])}, skips {skips}, {points(loss.mean[0])} points "
        f"less (95 % interval {points(low)} to {points(high)}, n = {curve.n[0]:,} people)"
    )
    if untrained is None:
        return text, Verdict.UNKNOWN
    most = untrained[skips].highest
    text += f", {points(most)} at most in a network that never learned"
    if has_worth(loss) and low > most:
        return text, Verdict.HOLDS
    return text, Verdict.DOES_NOT if high < max(most, WORTH) else Verdict.UNKNOWN


def without_mean(command: str) -> str:
    """That a study was made before mean skips were tried. command: makes it again."""
    return f"This study was made before mean skips were tried; `{command}` makes it again, with them."


def pose_untrained(highest: float, count: int, people: int) -> str:
    """What networks that never learned reach with any number of components."""
    return (
        f"In grey, networks that never learned reach a PCK of {number(highest)} at most, with any skips and "
        f"any number of components ({count} of them, n = {people:,} people)."
    )


def enough(study: ComponentStudy, skips: str, found: ComponentCurve, command: str) -> str:
    """From how many components on hardly anything is lost. command: makes the study."""
    if not found.curve.n.all():
        return f"Skips {skips}: nobody's picture was at hand; `{command}`"
    if found.enough is None:
        return (
            f"Skips {skips}: PCK is {number(found.curve.mean[0])} with everybody's mean in the latent's "
            f"place and {number(found.curve.mean[-1])} with {ITSELF}. That is {TOO_LITTLE} "
            f"for its components to show what they are worth (n = {found.curve.n[-1]:,} people)."
        )
    if found.enough == study.counts[-1]:
        return (
            f"Skips {skips}: {NONE_TRIED} surely loses less than one point of PCK against {ITSELF} "
            f"(n = {found.curve.n[-1]:,} people, components of {study.people:,} others)."
        )
    return (
        f"Skips {skips}: from **{found.enough:,}** components on, surely less than one point of PCK is lost "
        f"(n = {found.curve.n[-1]:,} people, components of {study.people:,} others)."
    )


def knee(study: ComponentStudy, skips: str, found: ComponentCurve) -> str:
    """Where a curve bends: how many components keep half, and nine tenths, of what the latent adds, which has
    to be worth something."""
    begins = (
        f"Skips {skips}: PCK is {number(found.curve.mean[0])} with everybody's mean in the latent's place "
        f"and {number(found.curve.mean[-1])} with {ITSELF}"
    )
    reached = [(f"{share:.0%}", study.knee(skips, share)) for share in KNEES]
    there = [
        f"{part} of the difference only with {ITSELF}"
        if count == study.counts[-1]
        else f"{part} of the difference from **{count:,}** components on"
        for part, count in reached
    ]
    return f"{begins}; it reaches {', '.join(there)}."


def thesis(skips: str) -> str:
    """What the sentences of `thesis_counts` are about."""
    return f"The thesis's three counts, all of 7,017 people, with the skips {skips} here:"


def thesis_counts(study: ComponentStudy, found: ComponentCurve) -> list[str]:
    """For each count that the thesis names: what is lost here when so many are kept."""
    most, said = int(study.counts[-2]), []
    for count, why in THESIS_COUNTS.items():
        place = int(np.flatnonzero(study.counts[:-1] <= count)[-1])
        tried = int(study.counts[place])
        lost = (
            f"{points(found.loss.mean[place])} {PCK_POINTS} are lost (95 % interval "
            f"{points(found.loss.low[place])} to {points(found.loss.high[place])})"
        )
        if tried == count:
            here = f"here {lost}"
        elif tried == most:
            here = f"{study.people:,} people have no more than {most:,}, and with these {lost}"
        else:
            here = f"it was not tried here; with {tried:,} {lost}"
        said.append(f"The first **{count}** {why}: {here}.")
    return said
