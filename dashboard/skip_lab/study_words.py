"""What the Skip lab says of its study: the tab “The whole data set” and its gallery, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import pictures
from dashboard.shared.claim_words import STATEMENT, claim_sentence, counted_sentence
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.numbers import number, points
from dashboard.shared.shown_here import Verdict
from posecore.ablation import LEVEL_NAMES
from posecore.bundle import Bundle
from posecore.statistics import Estimate
from posecore.studies.skips.effects import LossGap, LossGaps

GLOSSARY: Final = (
    "Crop, Decoder, Skip connection, Mask, Replacement, 95 % interval, Rank correlation, Heatmap, Latent, "
    "Point"
)
GLOSSARY_OF_LABELS: Final = ", PCK, Bootstrap, p, Corrected p, Flipping signs, Shapley value"
"""Of glossary.TERMS, those that the tab uses, and those that it adds where people are labelled."""

MASK_HELP: Final = f"One digit per level, {', '.join(LEVEL_NAMES)}; 0000 cuts them all."
UNLABELLED: Final = (
    "Nothing is known of where these people's joints are, so there is no right and wrong here: only how far "
    "joints move."
)
SHAPLEY_ALT: Final = "Shapley value of every level, with intervals, for every replacement"
SHAPLEY: Final = (
    "Exact Shapley values: what a level adds to the PCK, averaged over all orders in which the four can be "
    "switched on. The four of a colour sum to what all skips together add. Whiskers: 95 % bootstrap "
    "intervals over people."
)
CLAIMS_ALT: Final = "How much more small joints lose than big ones, for every mask and replacement"
HOW_CLAIMS_ARE_TRIED: Final = (
    "Per person, mean loss of small joints minus that of big ones, over the joints found with all skips; "
    "people need both kinds. 95 % bootstrap interval over people, p by flipping people's signs, corrected "
    "(Holm) for all cells; in bold what is below 0.05 then. Over all labelled joints a joint that was never "
    "found has nothing to lose, so whichever kind was found more often stands to lose more."
)
NOBODY_PERFECT: Final = "Nobody in this study has every labelled joint right."
OPEN_HELP: Final = "Show this person, cut like this, in the tab One picture"
NO_CLAIM: Final = (
    "Of this replacement no claim can be tested on new people: whose features stand in is drawn, too. Choose "
    "zero or mean."
)
NO_JOINT: Final = "no joint found"
NO_STUDY: Final = "There is no study to show."

LOST, MOVED = "points of hit rate lost", "pixels of the crop moved"
"""What effects are told in."""
NEVER_MOVED: Final = "Networks that never learned lose all joints, so how far theirs move is not known."


def introduction(bundle: Bundle) -> str:
    """What was done, and what an effect is."""
    return (
        "Every person of the study went through the network sixteen times, once per combination of skip "
        "connections. A level's effect is what is lost when it is cut; an interval that holds 0 says that "
        f"the people seen do not tell whether there is any. {what_cutting_says(bundle)}"
    )


def no_study(error: Exception) -> str:
    """error: says why, and what to do."""
    return f"{NO_STUDY} {error}"


def histograms_alt(people: int, mask: str) -> str:
    """people: with a labelled joint, likewise below."""
    return f"Histograms of {people} people's PCK with all skips and with skips {mask}"


def mean_pck(people: int, pck: Estimate, position: int, mask: str) -> str:
    """pck: (16,) under all masks, of which `mask` is the one at `position`."""
    return (
        f"n = {people:,} people with a labelled joint. Mean PCK {_share(pck, 0)} with all skips, "
        f"{_share(pck, position)} with {mask} (95 % bootstrap intervals over people)."
    )


def effects_alt(unit: str, replacement: str, joints: int) -> str:
    """unit: LOST or MOVED, likewise below."""
    return (
        f"For four levels and {joints} joints: {unit} when the level alone is cut, {replacement} in its place"
    )


def effects(effect: Estimate, unit: str, replacement: str) -> str:
    """What the map of effects shows, and of how many people each cell is."""
    counts = effect.n[effect.n > 0]
    return (
        f"In {unit}, {replacement} in the level's place; n = {counts.min():,} to {counts.max():,} people per "
        "cell, the interval on hover and in the table. Cells are not corrected for how many there are."
    )


def claim(table: LossGaps, finds: Verdict, judged: Verdict) -> str:
    """The thesis's claim over all cells. finds, judged: as in dashboard.shared.claim_words."""
    return f"The thesis says that {STATEMENT}: **{judged}**; {counted_sentence(table, finds)}"


def claim_cell(replacement: str, mask: str, found: LossGap, every: LossGap, cells: int) -> str:
    """One cell over the joints found with all skips; over all labelled ones without a verdict."""
    said = f"With skips {mask}, {replacement} in place of what is cut: {claim_sentence(found, cells)}"
    if every.n:
        said += (
            f" Over **all labelled joints**, found or not, small ones lose {every.small:.1%} and big ones "
            f"{every.big:.1%} (difference {points(every.mean, sign=True)} points, 95 % interval "
            f"{points(every.low)} to {points(every.high)}, n = {every.n:,} people)."
        )
    return said


def never_learned_pck(untrained: NDArray[np.floating] | None, mask: str) -> str:
    """untrained: (M, 2) PCK of M networks with all skips and with `mask`, likewise below; empty for None."""
    if untrained is None:
        return ""
    on, cut = untrained.max(axis=0)
    return (
        f" {_networks(len(untrained))} that never learned, in grey, reach {on:.1%} with all skips and "
        f"{cut:.1%} with {mask} at most."
    )


