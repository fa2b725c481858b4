"""What the Skip lab says of one picture: sentences, titles, and texts for those who do not see pictures."""

from typing import Final

from dashboard.shared import bundles, certainty, links, pictures, sources
from dashboard.shared.carried import Carried
from dashboard.shared.cut_words import named_by_cuts
from dashboard.shared.numbers import number, points
from dashboard.shared.shown_here import Verdict
from dashboard.shared.skip_switches import ALL_FOUR_CUT
from dashboard.shared.two_heatmaps import ALL_JOINTS, Answer
from posecore.ablation import ALL_OFF, ALL_ON, STAND_INS, SkipMask
from posecore.bundle import Bundle
from posecore.metrics.pck import PCK_RADIUS

INTRODUCTION: Final = (
    "First the network as trained, beside it **the same network with the skips cut that you switch off**, "
    "last the joints that moved by more than one PCK radius (12.8 pixels of the crop)."
)
GLOSSARY: Final = (
    "Crop, Heatmap, Peak, Lost joint, Bottleneck, Latent, Decoder, Skip connection, PCK, PCK radius, Rival, "
    "Entropy, Point, 95 % interval"
)
"""Of glossary.TERMS, those that the tab uses."""

NO_SKIPS: Final = (
    "This network was built without skip connections: there are none to cut, and whatever is switched here, "
    "nothing moves. What it finds it finds by its bottleneck alone."
)
SWITCHES: Final = "**Skip connections**, on = used"
PICKED: Final = (
    "This person and this cut were picked because much moves here and much stays. Whether it holds for "
    f"everybody stands under “{links.LAB_TABS[1]}”."
)
NO_PICTURE_YET: Final = "As soon as there is a picture, it is shown here."
ALL_EMPTY: Final = "All heatmaps are empty, so there is nothing to be seen."
CROP_ALT: Final = "The crop that the network sees"
TABLE_ALT: Final = "How far every joint moved, and its peak, rival peak and entropy before and after"
MAPS_ALT: Final = "Every joint's heatmap before, after, and the difference"

CHANGED: Final = "What changed"
ARROWS: Final = "an arrow per joint"
ALL_FOUR_ON: Final = "All four skips on"
STORED_TITLE: Final = f"{ALL_FOUR_ON} (stored)"
LATENT_TITLE: Final = ALL_FOUR_CUT
"""Of a person without a picture: what the bundle stores, and what comes of the latent alone."""

NEEDS_SKIPS: Final = "the network needs its skips to find joints"
"""What the page shows, where it holds."""
BESIDE_HELP: Final = "In a second row: the same picture under the same cut, in another bundle's network."
MOVED_AND_LOST_HELP: Final = (
    "Moved: by a PCK radius (12.8 pixels of the crop) or more. Lost: the heatmap no longer holds anything "
    "above zero, so it names no place, and no distance is given."
)
MEDIAN_HELP: Final = "In pixels of the 256-pixel crop, over the joints that are not lost."
PEAK_HELP: Final = (
    "A peak is the value of the strongest cell of a joint's heatmap. Its height speaks of how visible the "
    "network thinks the joint is, too: hidden joints were painted fainter or wider."
)

MOVED_COLUMN: Final = (
    "In pixels of the 256-pixel crop; from the PCK radius of 12.8 on, what was exactly right is a miss"
)
FOUND_COLUMN: Final = "✓ within a radius of the annotation, ✗ not, · not labelled: before → after"
SURE_COLUMN: Final = "✓ the network is sure of it, ✗ not, · not known: before → after"
MEASURES: Final = {
    "peak": "Value of the strongest cell. It speaks of predicted visibility, too",
    "rival": "The strongest cell a radius or more from the peak, as a share of the peak: near 1, two places "
    "compete",
    "entropy": "How spread the map is: 0 one cell, 1 the same everywhere",
}
"""What the table's columns of one side hold."""


def shown(bundle: Bundle, found: Carried | None) -> tuple[str, Verdict]:
    """What the page shows, and whether that holds: what goes with all four skips, beside what goes in
    networks that never learned."""
    if found is None:
        return f"{NEEDS_SKIPS} (no study of labelled people tells)", Verdict.UNKNOWN
    least = found.least
    lost, theirs = found.lost[least], found.untrained_lost.get(least, ())
    mean, low, high = (points(float(part)) for part in lost[:3])
    reached = f"; networks that never learned lose {points(max(theirs))} at most" if theirs else ""
    return (
        f"{NEEDS_SKIPS} ({found.off[least]:.0%} with all four cut, {STAND_INS[least]} in their place, where "
        f"least is lost, instead of {found.on.mean:.0%}: {mean} points, 95 % interval {low} to {high}, "
        f"n = {sources.people_of(bundle, int(lost.n))}{reached})",
        found.needs_skips,
    )


def whole_title(built: SkipMask) -> str:
    """Of a network with the skips of `built`, none of them cut."""
    if built == ALL_OFF:
        return "As it is, without skips"
    return ALL_FOUR_ON if built == ALL_ON else "All its skips on"


