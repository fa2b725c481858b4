"""Criteria of claims on the latent and its components."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.attributes.correlations import correlate
from posecore.attributes.descriptions import truth_of
from posecore.attributes.table import attributes_of
from posecore.bundle.studies import study_command
from posecore.errors import DataError
from posecore.statistics import Estimate, bootstrap
from posecore.studies.checks.loaded import NotStudiedError
from posecore.studies.claims.results import NAME, OWN
from posecore.studies.components.results import NAME as COMPONENTS
from posecore.studies.components.results import has_worth
from posecore.studies.control.results import OWN as OWN_CONTROL
from posecore.theses.finding import NOT_UNTRAINED, Finding, Part, Unit, against, only_a_figure
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
        raise NotStudiedError(
            "the claims study holds no untrained network",
            f"{study_command(studies.bundle, NAME)} --networks 3",
        )
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
        f"In untrained networks, over {len(studies.control.sample_ids):,} of these people: "
        f"{Unit.SHARE.said(float(never.min()))} to {Unit.SHARE.said(float(never.max()))}.",
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


def first_is_sitting(studies: Stored) -> Finding:
    """Component 1 of completely labelled people goes with what tells sitting from standing, and with nothing
    else more."""
    study, samples = studies.claims, studies.bundle.samples
    if study.complete_scores is None:
        raise NotStudiedError(
            "component 1 of completely labelled people is not stored", study_command(studies.bundle, NAME)
        )
    known = pd.concat([attributes_of(samples), truth_of(samples)], axis=1)
    verdict, part, correlations = _sitting(study.complete_scores, study.complete_ids, known)
    projection = studies.projection
    _, everybody, _ = _sitting(projection.scores[:, 0], projection.sample_ids, known)
    change = {
        Verdict.HOLDS: "It would not hold if something else went with component 1 more.",
        Verdict.DOES_NOT: "It would hold if nothing went with component 1 more than sitting to standing "
        "does.",
        Verdict.UNKNOWN: "More people may tell which of the two goes with component 1 more.",
    }[verdict]
    note = (
        f"Component 1 of everybody, which PC walk shows: {Unit.PLAIN.figure(everybody.effect)} "
        f"({Unit.PLAIN.figure(everybody.low)} to {Unit.PLAIN.figure(everybody.high)}, n = {everybody.n:,})."
    )
    return Finding(
        verdict,
        part.name,
        Unit.PLAIN,
        *part[1:],
        change=change,
        notes=(note, NOT_UNTRAINED),
        correlations=correlations,
    )


def _sitting(
    scores: NDArray[np.floating], sample_ids: NDArray[np.str_], known: pd.DataFrame
) -> tuple[Verdict, Part, tuple[tuple[str, float], ...]]:
    """What scores (n,) along a component go with most: |r| with what tells sitting from standing less that
    with anything else, and both attributes with r. Raises DataError where too little is known."""
    # Only r and its interval are asked for, so nothing is shuffled.
    found = correlate(scores, sample_ids, known, permutations=1).dropna(subset=["r"])
    tables = [found[found.index.isin(SITTING) == sits] for sits in (True, False)]
    if any(table.empty for table in tables):
        raise DataError("too little is known of these people's poses to tell what component 1 goes with")
    sits, other = (_strength(table.iloc[0]) for table in tables)
    away = sits[0] - other[0]
    low = away - float(np.hypot(sits[1], other[2]))
    high = away + float(np.hypot(sits[2], other[1]))
    n = int(min(table.iloc[0]["n"] for table in tables))
    alone = above(sits[0] - sits[1], sits[0] + sits[2], R_MATTERS)
    return (
        together([alone, above(low, high, 0.0)]),
        Part("|r| with sitting to standing less |r| with what else it goes with most", away, low, high, n),
        tuple((str(table.index[0]), float(table.iloc[0]["r"])) for table in tables),
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
        raise NotStudiedError(
            f"the component study did not try {FIFTY} components", study_command(studies.bundle, COMPONENTS)
        )
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
    every = "; ".join(
        f"skips {WAYS[name]} {Unit.POINTS.figure(float(each.mean[at]))}"
        f"{'' if name in worth else ', where all components add nothing'}"
        for name, each in losses.items()
    )
    notes = (
        f"Points that go, by how skips are decoded: {every}.",
        f"Component {FIFTY} holds {_share(studies.projection.explained, FIFTY)} of the variance, and "
        f"{studies.projection.parallel.count} components hold more than those of shuffled latents.",
    )
    return Finding(verdict, lost.name, Unit.POINTS, *lost[1:], change=change, notes=notes)


def _share(explained: NDArray[np.floating], number: int) -> str:
    """Of the variance, along one component, counted from 1."""
    return f"{100 * float(explained[number - 1]):.2f} %" if len(explained) >= number else "an unknown share"


WAYS: Final = {"off": "cut", "on": "on", "mean": "at everybody's mean"}
"""Ways to decode, by the names of posecore.studies.components.results.SKIPS."""

INVERSE: Final = {
    Verdict.HOLDS: Verdict.DOES_NOT,
    Verdict.DOES_NOT: Verdict.HOLDS,
    Verdict.UNKNOWN: Verdict.UNKNOWN,
}
"""Of a claim that an effect is at most so large."""
