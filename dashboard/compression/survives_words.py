"""What the page Compression says of what survives."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from dashboard.compression import words
from dashboard.shared import bundles
from dashboard.shared.numbers import number
from posecore.ablation import ALL_OFF, LEVEL_NAMES
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.metrics.paired import Comparison
from posecore.statistics import Estimate
from posecore.studies.compression.results import Hessian
from posecore.studies.compression.summary import Arm
from posecore.studies.skips.summary import Leaning

HOW_DRAWN: Final = (
    "Solid: the share of channels inside the layers of an arrow that stay; pale: all there were. Across: "
    "skip connections, finest on top; down and up on either side."
)
NO_SMALLER_BUNDLE: Final = (
    "There is no bundle of a smaller network of the same people beside this one, so this is not known yet. "
    "Make one with `python scripts/extract_latents.py`, and its studies with `python scripts/skip_study.py` "
    "and `python scripts/probe_study.py`."
)

NOBODY_IN_BOTH: Final = (
    "Nobody with a labelled joint is in the skip studies of both networks, so they cannot be held against "
    "each other. `python scripts/skip_study.py` without `--limit` takes everybody."
)
DIFFERENCE: Final = "the second less the first"
HOW_READ: Final = (
    "The readouts in the table learn from as many people as n says, and the fewer these are, the less is "
    "found, in a network that never learned, too: hold each network against its own rows that never learned, "
    "not against the other network's."
)
NOT_READ_OFF: Final = (
    "Both bottlenecks were not read off the same people: `python scripts/compare.py` does, with both bundles."
)


def hessian(found: Sequence[Hessian]) -> str:
    """How far the curvature changed the ranking."""
    if not found:
        return "This study holds no Bayesian ranking."
    lines = [
        f"Seed {one.seed}: rank correlation of the Bayesian scores with the norms of the same weights "
        f"{number(one.correlation, 2)} over all groups, {number(one.within, 2)} within a layer; of the "
        f"groups that go, {_overlap(one)} would have gone by norm, too"
        for one in found
    ]
    return "\n".join(f"* {line}." for line in lines)


def _overlap(one: Hessian) -> str:
    told = [(float(share), value) for share, value in one.overlap.items()]
    if not told:
        return "none"
    share, value = min(told, key=lambda each: abs(each[0] - 1 / 3))
    return f"{value:.0%} (at {words.percent(share)} kept)"


def surviving(one: Arm, shares: Mapping[str, float]) -> str:
    """Where most and least stays."""
    skips = [share for name, share in shares.items() if name.startswith("skip ")]
    rest = [share for name, share in shares.items() if not name.startswith("skip ")]
    most, least = (pick(shares, key=lambda name: shares[name]) for pick in (max, min))
    said = (
        f"Most channels stay in {part(most)} ({shares[most]:.0%}), fewest in {part(least)} "
        f"({shares[least]:.0%})"
    )
    if not skips or not rest:
        return f"{said}."
    return (
        f"{said}; over skip connections {np.mean(skips):.0%}, in all other parts {np.mean(rest):.0%}, mean "
        "over parts."
    )


def part(name: str) -> str:
    """A part of the network."""
    first, _, level_ = name.partition(" ")
    if first == "skip":
        return f"the skip connection at {LEVEL_NAMES[int(level_)]}"
    if first in ("down", "up"):
        return f"the way {first} at {LEVEL_NAMES[int(level_) + (first == 'up')]}"
    return f"the {name}"


def drawing_alt(shares: Mapping[str, float]) -> str:
    """The drawing in words."""
    return "Hourglass; share of channels that stay: " + ", ".join(
        f"{part(name)} {share:.0%}" for name, share in shares.items()
    )


def level(number_: int) -> str:
    """A column of what cutting one skip loses."""
    return f"lost with {LEVEL_NAMES[number_]} cut"


def bundle_title(bundle: Bundle) -> str:
    """A bundle and its network."""
    return f"{bundle.path.name} ({bundles.network_name(bundle)})"


def leaning(names: tuple[str, str], found: Leaning) -> str:
    """What all skips are worth to either network, of the names of its bundle."""
    each = zip(names, (found.lost.one, found.lost.other), strict=True)
    lines = "; ".join(f"{name} loses {words.lost_points(at(lost))}" for name, lost in each)
    apart = at(found.lost.difference)
    said = (
        "the smaller network leans **more** on them"
        if apart.low > 0
        else "the smaller network leans **less** on them"
        if apart.high < 0
        else "which of the two leans more on them **cannot be told**"
    )
    return (
        f"With all skip connections cut, {lines}. Person by person the smaller one loses "
        f"{words.interval(apart)} more, n = {found.people:,} in the skip studies of both: {said}."
    )


def at(found: Estimate) -> Estimate:
    """Of what is given under every mask, that with all skips cut."""
    return Estimate(*(part[ALL_OFF.position] for part in found))


def read_off(names: tuple[str, str], found: Comparison | None) -> str:
    """What a linear readout finds in both bottlenecks."""
    if found is None:
        return NOT_READ_OFF
    apart, (one, other) = found.difference, names
    said = (
        f"the smaller network's knows **{'more' if apart.low > 0 else 'less'}**"
        if apart.low > 0 or apart.high < 0
        else "which knows more **cannot be told**"
    )
    return (
        f"Of the same {int(apart.n):,} people a linear readout of the bottleneck finds "
        f"{number(float(found.one.mean))} of the joints in {one} and {number(float(found.other.mean))} in "
        f"{other}, {words.interval(apart)} apart: {said}."
    )


def no_probe(bundle: Bundle) -> str:
    """Where a readout of one of the two is not known."""
    return f"What each part of {bundle.path.name} knows: `{study_command(bundle, 'probe')}` finds it out."
