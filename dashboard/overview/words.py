"""What the Overview says of a training and of scores, in sentences."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboard.shared import sources
from posecore.bundle import Bundle
from posecore.keypoints import KEYPOINTS, label

MOST_OF: Final = 0.9
"""Share of the hidden joints that one kind of joint has to make up to be named."""
_TOLD: Final = ("epochs", "epochs_before", "best_epoch", "preset")
"""What is said of a training run in sentences; all else is listed as it is recorded."""


def trained(bundle: Bundle, history: Sequence[Mapping[str, Any]]) -> str:
    """On whom, for how long, and which weights were kept; then the settings of the last run."""
    training = bundle.manifest.training
    if not training:
        return "Nothing is recorded about its training."
    said = [f"{epochs(training, len(history))}."]
    if data := sources.training_data(bundle):
        said.insert(0, f"Trained on {data}.")
    if cut := training.get("cut_skips"):
        said.append(f"In {cut:.0%} of the pictures it was trained on skips were cut at random.")
    settings = [f"preset {training['preset']}"] if "preset" in training else []
    settings += [
        f"{key.replace('_', ' ')} {value}"
        for key, value in training.items()
        if isinstance(value, str | int | float) and key not in (*_TOLD, "cut_skips")
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


def why_visible_is_lower(scores: Mapping[str, Any]) -> str:
    """Why visible joints alone score below all joints; empty where they do not."""
    every, visible = scores.get("pck"), scores.get("pck_visible")
    if every is None or visible is None or visible >= every:
        return ""
    reason = "those marked as hidden, which are left out, are the easier ones here"
    hidden = scores.get("per_joint_hidden_n") or {}
    kinds: Counter[str] = Counter()
    for name in KEYPOINTS:
        kinds[_kind(name)] += int(hidden.get(name, 0))
    (kind, count), total = kinds.most_common(1)[0], kinds.total()
    names = [name for name in KEYPOINTS if _kind(name) == kind]
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
