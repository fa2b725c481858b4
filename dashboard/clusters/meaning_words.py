"""What the tab “What is each?” says: clusters in words, and whether it is only size or place."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.shared.attribute_words import words_of
from dashboard.shared.numbers import number, significant
from posecore.attributes.contrasts import contrast
from posecore.attributes.traits import TRAITS, mostly, traits_of
from posecore.clustering.confounds import Accuracy
from posecore.samples import Prefix
from posecore.studies.control.results import ControlStudy
from posecore.studies.control.summary import untrained_told

NUISANCE: Final = "size, place and joints together"
POSE: Final = "pose"
"""Of posecore.clustering.confounds.SETS."""
ONE_CLUSTER: Final = "There is one cluster only, so nobody is left to compare it with."
WHAT_THEY_ARE: Final = "what so many clusters are, what sets them apart and which joints they have"
NO_CLAIM: Final = (
    "Of these clusters no claim can be tested on new people: only K-Means of everybody gives each of them a "
    "cluster, the one whose centroid is nearest."
)
MOSTLY: Final = "Mostly"
"""Before the traits that most of a cluster have."""
NEITHER: Final = "**It cannot be told**: neither says more of the clusters than guessing does."
POSE_ALONE: Final = "**It is not only that**: it says no more than guessing does, and the pose says more."
NEARLY_ONLY: Final = "**It is nearly only that**: clusters follow from size, place and joints."
NUISANCE_ALONE: Final = "**It is that rather than the pose**, which says no more than guessing does."
NUISANCE_FIRST: Final = "**It is more that than the pose**: doubt that these are groups of poses."
POSE_FIRST: Final = "**It is not only that**: the pose says more, but size, place and joints say some."
NO_MATTER_WHICH: Final = "**It may be that**: size, place and joints say as much of the clusters as the pose."
"""Whether clusters are only size, place and joints."""
BETTER: Final = "The pose tells these clusters better than those of any of them."
WORSE: Final = "The pose tells these clusters worse than theirs."
NOT_TOLD: Final = "That the pose tells these clusters better than theirs **cannot be told**."
"""Beside networks that never learned."""
NOTHING_KNOWN: Final = "Nothing is known of enough people to compare this cluster with the others."


def what_it_is(table: pd.DataFrame, members: NDArray[np.str_], apart: pd.DataFrame, joints: Prefix) -> str:
    """What a cluster of sample_ids is: traits that most of it have and surely fewer of the others of `table`.

    table: all that is known of everybody who was clustered. apart: what sets the cluster apart, see
    contrasts. joints: whose joints the attributes are of.
    """
    compared = contrast(traits_of(table), members.tolist())
    said = [
        f"**{word}** ({row['selected']:.0%} of the {int(row['n_selected']):,} of whom it is known; of the "
        f"others {row['rest']:.0%})"
        for word, row in mostly(compared).iterrows()
    ]
    size = f"{len(members):,} of {len(table):,} people"
    if said:
        return f"{MOSTLY} {', '.join(said)}; {size}."
    more_often = compared[compared["low"] > 0]
    if not more_often.empty:
        first = more_often.iloc[0]
        return (
            f"More often than the others **{more_often.index[0]}** ({first['selected']:.0%} of the "
            f"{int(first['n_selected']):,} of whom it is known; of the others {first['rest']:.0%}), yet that "
            f"is not most of them; {size}."
        )
    known = apart[apart["effect"].notna()]
    sure = known[(known["low"] > 0) | (known["high"] < 0)]
    if sure.empty:
        return f"Nothing that is known of people surely sets it apart; {size}."
    first = sure.iloc[0]
    words = words_of(str(sure.index[0]), joints)
    most = f"No plain word fits; what sets it apart most: **{words.axis}**"
    if first["kind"] == "share":
        return f"{most}, {first['selected']:.0%} against {first['rest']:.0%} of the others; {size}."
    means = f"on average {significant(first['selected'])} against {significant(first['rest'])} of the others"
    return f"{most}, {means}; {size}."


def how_words_are_chosen(joints: Prefix) -> str:
    """The rule for traits, and each trait's own."""
    return (
        f"From the {joints} joints. A word stands where it holds for more than half of the cluster and "
        "surely (95 % interval) for a smaller share of everybody else.\n\n"
        + "\n".join(f"* **{trait.word}**: {trait.rule}" for trait in TRAITS)
    )


