"""What the tab “How many clusters?” says, besides the verdict."""

from typing import Final

from posecore.clustering.gap import Gap
from posecore.clustering.stability import Stability
from posecore.errors import BundleError
from posecore.studies.clusters.results import ClusterStudy

CONTROLS: Final = {
    "gaussian": "a normal cloud of the same covariance",
    "shuffled": "component scores shuffled one by one",
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


def over_k_alt(study: ClusterStudy) -> str:
    """Of the figure of silhouettes over K."""
    ks = study.sweep.ks
    return (
        f"Mean silhouette for K = {ks.min()} to {ks.max()}, of the people and of "
        f"{len(study.controls)} controls without structure"
    )


def over_k(study: ClusterStudy) -> str:
    """Below that figure."""
    restarts = int((study.sweep.ks == study.sweep.ks[0]).sum())
    return f"Points: the best of {restarts} restarts; whiskers reach down to the worst. " + (
        "The other lines are of as many people **without any clusters**, one draw of each kind: a real line "
        "that is no higher says nothing of clusters."
        if study.controls
        else "The study was made without people of no structure, so nothing tells how much is nothing."
    )


def gap_alt(gap: Gap) -> str:
    """Of the figure of the gap statistic."""
    return f"Gap statistic for K = 1 to {gap.ks[-1]}; it names K = {gap.count}"


def gap(gap: Gap) -> str:
    """Below that figure."""
    return (
        "How much tighter K clusters make these people than people spread evenly over a box, in "
        f"{gap.space}, {gap.draws} draws. It names the least K that the next one does not surely exceed; "
        "K = 1 means no clusters."
    )


def stability(found: Stability) -> str:
    """Below the figure of clusters found again."""
    return (
        f"Adjusted Rand index between these clusters and those of {found.ari.shape[1]} bootstrap draws of "
        "people: 1 the same groups, 0 as by chance. Whiskers: the middle 90 % of the draws. A cloud that is "
        "long in one direction is cut in two in the same way each time, so being found again alone does not "
        "make a group."
    )
