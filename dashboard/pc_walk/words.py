"""What the walk says: of what it is asked, of its stops, of the decoder, and of what a component means."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.shared import certainty
from dashboard.shared.attribute_words import words_of
from dashboard.shared.numbers import number, p_value
from dashboard.shared.shown_here import Verdict
from posecore.attributes.correlations import LEAST, PERMUTATIONS, SURE, Strongest, strength
from posecore.components.outliers import ALPHA, Judgement
from posecore.samples import Prefix
from posecore.studies.control.summary import Reach, Walks
from posecore.studies.skips.certainty import PERSON, Limit

OFF, OWN, MEAN = SKIPS = ("off", "the start's own", "the data set's mean")
"""What the choices of skip features are called, on the page and in links."""
HOW: Final = {
    OFF: "with **all skips cut**: it sees the stop's latent alone",
    OWN: "with the skip features of **the person the walk starts from**, the same at every stop, so what "
    "went around the bottleneck does not walk along",
    MEAN: "with the **mean skip features of the data set**, the same at every stop",
}

FAR: Final = 100 * (1 - ALPHA / 2)
"""The percentile from which on a stop lies farther out than people do, by either of two measures."""
AMONG: Final = "no farther out than people"
LEAST_P: Final = 1 / (PERMUTATIONS + 1)
"""The least that so many shuffles can tell."""

INTRODUCTION: Final = (
    "From the mean of all people, or from one of them, walk *c* standard deviations back and forth along "
    "**one component** of the latents. At every stop: the real person who is nearest, and what the network's "
    "decoder makes of the stop itself, where nobody may be."
)
MEAN_AT_FIRST: Final = (
    "At first the data set's mean: with all skips cut this network is not sure of a single joint, so of the "
    "latent alone it shows nothing."
)
NOBODY_S_OWN: Final = (
    "The mean is nobody, so it has no skip features of its own: choose a person to start at, or the data "
    "set's mean features. Shown with skips off."
)
NOBODY_FOUND: Final = (
    "**Along this walk the decoder does not find a person**: at no stop is it sure of "
    f"{PERSON} joints or more. Faint heatmaps are made visible below. It may lack skip features, which you "
    "choose above."
)
AVERAGED: Final = (
    "This network's latents are averages of what its decoder takes. It gets the start's whole features, each "
    "moved as far as the average that it is part of; from the mean, the mean of the {people:,} people whose "
    "whole features are stored."
)
MIXED: Final = (
    "The features are the start's, the latent is the stop's: of such a mix the skip study says nothing."
)
NOBODY_IS_AVERAGE: Final = (
    "Nobody is average: in so many dimensions no one is near the mean, whether or not a network learned, so "
    "who is nearest to it says little"
)
NO_CAUSE: Final = "**No named cause found.**"
NEVER_LEARNED: Final = (
    "This network never learned, so its components get no names: what goes with them is there before any "
    "training."
)
NO_ATTRIBUTE: Final = (
    f"No attribute is known of {LEAST} people or more who differ in it, so nothing can be said of what goes "
    "with this component."
)


def no_walk(error: Exception) -> str:
    """Why there are no stops."""
    return f"There is nothing to walk past in this bundle: {error}"


def no_decoder(error: Exception) -> str:
    """Why the stops have no heatmaps."""
    return f"The decoder cannot be asked, so only real people are shown. {error}"


def no_such_start(asked: str) -> str:
    """That the bundle does not hold the sample_id that was asked for."""
    return f"This bundle holds no person {asked[:60]!r}. The walk starts at the mean instead."


def no_latent_to_start(start: str) -> str:
    """That nobody knows where this person stands."""
    return f"The latent of {start} holds nan or infinity. The walk starts at the mean instead."


def no_own_features(absent: str) -> str:
    """That the start's own skip features are not to be had. absent: why the picture is not at hand."""
    return f"{absent} The start's own skip features need it. Shown with skips off."


def component_limit(axes: int, rank: int, people: int, dimensions: int, command: str) -> str:
    """How many components there are to ask for, and how to have more. command: makes a projection."""
    if axes == rank:
        return f"{people:,} people with {dimensions:,} numbers each have no more"
    return f"{axes} of {rank:,} are kept; `{command} --components {min(rank, 2 * axes)}` keeps more"


