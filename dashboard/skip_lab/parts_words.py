"""What the Skip lab says of what each part of the network knows."""

from collections.abc import Mapping
from typing import Final

from dashboard.shared.numbers import number
from dashboard.shared.readout_words import part
from dashboard.shared.shown_here import Verdict
from posecore.studies.probe import summary
from posecore.studies.probe.results import (
    PERMUTED,
    PICTURE,
    UNTRAINED,
    ProbeStudy,
)

GLOSSARY: Final = (
    "Bottleneck, Component, Skip connection, PCK, PCK radius, 95 % interval, Readout, Seed, Point"
)
"""Of glossary.TERMS, those that the tab uses."""

HOW_TO_READ: Final[Mapping[str, str]] = {
    "R²": (
        "The farther to the right, the more of where people's joints are can be read off a part: 1 is all, "
        "0 no more than the mean pose tells; in grey what took no training, whiskers are 95 % intervals over "
        "people."
    ),
    "PCK": (
        "The farther to the right, the more joints a readout of a part places within the PCK radius; in grey "
        "what took no training, whiskers are 95 % intervals over people."
    ),
}


def is_reference(name: str) -> bool:
    """Whether an input is none of the bundle's network's."""
    return name.startswith(UNTRAINED) or name in (PICTURE, PERMUTED)


def no_study(error: Exception) -> str:
    """error: says why, and what to do."""
    return f"What each part knows has not been measured. {error}"


def introduction(study: ProbeStudy) -> str:
    """What was done."""
    return (
        "How much of where a person's joints are does each part of the network know? A linear readout (ridge "
        f"regression) learns it from {study.info['folds'] - 1} of {study.info['folds']} folds of the people "
        "and reads the others. Skip branches are averaged to the bottleneck's 4 × 4 cells, so that as many "
        "numbers are read."
    )


def chart_alt(measure: str) -> str:
    """measure: of HOW_TO_READ."""
    return f"{measure} of a linear readout of joints off every part, with intervals"


def verdict(study: ProbeStudy, learned: Verdict) -> str:
    """Whether the bottleneck learned the pose, beside networks that never learned and the best skip."""
    found, theirs = summary.r2(study).mean, summary.untrained(study)
    said = "That the bottleneck learned the pose"
    if not len(theirs):
        return f"{said}: **{learned}**, as no network that never learned was read."
    gain = summary.learned(study)[0]
    best, ahead = summary.best_skip(study)
    return (
        f"{said}: **{learned}**. A network that never learned reaches R² {number(found[theirs].max(), 2)} "
        f"here; the bottleneck has {number(float(gain.mean), 2, sign=True)} on their mean (95 % interval "
        f"{number(float(gain.low), 2)} to {number(float(gain.high), 2)}, n = {int(gain.n):,} people) and "
        f"{number(float(ahead.mean), 2, sign=True)} ({number(float(ahead.low), 2)} to "
        f"{number(float(ahead.high), 2)}) on the {part(best)}, off which the most is read of the four."
    )
