"""What two networks differ in, in words: of one person and of everybody; which is better, what a cut skip
means in each, what cuts cost."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboard.compare.pair import Pair
from dashboard.shared import bundles, untrained
from dashboard.shared.numbers import number, points
from dashboard.shared.shown_here import Verdict
from posecore.ablation import ALL_OFF, ALL_ON, LEVEL_NAMES, SkipMask
from posecore.bundle import Bundle
from posecore.metrics.paired import Comparison
from posecore.statistics import Estimate

PERSON: Final = (
    "The same picture through both networks. Joints that the two find **more than one PCK radius** (12.8 "
    "pixels of the crop) apart are not the same place: the table begins with those."
)
ONE_PERSON: Final = "which of the two networks is better, by one picture of one person"
"""What the tab of one person cannot tell, whoever it is."""
STORED: Final = "with all skips it has, stored"
"""Which skips count where nothing can be switched."""
EVERYBODY: Final = (
    "Everybody is compared with themselves: what makes a person hard is hard for both networks, so the "
    "**difference** is known better than either score. An interval that holds 0 says that these people do "
    "not tell which of the two is better."
)
NOBODY_STUDIED: Final = "The two skip studies have no people in common."
NOTHING_LABELLED: Final = (
    "Nothing is known of where these people's joints are, so there is no right and wrong here: only how far "
    "apart the two networks find them."
)
HOW_JOINTS: Final = (
    "All joints: the mean of people's PCK. A joint: the share of people of whom it is found, of those on "
    "whom it is labelled. 95 % bootstrap intervals over people, each drawn with both answers; not corrected "
    "for how many joints there are."
)
ALL_JOINTS: Final = "all joints (PCK)"
"""Of the row of tables and figures that stands before those of single joints."""
MORE: Final = "B minus A"
MORE_POINTS: Final = f"{MORE}, points"
NEVER_LEARNED: Final = f"{untrained.AT_MOST}, %"
"""Of columns and axes."""
MET_CUTS: Final = "with a skip cut it shows what it *can* do without."
NEVER_MET: Final = (
    "it never met a cut, so with a skip cut it shows what it *leans on*, not what it could do without."
)
NOT_RECORDED: Final = "whose training is not recorded: whether it ever met a cut skip is not known."
"""What a cut says of a network, by how it was trained."""
OTHERS_CUT: Final = "The others were cut at random while it was trained."
OTHERS_THERE: Final = "The others were all there while it was trained."
"""Of the skips that a network trained without some has."""
NO_COST: Final = "cuts in training **cost nothing that these people could tell**"


def shown(found: Comparison, never: float) -> tuple[str, Verdict]:
    """Whether one network finds more joints than the other.

    found: PCK of A and B, of shape (). never: the most that a network which never learned finds. Of two that
    find no more than that, neither is called better.
    """
    low, high = float(found.difference.low), float(found.difference.high)
    better, name = (found.other, "B") if found.difference.mean >= 0 else (found.one, "A")
    apart = low > 0 or high < 0
    verdict = Verdict.HOLDS if apart and better.low > never else Verdict.UNKNOWN
    text = (
        f"{name} finds more joints of these people than the other does: PCK {number(float(found.one.mean))} "
        f"(A) and {number(float(found.other.mean))} (B), {points(float(found.difference.mean), sign=True)} "
        f"points [{points(low)}, {points(high)}], n = {int(found.difference.n):,}; a network that never "
        f"learned finds {number(never)} at most"
    )
    return text, verdict


def no_other(bundle: Path) -> str:
    """How to make a bundle that this one can be compared with."""
    beside = bundle.parent / "NAME"
    return (
        f"There is no other bundle beside {bundle} to compare it with. Make one of the same people with "
        f"`python scripts/extract_latents.py --checkpoint FILE --data DIR --out {beside}`, then run "
        f"`python scripts/compare.py --bundle {bundle} --with {beside} --data DIR`."
    )


def not_comparable(error: Exception) -> str:
    """Why two bundles are not compared."""
    return f"These two cannot be compared. {error}"


def who(pair: Pair) -> str:
    """How many are common, in one sentence."""
    count = len(pair.common.sample_ids)
    sizes = pair.one.manifest.people, pair.other.manifest.people
    if count == sizes[0] == sizes[1]:
        said = f"All **{count:,}** people are in both"
    else:
        said = f"**{count:,}** people are in both, of {sizes[0]:,} in A and {sizes[1]:,} in B"
    if apart := pair.common.cropped_otherwise:
        said += f"; {apart:,} more share a sample id but not the crop, and are left out"
    return f"{said}. Only they are compared, each with themselves."


def no_person(error: Exception) -> str:
    """Why one person is not shown."""
    return f"This person cannot be shown. {error}"


def not_switchable(absent: str) -> str:
    """What is shown without a picture. absent: why it is not at hand."""
    return f"{absent} So nothing can be switched: shown are the heatmaps and joints that both bundles store."


def skips(asked: SkipMask, built: SkipMask) -> str:
    """Which skips count in a network that was built with these and is asked with those."""
    absent = [name for name, there in zip(LEVEL_NAMES, built, strict=True) if not there]
    cut = [name for name, on, there in zip(LEVEL_NAMES, asked, built, strict=True) if there and not on]
    said = f"cut: {', '.join(cut)}" if cut else "nothing cut"
    return said + (f"; **not there**, trained without: {', '.join(absent)}" if absent else "")


def scale(person: str, networks: str, every_joint: bool) -> str:
    """Whose heatmaps are shown, on which scale, and what the colours of the difference mean.

    every_joint: the heatmaps of all joints are fused into one.
    """
    return (
        f"n = 1, {person} · {networks}. Both share one scale, from 0 to A's "
        f"{'median' if every_joint else 'own'} peak. In the difference blue is less in B than in A, orange "
        f"more{', in each cell of the joint that differs most there' if every_joint else ''}."
    )


def masks(pair: Pair, found: Comparison) -> list[str]:
    """What is found with all skips cut and with all on, of PCK (16,) under every mask."""
    lines = []
    for name, mask in (("all skips cut (0000)", ALL_OFF), ("all skips on (1111)", ALL_ON)):
        one, other, difference = found.at(mask.position)
        lines.append(
            f"With {name} A finds **{one.mean:.1%}** of the joints and B **{other.mean:.1%}**. B minus A: "
            f"{more(difference)}, n = {int(difference.n):,}, so {verdict(pair, difference)}."
        )
    if cost := cost_of_cuts(pair, difference):
        lines[-1] += f" {cost}"
    return lines


def how_masks(pair: Pair, people: int) -> str:
    """How masks are written and scored, and what a cut means in either network."""
    return (
        "A digit per skip, from 64 × 64 to 8 × 8: 1 on, 0 cut at test time, with nothing in its place. Means "
        f"of people's PCK, with 95 % bootstrap intervals over the n = {people:,} people of both skip "
        "studies; not corrected for how many masks there are.  \n" + "  \n".join(cutting(pair))
    )


def no_comparison(why: str, commands: str) -> str:
    """How to make the study of the two. why: the error that names it. commands: make the skip studies."""
    return (
        f"There is no comparison of the two yet. {why}, or with {commands}, which also tells what cut skips "
        "cost both."
    )


def no_cuts(commands: str) -> str:
    """How to make the skip studies that are lacking."""
    return f"With cut skips they can be compared after {commands}."


JOINTS_ALT: Final = "Share of each joint that A and B find, and the difference with its interval"


def joints(pair: Pair, overall: Comparison) -> str:
    """Which of the two finds more joints, of PCK, shape ()."""
    one, other, difference = overall
    return (
        f"PCK **{one.mean:.1%}** of A and **{other.mean:.1%}** of B over the same n = {int(difference.n):,} "
        f"people. B minus A: {more(difference)}, so {verdict(pair, difference)}."
    )


def better_and_worse(gain: NDArray[np.floating]) -> str:
    """Of how many people B finds more, fewer, and as many joints. gain: (N,) PCK, nan without labels."""
    better, worse, same = (int(found.sum()) for found in (gain > 0, gain < 0, gain == 0))
    return (
        f"Of **{better:,}** people B finds more joints than A, of **{worse:,}** fewer, of {same:,} as many."
    )


def never_found(people: int, found: NDArray[np.floating], cut: NDArray[np.floating] | None = None) -> str:
    """What networks that never learned find of so many people at most, PCK (U,), and with all skips cut,
    where that is asked for."""
    more = "" if cut is None else f" with all skips on, and {cut.max():.1%} with all cut"
    return (
        f"In grey: a network that never learned, of A's or of B's shape, finds {found.max():.1%} of the "
        f"joints at most{more}; n = {people:,} people."
    )


def pck_of_both(one: float, other: float) -> str:
    """One person's PCK by A and by B; nan where nothing is labelled."""
    return f"PCK {number(one, 2)} → {number(other, 2)}"


