"""Criteria of claims on the latent and its components."""

from typing import Final

import numpy as np
import pandas as pd

from posecore.attributes.correlations import correlate
from posecore.attributes.descriptions import truth_of
from posecore.attributes.table import attributes_of
from posecore.errors import DataError
from posecore.statistics import Estimate, bootstrap
from posecore.studies.claims.results import OWN
from posecore.studies.components.results import has_worth
from posecore.studies.control.results import OWN as OWN_CONTROL
from posecore.theses.finding import Finding, Part, Unit, against
from posecore.theses.skips import PCK_MATTERS
from posecore.theses.stored import Stored
from posecore.verdict import Verdict, above, together

NEARER_MATTERS: Final = 0.1
"""Share of what two people differ in pose by which neighbours have to differ less than in untrained
networks."""

R_MATTERS: Final = 0.2
"""The smallest |r| that matters."""

FIFTY: Final = 50

SITTING: Final = (
    "knee_drop",
    *(f"{side}{joint}_angle" for joint in ("hip", "knee") for side in ("", "left_", "right_")),
    *(f"truth_{side}_{joint}_angle" for joint in ("hip", "knee") for side in ("left", "right")),
    *(f"truth_family: {family}" for family in ("sitting", "crouching", "standing")),
)
"""Columns that tell sitting from standing: of joints in the picture, and of how rendered people were made."""


def neighbours_alike(studies: Stored) -> Finding:
    """How much more alike in pose neighbours are than in the untrained network where they are most alike."""
    nearer = studies.claims.nearer.astype(np.float64)
    if len(nearer) == OWN + 1:
        raise DataError("the claims study holds no untrained network; make it with --networks 1 or more")
    means = np.nanmean(nearer, axis=1)
    best = OWN + 1 + int(means[OWN + 1 :].argmax())
    ahead, alone = bootstrap(nearer[OWN] - nearer[best]), bootstrap(nearer[OWN])
    part = Part.of(
        "how much more alike neighbours' poses are than in untrained networks, as a share of what any two "
        "people differ by",
        ahead,
    )
    found = against(part, NEARER_MATTERS, Unit.SHARE)
    chance = above(float(alone.low), float(alone.high), 0.0)
    note = (
        f"Against chance: neighbours differ {Unit.SHARE.said(float(alone.mean))} less than any two people "
        f"({Unit.SHARE.figure(float(alone.low))} to {Unit.SHARE.figure(float(alone.high))}); in untrained "
        f"networks {Unit.SHARE.said(float(means[best]))} less at most."
    )
    return Finding(
        together([found.verdict, chance]),
        found.what,
        found.unit,
        *part[1:],
        change=found.change,
        notes=(note,),
    )


def first_two(studies: Stored) -> Finding:
    """Variance along the first two components: the thesis's is of other people."""
    projection = studies.projection
    share = float(projection.explained[:2].sum(dtype=np.float64))
    never = studies.control.explained[OWN_CONTROL + 1 :, :2].sum(axis=1)
    return only_a_figure(
        "variance that the first two components hold here",
        Unit.SHARE,
        share,
        projection.people,
        f"In untrained networks of the same people: {Unit.SHARE.said(float(never.min()))} to "
        f"{Unit.SHARE.said(float(never.max()))}.",
    )


def components_for_most(studies: Stored) -> Finding:
    """Components that hold 95 % of the variance: the thesis's are of other people, and more of them."""
    projection = studies.projection
    never = studies.control.needed[OWN_CONTROL + 1 :]
    return only_a_figure(
        "components that hold 95 % of the variance here",
        Unit.COMPONENTS,
        projection.needed_for(0.95),
        projection.people,
        f"In untrained networks {never.min()} to {never.max()}, over {len(studies.control.sample_ids):,} of "
        "these people. The number grows with that of people.",
    )


def only_a_figure(what: str, unit: Unit, ours: float, n: int, *notes: str) -> Finding:
    """A claim that is a figure of other data: ours beside it, and no verdict."""
    return Finding(
        Verdict.UNKNOWN,
        what,
        unit,
        ours,
        np.nan,
        np.nan,
        n,
        change="Nothing that is measured here: the claim is a figure of the thesis's own people and network.",
        notes=notes,
    )


