"""Criteria of claims on clusters."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from posecore.attributes.table import attributes_of
from posecore.attributes.traits import traits_of
from posecore.bundle.studies import study_command
from posecore.clustering.density import LEAST_PEOPLE
from posecore.clustering.verdict import Kind
from posecore.errors import BundleError, DataError
from posecore.samples import TRUTH
from posecore.statistics import bootstrap
from posecore.studies.checks.loaded import NotStudiedError
from posecore.studies.claims.results import NAME, Squeezed
from posecore.studies.control.summary import untrained_silhouettes
from posecore.theses.finding import Finding, Part, Unit, against
from posecore.theses.stored import Stored
from posecore.verdict import Verdict, above

TOLD: Final = 0.75
"""Share of people, each cluster counting alike, who have to be on their side for two clusters to be two
kinds: half-way from guessing to always."""

VALLEY_MATTERS: Final = 0.1
"""Of the lower peak, by which a valley has to be deeper."""

LEAST: Final = 20
"""People of a cluster, or of a kind, below which nothing is told of it."""

TWO: Final = 2

NEARLY_ALL: Final = "with nearly all joints labelled"
FEW: Final = "with few joints labelled"
"""Of posecore.attributes.traits."""

MOVING: Final = ("running", "walking", "jumping")
STILL: Final = ("standing", "sitting", "lying", "crouching")
"""Families of rendered people; those that raise arms or bend may be either, and are left out."""


def two_is_best(studies: Stored) -> Finding:
    """The mean silhouette of K = 2 lies above that of every other K, person by person."""
    study = studies.clusters
    numbers = study.sweep.numbers.tolist()
    if TWO not in numbers or len(numbers) < 2:
        raise DataError("the cluster study did not try K = 2 and others")
    values = study.sweep.values.astype(np.float64)
    means = np.nanmean(values, axis=1)
    two = numbers.index(TWO)
    rival = max((k for k in range(len(numbers)) if k != two), key=lambda k: float(means[k]))
    ahead = bootstrap(values[two] - values[rival])
    part = Part.of(
        f"mean silhouette at K = 2 less that at K = {numbers[rival]}, the best other",
        ahead,
    )
    said = study.verdict
    notes = [f"The mean silhouette at K = 2 is {means[two]:.3f}; near 0 no K gives clear groups."]
    if said is not None:
        notes.append(f"Whether clusters are groups at all, by density and controls: {said.kind}.")
    return against(part, 0.0, Unit.SILHOUETTE, notes=(*notes, _best_without_training(studies)))


def _best_without_training(studies: Stored) -> str:
    """At which K networks that never learned have their best silhouette, in a sentence."""
    try:
        study = studies.control
    except BundleError:
        return "Where networks that never learned have theirs is not known, so this may take no training."
    best = np.stack([untrained_silhouettes(study, k) for k in study.ks.tolist()])
    too = int((study.ks[best.argmax(axis=0)] == TWO).sum())
    reach = best[study.ks.tolist().index(TWO)]
    return (
        f"Of {best.shape[1]} networks that never learned {too} have their best at K = 2, too, where they "
        f"reach {reach.min():.2f} to {reach.max():.2f}: that takes no training."
        if too
        else f"None of {best.shape[1]} networks that never learned has its best at K = 2."
    )


def told(labels: NDArray[np.integer], kind: NDArray[np.bool_], what: str, *notes: str) -> Finding:
    """Whether two clusters, 0 and 1 in labels (N,), are two kinds of people: how many are on their kind's
    side, each cluster counting alike. Raises DataError where a cluster, or a kind, has too few people."""
    sizes = [int(np.sum(labels == cluster)) for cluster in (0, 1)]
    if min(*sizes, int(kind.sum()), int((~kind).sum())) < LEAST:
        raise DataError(f"fewer than {LEAST} people in a cluster or of a kind")
    right = (labels == 1) == kind
    share = np.mean([right[labels == cluster].mean() for cluster in (0, 1)])
    # Which cluster is which kind is not claimed: the way round in which more are right.
    right = right if share >= 0.5 else ~right
    weighted = np.where(labels == 0, 1 / sizes[0], 1 / sizes[1]) * len(labels) / 2
    found = bootstrap(weighted * right)
    part = Part.of(what, found)
    return against(part, TOLD, Unit.SHARE, notes=("Guessing gives 50 %.", *notes))


def clusters_by_labels(studies: Stored) -> Finding:
    """Everybody's two clusters are people with nearly all joints labelled and people with few."""
    study, bundle = studies.clusters, studies.bundle
    if TWO not in study.sweep.ks:
        raise DataError("the cluster study has no K = 2; make it with --least 2")
    if not bundle.manifest.dataset["annotations"]:
        raise DataError("the bundle holds no labels to count")
    people = bundle.samples.iloc[[bundle.row(str(name)) for name in study.sample_ids]]
    traits = traits_of(attributes_of(people, "annotated"))
    complete, sparse = (traits[word].fillna(False).to_numpy(bool) for word in (NEARLY_ALL, FEW))
    known = complete | sparse
    labels = study.sweep.labels[study.sweep.best(TWO)].astype(np.int64)
    return told(
        labels[known],
        complete[known],
        "people whose cluster is told by whether nearly all or few of their joints are labelled",
        f"{int(complete.sum()):,} people have nearly all joints labelled (15 or more), {int(sparse.sum()):,} "
        "few (10 or fewer); the others are left out.",
    )


