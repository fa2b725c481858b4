"""What the page Ledger says."""

from collections.abc import Mapping
from typing import Any, Final

from dashboard.shared import claiming, links
from dashboard.shared.attribute_words import words_of
from dashboard.shared.causal_words import changed
from dashboard.shared.escaping import escaped
from dashboard.shared.numbers import number
from posecore.errors import PosecoreError
from posecore.keypoints import COCO17, KeypointSet
from posecore.ledger.claim import PEOPLE, Claim, Result
from posecore.ledger.findings import FEWEST, Verdict
from posecore.ledger.kinds import KINDS, UNTRAINED
from posecore.ledger.progress import Progress
from posecore.samples import Prefix

GLOSSARY: Final = (
    "Skip connection, Mask, Replacement, PCK, Point, Component, Rank correlation, Hedges' g, "
    "Standard deviation, 95 % interval, K-Means, Latent, Seed"
)

INTRO: Final = (
    "Whoever looks long enough at the same people finds something. A claim written down here is tested once, "
    f"on {PEOPLE} people nobody has looked at: rendered for it from a seed that follows from what is "
    "claimed, or, where nobody can be rendered, drawn with that seed from people set aside. It can't be "
    "changed afterwards, and neither can its verdict."
)
CLAIMS: Final = "Claims, what two theses say and what held here"
HOW: Final = (
    "A claim *holds* where its effect surely lies beyond the smallest that matters, in the direction "
    "claimed; it *does not hold* where the effect surely lies below that; else it *cannot be told*, as where "
    f"a group has fewer than {FEWEST} people. Where most people have the same value, the few others tell "
    "little of how much people differ, so that is taken to be what it would be if the effect were just the "
    "smallest that matters, if that is more. The first claim of a ledger is tested at a level of 3 %, the "
    "second at 0.8 %, claim j at 0.05 × 6 / (π² j²): all together at most 5 %, so a later claim changes no "
    "verdict. The interval is the plain 95 % one. *Found* is within the PCK radius. *Moves* is as on the "
    "page Causes: farther than another grain moves the same people, and farther than the same change moves "
    "any component of networks that never learned; how far that is stands in the claim, from the bundle's "
    "study of causes."
)
FILE_SAYS: Final = (
    "Every line of the file holds the hash of the line before, so one that was changed, cut or taken out is "
    "named here. That its last lines, or the whole file, were taken away cannot be noticed; nor can it that "
    "somebody wrote all lines anew from a changed one on, hashes and all. "
    "`python scripts/check_claim.py FILE --bundle DIR` draws the same people again and compares every number."
)
MOST_PROBLEMS: Final = 5
"""Of a file, that are told one by one."""

NOTHING: Final = "No claim has been made of this bundle yet."
OF_SESSION: Final = "It is kept in this browser session only, so this claim has no link."
EMPTY_TEXT: Final = "Say in a few words what you claim, then it can be sealed."
TEXT_HELP: Final = "In your own words; what is tested is the sentence above."
SEAL_HELP: Final = "It is written down for ever, then tested once."
INTERRUPTED: Final = "Testing was interrupted; what is done is kept."
WAITS: Final = "It waits for its turn; one claim is tested at a time."
NOT_OF_IT: Final = "What it says cannot be said of this bundle as it is: "
OTHER_STATE: Final = (
    "It was made of another state of this bundle, or of the bundle it is compared with: weights, people or "
    "components were others."
)
NO_OTHER: Final = "There is no other bundle beside this one whose network it could be compared with."
ONLY_RENDERED: Final = (
    "Only rendered people can be made again with one thing changed; this bundle's were not."
)
KINDS_OF: Final[Mapping[str, str]] = dict(zip(links.LEDGER_KINDS, KINDS, strict=True))
"""Keys of KINDS by what links and widgets call them."""

WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "masks": ("more joints", "fewer joints"),
    "component": (claiming.UP, claiming.DOWN),
    "group": (claiming.MORE, claiming.LESS),
    "cause": ("farther",),
    "networks": ("more joints", "fewer joints"),
}
"""Directions, as in Kind.directions."""

_REFERENCES: Final = {
    False: "another grain",
    True: "another grain and networks that never learned, whichever reaches farther",
}
"""What a movement is beyond, by whether such networks stand in the claim."""

_REPLACED: Final = {"zero": "nothing in place of a cut skip", "mean": "the mean in place of a cut skip"}


def no_folder(folder: str) -> str:
    """Where the ledger cannot be kept."""
    return (
        f"The folder {folder} cannot be written, so your ledger is kept in this browser session and is gone "
        "with it: download it before you leave."
    )


def no_new_people(joints: KeypointSet) -> str:
    """Of a bundle of whose people no new ones can be rendered. joints: of its people."""
    why = (
        "This bundle's people were not rendered"
        if joints == COCO17
        else f"This bundle's people have {joints.title}, and rendered ones have COCO's joints here"
    )
    return (
        f"{why}, so new ones like them cannot be made. A claim is tested "
        "once a prepared data folder of people set aside is named with POSE_HELDOUT when the dashboard is "
        "started, the folder that the bundle's own people come from with POSE_IMAGES, and other folders that "
        "its network was trained on with POSE_TRAINED_ON; until then it stays not tested."
    )


