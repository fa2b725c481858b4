"""What the Skip lab says of where the network looks."""

from collections.abc import Mapping
from typing import Final

from dashboard.shared import bundles, sources
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.saliency.methods import (
    INTEGRATED,
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

INTRODUCTION: Final = (
    "What in the picture does **one cell of one joint's heatmap** depend on? Each method answers in its own "
    "way, and none by itself shows that its map is true of the network: the check beside it does."
)
GLOSSARY: Final = (
    "Crop, Heatmap, Peak, Lost joint, Bottleneck, Decoder, Skip connection, Occlusion, Grad-CAM, "
    "Integrated gradients, SmoothGrad, Deconvolution, Guided backpropagation, Deletion and insertion, "
    "Rank correlation, 95 % interval"
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
            f" Their sum misses what it has to be by {found.error:.0%} of the cell's height (completeness "
            "error)."
        )
    return f"{said} Full colour: the strongest {100 - bright:g} % of the pixels."


def source(bundle: Bundle, who: str) -> str:
    """What the map is made of."""
    names = sources.training_names(bundle)
    trained = f", trained on {' and '.join(names)}" if names else ""
    return f"n = 1, {who} · {bundles.network_name(bundle)}{trained}, in float32"