def apart(distance: float) -> str:
    """How far apart A and B find one person's joints, in crop pixels."""
    return f"{number(distance, 1)} px apart"


def how_arrows(labelled: bool, some_bare: bool) -> str:
    """How the gallery is to be read. some_bare: not everybody has a picture."""
    beside = (
        "PCK of A → B" if labelled else "the median distance between the two, in pixels of the 256-pixel crop"
    )
    bare = " Among equals people with a picture come first; the others' arrows are on A's heatmaps."
    return (
        "Arrows lead from where A finds a joint to where B does. A click opens the person. Beside each: "
        f"{beside}.{bare if some_bare else ''}"
    )


def more(difference: Estimate) -> str:
    """'**+1.2 points** (95 % interval −0.3 to +2.7)', of one difference, shape ()."""
    mean, low, high = (points(float(value), sign=True) for value in difference[:3])
    return f"**{mean} points** (95 % interval {low} to {high})"


def verdict(pair: Pair, difference: Estimate) -> str:
    """Which of the two finds more, of B minus A."""
    if difference.low > 0:
        return f"**B ({pair.other.path.name}) is better** on these people"
    if difference.high < 0:
        return f"**A ({pair.one.path.name}) is better** on these people"
    return "**no difference can be told**"


def cutting(pair: Pair) -> list[str]:
    """What a cut skip means in each of the two, which depends on how the network was built and trained."""
    return [
        f"{name}, {_cutting(bundle)}" for name, bundle in zip(pair.names, (pair.one, pair.other), strict=True)
    ]


