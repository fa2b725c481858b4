"""What the page Latent map says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from dashboard.shared.numbers import number
from dashboard.shared.shown_here import Verdict
from posecore.errors import BundleError, PosecoreError

if TYPE_CHECKING:
    from posecore.statistics import Estimate
    from posecore.studies.belonging.results import BelongingStudy, Share
    from posecore.studies.control.summary import Reach

ABOUT: Final = (
    "Every point is a person; two lie near each other where the bottleneck sees them alike, as far as the "
    "two directions shown can tell. **Point at one** to see who it is, **turn the wheel** to come nearer, "
    "**draw a box or a line around some** to learn what they have in common."
)
NOBODY_LEFT: Final = "Nobody is left to be shown; choose all people above."
NOBODY_COMPLETE: Final = "Nobody here has all joints labelled, so all people are shown."
IN_PLACE_HELP: Final = "As many as fit beside each other; come nearer to see more."
AXIS_HELP: Final = "Component 1 is the direction in which people's latents differ most."
COLOUR_HELP: Final = "Type to search: attributes, joints, and, of rendered people, how they were made."
WITHOUT_PLACE: Final = "This person has no place on the map, as the latent holds nan or infinity."
UMAP_AXES: Final = ("UMAP, first direction", "UMAP, second direction")
NO_CLAIM: Final = (
    "Of an area on a UMAP no claim can be tested: it has no dependable place for new people. Draw one on a "
    "plane of components."
)
UMAP_HAS_NO_PLACE: Final = (
    "UMAP has no dependable place for a picture that was not there when it was made; its nearest people are "
    "ringed. Its own place is shown among the components."
)

NOTHING_DRAWN: Final = (
    "Nobody is selected. Take Box or Lasso above the map and draw around some people, or press “Select what "
    "is in sight”: their pictures, a table, and what sets them apart will stand here."
)
NOBODY_IN_AREA: Final = (
    "Nobody who is shown lies in the area that is drawn. Draw another, or show hidden colours."
)
CSV_HELP: Final = "Everybody selected: id, place, PCK, colour, and all that is known of them."
AREAS_AND_CLUSTERS: Final = (
    "Of the clusterings tried there, the one whose clusters are nearest in size to this selection; no area "
    "was drawn on the maps of those networks."
)
EVERYBODY_SELECTED: Final = "Everybody on the map is selected, so there is nobody to compare them with."
NOTHING_COMPARED: Final = "Nothing can be compared: too few people are known, or nobody differs."

UNSEEN, UNLIKE, NEAR, AMONG, UNTOLD = VERDICTS = (
    "hardly a person found here",
    "unlike these people",
    "unusually near",
    "among the data",
    "cannot be told",
)
"""What is said of a picture from elsewhere, in the order in which it is asked."""
MEANS: Final = {
    UNSEEN: "The network hardly finds a person here, so where the picture lands says nothing.",
    UNLIKE: "It is unlike what the map is made of: where it lands says little, and so do its neighbours.",
    NEAR: "This picture, or nearly the same one, seems to be among these people, so it is no new one.",
    AMONG: "Nothing that is measured speaks against it, which does not prove that it shows a person.",
    UNTOLD: "Nothing speaks against it, but too many pictures without people pass here as well.",
}
AWAITED: Final = "As soon as there is a picture, it is placed on the map."
CROP_ALT: Final = "The crop that is placed, with the predicted skeleton"
WITHOUT_PICTURE: Final = "The nearest come first, with a picture or without: heatmaps stand for who has none."
NOT_AT_HAND: Final = " · its picture is not at hand"
STAND_IN: Final = "joints on predicted heatmaps"


def shown(reach: "Reach", learned: "Estimate") -> tuple[str, Verdict]:
    """What the map shows, and whether that holds: whether where people lie has to do with their pose.

    reach: R² of where joints are, read off latents. learned: what the own network has more than the mean of
    those that never learned, with an interval over people. It has to lie above all of these, by more than
    they differ from each other.
    """
    needed = 2 * reach.highest - reach.lowest - float(np.mean(reach.untrained))
    low, high = float(learned.low), float(learned.high)
    if low > max(needed, 0):
        verdict = Verdict.HOLDS
    else:
        verdict = Verdict.DOES_NOT if high < max(needed, 0) else Verdict.UNKNOWN
    text = (
        "where people lie follows where their joints are, as training taught the network: a linear readout "
        f"of the latent gives R² {number(reach.own, 2)} of it, of {len(reach.untrained)} that never learned "
        f"{number(reach.highest, 2)} at most; {number(float(learned.mean), 2, sign=True)} beside their mean "
        f"[{number(low, 2)}, {number(high, 2)}], n = {int(learned.n):,} people"
    )
    return text, verdict


def no_map(error: PosecoreError) -> str:
    """Of a bundle that cannot be drawn."""
    return f"No map can be drawn of this bundle: {error}"


def left_out(names: Sequence[str], unknown: int, people: int) -> str:
    """Who has no place. names: of some of the `unknown` people."""
    more = f" and {unknown - len(names):,} more" if unknown > len(names) else ""
    return (
        f"{unknown:,} of {people:,} people are left out, as their latents hold nan or infinity: "
        f"{', '.join(names)}{more}. `python scripts/extract_latents.py` makes the bundle again."
    )


def canvas(people: int, titles: tuple[str, str], colouring: str) -> str:
    """The map, for who does not see it."""
    return (
        f"{plane_alt(people, titles, colouring)}. Arrow keys go from person to person, Enter opens one, "
        "plus, minus and 0 zoom."
    )


def plane_alt(people: int, titles: tuple[str, str], colouring: str) -> str:
    """The same where the map cannot be gone through."""
    return f"Map of {people:,} people, {titles[0]} across, {titles[1]} up, coloured by {colouring}"


def source(source: str, colouring: str) -> str:
    """Above the map. source: whose latents, of which network."""
    return f"{source} · coloured by {colouring}"


def axis(component: int, share: float) -> str:
    """The title of an axis. component: from 1. share: of the variance."""
    return f"component {component} ({share:.1%} of the variance)"


def plane(x: int, y: int, shares: Sequence[float]) -> str:
    """How much of the variance the plane of two components shows. shares: of either; they may be the same."""
    total = sum(shares) if x != y else shares[0]
    return (
        f"Component {x} holds {shares[0]:.1%} of the variance, component {y} {shares[1]:.1%}, the plane "
        f"{total:.1%}: people who look like neighbours here may be far apart in the other directions."
    )


def umap(components: int, share: float) -> str:
    """What a UMAP says. share: of the variance, that so many components hold."""
    return (
        f"UMAP was made of {components} components, which hold {share:.1%} of the variance. Its axes hold no "
        "share of it: who is next to whom says something, distances and the sizes of groups do not."
    )


def no_umap(error: BundleError) -> str:
    """Without a projection."""
    return f"There is no UMAP: {error}"


def no_umap_in_projection(why: object, command: str) -> str:
    """Of a projection without one. command: makes it."""
    return (
        f"There is no UMAP in the projection: {why}. After the bundle has changed, `{command}` makes it "
        "again."
    )


def components_instead(why: str) -> str:
    """Where UMAP is asked for and is not there."""
    return f"{why} The first two components are shown instead."


def k_help(dimensions: int) -> str:
    """Of the number of clusters."""
    return (
        f"The clusters that the page Clusters shows first for this K, found in all {dimensions:,} numbers of "
        "a latent, not in this plane."
    )


def no_clusters(error: PosecoreError) -> str:
    """Where people cannot be coloured by clusters."""
    return f"Coloured by PCK instead, as there are no clusters: {error}"


def place(x: float, y: float) -> str:
    """Where a person lies."""
    if not np.isfinite([x, y]).all():
        return WITHOUT_PLACE
    return f"Place on the map: {number(x, 2, sign=True)} across, {number(y, 2, sign=True)} up."


def selection(selected: int, people: int) -> str:
    """The title of the selection."""
    return f"Selection: {selected:,} of {people:,} people"


def without_picture(absent: int, selected: int) -> str:
    """Where pictures are asked for of some who have none."""
    return (
        f"Of {absent:,} of these {selected:,} people no picture is at hand, so they are left out here, and "
        "here only. Heatmaps and skeletons, to be chosen above the map, show everybody."
    )


def not_there(kind: str, absent: Sequence[str]) -> str:
    """Whose pictures cannot be read. kind: of pictures."""
    return f"No {kind} of {len(absent)} of these people is at hand: {', '.join(absent)}."


def contrasts_alt(shown: int) -> str:
    """Of the figure of differences."""
    return f"The {shown} surest differences between the selected people and the rest"


def contrasts(selected: int, people: int, joints: str, sure: int, compared: int) -> str:
    """Below that figure. sure: so many of the intervals `compared` leave out zero."""
    return (
        f"{selected:,} selected people against the {people - selected:,} others on the map, by {joints} "
        f"joints, with 95 % intervals; the surest difference first. {sure} of {compared} intervals leave out "
        "zero; one in twenty would by chance alone. Whoever selects people by looking at an attribute finds "
        "it again here."
    )


def placed(verdict: str | None) -> str:
    """Beside the crop of a picture that is placed. verdict: None where there is none."""
    if verdict is None:
        return "★ **No verdict**  \nWhy, and who is near: below the map."
    return f"★ **{verdict.capitalize()}**  \nWhy, and who is near: below the map."


def star(verdict: str | None) -> str:
    """What the picture's place on the map is called."""
    return "your picture" if verdict is None else f"your picture, {verdict}"


