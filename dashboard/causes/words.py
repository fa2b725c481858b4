"""What the page says of one person: sentences, titles, and texts for those who do not see pictures."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.causes.effect import APART, ASTRAY, MOVED, TRUE_MOVED, Effect, Fate, counted
from dashboard.shared import bundles, certainty, pictures, sources
from dashboard.shared.causal_words import value_of
from dashboard.shared.numbers import number, significant
from dashboard.shared.skip_switches import Cut
from dashboard.shared.two_heatmaps import ALL_JOINTS
from posecore.ablation import SkipMask
from posecore.bundle import Bundle
from posecore.causes.cause import Cause
from posecore.keypoints import sized_set
from posecore.metrics.pck import PCK_RADIUS
from posecore.studies.causes.results import MOST

INTRODUCTION: Final = (
    "**One thing about a person is changed, and everything else is held.** Rendered people are made again "
    "from what they were drawn of; of any other picture the picture itself is changed. What follows then "
    "follows from that one thing."
)
GLOSSARY: Final = (
    "Crop, Heatmap, Peak, Lost joint, Bottleneck, Latent, Decoder, Skip connection, Replacement, PCK, "
    "PCK radius, Component, Standard deviation, 95 % interval, Corrected p, Bootstrap, Control"
)
"""Of glossary.TERMS, those that the page uses."""

CAUSE_HELP: Final = (
    "Of a rendered person, what was drawn is edited and rendered again. The causes that begin with the "
    "picture, and the grey square, change the picture alone, so they go with any."
)
ONE_OF_THE_CAUSES: Final = "a value of a cause that exists"
A_PICTURE: Final = "Of a picture nothing is known but the picture."
NO_PICTURE_YET: Final = "As soon as there is a picture, it can be changed here."
SWITCHES: Final = "**Skip connections**, on = used"
REPLACEMENT_HELP: Final = "What the decoder gets in place of a skip that is cut."
WHOLE: Final = "all skips on"

MADE, CHANGED, DIFFERENCE = "As made", "As changed", "What changed"
AS_IT_IS: Final = "As it is"
ROWS: Final = {
    "picture": "The picture, and where the **true** joints went",
    "joints": "The **predicted** joints, and where they went",
    "heatmaps": "Their **heatmaps**, and the difference",
}
TRUE_ARROWS: Final = "the true joints"
PREDICTED_ARROWS: Final = "the predicted joints"
TABLE: Final = "Every joint: how far the true one moved, how far the predicted one did"
COMPONENTS: Final = "Where this person stands along the components, as made and as changed"
COLUMNS: Final = {
    TRUE_MOVED: "In pixels of the 256-pixel crop",
    MOVED: "In pixels of the 256-pixel crop",
    APART: "From where the predicted joint would be, had it moved as the true one did, to where it is. "
    f"From the PCK radius of {PCK_RADIUS} on it went astray",
    "found": "✓ within a radius of the label, ✗ not, · not labelled: as made → as changed",
    "sure": "✓ the network is sure of it, ✗ not, · not known: as made → as changed",
}
"""Help of the table's columns."""

WAY: Final = "The way across the latent plane"
FARTHEST: Final = "the one it moves farthest along"
SECOND: Final = "the one it moves second farthest along"
WAY_TABLE: Final = "The way as a table"
CANNOT_BE_MADE: Final = "Cannot be made of this person"
"""Before the kinds that it is."""
NO_STOP: Final = "At no stop can this change be made of this person, so there is no way to show."
PICTURE_TILE: Final = "The picture, with the network's joints"
HEATMAP_TILE: Final = "Their heatmaps"


def plane_tile(x: int, y: int) -> str:
    """Title of the plane of two components, counted from 1."""
    return f"Where it lies: component {x} across, component {y} up"


def picture_only(asked: str, usual: str) -> str:
    """That a cause needs somebody who was rendered."""
    return f"“{asked}” can be changed of rendered people only; “{usual}” is shown instead."


def not_rendered(reason: str) -> str:
    """Why only the picture can be changed. reason: of somebody who was rendered; else empty."""
    why = reason or "This person was not rendered, so nothing is known of how to make them again."
    return f"{why} The picture can be changed all the same."


def other_joints(title: str) -> str:
    """Why somebody who was rendered is not made again. title: of the set of joints."""
    return f"This person has {title}; rendered people are made again with COCO's joints alone."