def group_of(group: Mapping[str, Any]) -> str:
    """A group of people in words."""
    if group["of"] == "area":
        one, other = group["plane"]
        return f"people in an area drawn on components {one} and {other}"
    count, space = group["centroids"]["shape"][0], group["components"]
    where = "whole latents" if space is None else f"the first {space} components"
    return f"people of cluster {group['cluster']} of {count} (K-Means in {where})"


def statement(
    kind: str, parameters: Mapping[str, Any], direction: int, smallest: float, joints: Prefix
) -> str:
    """What is tested, in a sentence."""
    up, beyond = direction > 0, number(smallest, 2)
    if kind == "masks":
        (one, other), replaced = parameters["masks"], _REPLACED[parameters["replacement"]]
        return (
            f"Of {parameters['joints']}, the network finds {'more' if up else 'fewer'} with skips {one} than "
            f"with skips {other}, by more than {beyond} points of PCK ({replaced})."
        )
    if kind == "networks":
        return (
            f"Of {parameters['joints']}, this network finds {'more' if up else 'fewer'} than the network of "
            f"the bundle {parameters['beside']}, by more than {beyond} points of PCK."
        )
    if kind == "cause":
        change = changed(parameters["cause"], parameters["strength"])
        return (
            f"“{change[0].upper()}{change[1:]}” moves people along component {parameters['component']} more "
            f"than {beyond} standard deviations farther than {_beyond(parameters)}."
        )
    attribute = words_of(parameters["attribute"], joints).axis
    if kind == "component":
        return (
            f"Component {parameters['component']} goes {'up' if up else 'down'} with “{attribute}”, by a "
            f"rank correlation beyond {number(direction * smallest, 2)}."
        )
    who = group_of(parameters["group"])
    return (
        f"{who[0].upper()}{who[1:]} have {'more' if up else 'less'} of “{attribute}” than the rest, by more "
        f"than {beyond} standard deviations."
    )


def _beyond(parameters: Mapping[str, Any]) -> str:
    """What a movement is held against; claims made before untrained networks were looked at lack these."""
    if (untrained := parameters.get(UNTRAINED)) is None:
        return "another grain does"
    return (
        "another grain does, and than it moves any component of networks that never learned "
        f"({number(untrained, 2)})"
    )


def outcome(claim: Claim, result: Result) -> str:
    """What came out, in figures."""
    unit, counted = KINDS[claim.kind].unit, f"{result.n:,} of {result.people:,} people"
    groups = f", {result.fewest:,} in the smaller group" if result.fewest != result.n else ""
    if result.effect is None or result.low is None or result.high is None:
        said = f"There is no effect to speak of; n = {counted}{groups}"
    else:
        effect, low, high = (
            number(value, 2, sign=True) for value in (result.effect, result.low, result.high)
        )
        beyond = f" beyond {_REFERENCES[UNTRAINED in claim.parameters]}" if claim.kind == "cause" else ""
        said = f"**{effect}** {unit}{beyond} (95 % interval {low} to {high}); n = {counted}{groups}"
    return f"{said}. Tested at a level of {number(100 * result.level, 2)} %, as claim {claim.number}."


def on(result: Result) -> str:
    """On whom it was tested; to be shown as text alone, as a data set may be called anything."""
    return f"Tested on {result.source}."


def more_problems(count: int) -> str:
    """Of a file with so many."""
    return f"The file has {count:,} such problems in all; the first {MOST_PROBLEMS} are told here."


def left_out(count: int) -> str:
    """Of people who were not new."""
    return f"{count:,} people were left out, as the bundle's data or its training's holds them, too."


def changes_it(claim: Claim, result: Result) -> str:
    """What would change the verdict."""
    if result.verdict == Verdict.UNKNOWN:
        if result.fewest < FEWEST:
            return f"A group of {FEWEST} people or more could tell."
        if result.chance is None:
            return (
                "Nothing varies among these people, or within either group, that an effect could be measured "
                "by, as where nobody or everybody has it; people who differ could tell."
            )
        return "The effect lies too near the smallest that matters to tell on so many people."
    least = number(claim.direction * claim.smallest, 2)
    return f"Another verdict would need an effect on the other side of {least}."


def under_way(found: Progress) -> str:
    """How far a test is."""
    if found.seconds is None:
        return f"{found.done} of {found.of} people"
    left = found.seconds
    said = f"{left:.0f} seconds" if left < 90 else f"{left / 60:.0f} minutes"
    return f"{found.done} of {found.of} people, about {said} left"


def refused_twice(number: int) -> str:
    """Of a claim that stands there already."""
    return f"This is claim {number} already, in whatever words and direction: a claim is tested once."


def impossible(problem: PosecoreError) -> str:
    """Why a claim cannot be made."""
    return f"This cannot be claimed: {escaped(str(problem))}."
