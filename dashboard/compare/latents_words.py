"""What is said of two networks' latents: of their maps, of a readout, of variance, clusters and layers."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.compare import words
from dashboard.compare.pair import Pair
from dashboard.shared.numbers import number
from dashboard.shared.shown_here import Verdict
from posecore.metrics.paired import Comparison
from posecore.probes.readout import FOLDS
from posecore.studies.projection.results import Projection

SHARE: Final = 0.95
"""Of the variance, whose count of components is given."""

DRAW: Final = (
    "**Draw a line around people on either map**: on the other they are marked, too. If they stay together "
    "there, both networks see them alike."
)
NOTHING_TO_READ: Final = "Nothing is known of where these people's joints are, so nothing can be read off."
NOBODY_IN_BOTH: Final = "Nobody has a cluster in both."
HOW_CLUSTERS: Final = (
    "K-Means in the whole latents of all people of each bundle, as the page Clusters shows it first: the "
    "best of the study's restarts where there is a study of clusters."
)
TOO_FEW_FOR_LAYERS: Final = "Similarity of layers needs at least four people in both."
TURNED: Final = "two maps turned onto another"
"""What `untrained.unknown` speaks of."""


def introduction(dimensions: Sequence[int]) -> str:
    """What the tab does with latents of so many numbers each, of A and of B."""
    return (
        "Two networks may arrange the same people alike in numbers that look nothing alike. So the latents "
        f"of B ({dimensions[1]:,} numbers each) are turned onto those of A ({dimensions[0]:,}) before they "
        "are drawn, and all else below does not depend on how they are turned."
    )


def not_clustered(name: str, error: Exception) -> str:
    """Why a bundle's people have no clusters."""
    return f"The people of {name} cannot be clustered: {error}"


def not_yet(error: Exception) -> str:
    """Why something of the comparison is missing; the error names the command."""
    return f"Not known yet. {error}"


def no_projection(commands: Sequence[str]) -> str:
    """What makes the components that the maps need."""
    return f"The maps need the components of both: run {' and '.join(commands)}."


def no_maps(error: Exception) -> str:
    """Why B cannot be turned onto A."""
    return f"There are no maps to draw: {error}"


def how_aligned(
    people: int,
    components: tuple[int, int],
    shares: Sequence[float],
    scale: float,
    residual: float,
    chance: float,
) -> str:
    """How B was turned onto A, and what is left between them.

    components, shares: of A and B, and of the variance that they hold. scale, residual, chance: as in
    similarity.procrustes.
    """
    return (
        f"Orthogonal Procrustes over n = {people:,} people: the first {components[1]} components of B "
        f"({shares[1]:.0%} of its variance) are turned, mirrored and multiplied by {scale:.3g}, so that they "
        f"lie as near as can be to the first {components[0]} of A ({shares[0]:.0%}). Left between the two is "
        f"**{residual:.1%}** of the variance (0 % the same shape; {chance:.1%} where people are mixed up). "
        "Coloured by A's clusters."
    )


def selected(chosen: int, people: int) -> str:
    """How many of the people on the maps are selected."""
    return f"**{chosen:,}** of {people:,} people are selected."


def how_selected(shown: int, chosen: int) -> str:
    """How the pictures of so many of the selected are to be read."""
    more = f" The first {shown} are shown." if chosen > shown else ""
    return f"Arrows lead from where A finds a joint to where B does; a click opens the person.{more}"


def no_readout(command: str) -> str:
    """Why a comparison of labelled people has no readout, and what makes one."""
    return (
        f"This comparison has no readout: it was made before there was one, or fewer than {FOLDS} people are "
        f"labelled. `{command}` makes it again."
    )


def readout(
    pair: Pair, both: Comparison, beyond: tuple[Comparison, Comparison], decoded: Comparison | None
) -> list[str]:
    """What is found over all joints: by each, beyond the mean place, and by the networks' own decoders.

    All are of shape (). both: A beside B. beyond: A, and B, beside the mean place. decoded: with all skips
    cut; None where it is not known.
    """
    one, other, difference = both
    mean = beyond[0].one.mean
    gains = [words.more(side.difference) for side in beyond]
    lines = [
        f"From A's latents **{one.mean:.1%}** of the joints of people it did not learn from, from B's "
        f"**{other.mean:.1%}**. B minus A: {words.more(difference)}, n = {int(difference.n):,}, so "
        f"{_read_off(pair, float(difference.low), float(difference.high))}.",
        f"Without any latent, by the mean place of each joint, {mean:.1%}. Beyond that A's latents tell "
        f"{gains[0]}, B's {gains[1]}.",
    ]
    if decoded is not None:
        lines.append(
            "Their own decoders, given the bottleneck alone (all skips cut), find "
            f"{decoded.one.mean:.1%} (A) and {decoded.other.mean:.1%} (B) of the "
            f"n = {int(decoded.difference.n):,} people of both skip studies."
        )
    return lines


def _read_off(pair: Pair, low: float, high: float) -> str:
    if low > 0:
        return f"**more can be read off B ({pair.other.path.name})**"
    if high < 0:
        return f"**more can be read off A ({pair.one.path.name})**"
    return "**no difference can be told**"


