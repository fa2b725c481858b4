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
from posecore.statistics import CONFIDENCE, DRAWS, bootstrap
from posecore.studies.checks.loaded import NotStudiedError
from posecore.studies.claims.results import NAME, Squeezed
from posecore.studies.clusters.results import NAME as CLUSTERS
from posecore.studies.control.summary import untrained_silhouettes
from posecore.theses.finding import NOT_UNTRAINED, Finding, Part, Unit, against, only_a_figure
from posecore.theses.stored import Stored
from posecore.verdict import Verdict

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
        raise _not_tried(studies, "K = 2 and others")
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


def _not_tried(studies: Stored, what: str) -> NotStudiedError:
    command = study_command(studies.bundle, CLUSTERS)
    return NotStudiedError(f"the cluster study did not try {what}", f"{command} --least {TWO}")


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
    shares = np.array([right[labels == cluster].mean() for cluster in (0, 1)])
    # Which cluster is which kind is not claimed: the way round in which more are right.
    shares = shares if shares.mean() >= 0.5 else 1 - shares
    # People are drawn anew within each cluster (a bootstrap), as its size is no part of the claim.
    drawn = (np.random.default_rng(0).binomial(sizes, shares, (DRAWS, 2)) / sizes).mean(axis=1)
    low, high = np.quantile(drawn, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    part = Part(what, float(shares.mean()), float(low), float(high), len(labels))
    return against(part, TOLD, Unit.SHARE, notes=("Guessing gives 50 %.", *notes))


def clusters_by_labels(studies: Stored) -> Finding:
    """Everybody's two clusters are people with nearly all joints labelled and people with few."""
    study, bundle = studies.clusters, studies.bundle
    if TWO not in study.sweep.ks:
        raise _not_tried(studies, "K = 2")
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
        NOT_UNTRAINED,
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
        NOT_UNTRAINED,
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
    # How far draws differ depends on their size, not on how many people there are to draw from.
    return against(part, 0.0, Unit.SILHOUETTE, narrows=False, notes=(note, NOT_UNTRAINED))


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
        notes=(f"By density and controls: {groups.kind}.", NOT_UNTRAINED),
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


def squeezed_components(studies: Stored) -> Finding:
    """Components that hold 95 % of the variance of the autoencoder's numbers: the thesis's are of other
    people, and few are enough of few numbers whatever an autoencoder has learned."""
    squeezed = _squeezed(studies)
    own, other = squeezed.components.tolist()
    return only_a_figure(
        "components that hold 95 % of the variance of the autoencoder's numbers here",
        Unit.COMPONENTS,
        own,
        squeezed.people,
        f"In the latent of the network without the autoencoder, trained for as long: {other}.",
        "Among few numbers few components are enough, whether or not an autoencoder has learned.",
    )


def _squeezed(studies: Stored) -> Squeezed:
    squeezed = studies.claims.squeezed
    if squeezed is None:
        raise NotStudiedError(
            "no network with an autoencoder was looked at",
            f"{study_command(studies.bundle, NAME)} --autoencoder FILE --without FILE",
        )
    return squeezed