def where_joints_come_from(labelled: int, joints: int) -> str:
    """What the true joints of a picture are. labelled: how many of the joints are."""
    if labelled == joints:
        return "All joints are labelled: those are called the true ones here."
    rest = "no joint is" if not labelled else f"only {labelled} of {joints} joints are"
    return (
        f"Here {rest} labelled. For the others the predicted place as made stands in: its movement is what "
        "the change does to the picture there."
    )


def in_range(cause: Cause) -> str:
    """What is expected of a cause's value."""
    return f"a number from {significant(cause.low)} to {significant(cause.high)}{_unit(cause)}"


def slider(cause: Cause) -> str:
    """The label of the slider: what it changes, and in what."""
    return f"{_capital(cause.name)}{f', {cause.unit}' if cause.unit else ''}"


def how(cause: Cause) -> str:
    """What is done, and what follows as it must."""
    return f"{cause.how} With it, as it must, changes: {cause.follows}."


def changed_to(cause: Cause, value: float) -> str:
    """The change in a few words."""
    return f"{cause.name}: {value_of(cause, value)}"


def cannot_be_made(cause: Cause, value: float, error: Exception) -> str:
    """Why there is nothing to see."""
    return f"{_capital(changed_to(cause, value))} cannot be made of this person. {error}"


def no_picture(bundle: Bundle, sample_id: str) -> str:
    """That nothing of somebody can be changed."""
    return f"{pictures.absent(bundle, sample_id)} So nothing of them can be changed."


def cannot_be_asked(error: Exception) -> str:
    """The network is not usable."""
    return f"The network cannot be asked. {error}"


def source(bundle: Bundle, who: str) -> str:
    """What an answer is made of."""
    names = sources.training_names(bundle)
    trained = f", trained on {' and '.join(names)}" if names else ""
    return f"n = 1, {who} · {bundles.network_name(bundle)}{trained}"


def what_moved(effect: Effect) -> str:
    """Under one choice of skips: how many true joints moved, how many predicted ones, and which astray."""
    inside = effect.inside
    true, moved = effect.true_moved[inside], effect.moved
    counts = counted(effect.fates)
    lost = counts[Fate.LOST]
    far = int((moved[inside] >= PCK_RADIUS).sum())
    went = int((true >= PCK_RADIUS).sum())
    said = (
        f"of {int(inside.sum())} true joints in the crop {went} moved by a PCK radius (12.8 pixels) or more, "
        f"of the predicted ones {far}"
        + (f"; {lost} {'is' if lost == 1 else 'are'} lost" if lost else "")
        + (f"; {counts[Fate.OUTSIDE]} true ones lie outside the crop" if counts[Fate.OUTSIDE] else "")
        + "."
    )
    astray = [joint for joint, fate in enumerate(effect.fates) if fate in ASTRAY]
    if not astray:
        return f"{said} **No predicted joint went otherwise than the true one by a radius or more.**"
    order = sorted(astray, key=lambda joint: -effect.apart[joint])
    named = "; ".join(_astray(effect, joint) for joint in order[:6])
    more = f"; and {len(order) - 6} more" if len(order) > 6 else ""
    those = f"{len(order)} predicted {'joint' if len(order) == 1 else 'joints'}"
    return f"{said} **{those} went otherwise than the true one by a radius or more**: {named}{more}."


def _astray(effect: Effect, joint: int) -> str:
    unsure = "" if effect.sure[joint] else ", not sure"
    name = sized_set(len(effect.moved)).labels[joint]
    return (
        f"{name} (true {number(float(effect.true_moved[joint]), 0)} px, "
        f"predicted {number(float(effect.moved[joint]), 0)} px{unsure})"
    )


def found(effect: Effect) -> str:
    """How many labelled joints are found, before and after; empty where none is labelled."""
    first, second = effect.found()
    labelled = [int((~np.isnan(side)).sum()) for side in (first, second)]
    if not min(labelled):
        return ""
    return (
        f"Found: {int(np.nansum(first))} of {labelled[0]} labelled joints as made, "
        f"{int(np.nansum(second))} of {labelled[1]} as changed."
    )


def along_components(before: NDArray[np.floating], after: NDArray[np.floating], most: int = 5) -> str:
    """Along which components a person moved most."""
    moved = (after - before)[:MOST]
    order = np.argsort(-np.abs(moved), kind="stable")[:most]
    named = ", ".join(f"component {k + 1} by {number(float(moved[k]), 2, sign=True)}" for k in order)
    return (
        f"**In the latent**, whatever the skips, along the first {len(moved)} components, in standard "
        f"deviations of people: {named}."
    )


