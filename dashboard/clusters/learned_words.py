"""What the page Clusters says of clusters that are learned."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.clusters.count_words import CONTROLS
from dashboard.shared import untrained
from dashboard.shared.clustering.questions import Clustered, Question
from dashboard.shared.numbers import number
from posecore.clustering.density import APART, LEAST_K
from posecore.clustering.stability import Stability
from posecore.clustering.verdict import REQUIRED, Kind
from posecore.errors import BundleError
from posecore.studies.learned.results import LearnedStudy

METHODS: Final = {
    "dec": "Deep embedded clustering (Xie, Girshick and Farhadi 2016): a denoising autoencoder makes a few "
    "numbers of each person, which are then moved until clusters of them stand apart.",
    "idec": "Deep embedded clustering that goes on reconstructing people meanwhile (Guo, Gao, Liu and Yin "
    "2017).",
}
SEED: Final = "The seed is the autoencoder's, too; one serves every K."
IN_LATENT, IN_LEARNED = "in the latent", "in the learned space"
SPACES: Final = (IN_LATENT, IN_LEARNED)
NEVER: Final = untrained.unknown("clusters learned this way")
DRAWS, SEEDS = "Found again, other people", "Found again, other seeds"
DRAWS_ALT: Final = "Adjusted Rand index between the clusters and those learned of other people, for every K"
SEEDS_ALT: Final = "Adjusted Rand index between clusters learned with two seeds, for every K"
ONE_SEED: Final = "The study was made with one seed."


def under_way(question: Question) -> str:
    """Beside the bar."""
    return f"Learning K = {question.k} clusters by {question.method} …"


def how(question: Question, stored: bool) -> str:
    """How they were made, after the method."""
    said = f"begun from the tightest of {question.restarts} K-Means clusterings of an autoencoder's numbers"
    return said + (", from the stored study" if stored else "")


def own_looks_better(found: Clustered, own: float, agree: tuple[float, float] | None, reached: str) -> str:
    """Below the figures of learned clusters. own: the mean silhouette in the learned space. agree: that of as
    many clusters by K-Means, and the adjusted Rand index with these; None where there are none.
    reached: of `without_groups`."""
    said = (
        "**A learned space always looks better in itself**: it was made so that clusters stand apart in it. "
        f"Mean silhouette {number(own)} in the learned space{reached}; in the latent **{number(found.mean)}**"
    )
    if agree is None:
        return f"{said}."
    mean, ari = agree
    return (
        f"{said}, and {number(mean)} for K = {found.question.k} clusters by K-Means. Adjusted Rand index "
        "with "
        f"those **{number(ari)}**: 1 the same groups, 0 as alike as by chance."
    )


def without_groups(study: LearnedStudy | None, k: int, command: str) -> str:
    """What nothing reaches in spaces learned of it, as a part of that sentence. command: that finds it "
    "out."""
    if study is None or study.evidence is None:
        return f" (what people without any groups reach there is found out by `{command}`)"
    if k not in study.evidence.density.ks:
        return ""
    values = np.concatenate(
        [draws[:, study.evidence.density.ks == k] for draws in study.own_controls.values()]
    )
    low, high = number(float(values.min())), number(float(values.max()))
    return f" (people **without any groups** reach {low} to {high} in spaces learned of them)"


def bars_alt(judged: int, clusters: int, mean: float) -> str:
    """Of the figure of silhouettes in the learned space."""
    return (
        f"Silhouettes of {judged} people in the learned space, sorted within {clusters} clusters; the mean "
        "is "
        f"{number(mean)}"
    )


def unknown(error: BundleError) -> str:
    """Without a study that can be used."""
    return (
        f"How far to believe these clusters is not known here. {error} A run that was stopped goes on where "
        "it was."
    )


