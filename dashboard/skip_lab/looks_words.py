"""What the Skip lab says of where the network looks."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from dashboard.shared import bundles, sources
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.saliency.methods import (
    INTEGRATED,
    METHODS,
    NOISE,
    OCCLUSION,
    SAMPLES,
    SQUARES,
    STEPS,
    STRIDE,
    WINDOW,
    Look,
    Question,
)
from posecore.saliency.randomised import LAST_LEVELS, RANDOMISED, UNTRAINED
from posecore.saliency.regions import REGIONS
from posecore.statistics import Estimate
from posecore.studies.saliency.results import NAME
from posecore.studies.saliency.summary import STAYS, Changes, Checks, Faithful, stays_after

INTRODUCTION: Final = (
    "What in the picture does **one cell of one joint's heatmap** depend on? Each method answers in its own "
    "way, and none by itself shows that its map is true of the network: the check beside it does."
)
GLOSSARY: Final = (
    "Crop, Heatmap, Peak, Lost joint, Bottleneck, Decoder, Skip connection, Occlusion, Grad-CAM, "
    "Integrated gradients, SmoothGrad, Deconvolution, Guided backpropagation, Deletion and insertion, "
    "Rank correlation, 95 % interval, Mask, PCK, Point, Latent"
)
"""Of glossary.TERMS, those that the tab uses."""

METHOD_HELP: Final = (
    "Occlusion is exact and takes some seconds; the others follow gradients back from the cell. Grad-CAM is "
    "taken where you choose: at the bottleneck it has 4 × 4 cells only."
)
SWITCHES: Final = "**Skip connections**, on = used"
ATS: Final = ("the peak", "another cell")
NO_PICTURE_YET: Final = "As soon as there is a picture, it is shown here."
CROP: Final = "What the network sees; the ring is where the cell lies"
CROP_ALT: Final = "The crop that the network sees, with a ring where the cell lies"

_HOW: Final[Mapping[str, str]] = {
    OCCLUSION: (
        f"A grey square of {WINDOW} × {WINDOW} pixels is moved over the crop by {STRIDE} pixels at a time, "
        f"{SQUARES} places in all. Orange: the cell falls where that is covered; blue: it rises. Grey is the "
        "mean colour of the training crops."
    ),
    INTEGRATED: (
        f"The gradients of {STEPS} pictures on the way from grey to this one, times what changes on it. "
        "Orange holds the cell up, blue down."
    ),
    "smoothgrad": (
        f"The mean gradient of {SAMPLES} copies with noise (standard deviation {NOISE:.2f} of the range from "
        "black to white), of the strongest colour, whatever its sign."
    ),
    "deconvolution": (
        "Back from the cell, at every ReLU only what is above zero is passed on (Zeiler and Fergus 2014). "
        "The strongest colour, whatever its sign."
    ),
    "guided": (
        "Back from the cell, at every ReLU only what is above zero is passed on, where the picture itself "
        "passed it (Springenberg et al. 2015). The strongest colour, whatever its sign."
    ),
}
_GRAD_CAM: Final = (
    "Every channel there, weighted by how much the cell grows with it, added up; what is below zero is left "
    "out (Selvaraju et al. 2017), and the coarse map is drawn smoothly."
)


def cannot_be_asked(error: Exception) -> str:
    """error: says why."""
    return f"The network cannot be asked. {error}"


def lost(joint: str) -> str:
    """There is no peak to be asked about."""
    return (
        f"With these skips the {joint} is lost: its heatmap holds nothing above zero, so there is no peak to "
        "be asked about. Choose another cell, joint or cut."
    )


def nothing_passes(method: str) -> str:
    """Grad-CAM at a skip that is cut."""
    return f"{method} shows nothing here: that skip is cut, so that nothing in it reaches the heatmap."


def covered(done: int, of: int) -> str:
    """Beside the bar of progress."""
    return f"Covering one place after another: {done} of {of}"


def map_title(method: str) -> str:
    """Below the map."""
    return f"What the cell depends on, by {method}"


def map_alt(method: str, joint: str) -> str:
    """For those who do not see the map."""
    return f"The crop with what the cell of the {joint} depends on, by {method}"


def heatmap_title(joint: str) -> str:
    """Below the heatmap."""
    return f"Heatmap of the {joint}, and the cell"


def heatmap_alt(joint: str) -> str:
    """For those who do not see it."""
    return f"Heatmap of the {joint} with a ring around the cell that is asked about"


def answer(joint: str, question: Question, found: Look, peak: bool) -> str:
    """Which cell it is, and how high."""
    which = "peak" if peak else "cell"
    return (
        f"Asked about: the {joint}'s {which} in column {question.column} and row {question.row}, which is "
        f"{number(found.height, 2)} high with skips {question.mask.title}."
    )


def how(method: str, found: Look, bright: float) -> str:
    """How the map came about. bright: percentile from which on it is drawn at full strength."""
    said = _HOW.get(method, _GRAD_CAM)
    if method == INTEGRATED:
        said += (
            f" Their sum misses what it has to be, the cell's height less that on grey, by "
            f"{number(found.missed, 3)} (completeness error)."
        )
    return f"{said} Full colour: the strongest {100 - bright:g} % of the pixels."


def source(bundle: Bundle, who: str) -> str:
    """What the map is made of."""
    names = sources.training_names(bundle)
    trained = f", trained on {' and '.join(names)}" if names else ""
    return f"n = 1, {who} · {bundles.network_name(bundle)}{trained}, in float32"


class Said(NamedTuple):
    """A sentence above the picture. warns: whether the map says nothing of what was learned."""

    text: str
    warns: bool


_AFTER: Final[Mapping[str, str]] = {
    UNTRAINED: "a network that never learned",
    LAST_LEVELS: "this network with everything after the bottleneck made random",
}

STAYS_ALIKE: Final = "does not change when weights are made random"
"""After the name of a method whose map says nothing of what was learned."""
WHICH: Final = "Which method is faithful for this network?"
CURVES: Final = (
    "Deletion and insertion: squares of 8 × 8 pixels are greyed out, or shown on grey, those first on "
    "which the map says most rests; in grey the same in a random order. A faithful map falls sooner and "
    "rises sooner. Whiskers are 95 % intervals over people."
)
GAINS: Final = (
    "To the right of zero the map knows more than chance: over the whole curve, less of the peak is left "
    "as squares go, and more is there as they come. Whiskers are 95 % intervals over people."
)
GAINS_ALT: Final = "Every method's gain over a random order, by deletion and by insertion, with intervals"
SOONER: Final = "less left, deletion"
MORE: Final = "more there, insertion"


def unchecked(bundle: Bundle) -> str:
    """Without a usable study."""
    return (
        "Whether these maps change when weights are made random has not been tried here: "
        f"`{study_command(bundle, NAME)}`"
    )


def not_tried(method: str, mask: str) -> str:
    """A method that the study has nothing of."""
    return f"With skips {mask} the study has nothing of {method}."


def changes(checks: Checks, method: int, mask: str) -> Said:
    """Whether a method's maps change when weights are made random. mask: of the study's figures."""
    name = METHODS[checks.methods[method]].name
    begins = name[0].upper() + name[1:]
    if not checks.similar.n[method].any():
        return Said(not_tried(name, mask), False)
    figures = "; ".join(
        f"with that of {_AFTER[after]} {_with_interval(checks.similar, (method, o))}"
        for o, after in enumerate(RANDOMISED)
    )
    of = f"Rank correlation of its maps {figures} (study, skips {mask})."
    stays = stays_after(checks, method)
    if stays:
        which = " and ".join(_AFTER[after] for after in stays)
        return Said(
            f"**{begins} {STAYS_ALIKE}**: its maps of {which} rank the "
            "places of a picture much as those of this network do. What they show is in the picture, not in "
            f"what was learned. {of}",
            True,
        )
    verdict = {
        Changes.YES: f"{begins} changes when weights are made random.",
        Changes.UNKNOWN: f"Whether {name} changes when weights are made random cannot be told.",
    }[checks.changes[method]]
    return Said(f"{verdict} {of}", False)


def where(checks: Checks, method: int) -> str:
    """How much of the maps lies where, on rendered people; empty where none was."""
    if not checks.shares.n[method, 0]:
        return ""
    parts = [
        f"**{_REGIONS[name]}** {_with_interval(checks.shares, (method, p), 100)} % of it (of the crop: "
        f"{number(100 * float(checks.areas.mean[p]), 1)} %)"
        for p, name in enumerate(REGIONS)
        if checks.shares.n[method, p]
    ]
    return f"On rendered people, by their true outlines, the map lies {'; '.join(parts)}."


def incomplete(checks: Checks) -> str:
    """How far integrated gradients are from complete, over the study's people."""
    missed = checks.missed
    return (
        f"Their sums miss what they have to be by {number(100 * float(missed.mean), 0)} % of the peak (95 % "
        f"interval {number(100 * float(missed.low), 0)} to {number(100 * float(missed.high), 0)}, n = "
        f"{int(missed.n)})."
    )