def component(count: int, share: float, people: int, source: str) -> str:
    """What a component, counted from 1, holds of the variance."""
    return (
        f"Component {count} holds {share:.1%} of the variance of the {people:,} people it was computed on. "
        f"{source}"
    )


def verdict(judgement: Judgement, stop: int) -> str:
    """Whether a stop lies farther out than people do."""
    if not judgement.farther_out[stop]:
        return AMONG
    reasons = []
    if judgement.norm_percentile[stop] >= FAR:
        reasons.append("far from the mean")
    if judgement.distance_percentile[stop] >= FAR:
        reasons.append("nobody near")
    return f"farther out than people: {' and '.join(reasons)}"


def judged(judgement: Judgement, stop: int) -> str:
    """The verdict and the two measures behind it."""
    return (
        f"This stop lies {verdict(judgement, stop)}. The nearest person is "
        f"{number(judgement.distance[stop], 1)} away, farther than for "
        f"{number(judgement.distance_percentile[stop], 1)} % of real people; the mean is "
        f"{number(judgement.norm[stop], 1)} away, farther than for "
        f"{number(judgement.norm_percentile[stop], 1)} %."
    )


def nearest(name: str, score: str, sure: str, away: float) -> str:
    """Who is nearest to a stop. score, sure: see bundle_people. away: in the space of the scores."""
    return f"{name}, {score}, is the nearest, {number(away, 1)} away: {sure}."


def nearest_below(name: str, score: str, sure: str, away: float) -> str:
    """The same in three lines below the person's picture."""
    return f"{name}  \n{score}, {sure}  \ndistance {number(away, 1)}"


def decoded(sure: NDArray[np.bool_], limit: Limit, strongest: float) -> str:
    """What the decoder makes of a stop. sure: (K,). strongest: of the stop's peaks."""
    return (
        f"The decoder, of the stop itself: {certainty.line(sure, limit)}, the strongest peak "
        f"{number(strongest)}."
    )


def about_decoder(skips: str, strongest: float, usual: float, people: Limit, stops: Limit) -> str:
    """How the decoder's heatmaps are made, how they are drawn, and when a joint is sure.

    strongest: peak of the walk. usual: median peak of real people. people, stops: when their joints are sure.
    """
    return (
        f"The decoder's heatmaps are made {HOW[skips]}. All stops share one scale: the strongest peak of the "
        f"walk, {number(strongest)}, is at full strength. Of real people with all skips the median peak is "
        f"{number(usual)}.  \nReal people: {certainty.meaning(people)}  \n"
        f"The decoder: {certainty.meaning(stops)}"
    )


def repeated(sample_ids: NDArray[np.str_]) -> str:
    """Who is nearest at more than one of the stops (S,); empty where nobody is."""
    people, times = np.unique(sample_ids, return_counts=True)
    again = [
        f"{who} at {count} of {len(sample_ids)} stops"
        for who, count in zip(people, times, strict=True)
        if count > 1
    ]
    if not again:
        return ""
    return (
        f"The same person is the nearest more than once: {', '.join(again)}. Nobody else is nearer to those "
        "stops, so the pictures of real people change less than the walk does; a wider range makes "
        "steps longer."
    )


def some_lack(how_many: str) -> str:
    """What is shown of those who have no picture. how_many: how many of all have one."""
    return (
        f"{how_many} The nearest person is shown in any case: without a picture by the joints on dimmed "
        "heatmaps."
    )


def how_near(judgement: Judgement, components: int, start: str, distances: int, norms: int) -> str:
    """How many stops lie farther out than people do, and how that is judged.

    components: of the space distances are taken in. distances, norms: how many people each is judged against.
    """
    far = int(judgement.farther_out.sum())
    from_whom = (
        f"{start}, from whom the walk starts, counts as everybody does: stops near them have somebody near"
        if start
        else NOBODY_IS_AVERAGE
    )
    return (
        f"**{far} of {len(judgement.farther_out)} stops lie farther out than people do.** Distances are "
        f"taken among the scores of the first {components} components. A stop is marked where the nearest "
        "person, or the mean, is farther away than from nearly all real people (one-sided, at most 5 % of "
        f"real people would be marked; distances of {distances:,} people, norms of {norms:,}). {from_whom}."
    )