def finding(study: LearnedStudy, method: str) -> str:
    """What clusters are, whether or not training made them."""
    said, evidence = study.verdict, study.evidence
    if said.kind == Kind.UNKNOWN or evidence is None:
        return f"**{Kind.UNKNOWN.capitalize()}** whether these are groups: {said.reason}. {NEVER}"
    test = evidence.density
    k = test.count if test.count > 1 else test.middle
    valley, low, high = (number(of[test.ks == k][0], 2) for of in (test.valley, test.low, test.high))
    deep = f"{valley} of the lower peak (95 % interval {low} to {high})"
    if said.kind == Kind.REGIONS:
        return (
            f"**{Kind.REGIONS.capitalize()}**, though {method} pulls them apart: in the latent the deepest "
            f"valley that has to be crossed is still {deep}, at K = {k}, which has the middle valley of "
            f"K = {LEAST_K} to {test.ks[-1]}. {NEVER}"
        )
    standings = evidence.standings(k)
    limit = max(standings[name].limit for name in REQUIRED)
    return (
        f"**{k} groups**: between them the density falls to {deep}, and in the latent their silhouette "
        f"{number(standings[REQUIRED[0]].real)} is above what people without groups reach ({number(limit)}). "
        f"{NEVER}"
    )


def made(study: LearnedStudy, method: str, command: str, elsewhere: bool) -> str:
    """How the study was made. command: that made it. elsewhere: whether other clusters are shown above."""
    said = (
        f"{method} of {len(study.sample_ids):,} people in {study.info['learned in']}, {len(study.labels)} "
        "seeds, "
        f"each with an autoencoder of its own, by `{command}`."
    )
    if len(study.left_out):
        said += f" {len(study.left_out):,} people were left out, as their latents hold nan."
    return said + (" **That is not what is shown above**, where people or space differ." if elsewhere else "")


def valleys(study: LearnedStudy, method: str) -> str:
    """Below the figure of valleys."""
    evidence = study.evidence
    assert evidence is not None
    draws = len(evidence.valleys[REQUIRED[0]])
    return (
        f"{method} learns clusters of one half of the people and sorts the other half into them; how far the "
        "density of these falls between two clusters is measured on the line through the clusters' means, "
        "**in "
        f"the latent** ({evidence.people:,} people in {evidence.space}), not in the learned space. Whiskers: "
        f"95 % intervals over people. Bands: the same for people **without any groups**, {draws} draws of "
        "each "
        f"kind. Groups need valleys below {APART}. Between groups that bend around each other no straight "
        "line "
        "runs through the gap, so the test may miss such groups."
    )


def silhouettes(study: LearnedStudy, own: bool) -> str:
    """Below the figures of silhouettes over K."""
    said = f"Points: the best of {len(study.labels)} seeds; whiskers reach down to the worst."
    if study.evidence is None:
        return said
    draws = len(study.evidence.controls[REQUIRED[0]])
    said += f" Bands: people **without any groups**, {draws} draws of each kind, "
    if own:
        return (
            f"{said}each in a space learned of it. High values are reached there without any groups, so this "
            "figure alone is no sign of any."
        )
    return said + f"in {study.evidence.space}, to be compared with the people there."


def over_k_alt(study: LearnedStudy, own: bool) -> str:
    """Of the figures of silhouettes over K."""
    return f"Mean silhouette {SPACES[own]} for K = {study.ks.min()} to {study.ks.max()}, and of controls"


def found_again(found: Stability, draws: bool) -> str:
    """Below the figures of clusters found again."""
    each = (
        f"{found.ari.shape[1]} bootstrap draws of people, each with an autoencoder of its own"
        if draws
        else f"{found.ari.shape[1]} pairs of seeds, the people being the same"
    )
    return (
        f"Adjusted Rand index between clusters, over {each}: 1 the same groups, 0 as by chance. Whiskers: "
        "the "
        "middle 90 %."
    )


def controls(study: LearnedStudy) -> dict[str, str]:
    """Names of the study's controls in words."""
    return {} if study.evidence is None else {name: CONTROLS[name] for name in study.evidence.controls}


def mean_of(values: NDArray[np.floating]) -> float:
    """Of the known silhouettes; nan without one."""
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