_REGIONS: Final[Mapping[str, str]] = {
    "person": "on the person",
    "limb": "on the parts that meet in the joint",
    "in front": "on what hides the person",
}


def faithful(checks: Checks, mask: str) -> str:
    """Which methods are, which are not."""
    lines = []
    for verdict in Faithful:
        names = [
            METHODS[key].name
            for key, one, n in zip(checks.methods, checks.faithful, checks.sooner.n, strict=True)
            if one == verdict and n
        ]
        if names:
            lines.append(f"* **{verdict}**: {', '.join(names)}")
    return "\n".join(
        [
            f"With skips {mask}. Faithful is whose maps beat a random order by deletion and by insertion, "
            "surely both, and change when weights are made random (rank correlation surely below "
            f"{STAYS:g}); not faithful is who surely fails in one.",
            "",
            *lines,
        ]
    )


def similar_to(name: str) -> str:
    """A column of the table. name: of RANDOMISED."""
    return f"rank correlation, {name}"


def share_on(name: str) -> str:
    """A column of the table. name: of REGIONS."""
    return f"share, {name}"


def curves_alt(method: str) -> str:
    """For those who do not see the chart."""
    return f"Share of the peak as squares go and come in the order of {method} and at random, with intervals"


def _with_interval(estimate: Estimate, at: tuple[int, int], factor: float = 1) -> str:
    mean, low, high = (number(factor * float(part[at]), 2 if factor == 1 else 0) for part in estimate[:3])
    return f"{mean} (95 % interval {low} to {high}, n = {int(estimate.n[at])})"