def not_judged(error: Exception) -> str:
    """Without a study of belonging; the error names the command."""
    return f"Whether this picture is like these people is not said. {error}"


def judged(verdict: str, measured: Sequence[float], rarity: Sequence[float]) -> str:
    """Whether a picture is like the people, and by what. measured, rarity: in the order of
    posecore.components.belonging.MEASURES, and the share of people with such values or larger ones."""
    peak, away, nearest = measured
    peaks, aways, nearests = (f"**{_percent(share)}**" for share in rarity)
    return (
        f"**{verdict.capitalize()}.** {MEANS[verdict]} Its median peak is {number(-peak, 2)}, as low as that "
        f"of {peaks} of people; it lies {number(away, 1)} standard deviations from the mean, as far as "
        f"{aways} of people; the nearest person is {number(nearest, 1)} away, as far as for {nearests}."
    )


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def power(study: "BelongingStudy", source: str) -> str:
    """What the rule does to people and to pictures without any. source: whose latents, of which network."""
    kinds = "; ".join(f"{kind} {_of(study.refused_share(kind))}" for kind in study.nobody)
    return (
        f"By peaks, then by distance along {study.components} components, each compared with people whom the "
        f"rule does not know. It would refuse {_of(study.people_share())} people left out, and refuses "
        f"{_of(study.nobody_share())} pictures without people: {kinds}. 95 % intervals (Clopper and "
        f"Pearson). A picture of which hardly any joint is sure is refused, too. {source}"
    )


def _of(share: "Share") -> str:
    """'392 of 400 (96 to 99 %)'."""
    return f"{share.hits:,} of {share.n:,} ({number(share.low * 100, 1)} to {number(share.high * 100, 1)} %)"


def nearest(people: int) -> str:
    """Above the pictures of the nearest people."""
    return f"**The {people} nearest people**, ringed on the map"


def neighbour(person: str, distance: float) -> str:
    """Below one of them."""
    return f"{person}  \ndistance {number(distance, 1)}"
