"""What the tab “How many clusters?” says, besides the verdict."""

from typing import Final

import numpy as np

from dashboard.shared.numbers import number
from posecore.clustering.density import APART
from posecore.clustering.evidence import Evidence
from posecore.clustering.gap import Gap
from posecore.clustering.stability import Stability
from posecore.errors import BundleError
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.control.results import OWN, ControlStudy
from posecore.studies.control.summary import FIGURES

CONTROLS: Final = {
    "gaussian": "a normal cloud of the same covariance",
    "shuffled": "component scores shuffled one by one",
    "smoothed": "these people smoothed: bend and tails stay, groups do not",
}
ELSEWHERE: Final = " **That is not what is shown above**, where people, space or method differ."
WITHOUT_GAP: Final = "The study was made without it."
WITHOUT_STABILITY: Final = "The study was made without the bootstrap."
STABILITY_ALT: Final = "Adjusted Rand index between the clusters and those of bootstrap draws, for every K"


def unknown(error: BundleError) -> str:
    """Without a study that can be used."""
    return (
        f"How many clusters to believe in is not known here. {error} A run that was stopped goes on where it "
        "was."
    )


def without_evidence(command: str) -> str:
    """Of a study from before there was any, or that was made without. command: that makes it anew."""
    return f"The study holds no evidence for a verdict, so there is none; `{command}` gathers it."


def made(study: ClusterStudy, command: str) -> str:
    """How the study was made. command: that made it."""
    said = (
        f"K-Means of {len(study.sample_ids):,} people in {study.space}, "
        f"{study.info.get('sweep', {}).get('restarts', '?')} restarts per K, by `{command}`."
    )
    if len(study.left_out):
        said += f" {len(study.left_out):,} people were left out, as their latents hold nan."
    return said


def without_k(method: str) -> str:
    """Of a method that finds the number of clusters itself."""
    return f" {method} is given no K: it has no curve over K and no gap statistic."


def valleys_alt(evidence: Evidence) -> str:
    """Of the figure of valleys over K."""
    ks = evidence.density.ks
    return (
        f"Density valley between clusters for K = {ks.min()} to {ks.max()}, of the people and of "
        f"{len(evidence.controls)} controls without structure"
    )


def valleys(evidence: Evidence) -> str:
    """Below that figure."""
    draws = len(evidence.valleys["gaussian"])
    return (
        "How far the density of people falls on the way between the two clusters that are hardest to join, "
        "as a share of the lower of the two peaks: 1 inside one cloud, near 0 between groups. K-Means is "
        "fitted to one half of the people and the other half is measured, then the other way round "
        f"({evidence.people:,} people in {evidence.space}). Whiskers: 95 % intervals over people. Bands: the "
        f"same for people **without any groups**, {draws} draws of each kind, and for networks that never "
        f"learned. Groups need valleys below {APART}, whichever way clusters are chained."
    )


def silhouettes_alt(study: ClusterStudy) -> str:
    """Of the figure of silhouettes over K."""
    ks, evidence = study.sweep.ks, study.evidence
    controls = 0 if evidence is None else len(evidence.controls)
    return (
        f"Mean silhouette for K = {ks.min()} to {ks.max()}, of the people and of {controls} controls without "
        "structure"
    )


def silhouettes(study: ClusterStudy, control: ControlStudy | None) -> str:
    """Below that figure."""
    evidence = study.evidence
    restarts = int((study.sweep.ks == study.sweep.ks[0]).sum())
    said = f"Points: the best of {restarts} restarts; whiskers reach down to the worst. "
    if evidence is not None:
        said += (
            f"Bands: people **without any groups**, {len(evidence.controls['gaussian'])} draws of each kind "
            f"in {evidence.space}, to be compared with the people there: inside a band, a silhouette says "
            "nothing of groups."
        )
    return said + _reached(control, "best mean silhouette", "reaches {} in whole latents", 2)


def gap_alt(gap: Gap) -> str:
    """Of the figure of the gap statistic."""
    return f"Gap statistic for K = 1 to {gap.ks[-1]}; it names K = {gap.count}"


def gap(gap: Gap, control: ControlStudy | None) -> str:
    """Below that figure."""
    last = ", the largest K tried" if gap.count == gap.ks[-1] else ""
    return (
        "How much tighter K clusters make these people than people spread evenly over a box, in "
        f"{gap.space}, {gap.draws} draws. It names the least K that the next one does not surely exceed, "
        f"here K = {gap.count}{last}; K = 1 means no clusters."
    ) + _reached(control, "K by the gap statistic", "gets K = {}", 0)


def stability(found: Stability, control: ControlStudy | None) -> str:
    """Below the figure of clusters found again."""
    return (
        f"Adjusted Rand index between these clusters and those of {found.ari.shape[1]} bootstrap draws of "
        "people: 1 the same groups, 0 as by chance. Whiskers: the middle 90 % of the draws. A cloud that is "
        "long in one direction is cut in two in the same way each time, so being found again alone does not "
        "make a group."
    ) + _reached(control, "stability at K = 2", "reaches {} at K = 2", 2)


def _reached(control: ControlStudy | None, figure: str, reaches: str, digits: int) -> str:
    """The reference in a sentence. figure: one of FIGURES. reaches: with room for it."""
    if control is None:
        return ""
    values = FIGURES[figure](control)
    own, theirs = number(values[OWN], digits), values[OWN + 1 :]
    low, high = (number(float(of(theirs)), digits) for of in (np.min, np.max))
    between = low if low == high else f"{low} to {high}"
    said = reaches.format(between)
    return f" **A network that never learned {said}**, this one {own} (n = {len(control.sample_ids):,})."
