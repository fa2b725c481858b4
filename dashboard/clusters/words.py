"""What the page Clusters says above its tabs, and on the short ones of these."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.clusters import learned_words
from dashboard.shared.clustering import answers
from dashboard.shared.clustering.questions import QUICK, STORED, Clustered
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.clustering.evidence import Evidence
from posecore.clustering.methods import CLUSTERERS, DENSE
from posecore.errors import PosecoreError

WHOLE: Final = "full latent space"
ABOUT: Final = (
    "People whose latents are alike, sorted into K groups. A silhouette near 1: at home in the own cluster; "
    "near 0: between two; below 0: nearer to another one. **Any K gives groups, whether there are any or "
    "not**: “How many clusters?” below says what to believe."
)
PEOPLE_HELP: Final = (
    "Completely annotated: all joints are labelled. One cluster: its people are clustered again, as there "
    "may be clusters inside it."
)
SPACE_HELP: Final = (
    "Where distances are taken: in all numbers of the latent, or along the directions in which people differ "
    "most."
)
NOISY: Final = (
    f"HDBSCAN finds the number of clusters itself; people in thin places are noise. Of more than "
    f"{answers.MOST_DENSE:,} people so many are drawn, always the same, as its time grows with the square of "
    "their number."
)
SEES: Final = f"It sees at most {DENSE} components, as it needs many people per direction."
SEED_HELP: Final = "Where the method starts. The same seed gives the same clusters."
RESTARTS_HELP: Final = "Tries from different starts; the tightest result is shown."
IMAGE_HELP: Final = "By the camera above each figure."
AGAIN_HELP: Final = "Run again from another start"
OF_HELP: Final = "Its number among the clusters of everybody, by K-Means in the same space."
NAMING: Final = "Names and note are part of the link, and of the labels as a file."
BELOW_HELP: Final = "Share of people whose silhouette lies below 0."
NO_SILHOUETTES: Final = "There are fewer than two clusters, so nobody has a silhouette."
ONLY_HELP: Final = "One cluster in colour with its people's figures, the others grey."
NOT_CLUSTERED: Final = "This person is not among those who are clustered here."
NOISE_PERSON: Final = "Noise: in no cluster."
WHO_SAYS: Final = (
    "The people nearest each centroid, nearest first: what a cluster's people have in common should be seen "
    "here.",
    "The people of each cluster who are hardly nearer to their own centroid than to another one: where "
    "clusters are real, such people are few.",
    "The people of each cluster with the lowest silhouettes: who may belong elsewhere.",
)
"""Of people.WHO, in its order."""
NO_PICTURES: Final = "Nobody's picture is at hand, so heatmaps are shown."
NOBODY_IN_BOTH: Final = "The two have no people in common."
SO_MANY: Final = "two clusterings of so many clusters"
"""What `untrained.unknown` speaks of."""


def too_few(people: int) -> str:
    """Of a bundle with fewer than three people."""
    return (
        f"Clusters need three people or more; this bundle holds {people}. More come with "
        "`python scripts/extract_latents.py`."
    )


def nothing_to_show(error: PosecoreError) -> str:
    """Where a choice cannot be clustered."""
    return f"There is nothing to show for this choice: {error}"


def headline(bundle: Bundle, found: Clustered, evidence: Evidence | None) -> str:
    """Who is in the clusters and how these were made.

    evidence: of the study, where it is of these people and this K.
    """
    sizes = ", ".join(f"{size:,}" for size in found.sizes)
    said = f"{len(found.space.rows):,} people: {sizes} in the clusters. {described(bundle, found)}"
    if evidence is None:
        return said
    standings = evidence.standings(found.question.k).values()
    real, limit = next(iter(standings)).real, max(one.limit for one in standings)
    draws = next(iter(standings)).draws
    return (
        f"{said} Mean silhouette **{number(found.mean)}**; in {evidence.space} **{number(real)}**, where "
        f"people **without any groups**, drawn {draws} times, stay below {number(limit)} at this K."
    )


def described(bundle: Bundle, found: Clustered) -> str:
    """How this clustering was made."""
    question = found.question
    how = {
        STORED: f"the highest mean silhouette of {question.restarts} restarts, from the stored sweep",
        QUICK: "one quick run",
    }.get(found.how, f"the tightest of {question.restarts} restarts")
    if question.learned:
        how = learned_words.how(question, found.how == STORED)
    asked = f"{question.method} with K = {question.k}, seed {question.seed},"
    if not question.has_k:
        people, noise = len(found.space.rows), found.clustering.noise
        how = f"{len(found.sizes)} clusters found over "
        how += (
            f"**{people - noise:,} of {people:,} people, {noise:,} in no cluster**"
            if noise
            else f"all {people:,} people"
        )
        asked = question.method
    sees = CLUSTERERS[question.method].components
    if sees is not None and found.space.features.shape[1] > sees:
        asked += f" by {sees} components at most,"
    whole = found.subset.components is None
    space = f"the **{WHOLE}** ({bundle.manifest.dimensions:,} numbers per person)"
    where = space if whole else f"**{found.space.name}**"
    return f"By {asked} in {where}; {how}."


def mean_of_some(clustered: int, people: int) -> str:
    """What a mean is called that leaves out noise: one over those who are easy to place alone."""
    return f"Mean silhouette over {clustered:,} of {people:,} people, {people - clustered:,} in no cluster"


def judged_by_some(people: int, judged: int) -> str:
    """Where silhouettes are those of a subsample."""
    return (
        f"All {people:,} people are clustered. Silhouettes are those of {judged:,}, drawn at random, among "
        "each other; exact ones of all are in the stored sweep."
    )


def subsampled(asked: int, people: int) -> str:
    """Where a method takes no more people."""
    return f"Of {asked:,} people {people:,} were drawn, always the same: HDBSCAN takes no more here."


def under_way(restarts: int) -> str:
    """Below a quick run."""
    return f":material/hourglass: {restarts} restarts are under way; the page follows them."


def bars(drawn: int, noise: int) -> str:
    """Below the silhouettes. drawn: one of so many people has a bar."""
    said = "A click on a bar shows the person; the worst are at the lower end of each cluster."
    if drawn > 1:
        said += f" One of {drawn} people has a bar, and the last of each cluster."
    return said + (f" The {noise:,} people who are noise have none." if noise else "")


def bars_untrained(silhouettes: NDArray[np.floating], k: int, people: int) -> str:
    """What the grey lines are: mean silhouettes (U,) of untrained networks' clusters."""
    low, high = (number(float(value), 2) for value in (silhouettes.min(), silhouettes.max()))
    return (
        f"In grey: K = {k} clusters of networks that never learned reach a mean silhouette of "
        f"{low if low == high else f'{low} to {high}'}, n = {people:,} people; a silhouette above 0 alone "
        "is no sign of anything learned."
    )