def told_untrained(found: Mapping[str, Accuracy], k: int, control: ControlStudy) -> str:
    """Below that sentence: what tells K clusters of networks that never learned, and whether the pose tells
    these clusters better; empty where that is not known of so many."""
    nuisance, pose = (untrained_told(control, k, name) for name in (NUISANCE, POSE))
    if not len(pose):
        return ""
    own = found[POSE]
    if own.low > pose.max():
        beyond = BETTER
    elif own.high < pose.min():
        beyond = WORSE
    else:
        beyond = NOT_TOLD
    return (
        f"Beside it, K = {k} clusters of networks that never learned, of n = {len(control.sample_ids):,} "
        f"people in whole latents: size, place and joints tell {_shares(nuisance)} of them, the pose "
        f"{_shares(pose)}. {beyond}"
    )


def _shares(values: NDArray[np.floating]) -> str:
    low, high = f"{values.min():.0%}", f"{values.max():.0%}"
    return low if low == high else f"{low} to {high}"


def only_size(found: Mapping[str, Accuracy]) -> str:
    """Whether it is only person size, place in the crop or missing joints, in a sentence."""
    if not found:
        return "A cluster with a single person cannot be recognised from anything."
    nuisance, pose = found[NUISANCE], found[POSE]
    said = (
        f"From size, place and labelled joints alone **{nuisance.right:.0%}** of people are put into their "
        f"cluster (95 % interval {nuisance.low:.0%} to {nuisance.high:.0%}; guessing gives "
        f"{nuisance.chance:.0%}), from the pose {pose.right:.0%} ({pose.low:.0%} to {pose.high:.0%})"
    )
    guessed, pose_guessed = (one.low <= one.chance for one in (nuisance, pose))
    if guessed and pose_guessed:
        return f"{said}. {NEITHER}"
    if guessed:
        return f"{said}. {POSE_ALONE}"
    if nuisance.right >= 0.9:
        return f"{said}. {NEARLY_ONLY}"
    if pose_guessed:
        return f"{said}. {NUISANCE_ALONE}"
    if nuisance.low > pose.high:
        return f"{said}. {NUISANCE_FIRST}"
    if pose.low > nuisance.high:
        return f"{said}. {POSE_FIRST}"
    return f"{said}. {NO_MATTER_WHICH}"


def how_it_was_checked(people: int, joints: Prefix) -> str:
    """Below that sentence."""
    return (
        f"Logistic regression on n = {people:,} people, each fifth judged by what was learned of the others; "
        f"every cluster counts alike. Pose: angles, spreads and view of the {joints} joints, the mean where "
        "not known. It says what clusters go with, not that training made them: clusters of a network that "
        "never learned may go with such things, too."
    )


def effects_alt(kind: str, shown: int, name: str) -> str:
    """Of the figure of differences of one kind."""
    return f"The {shown} surest differences ({kind}) between {name} and everybody else"


def effects(name: str, people: int) -> str:
    """Below these figures."""
    return (
        f"{name}, {people:,} people, against all others who were clustered; the surest differences, "
        "whiskers: 95 % intervals, not corrected for their number. The clusters were made from the latents, "
        "not from these attributes."
    )


def joints_alt(word: str, clusters: int, joints: int) -> str:
    """Of the figure of joints. word: labelled or found."""
    return f"Share of people whose joint is {word}, for {joints} joints and {clusters} clusters"


def scores(rows: Iterable[Mapping[Any, Any]], untrained: tuple[float, float] | None) -> str:
    """The clusters' PCK with intervals. rows: of meaning.summary. untrained: the lowest and the highest PCK
    that this network has on a cluster of those that never learned; None where not known."""
    said = [
        f"{row['cluster']} {number(row['PCK'])} ({number(row['PCK, 95 % from'])} to "
        f"{number(row['PCK, 95 % to'])}, n = {row['PCK, n']:,})"
        if np.isfinite(row["PCK"])
        else f"{row['cluster']} not known"
        for row in rows
    ]
    line = f"PCK: {'; '.join(said)}. 95 % intervals."
    if untrained is None or not np.isfinite(untrained).all():
        return line
    low, high = (number(one) for one in untrained)
    return f"{line} Of people in clusters of networks that never learned this network's is {low} to {high}."
