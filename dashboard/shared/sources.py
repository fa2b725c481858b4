"""Who is shown and who was trained on, in words: the same ones above every figure."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from posecore.bundle import Bundle
from posecore.bundle.exposure import Exposure, exposure, training_runs

TRAINED: Final[Mapping[Exposure, str]] = {
    "trained on": "all of them trained on",
    "validated on": "none of them trained on",
    "new": "none of them trained on",
    "unknown": "",
}
KINDS: Final[Mapping[str, str]] = {"train": "training", "val": "validation", "test": "test"}
"""What the people of a split are called."""

OWN: Final = ", the people of this bundle"
"""Ends the name that scores of a bundle's own people have in its manifest."""

_TIMES: Final = ("", "", "twice", "three times", "four times", "five times", "six times", "seven times")


def counted(name: str, people: int, of: int | None = None, kind: str = "") -> str:
    """So many people of a data set: '1,000 rendered people', '400 validation people of Leeds'.

    of: how many there are, told where they are more. kind: of KINDS, or none.
    """
    many = f"{people:,}" if of is None or of == people else f"{people:,} of {of:,}"
    first, _, more = name.partition(", ")
    if first.endswith("people") and not kind:
        return f"{many} {first}" + (f", {more}" if more else "")
    return f"{many} {kind} people of {name}" if kind else f"{many} people of {name}"


def people_of(bundle: Bundle, people: int | None = None) -> str:
    """So many people of a bundle, or all of them, and whether the network was trained on them.

    Where that is not known the split is told, which is then all there is to go by.
    """
    data, everybody = bundle.manifest.dataset, bundle.manifest.people
    known = exposure(bundle.manifest)
    kind = KINDS["val"] if known == "validated on" else ""
    who = counted(data["name"], everybody if people is None else people, everybody, kind)
    return f"{who}, {TRAINED[known] or 'split ' + data['split']}"


def trained_by(exposures: Mapping[str, Exposure]) -> str:
    """Whether networks, by name, were trained on some people; empty where that is not known of any."""
    if len(told := {TRAINED[known] for known in exposures.values()}) == 1:
        return told.pop()
    return "; ".join(f"{name}: {TRAINED[known]}" for name, known in exposures.items() if TRAINED[known])


def scored(bundle: Bundle, name: str, people: int | None = None) -> str:
    """Whom the scores called `name` in the manifest are of. people: how many, where that is to be told.

    "train" is left out where nothing of that name was trained on: where a picture was found says nothing.
    """
    if name.endswith(OWN):
        who = "the people of this bundle" if people is None else f"{people:,} people of this bundle"
        known = TRAINED[exposure(bundle.manifest)]
        return f"{who}, {known}" if known else who
    found = re.fullmatch(r"(.+?) (train|val|test)((?:, .+)?)", name)
    data, split, more = found.groups() if found else (name, "train", "")
    kind = KINDS[split] if split != "train" or data in training_names(bundle) else ""
    if people is not None:
        return counted(data, people, kind=kind) + more
    return f"{data}, {kind} people{more}" if kind else data + more


def training_data(bundle: Bundle) -> str:
    """The people of the last training run, each data set with its number; empty where it is not recorded."""
    data = bundle.manifest.training.get("data")
    if not isinstance(data, list):
        return ""
    parts = Counter((str(part["name"]), part["fingerprint"], int(part["train"])) for part in data)
    return "; ".join(
        counted(name, people) + (f", {_times(count)} an epoch" if count > 1 else "")
        for (name, _, people), count in parts.items()
    )


def training_names(bundle: Bundle) -> list[str]:
    """The data sets of all training runs, as the last run called them; none where they are not recorded."""
    names: dict[str, str] = {}
    for folders in training_runs(bundle.manifest.training):
        for folder in folders or ():
            names.setdefault(folder.fingerprint, folder.name)
    return list(dict.fromkeys(names.values()))


def _times(count: int) -> str:
    return _TIMES[count] if count < len(_TIMES) else f"{count} times"