def bars_alt(judged: int, clusters: int, mean: float) -> str:
    """Of the figure of silhouettes."""
    return f"Silhouettes of {judged} people, sorted within {clusters} clusters; the mean is {number(mean)}"


def plane(least_joints: int) -> str:
    """Below the map."""
    return (
        f"Some people of whom the network finds {least_joints} joints or more stand at their places as "
        "figures. The plane shows two directions only: clusters that are apart in all of them may overlap "
        "here."
    )


def plane_alt(people: int) -> str:
    """Of the map."""
    return f"{people} people in the plane of the first two principal components, coloured by cluster"


def no_person(name: str) -> str:
    """Where somebody is asked for who is not there."""
    return f"This bundle holds no person {name[:60]!r}; click a bar."


def pictured(pictured: int, people: int) -> str:
    """Where only some people's pictures are at hand."""
    return (
        f"Chosen among the {pictured:,} of {people:,} people whose picture is at hand; heatmaps and "
        "skeletons show whoever comes first of all."
    )


def members(name: str, members: int, people: int, silhouette: float) -> str:
    """The title of a cluster's people. silhouette: the mean of theirs, nan where none is known."""
    share = f"{members:,} people ({members / people:.1%})"
    return f"**{name}** · {share} · silhouette {number(silhouette)}"


def whereabouts(name: str, silhouette: float, away: dict[str, float]) -> str:
    """Where a person is. away: distances to some centroids by the clusters' names, nearest first."""
    distances = ", ".join(f"{other} {number(distance, 1)}" for other, distance in away.items())
    return f"In {name}; silhouette {number(silhouette)}.  \nDistances to the nearest centroids: {distances}."


def nothing_to_compare(error: PosecoreError) -> str:
    """Where the other clustering cannot be had."""
    return f"There is nothing to compare with: {error}"


def compared(described: str, ari: float) -> str:
    """The other clustering, and how alike the two are."""
    return (
        f"The other: {described}  \nAdjusted Rand index **{number(ari)}** over the people in both: 1 the "
        "same groups, 0 as alike as by chance."
    )


def compared_untrained(found: NDArray[np.floating], sizes: tuple[int, int], people: int) -> str:
    """Below that table. found: (U,) of networks that never learned. sizes: how many clusters of either."""
    low, high = number(float(found.min()), 2), number(float(found.max()), 2)
    span = low if low == high else f"{low} to {high}"
    networks = "A network" if len(found) == 1 else f"{len(found)} networks"
    of = f"by K-Means in whole latents, n = {people:,} people"
    if sizes[0] == sizes[1]:
        return (
            f"{networks} that never learned: K = {sizes[0]} clusters and those of resampled people, {of}: "
            f"**{span}**. What another method, space or seed gives there is not known; that clusters are "
            "found again takes no training."
        )
    return (
        f"{networks} that never learned: K = {sizes[0]} and K = {sizes[1]} clusters, {of}: **{span}**. That "
        "two clusterings agree so far takes no training."
    )


def compared_alt(people: int, ari: float) -> str:
    """Of the table of both clusterings."""
    return f"How many of {people} people are in each pair of clusters; adjusted Rand index {number(ari)}"


def files(people: int, space: str, image: str) -> str:
    """Below the buttons. image: the format that figures are saved in."""
    return (
        f"{people:,} people by sample id, with the names you gave; centroids in {space}. Figures are saved "
        f"by the camera above each, as {image.upper()}; the settings offer the other."
    )