def how_readout(dimensions: Sequence[int], people: int) -> str:
    """How so many people's joints are read off latents of so many numbers, of A and of B."""
    one, other = dimensions
    sizes = f"{one:,} stored numbers of each"
    if one != other:
        sizes = f"{one:,} stored numbers of A and {other:,} of B"
    return (
        "A linear readout is a weighted sum of a latent's numbers: here ridge regression (Hoerl and Kennard "
        f"1970; as a probe, Alain and Bengio 2016) of where the labelled joints are, from the {sizes}, "
        f"centred. People are dealt into {FOLDS} parts, the same for both; each part is read off by what the "
        "others taught, and how strongly weights are held small is chosen among these others, joint by "
        f"joint. Found as in PCK. 95 % bootstrap intervals over n = {people:,} people, with the readouts as "
        "they are; not corrected for how many joints there are."
    )


def no_variance(name: str, command: str) -> str:
    """What makes the components of a bundle known."""
    return f"Not known of {name}: `{command}`"


def not_shown_by_readout(beside: bool) -> str:
    """What does not follow from it. beside: whether networks that never learned are."""
    untold = (
        ""
        if beside
        else " How much of it training put there: what an untrained network's latent would give is not "
        "beside it."
    )
    return (
        "**What this does not show.** That a network uses what can be read off. What its latent holds in any "
        f"other form than a weighted sum.{untold} A readout learns more from more people, so scores are of "
        "this many."
    )


def readout_untrained(people: int, found: NDArray[np.floating]) -> str:
    """PCK (U,) of a readout of networks that never learned, of so many people at most."""
    return (
        f"The grey rings: off the latents of a network that never learned, of A's or of B's shape, "
        f"{found.max():.1%} of the joints are read at most; n = {people:,} people."
    )


def variance_untrained(people: int, needed: Sequence[int]) -> str:
    """How many components hold SHARE of networks that never learned, of so many people at most."""
    low, high = min(needed), max(needed)
    return (
        f"In grey: of a network that never learned, of A's or of B's shape, "
        f"{low if low == high else f'{low} to {high}'} components hold {SHARE:.0%}; N = {people:,} people."
    )


def clusters(k: int) -> str:
    """What `untrained.unknown` speaks of where no such networks have so many clusters."""
    return f"clusters with K = {k}"


def agreement_untrained(people: int, never: Sequence[float], mixed: Sequence[float]) -> str:
    """Adjusted Rand index of two networks that never learned, and of one of these with A or B, over so many
    people at most."""
    own = f"a network that never learned with A or B: {_between(mixed)}; n = {people:,} people."
    return f"Two networks that never learned: {_between(never)}; {own}" if never else own[0].upper() + own[1:]


def _between(values: Sequence[float]) -> str:
    low, high = number(min(values), 2), number(max(values), 2)
    return low if low == high else f"{low} to {high}"


def variance(stored: Mapping[str, Projection]) -> str:
    """How many components hold SHARE of the variance, by the names of the networks of which it is known."""
    counts = "; ".join(
        f"{name}: **{found.needed_for(SHARE):,}** of {len(found.all_variances):,} components "
        f"(N = {found.people:,} people)"
        for name, found in stored.items()
    )
    alike = len({found.people for found in stored.values()}) == 1
    return (
        f"{SHARE:.0%} of the variance take {counts}. The thesis counted 541 of its network and 16 of the "
        "same with an autoencoder, of 7,017 people. "
        + ("" if alike else "Of fewer people there are fewer components, so these two do not compare. ")
        + "All people of each bundle, not the common ones alone."
    )


def agreement(k: int, ari: float, people: int) -> str:
    """How alike the two sort so many people into `k` clusters each."""
    return (
        f"With K = {k} each, the adjusted Rand index is **{number(ari)}** over n = {people:,} people: 1 the "
        "same groups, 0 as alike as by chance."
    )


def shown(found: Sequence[float], beside: tuple[float, float], people: int) -> tuple[str, Verdict]:
    """Whether the bottlenecks arrange people alike by what was learned.

    found: CKA with its interval, low and high. beside: of two that never learned, and of one of these with A
    or B; what the shapes of the networks and the pictures alone bring.
    """
    value, low, high = found
    most = float(np.maximum(*beside))  # nan, and no verdict, where either is not known
    verdict = Verdict.HOLDS if low > most else Verdict.DOES_NOT if high < most else Verdict.UNKNOWN
    never, mixed = (number(one, 2) for one in beside)
    text = (
        "A and B arrange people more alike in their bottlenecks than networks that never learned do: CKA "
        f"{number(value, 2)} [{number(low, 2)}, {number(high, 2)}], n = {people:,} people; two that never "
        f"learned {never}, one of these with A or B {mixed}"
    )
    return text, verdict


def layers_untrained(never: float, mixed: float) -> str:
    """Below the figure. never, mixed: of bottlenecks; see `shown`."""
    return (
        "The small numbers: two networks that never learned · one of them with A or B, the higher one. Their "
        f"bottlenecks reach {number(never, 2)} · {number(mixed, 2)} here: so much comes of the pictures and "
        "of how networks are built."
    )


def how_layers(people: int, batches: int, batch: int, absent: Sequence[str]) -> str:
    """How layers are compared. absent: which network lacks which layer, in words."""
    return (
        "Linear centred kernel alignment (Kornblith et al. 2019), 1 the same arrangement of people up to "
        "turning and one scale, 0 none in common; unbiased (Song et al. 2012), so it may come out slightly "
        f"below 0. Each layer flattened, cell by cell, of the last stack; n = {people:,} people in "
        f"{batches:,} batches of up to {batch}, within which people are compared."
        + (" On hover, the 95 % interval over batches." if batches > 1 else "")
        + (f" Not there: {', '.join(absent)}." if absent else "")
    )