def never_learned_claim(untrained: NDArray[np.floating] | None) -> str:
    """Why the claim is not tried on them."""
    if untrained is None:
        return ""
    return (
        f" {_networks(len(untrained))} that never learned find {untrained[:, 0].max():.1%} of joints at most "
        "with all skips on: they have nothing to lose, so on them the claim cannot be tried."
    )


def never_learned_effect(untrained: NDArray[np.floating] | None, unit: str, factor: float) -> str:
    """untrained: (M, 4), all joints together, nan where none is left to be compared. factor: from its unit to
    `unit`."""
    if untrained is None:
        return ""
    if np.isnan(untrained).all():
        return f" {NEVER_MOVED}"
    return (
        f" {_networks(len(untrained))} that never learned, in grey, reach "
        f"{number(float(np.nanmax(untrained)) * factor, 1)} {unit} at most, all joints together."
    )


def never_learned_joints(untrained: NDArray[np.floating] | None, unit: str, factor: float) -> str:
    """untrained: (M, 4, K) joint by joint; None where that is not stored."""
    if untrained is None:
        return (
            " Joint by joint theirs is known of lost hits with zero in the level's place alone, so a single "
            "cell here is no evidence that training made it."
        )
    return (
        f" Joint by joint theirs reach {number(float(np.nanmax(untrained)) * factor, 1)} {unit} at most: the "
        "grey column has the most of any level, the hover and the table each cell's own."
    )


def never_learned_shares(untrained: Mapping[str, NDArray[np.floating]]) -> str:
    """untrained: (M, 4) by replacement."""
    if not untrained:
        return ""
    most = max(float(shares.max()) for shares in untrained.values())
    count = len(next(iter(untrained.values())))
    return f" {_networks(count)} that never learned, in grey, reach {points(most)} points at most."


def _networks(count: int) -> str:
    return f"{count} networks" if count > 1 else "A network"


NOTHING_TO_CUT: Final = (
    "Without skip connections there is nothing to cut, so there is nothing to be told of the whole data set."
)


def no_small_joints(title: str) -> str:
    """title: of the set of keypoints."""
    return f"The thesis says so of nose, eyes and ears. {title} have none, so it cannot be tried here."


def easy_faces(share: float, people: int) -> str:
    """share: of the people with a labelled face who have the commonest pattern of visible face joints."""
    return (
        f"{share:.0%} of the {people:,} people with a labelled face carry the very same pattern of visible "
        "and hidden face joints. So this data set labels faces as a whole, and hardly any that is difficult: "
        "of hard noses, eyes and ears this test says nothing."
    )


def one_replacement(name: str) -> str:
    """Where there is nothing to agree with."""
    return f"This study has one replacement only, {name}."


def agreement(correlations: Mapping[tuple[str, str], float], orders: Mapping[str, Sequence[int]]) -> str:
    """Whether effects have one order under all replacements.

    correlations: Spearman's, by two replacements. orders: levels by Shapley value, the largest first, by
    replacement; empty where there is none.
    """
    pairs = [f"{one} and {other} {number(value, 2)}" for (one, other), value in correlations.items()]
    text = (
        f"Rank correlation (Spearman) of the level-by-joint effects: {', '.join(pairs)}; 1 is the same "
        "order, 0 none in common."
    )
    named = {name: " > ".join(LEVEL_NAMES[level] for level in order) for name, order in orders.items()}
    if len(set(named.values())) == 1:
        text += f" All put the levels in one order: {next(iter(named.values()))}."
    elif named:
        listed = "; ".join(f"{name}: {order}" for name, order in named.items())
        text += f" They do **not** put the levels in one order by Shapley value: {listed}."
    return (
        f"{text} What they agree on does not hang on what is put in place of a skip; the rest does, and "
        "should not be said of the skip alone."
    )


def differences(compared: Mapping[tuple[str, str], Estimate]) -> str:
    """How often a level's cost differs under two replacements. compared: (4,) by two replacements."""
    apart = sum(int(np.sum((one.low > 0) | (one.high < 0))) for one in compared.values())
    return (
        f"Of {len(compared) * len(LEVEL_NAMES)} comparisons of what cutting one level alone costs under two "
        f"replacements, person by person, **{apart}** differ by an interval without 0."
    )


def gallery(perfect: int, people: int, mask: str) -> str:
    """Why the gallery is one only. perfect: how many of the people are scored 100 %."""
    return (
        f"**Only a gallery.** {perfect:,} of {people:,} people were picked for a perfect score, so they can "
        "only lose: of the size of an effect this says nothing, it is biased upward. Left all skips, right "
        f"skips {mask}, both in one scale of brightness."
    )


def some_bare(bundle: Bundle) -> str:
    """Where of some people of the gallery no picture is at hand."""
    return (
        f"{pictures.some_lack(bundle)} Among people who lose alike they come first; of the others the joints "
        "are shown, on heatmaps."
    )


def tile_alt(name: str, mask: str) -> str:
    """name: a sample_id, likewise below."""
    return f"{name} with all skips, and with skips {mask}"


def tile(name: str, loss: float) -> str:
    """Below a person's tile. loss: share of the labelled joints."""
    return f"{name}, loses {loss:.0%} of its joints"


def _share(estimate: Estimate, position: int) -> str:
    mean, low, high = (float(values[position]) for values in estimate[:3])
    return f"{mean:.1%} ({low:.1%} to {high:.1%})"