def complete_by_movement(studies: Stored) -> Finding:
    """The two clusters of completely labelled people are still and moving ones."""
    study, bundle = studies.claims, studies.bundle
    column = f"{TRUTH}family"
    if column not in bundle.samples:
        raise DataError("who moves is known of rendered people only")
    rows = [bundle.row(str(name)) for name in study.complete_ids]
    families = bundle.samples[column].iloc[rows].to_numpy(str)
    known = np.isin(families, (*MOVING, *STILL))
    return told(
        study.complete_labels[known].astype(np.int64),
        np.isin(families[known], MOVING),
        "people of whom every joint is labelled whose cluster is told by whether they move",
        f"Moving: {', '.join(MOVING)}. Still: {', '.join(STILL)}.",
    )


def complete_overlap_less(studies: Stored) -> Finding:
    """The mean silhouette of completely labelled people's two clusters, beside as many drawn from
    everybody."""
    study = studies.claims
    draws, n = study.subset_silhouettes, len(study.complete_ids)
    if len(draws) < 2 or not np.isfinite(study.complete_silhouette):
        raise DataError("too few people have every joint labelled to be clustered alone")
    ahead = study.complete_silhouette - float(draws.mean())
    # What one more draw from everybody may differ by (the prediction interval of a t).
    reach = float(t.ppf(0.975, len(draws) - 1) * draws.std(ddof=1) * np.sqrt(1 + 1 / len(draws)))
    part = Part(
        "mean silhouette of their two clusters less that of as many people drawn from everybody",
        *(ahead, ahead - reach, ahead + reach, n),
    )
    note = f"{study.complete_silhouette:.3f} against {draws.mean():.3f}, the mean of {len(draws)} draws."
    return against(part, 0.0, Unit.SILHOUETTE, notes=(note,))


def third_in_first(studies: Stored) -> Finding:
    """The larger of the two clusters is several groups by density, and tighter than people without groups."""
    groups = studies.claims.largest
    verdict = {
        Kind.GROUPS: Verdict.HOLDS,
        Kind.REGIONS: Verdict.DOES_NOT,
        Kind.UNKNOWN: Verdict.UNKNOWN,
    }[groups.kind]
    if groups.people < LEAST_PEOPLE:
        change = f"{LEAST_PEOPLE} people or more in the cluster, which the density test needs."
    else:
        change = {
            Verdict.HOLDS: "It would not hold if the valleys between the groups filled up with other people.",
            Verdict.DOES_NOT: "It would hold if valleys in the density kept parts of the cluster apart, "
            "deeper than in people without groups.",
            Verdict.UNKNOWN: "More people may tell whether the valleys in the density are there.",
        }[verdict]
    return Finding(
        verdict,
        "groups in the larger cluster, 1 for a single cloud",
        Unit.COUNT,
        groups.count,
        groups.low,
        groups.high,
        groups.people,
        change=change,
        notes=(f"By density and controls: {groups.kind}.",),
    )


def squeezed_cleaner(studies: Stored) -> Finding:
    """Between two clusters of the autoencoder's numbers the density falls deeper than of the other's
    latent."""
    own, other = _squeezed(studies).groups
    ahead = other.valley - own.valley
    low = ahead - float(np.hypot(other.valley - other.valley_low, own.valley_high - own.valley))
    high = ahead + float(np.hypot(other.valley_high - other.valley, own.valley - own.valley_low))
    part = Part(
        "how much deeper the valley between two clusters is with the autoencoder, of the lower peak",
        *(ahead, low, high, min(own.people, other.people)),
    )
    note = f"With the autoencoder: {own.kind}; without: {other.kind}."
    return against(part, VALLEY_MATTERS, Unit.PLAIN, notes=(note,))


def squeezed_needs_fewer(studies: Stored) -> Finding:
    """Components that hold 95 % of the variance: fewer with the autoencoder, in every draw of people."""
    squeezed = _squeezed(studies)
    fewer = squeezed.components[1] - squeezed.components[0]
    low, high = np.quantile(fewer[1:], (0.025, 0.975)) if fewer.size > 1 else (np.nan, np.nan)
    part = Part(
        "components for 95 % of the variance without the autoencoder, less those with it",
        *(float(fewer[0]), min(float(low), float(fewer[0])), max(float(high), float(fewer[0]))),
        squeezed.people,
    )
    ours, theirs = squeezed.components[:, 0].tolist()
    notes = (
        f"{ours} with {squeezed.names[0]}, {theirs} with {squeezed.names[1]}; the thesis: 16 and 541.",
        "Among few numbers few components are enough, whether or not an autoencoder has learned.",
    )
    verdict = above(part.low, part.high, 0.0)
    change = {
        Verdict.HOLDS: "It would not hold if the autoencoder's numbers needed as many.",
        Verdict.DOES_NOT: "It would hold if the autoencoder's numbers needed fewer in nearly every draw of "
        "people.",
        Verdict.UNKNOWN: "More people would make the draws differ less.",
    }[verdict]
    return Finding(verdict, part.name, Unit.COMPONENTS, *part[1:], change=change, notes=notes)


def _squeezed(studies: Stored) -> Squeezed:
    squeezed = studies.claims.squeezed
    if squeezed is None:
        raise NotStudiedError(
            "no network with an autoencoder was looked at",
            f"{study_command(studies.bundle, NAME)} --autoencoder FILE --without FILE",
        )
    return squeezed