def sure_means(effect: Effect) -> str:
    """What sure means, with all skips or under a cut."""
    return certainty.meaning(effect.after.limit)


def heatmap_scale(made_of: str, joint: str) -> str:
    """What the heatmaps are of, and how bright what is. joint: ALL_JOINTS, or one by name."""
    every = joint == ALL_JOINTS
    return (
        f"{made_of}. Both share one scale, from 0 to the {'median' if every else 'joint’s'} peak as made. In "
        "the difference blue is less than before, orange more"
        + (", in each cell of the joint that changed most there." if every else ".")
    )


def sheet_title(who: str, changed_to: str) -> str:
    """Title of the sheet."""
    return f"Causes: {who}; {changed_to}"


def row(which: str, skips: str, sides: int) -> str:
    """Title of a row of pictures. which: of ROWS. skips: which are on; said where there are several sides."""
    return ROWS[which] if sides == 1 else f"{ROWS[which]} · **{skips}**"


def cut_title(cut: Cut, built: SkipMask) -> str:
    """Which skips are cut in such a network, and what stands in for them."""
    stand_in = {"zero": "nothing", "mean": "the mean of people"}[cut.replacement]
    return f"{cut.title(built)}, replaced by {stand_in}"


def true_caption(effect: Effect) -> str:
    """How far the true joints moved."""
    far = int((effect.true_moved[effect.inside] >= PCK_RADIUS).sum())
    return f"true: {far} of {int(effect.inside.sum())} moved a radius or more"


def predicted_caption(effect: Effect) -> str:
    """How many predicted joints went astray."""
    astray = sum(fate in ASTRAY for fate in effect.fates)
    return f"predicted: {astray} went elsewhere"


def picture_alt(which: str, said: str = "") -> str:
    """which: MADE or CHANGED. said: the change in words."""
    return f"The crop {which[0].lower()}{which[1:]}{f', {said}' if said else ''}"


def skeleton_alt(which: str, skips: str) -> str:
    """skips: which are on, in words; likewise below."""
    return f"Predicted skeleton, {which[0].lower()}{which[1:]}: {skips}"


def arrows_alt(whose: str, skips: str = "") -> str:
    """whose: TRUE_ARROWS or PREDICTED_ARROWS."""
    return f"Arrows from where {whose} were to where they are{f': {skips}' if skips else ''}"


def heatmaps_alt(which: str, joint: str, skips: str) -> str:
    """which: MADE, CHANGED or DIFFERENCE."""
    return f"Heatmaps of {joint}, {which[0].lower()}{which[1:]}: {skips}"


def under_way(number: int, stops: int) -> str:
    """While stops are computed."""
    return f"The way: stop {number} of {stops} …"


def way_caption(
    bundle: Bundle, people: int, person: str, cause: Cause, refused: list[str], chosen: bool
) -> str:
    """What the plane shows. people: how many are grey. person: whose way it is. refused: values that cannot
    be made, in words. chosen: whether the plane was, by the way itself."""
    return (
        f"{_capital(cause.name)} from end to end. Grey: n = {sources.people_of(bundle, people)}. The line is "
        f"{person} at every stop, the ring the stop that is shown, the diamond as made; all in standard "
        "deviations of people, with all skips on. The latent does not depend on skips."
        + (" The two components are those that this way goes farthest along." if chosen else "")
        + (f" {CANNOT_BE_MADE}: {', '.join(refused)}." if refused else "")
    )


def stop(
    cause: Cause, value: float, plane: tuple[int, int], place: NDArray[np.floating], sure: str, astray: int
) -> str:
    """What is to be said at a stop. plane: components from 1. place: (2,) along them. sure: in words."""
    x, y = plane
    where = (
        f"component {x} at {number(float(place[0]), 2, sign=True)}, component {y} at "
        f"{number(float(place[1]), 2, sign=True)} standard deviations"
    )
    went = f"{astray} {'joint' if astray == 1 else 'joints'} went otherwise than the true one by a radius"
    return f"{_capital(changed_to(cause, value))}: {where}; the network is {sure}; {went}."


def _unit(cause: Cause) -> str:
    return f" {cause.unit}" if cause.unit else ""


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