def _cutting(bundle: Bundle) -> str:
    built = bundle.manifest.built_skips
    if built != ALL_ON:
        absent = [name for name, there in zip(LEVEL_NAMES, built, strict=True) if not there]
        rest = ""
        if any(built) and bundle.manifest.training:
            rest = f" {OTHERS_CUT if bundles.met_cuts(bundle) else OTHERS_THERE}"
        return (
            f"**trained without** {', '.join(absent)}: cutting what was never there changes nothing; what it "
            f"finds shows what can be learned without.{rest}"
        )
    how = bundles.trained_how(bundle)
    if how == bundles.CUTS:
        return f"**{how}**: {MET_CUTS}"
    if how == bundles.NO_CUTS:
        return f"**{how}**: {NEVER_MET}"
    return NOT_RECORDED


def cost_of_cuts(pair: Pair, all_on: Estimate) -> str:
    """What training with cuts costs where nothing is cut; empty unless exactly one of the two was trained so.

    all_on: B minus A with all skips on, shape ().
    """
    how = [bundles.trained_how(bundle) for bundle in (pair.one, pair.other)]
    if sorted(how) != sorted((bundles.CUTS, bundles.NO_CUTS)):
        return ""
    sign = 1 if how[1] == bundles.CUTS else -1
    name = pair.names[how.index(bundles.CUTS)]
    low, high = sorted((sign * float(all_on.low), sign * float(all_on.high)))
    size = points(abs(float(all_on.mean)))
    if high < 0:
        said = f"where nothing is cut, cuts in training **cost {size} points**"
    elif low > 0:
        said = f"where nothing is cut, cuts in training cost nothing: {name} finds **{size} points more**"
    else:
        said = f"where nothing is cut, {NO_COST}"
    if others := _trained_otherwise(pair):
        return f"If it is the cuts, {said}; but the two differ in more: {', '.join(others)}."
    return f"In all else that is recorded the two were trained alike, so {said}."


def _trained_otherwise(pair: Pair) -> list[str]:
    """In what two networks differ beyond cuts in training, as far as their records tell."""
    facts = [_facts(bundle) for bundle in (pair.one, pair.other)]
    return [name for name in facts[0] if facts[0][name] != facts[1][name]]


def _facts(bundle: Bundle) -> dict[str, Any]:
    training = bundle.manifest.training
    return {
        "how they are built": bundle.manifest.model,
        "recipe": (training.get("preset"), training.get("recipe")),
        "epochs": (training.get("epochs"), training.get("epochs_before"), training.get("best_epoch")),
        "seed": training.get("seed"),
        "people trained on": [
            (folder["fingerprint"], folder["train"]) for folder in training.get("data") or ()
        ],
        "weights begun with": (training.get("init") or {}).get("weights"),
    }


def mask_name(mask: SkipMask) -> str:
    """How a row of masks is called."""
    known = {"1111": ", all skips on", "0000": ", all skips cut"}
    return mask.title + known.get(mask.title, "")