def first_is_sitting(studies: Stored) -> Finding:
    """Component 1 goes with what tells sitting from standing, and with nothing else more."""
    projection = studies.projection
    samples = studies.bundle.samples
    known = pd.concat([attributes_of(samples), truth_of(samples)], axis=1)
    # Only r and its interval are asked for, so nothing is shuffled.
    found = correlate(projection.scores[:, 0], projection.sample_ids, known, permutations=1).dropna(
        subset=["r"]
    )
    rows = {
        name: found[found.index.isin(SITTING) == sits] for name, sits in (("sits", True), ("other", False))
    }
    if any(table.empty for table in rows.values()):
        raise DataError("too little is known of these people's poses to tell what component 1 goes with")
    sits, other = (_strength(table.iloc[0]) for table in rows.values())
    away = sits[0] - other[0]
    low = away - float(np.hypot(sits[1], other[2]))
    high = away + float(np.hypot(sits[2], other[1]))
    n = int(min(table.iloc[0]["n"] for table in rows.values()))
    part = Part("|r| with sitting to standing less |r| with what else it goes with most", away, low, high, n)
    alone = above(sits[0] - sits[1], sits[0] + sits[2], R_MATTERS)
    ahead = above(low, high, 0.0)
    verdict = together([alone, ahead])
    change = {
        Verdict.HOLDS: "It would not hold if something else went with component 1 more.",
        Verdict.DOES_NOT: "It would hold if nothing went with component 1 more than sitting to standing "
        "does.",
        Verdict.UNKNOWN: "More people may tell which of the two goes with component 1 more.",
    }[verdict]
    return Finding(
        verdict,
        part.name,
        Unit.PLAIN,
        *part[1:],
        change=change,
        correlations=tuple((str(table.index[0]), float(table.iloc[0]["r"])) for table in rows.values()),
    )


def _strength(row: "pd.Series[float]") -> tuple[float, float, float]:
    """|r|, and how far its interval reaches below and above."""
    r, low, high = (float(row[name]) for name in ("r", "low", "high"))
    return (r, r - low, high - r) if r > 0 else (-r, high - r, r - low)


def noise_beyond_fifty(studies: Stored) -> Finding:
    """Latents cut to their first fifty components lose no PCK that matters, in the way of decoding in which
    they lose most."""
    study = studies.components
    if FIFTY not in study.counts:
        raise DataError(f"the component study did not try {FIFTY} components")
    at = study.counts.tolist().index(FIFTY)
    losses = {skips: study.loss(skips) for skips in study.skips}
    worth = {skips: loss for skips, loss in losses.items() if has_worth(loss)}
    if not worth:
        raise DataError("the latent adds no PCK to everybody's mean in its place that could be lost")
    skips = max(worth, key=lambda name: float(worth[name].mean[at]))
    loss = worth[skips]
    lost = Part.of(
        f"PCK that goes with all components but {FIFTY}, skips {WAYS[skips]}",
        Estimate(*(values[at] for values in loss)),
    )
    verdict = INVERSE[above(lost.low, lost.high, PCK_MATTERS)]
    line = Unit.POINTS.said(PCK_MATTERS)
    change = {
        Verdict.HOLDS: f"An interval that reaches above {line} leaves it open; one wholly above, and it does "
        "not hold.",
        Verdict.DOES_NOT: f"An interval that reaches down to {line} leaves it open; one wholly below, and it "
        "holds.",
        Verdict.UNKNOWN: f"Wholly below {line} it would hold, wholly above it would not; more people may "
        "tell.",
    }[verdict]
    note = (
        f"{studies.projection.parallel.count} components hold more variance than those of shuffled latents."
    )
    return Finding(verdict, lost.name, Unit.POINTS, *lost[1:], change=change, notes=(note,))


WAYS: Final = {"off": "cut", "on": "on", "mean": "at everybody's mean"}
"""Ways to decode, by the names of posecore.studies.components.results.SKIPS."""

INVERSE: Final = {
    Verdict.HOLDS: Verdict.DOES_NOT,
    Verdict.DOES_NOT: Verdict.HOLDS,
    Verdict.UNKNOWN: Verdict.UNKNOWN,
}
"""Of a claim that an effect is at most so large."""
