"""What the page Compression says of who loses."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from dashboard.compression import words
from dashboard.shared.numbers import number, points
from posecore.statistics import Estimate
from posecore.studies.compression.results import CompressionStudy
from posecore.studies.compression.summary import SURE, Arm, Foretold, Group, control

HOW_GROUPS: Final = (
    "Attributes are measured in the picture and cut into thirds; kinds are known of rendered people alone. "
    "The loss is the mean over people, with intervals over people. p: whether a group loses as much as all "
    "other people (Welch), corrected for all groups (Holm). Groups overlap."
)
HOW_FORETOLD: Final = (
    "Of the joints that the dense control finds, those that no seed of the smaller network finds are lost. "
    "The margin is the height of the peak less that of the strongest cell a PCK radius away. Intervals are "
    "over people."
)


def losing(study: CompressionStudy, one: Arm, data: int) -> str:
    """What the second tab shows of an arm."""
    return (
        f"Joints that **{words.point(study, control(study))}** finds and **no seed** of the smaller network "
        "does. What only one seed loses may be chance; what all lose is compression."
    )


def tile(name: str, gone: int, come: int, labelled: int) -> str:
    """Below a person of the gallery."""
    changed = [f"{said} {count}" for said, count in (("loses", gone), ("gains", come)) if count]
    return f"{name}: {', '.join(changed)} of {labelled} labelled joints"


def tile_alt(name: str) -> str:
    """A person of the gallery."""
    return f"{name}: joints of the dense network, then of the smaller one"


def gallery(study: CompressionStudy, one: Arm, kept: int) -> str:
    """What the gallery shows. kept: of how many people the study holds pictures."""
    dense = words.point(study, control(study))
    seeds = ", ".join(str(each.seed) for each in one.points)
    return (
        f"Left: {dense}; then {words.arm(one)}, seed {seeds}. Joints that are not found are thin and hollow. "
        "First who loses most, at the end who gains. The study keeps pictures of "
        f"{kept} people, who lose or gain most in one of its networks; the table names everybody."
    )


def no_pictures(study: CompressionStudy, data: int) -> str:
    """Where nobody of a data set is drawn."""
    if len(study.people[data].shown):
        return "Nobody whose picture the study keeps loses a joint in all seeds."
    return "Pictures are kept of rendered people alone, never of photographs; the table names everybody."


def joints_alt(found: Estimate) -> str:
    """The chart of joints."""
    return (
        f"Points of hits lost by joint, from {points(float(np.nanmin(found.mean)))} to "
        f"{points(float(np.nanmax(found.mean)))}, with intervals over people"
    )


def groups_alt(shown_: Sequence[Group]) -> str:
    """The chart of groups."""
    return (
        f"Points of PCK lost by {len(shown_)} groups of people, the worst first: {words.group(shown_[0])}, "
        f"{points(shown_[0].loss)}"
    )


def worst_group(found: Sequence[Group]) -> str:
    """The group that loses most, and whether it surely loses more than others."""
    if not found:
        return "There are too few people for groups of them."
    one = found[0]
    sure = one.corrected < SURE
    told = sum(each.corrected < SURE for each in found)
    return (
        f"Of {len(found)} groups the worst: {words.group_against_others(one)}, which "
        f"{'is more than the others lose' if sure else 'cannot be told from the others'}. "
        f"{told} groups surely differ from all other people."
    )


def foretold(found: Foretold) -> str:
    """Whether a margin foretells a loss."""
    if not found.lost or not found.kept:
        return "Nothing is lost by all seeds, or everything is, so nothing can be foretold."
    said = (
        f"Of a lost and a kept joint, the lost one has the smaller margin in {number(found.auc * 100, 0)} % "
        f"of pairs ({number(found.low * 100, 0)} to {number(found.high * 100, 0)} %; 50 % is chance; "
        f"{found.lost:,} joints lost, {found.kept:,} kept)"
    )
    if found.low > 0.5:
        return f"{said}: a small margin **foretells** a loss."
    if found.high < 0.5:
        return f"{said}: a **large** margin goes with a loss."
    return f"{said}: it **cannot be told**."
