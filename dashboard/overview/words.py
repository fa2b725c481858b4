"""What the Overview says of a bundle, of its training and of its scores, in sentences."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from dashboard.overview.skip_words import QUESTION
from dashboard.shared import bundles, sources
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.keypoints import KeypointSet, label
from posecore.metrics.pckh import heads_in_words

GLOSSARY: Final = (
    "Crop, Heatmap, Hidden joint, Bottleneck, Latent, Skip connection, Mask, PCK, PCK radius, OKS, "
    "COCO AP and AR, Point, 95 % interval, p, Corrected p, Flipping signs, Shapley value, Decoder, Epoch, "
    "Loss, Validation people, Preset, Seed, Component, Silhouette, Readout, Replacement"
)
"""Of glossary.TERMS, those that the page uses."""

KINDS: Final = {
    "hourglass": "A stacked hourglass",
    "pose_resnet": "A residual network with transposed convolutions behind it",
}
"""What the networks of posecore.models.configs.CONFIGS are."""


class Step(NamedTuple):
    """A link to another page. do: what to do there. ask: what to ask oneself."""

    label: str
    do: str
    ask: str


STEPS: Final[Mapping[str, Step]] = {
    "skip_lab": Step(
        "1 · Cut a skip",
        f"{QUESTION} Switch them off and on again, one by one.",
        "Which switch brings the joints back?",
    ),
    "pc_walk": Step(
        "2 · Walk PC 1",
        "Go from one end of the first principal component to the other, past the nearest people.",
        "What changes along the way: the pose, the size, the side one sees? And how near is anybody, really?",
    ),
    "clusters": Step(
        "3 · Change K",
        "Sort the people into two groups by their latents, then into three, then into eight.",
        "Does the mean silhouette rise? Near 0 it says that no K gives clear groups, whatever colours say.",
    ),
}
"""By page, in the order in which they are offered."""

MAP_LINK: Final = "Or look around on the map of all of them"
COMPARE_LINK: Final = "Or compare it with other networks"

NO_SCORES: Final = "No scores are stored in this bundle. scripts/evaluate.py computes them."
NO_EPOCHS: Final = "No record of epochs is stored in this bundle."
SCORES: Final[Mapping[str, tuple[str, str]]] = {
    "pck": (
        "PCK",
        "Share of labelled joints found within 12.8 pixels of the 256-pixel crop, mean over people.",
    ),
    "pck_visible": ("PCK, visible joints", "The same over joints annotated as visible only."),
    "oks_mean": ("OKS, mean", "A score that allows larger errors for larger people and vaguer joints."),
    "oks_ap": ("COCO AP", "COCO's average precision over OKS thresholds 0.50 to 0.95."),
    "pckh": (
        "PCKh@0.5",
        "Share of joints within half a head's size of the annotation, by MPII's rules: 0.6 of the diagonal "
        "of the head's box, without pelvis and thorax.",
    ),
}
"""By what a bundle calls a score: its name, and what it is."""


def scores_of(keypoints: KeypointSet) -> dict[str, tuple[str, str]]:
    """Those of SCORES that there are for a set of keypoints."""
    absent = {
        "oks_mean": keypoints.sigmas is None,
        "oks_ap": keypoints.sigmas is None,
        "pckh": keypoints.head is None,
    }
    return {key: told for key, told in SCORES.items() if not absent.get(key)}


def scored_how(keypoints: KeypointSet, values: Mapping[str, Any]) -> str:
    """Why scores are absent, and what PCKh was measured by; empty where there is nothing to say."""
    said = []
    if keypoints.sigmas is None:
        said.append(
            "OKS and COCO's AP are not given, as nobody published how far annotators spread on "
            f"{keypoints.title}."
        )
    if heads := values.get("pckh_heads"):
        said.append(f"PCKh: {heads_in_words(heads)}.")
    return " ".join(said)


SKIPS_COLUMN: Final = "Four digits, finest level first: 1 on, 0 cut at test time"
SCORES_ALT: Final = "All stored scores, one row per data set and skip mask"

PCK_LINES: Final = {"val_pck": "all skips", "val_pck_0000": "all skips cut"}
"""Of the record of epochs, the curves of PCK."""
TRAINED_ON: Final = "Trained on"
MOST_OF: Final = 0.9
"""Share of the hidden joints that one kind of joint has to make up to be named."""
_IN_SENTENCES: Final = ("epochs", "epochs_before", "best_epoch", "preset")
"""What is said of a training run in sentences; all else is listed as it is recorded."""


def network(bundle: Bundle) -> str:
    """What the network is, and what the bundle holds."""
    manifest = bundle.manifest
    return (
        f"{KINDS[manifest.model['name']]} ({bundles.network_name(bundle)}) finds {len(bundle.keypoints)} "
        f"joints of a person in a picture. This bundle, *{manifest.name}*, holds its weights and what its "
        f"bottleneck made of **{sources.people_of(bundle)}**: {manifest.dimensions:,} numbers each."
    )


def introduction(bundle: Bundle) -> str:
    """The same, and how to read the pictures below."""
    return (
        f"{network(bundle)} Below, some of them and the heatmaps it predicts, a light per joint: blue and "
        "green on the person's left, orange and pink on the right."
    )


def person_alt(sample_id: str) -> str:
    """A person in the strip at the top."""
    return f"{sample_id} and the heatmaps the network predicts"


def scored(bundle: Bundle, name: str, people: int) -> str:
    """The heading of the scores called `name`. people: how many they are of."""
    return f"How well it does: {sources.scored(bundle, name, people)}"


def score(value: float | None) -> str:
    """None where it is not known."""
    return number(math.nan if value is None else value)


def trained(bundle: Bundle, history: Sequence[Mapping[str, Any]]) -> str:
    """On whom, for how long, and which weights were kept; then the settings of the last run."""
    training = bundle.manifest.training
    if not training:
        return "Nothing is recorded about its training."
    if bundle.manifest.untrained:
        return "It was never trained: its weights are random, for comparison with networks that were."
    said = [f"{epochs(training, len(history))}."]
    if data := sources.training_data(bundle):
        said.insert(0, f"{TRAINED_ON} {data}.")
    if cut := training.get("cut_skips"):
        said.append(f"In {cut:.0%} of the pictures it was trained on skips were cut at random.")
    settings = [f"preset {training['preset']}"] if "preset" in training else []
    settings += [
        f"{key.replace('_', ' ')} {value}"
        for key, value in training.items()
        if isinstance(value, str | int | float) and key not in (*_IN_SENTENCES, "cut_skips")
    ]
    if settings:
        said.append(
            f"{'The last run' if training.get('epochs_before') else 'The run'}: {' · '.join(settings)}."
        )
    return " ".join(said)


def epochs(training: Mapping[str, Any], recorded: int) -> str:
    """How many epochs there were in all, in earlier runs and in the last, and which was kept.

    recorded: of all runs; 0 where there is no record of epochs.
    """
    before, planned = int(training.get("epochs_before") or 0), training.get("epochs")
    every = recorded or before + int(planned or 0)
    said = f"{every} {'epochs' if every != 1 else 'epoch'}"
    own = every - before
    if before:
        said += f": {before} in earlier runs and {own} in the last"
    if isinstance(planned, int) and own < planned:
        said += f" of {planned} that were planned"
    best = training.get("best_epoch")
    return said + (f"; the weights after epoch {best} are the ones kept" if best is not None else "")


def validated_on(bundle: Bundle, recorded: int) -> str:
    """What the curves are made of. recorded: epochs."""
    data = bundle.manifest.training.get("validated_on")
    who = sources.counted(data["name"], data["people"], kind="validation") if data else "validation people"
    return f"{recorded} epochs · {who} · {bundles.network_name(bundle)}"


def pck_alt(recorded: int, lines: Sequence[str]) -> str:
    """recorded: epochs, likewise below. lines: names of the curves."""
    return f"PCK on the validation people over {recorded} epochs, {' and '.join(lines)}"


LOSS_UNTRAINED: Final = (
    "The loss of a network that never learned is not known: how far these curves fall says what training did "
    "to it, not where it began."
)


def pck_untrained(found: Sequence[float], people: int) -> str:
    """What the grey lines are: PCK of untrained networks with all skips on."""
    return (
        f"In grey: networks that never learned find {number(max(found))} at most, of n = {people:,} people "
        "of this bundle."
    )


def loss_alt(recorded: int) -> str:
    """The chart of losses."""
    return f"Training and validation loss over {recorded} epochs"


def why_visible_is_lower(scores: Mapping[str, Any]) -> str:
    """Why visible joints alone score below all joints; empty where they do not."""
    every, visible = scores.get("pck"), scores.get("pck_visible")
    if every is None or visible is None or visible >= every:
        return ""
    reason = "those marked as hidden, which are left out, are the easier ones here"
    hidden = scores.get("per_joint_hidden_n") or {}
    kinds: Counter[str] = Counter()
    for name in scores["per_joint"]:
        kinds[_kind(name)] += int(hidden.get(name, 0))
    (kind, count), total = kinds.most_common(1)[0], kinds.total()
    names = [name for name in scores["per_joint"] if _kind(name) == kind]
    found = [(hidden.get(name, 0), scores["per_joint"][name]) for name in names]
    if total and count >= MOST_OF * total and all(share is not None for _, share in found):
        share = sum(n * share for n, share in found) / count
        if share > visible:
            reason = (
                f"of the {total:,} joints marked as hidden, which are left out, {count:,} are {kind}, and "
                f"{share:.0%} of the {kind} are found"
            )
    return f"Over visible joints PCK is lower than over all of them, as {reason}."


def _kind(name: str) -> str:
    """'left_ear' to 'ears', 'nose' to 'noses'."""
    return label(name).removeprefix("left ").removeprefix("right ") + "s"