def cannot_be_asked(error: Exception, name: str = "") -> str:
    """name: of the bundle, where it is not the page's."""
    return f"The network{f' of {name}' if name else ''} cannot be asked. {error}"


def in_place(stand_in: str, donor: str) -> str:
    """What takes the place of a cut skip, for the sheet. donor: a sample_id, "" for nobody."""
    return f"In place of a cut skip: {stand_in}" + (f", {donor}" if donor else "")


def seen(donor: str) -> str:
    """Below the crop, and the donor's where there is one."""
    return "What the network sees" + (f", and {donor}" if donor else "")


def network_line(bundle: Bundle) -> str:
    """The network, and what it was trained on where that is recorded."""
    names = sources.training_names(bundle)
    trained = f", trained on {' and '.join(names)}" if names else ""
    return bundles.network_name(bundle) + trained


def source(bundle: Bundle, answer: Answer, named: bool = False) -> str:
    """What an answer is made of. named: with the bundle's name, where it is not the page's."""
    name = f"{bundle.path.name}: " if named else ""
    return f"n = 1, {answer.subject.who} · {name}{network_line(bundle)}"


def without_picture(bundle: Bundle, person: str) -> str:
    """Why there is nothing to switch, and what is shown instead."""
    return (
        f"{pictures.absent(bundle, person)} Single switches need it; what the bundle stores is shown "
        "instead: heatmaps and joints with all skips, and what the network makes of the latent alone, with "
        "all four cut."
    )


def second_network(other: Bundle, answer: Answer) -> str:
    """Which network the second row is of, and what becomes of the joints in it."""
    return (
        f"**The same cut, in {named_by_cuts(other)}.** {other.path.name}: {bundles.network_name(other)}. "
        f"{int((answer.moved >= PCK_RADIUS).sum())} of {len(answer.moved)} joints moved by a radius or more, "
        f"{int(answer.lost.sum())} lost."
    )


def second_heading(other: Bundle) -> str:
    """The same in short."""
    return f"**The same cut, in {named_by_cuts(other)}**"


def sure_means(answer: Answer) -> str:
    """What sure means on both sides; once where it means the same."""
    before, after = (certainty.meaning(side.limit) for side in (answer.before, answer.after))
    return before if before == after else f"Left: {before}  \nMiddle: {after}"


def heatmap_scale(made_of: str, joint: str) -> str:
    """What the heatmaps are of, and how bright what is. joint: ALL_JOINTS, or one by name."""
    every = joint == ALL_JOINTS
    return (
        f"{made_of}. The heatmaps before and after share one scale, from 0 to the "
        + ("median" if every else "joint's")
        + " peak before. In the difference blue is less than before, orange more"
        + (", in each cell of the joint that changed most there." if every else ".")
    )


def peaks(answer: Answer) -> str:
    """The mean peak before and after."""
    return " → ".join(number(float(side.peaks.mean()), 2) for side in (answer.before, answer.after))


def no_donor(asked: str, default: str) -> str:
    """Nobody has the id that was asked for."""
    return f"This bundle holds no person {asked[:60]!r}. Taken instead: {default}."


def donor_without_picture(bundle: Bundle, donor: str) -> str:
    """The donor's features cannot be computed."""
    return f"{pictures.absent(bundle, donor)} So zero stands in."


def skeleton_alt(title: str, network: str = "") -> str:
    """network: whose it is, where that is not the page's; likewise below."""
    return f"Skeleton{f', {network}' if network else ''}: {title}"


def arrows_alt(title: str, network: str = "") -> str:
    """title: of the side on which joints are now."""
    return f"Arrows{f', {network}' if network else ''} from where joints were to where they are: {title}"


def heatmaps_alt(title: str, joint: str, network: str = "") -> str:
    """title: of the side, or CHANGED."""
    which = " after minus before" if title == CHANGED else f", {title}"
    return f"Heatmaps{f' of {network}' if network else ''}{which}: {joint}"


def step_picture(whole: bool, side: float) -> str:
    """whole: whether the whole picture is at hand. side: of the square, picture pixels."""
    what = (
        "The picture"
        if whole
        else "The place of the crop in its picture; the rest of that picture is not in the bundle"
    )
    return (
        f"1 · {what}. The square is {side:.0f} pixels wide: the box's longer side, grown by 10 % as far as "
        "the picture allows."
    )


STEP_CROP: Final = (
    "2 · The square scaled to 256 × 256 pixels: all the network sees. What lies outside the picture is black."
)
NO_ANNOTATION: Final = "No joint is annotated here, so there is no target."


def step_annotation(labelled: int, joints: int) -> str:
    """labelled: how many of the joints are."""
    return f"3 · The annotation: {labelled} of {joints} joints are labelled."


STEP_TARGET: Final = (
    "4 · The target: per joint a map of 64 × 64 cells with a small blob where the joint is (drawn as the "
    "thesis paints it, all at full strength)."
)