def walks_untrained(beside: Walks, component: int) -> str:
    """Below the distances. beside: walks along a component, from 1, of networks that never learned."""
    stops = beside.farther_out.sum(axis=1)
    low, high = stops.min(), stops.max()
    return (
        f"In grey: the same walk from the mean, along component {component}, in {len(stops)} networks that "
        f"never learned, where {low if low == high else f'{low} to {high}'} of {len(beside.steps)} stops lie "
        "farther out than people do; distances in multiples of those between neighbours there, n = "
        f"{beside.people:,} people."
    )


def not_walked(components: int) -> str:
    """Of a component beyond those."""
    return (
        f"What networks that never learned reach here is known of the first {components} components alone, "
        "so this is no evidence that training made anything of this one."
    )


def shown(component: int, found: Strongest, reference: Reach | None, joints: Prefix) -> tuple[str, Verdict]:
    """Whether a component, from 1, has a name, for the top of the page.

    reference: what networks that never learned reach; None where it is not known, or this one never learned.
    """
    text = (
        f"component {component} goes with something known of people, most with {_correlated(found, joints)}"
    )
    if reference is None:
        return text, Verdict.UNKNOWN
    text = f"{text}, more than any component of a network that never learned ({number(reference.highest, 2)})"
    return text, {True: Verdict.HOLDS, False: Verdict.DOES_NOT, None: Verdict.UNKNOWN}[found.above]


def meaning(tested: pd.DataFrame, found: Strongest, compared: bool, joints: Prefix) -> str:
    """What a component is named after, if anything, and how many attributes go with it at all.

    tested: its correlations; found: the strongest of them. compared: whether it was held against networks
    that never learned, without which nothing is said of a name. joints: whose joints the attributes are of.
    """
    words, count = words_of(found.attribute, joints), int((tested["p_corrected"] < SURE).sum())
    if found.above:
        said = f"Along it, **{words.more if found.r > 0 else words.less}**: {_correlated(found, joints)}."
    else:
        said = f"{f'{NO_CAUSE} ' if compared else ''}What goes with it most is {_correlated(found, joints)}."
    return (
        f"{said} {p_value(found.p_corrected, LEAST_P)} corrected. {count} of {len(tested)} attributes go "
        "with it more than chance explains; with many people that may be very little, so see how strongly."
    )


def correlations_alt(component: int, shown: int) -> str:
    """Of the chart of a component, from 1. shown: how many attributes."""
    return f"The {shown} strongest rank correlations of component {component} with their intervals"


def networks(reference: Reach) -> str:
    """How many networks never learned."""
    count = len(reference.untrained)
    return f"{count} {'network' if count == 1 else 'networks'}"


def untrained(found: Strongest, reference: Reach, people: int) -> str:
    """What networks that never learned reach beside it, of so many people."""
    place = {
        True: "this one lies above that",
        False: "this one does not lie above that",
        None: "whether this one lies above that cannot be told",
    }[found.above]
    return (
        f"The grey band: in networks that never learned no component's strongest correlation lies above "
        f"{number(reference.highest, 2)} ({networks(reference)}, n = {people:,} people); {place}."
    )


def _correlated(found: Strongest, joints: Prefix) -> str:
    r, low, high = (number(value, 2, sign=True) for value in (found.r, found.low, found.high))
    return (
        f"{words_of(found.attribute, joints).axis} ({strength(found.r)} rank correlation {r}, 95 % interval "
        f"{low} to {high}, n = {found.n:,} people)"
    )


def how_correlated(tested: int, shown: int, joints: Prefix) -> str:
    """How so many correlations were tested, of which so many are shown."""
    return (
        f"Spearman's rank correlation of people's scores with {tested} attributes, the {shown} strongest "
        f"shown, of {joints} joints. Whiskers: 95 % intervals. p from {PERMUTATIONS:,} shuffles of people, "
        f"corrected for all {tested} by the strongest of them in each shuffle (Westfall and Young): below "
        f"{number(LEAST_P, 4)} so many shuffles cannot tell. n differs, as not everybody shows every joint. "
        "Which way a component points is arbitrary."
    )


def end(side: str, sample_ids: list[str]) -> str:
    """Who is at one end of a component. side: 'lowest' or 'highest'."""
    return f"The {len(sample_ids)} {side} scores, the most extreme first: {' · '.join(sample_ids)}"
