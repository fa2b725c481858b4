"""A study of several networks in plain words: what each network is, what it gains, what is not shown."""

from collections.abc import Sequence
from itertools import cycle
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import sources
from dashboard.shared.numbers import number, points
from dashboard.shared.shown_here import Verdict
from posecore.metrics.paired import Comparison
from posecore.statistics import Estimate
from posecore.studies.networks.facts import DataSet, Network
from posecore.studies.networks.results import NetworksStudy
from posecore.studies.networks.summary import SEEDS, Gains, NetworksSummary, SkipLoss, StackGain

RISING: Final = 0.01
"""What the validation PCK has to gain in the last epoch for a network to be called far from converged."""
HALF: Final = 0.5
"""Share of the joints below which a network is called weak."""

INTRODUCTION: Final = (
    "Networks that were **built or trained differently**, over the same people. A dot is one network, the "
    "line through it the 95 % interval over people. Differences are taken person by person, so their "
    "intervals are narrower than those of the scores; where one holds 0, the people seen do not tell the two "
    "apart. The **basic network** has one stack, all skip connections and nothing in the bottleneck; it was "
    "trained with all of them."
)
NO_FAIR: Final = (
    "This study has no basic network of the same width, seed and training beside another one, so there "
    "is no answer to this."
)
HOW_FAIR: Final = (
    "Filled: the fair control, the basic network of the same width and seed after the same recipes, steps "
    "and people. Open: what the network's last training began with, as the thesis compared; this holds what "
    "longer training alone gains, which a basic network's open dot shows."
)
NO_SKIPS: Final = (
    "This study has no network built without skip connections beside a basic one given the same training."
)
HOW_SKIPS: Final = (
    "Two experiments. Cut **at test time**: the weights were trained with all skips, whose features now "
    "count as zero; it shows what this network leans on. **Trained without**: the branches were never built; "
    "it shows what a network can learn to do without them. Groups: mean over people of the share of their "
    "labelled joints found."
)
NO_STACKS: Final = "This study has no network of more than one stack."
HOW_STACKS: Final = (
    "Both stacks' heatmaps come from one pass of one network. All stacks were taught the same target, the "
    "second sees what the first found. Joints are not corrected for how many there are."
)
GAINS: Final = "gains over another network"
GROUPS: Final = "groups of these joints"
LATER_STACK: Final = "a later stack's gain"
"""What `untrained.unknown` speaks of."""
WITHOUT_SKIPS: Final = "no skip connections"
MET_CUTS: Final = "skips cut at random in training"
"""In what a network differs."""
OVER_SEEDS: Final = (
    "Intervals are over people, and say nothing of what another seed would do; those that are called over "
    f"seeds do, of networks with {SEEDS} seeds or more."
)
OVER_PEOPLE: Final = (
    "So few give no interval over seeds: all intervals here are over people, and say nothing of what another "
    "seed would do."
)
NO_DIFFERENCE: Final = "The interval holds 0: no difference can be told from these people."
SEEDS_HOLD_0: Final = "It holds 0: another seed may turn it round."
COSTS_NOTHING: Final = "Cutting costs nothing that could be told from chance."
MAKES_UP_NOTHING: Final = "Training without does not surely make up for anything that cutting costs."
NOTHING_LOST: Final = "Trained without, **nothing is lost** that could be told from chance."


def shown(summary: NetworksSummary) -> tuple[str, Verdict]:
    """Whether building or training networks differently changes what they find: it takes seeds to tell."""
    difference, seeds = summary.fair.found.difference, summary.over_seeds()
    pairs = len(summary.fair.pairs)
    apart = int(((difference.low > 0) | (difference.high < 0)).sum()) if pairs else 0
    sure = sum(found.low > 0 or found.high < 0 for found in seeds.values())
    text = (
        "networks built or trained differently find more or fewer joints than the basic one given the same "
        f"training: by intervals over {summary.data.people:,} people {apart} of {pairs} compared, by "
        f"intervals over {SEEDS} seeds or more {sure} of {len(seeds)}"
    )
    return text, Verdict.HOLDS if seeds and sure == len(seeds) else Verdict.UNKNOWN


def no_study(error: Exception) -> str:
    """Why there is nothing to show; the error names the command."""
    return f"There is no study of several networks to show. {error}"


def people_of(study: NetworksStudy, data: DataSet, networks: Sequence[Network]) -> str:
    """Who was tried, and whether these networks were trained on them, as far as is known."""
    known = [data.exposed_to(network) for network in networks]
    kind, split = _which(study, data)
    who = sources.counted(data.name, data.people, kind=kind) + split
    if seen := known.count("trained on"):
        return f"{who}, trained on by {'all' if seen == len(known) else seen} of {len(known)} networks"
    return who if "unknown" in known else f"{who}, {sources.TRAINED['new']}"


def named(study: NetworksStudy, data: DataSet) -> str:
    """The data set for a choice or a table: its name, and which of its people where that says something."""
    kind, split = _which(study, data)
    return f"{data.name}, {kind} people" if kind else data.name + split


def _which(study: NetworksStudy, data: DataSet) -> tuple[str, str]:
    """What people of a split are called by what they were used for; else the split, where that helps."""
    known = {data.exposed_to(network) for network in study.networks}
    for used, split in (("trained on", "train"), ("validated on", "val")):
        if used in known:
            return sources.KINDS[split], ""
    twins = sum(other.name == data.name for other in study.data)
    return "", f", split {data.split}" if twins > 1 or "unknown" in known else ""


def differs(network: Network) -> str:
    """In what a network differs from the basic one: 'an autoencoder of 50 numbers'; empty for a basic one."""
    parts = []
    if network.autoencoder:
        parts.append(f"an autoencoder of {network.autoencoder} numbers")
    if network.bottleneck != network.channels:
        parts.append(f"a bottleneck of {network.bottleneck} channels")
    if not network.has_skips:
        parts.append(WITHOUT_SKIPS)
    elif network.skips != "1111":
        parts.append(f"the skip connections {network.skips} alone")
    if network.stacks > 1:
        parts.append(f"{network.stacks} stacks")
    if network.met_cuts:
        parts.append(MET_CUTS)
    return ", ".join(parts)


def scores_alt(summary: NetworksSummary) -> str:
    """Of the chart of all networks' PCK."""
    found = summary.pck.one.mean
    return (
        f"PCK of {len(found)} networks, {number(found.min())} to {number(found.max())}, a dot per seed, with "
        "intervals over people"
    )


def how_scores(study: NetworksStudy, summary: NetworksSummary) -> str:
    """What is scored, and how far seeds lie apart: the only hint at what chance in training does."""
    pck = dict(zip((network.name for network in study.networks), summary.pck.one.mean, strict=True))
    by_label: dict[str, list[float]] = {}
    for network in study.networks:
        by_label.setdefault(network.label, []).append(float(pck[network.name]))
    apart = [max(values) - min(values) for values in by_label.values() if len(values) > 1]
    spread = "One seed of each: what another seed would do is not known."
    if apart:
        most = max(len(values) for values in by_label.values())
        widest = points(max(apart))
        spread = f"Seeds of one network lie up to {widest} points apart"
        spread += "." if most >= SEEDS else f"; {most} of them give no interval."
    return (
        "PCK of the last stack's heatmaps, with the skip connections each network was built with; "
        f"{study.precision}. Intervals are over people. {spread}"
    )


def never_found(found: NDArray[np.floating], people: int) -> str:
    """PCK (U,) of networks that never learned, of so many people of the bundle."""
    return (
        "The grey lines: networks that never learned, of the shape of this bundle's, find "
        f"{number(float(found.max()))} at most, of n = {people:,} people of the bundle."
    )


def never_apart(apart: float, people: int) -> str:
    """How far two networks that never learned lie apart, a share, of so many people of the bundle."""
    return (
        "In grey: two networks that never learned, of the shape of this bundle's, lie "
        f"{points(apart)} points apart at most, of n = {people:,} people of the bundle; a gain within that "
        "takes no training."
    )


def never_parts(on: NDArray[np.floating], off: NDArray[np.floating], people: int) -> str:
    """PCK (U, P) of networks that never learned, nothing cut and all cut, of as many people."""
    most, cut = (number(float(np.nanmax(found))) for found in (on, off))
    return (
        "In grey: networks that never learned, of the shape of this bundle's, find "
        f"{most} of any group at most with nothing cut, {cut} with all cut, of n = {people:,} people of the "
        "bundle."
    )


def fair_sentences(summary: NetworksSummary, chosen: Sequence[Network]) -> list[str]:
    """For each of the chosen networks with a fair control: what it gains over that and its beginning."""
    return [
        f"With **{differs(network)}** (*{network.label}*) the network finds "
        f"{_gain(summary.fair.found, place)} than the basic one that was given the same training, "
        f"*{control.label}*; n = {summary.fair.found.difference.n[place]:,}; seed {network.seed}. "
        f"{_verdict(summary.fair.found.difference, place)}{_since(summary.since, network, control)}"
        for place, (network, control) in enumerate(summary.fair.pairs)
        if network in chosen
    ]


def seed_sentences(summary: NetworksSummary) -> list[str]:
    """For each network of enough seeds: what it gains over its fair controls, with an interval over seeds."""
    return [
        f"Over **{found.seeds} seeds** *{label}* gains {points(found.mean, sign=True)} points "
        f"[{points(found.low)}, {points(found.high)}], a 95 % t interval over seeds. "
        + ("" if found.low > 0 or found.high < 0 else SEEDS_HOLD_0)
        for label, found in summary.over_seeds().items()
    ]


def _since(since: Gains, network: Network, control: Network) -> str:
    """What a comparison without control would have said, and how much of it is longer training alone."""
    began = dict(since.pairs)
    if network not in began or began[network] != began.get(control):
        return ""
    gained = since.found.difference.mean
    gains = [points(gained[since.pairs.index((one, began[one]))], sign=True) for one in (network, control)]
    return (
        f" Against *{began[network].label}*, with whose weights both began, it gains {gains[0]} points; "
        f"longer training alone gains {gains[1]}."
    )


SHAPES: Final = {
    "circle": "circles",
    "diamond": "diamonds",
    "x": "crosses",
    "square": "squares",
    "triangle-up": "triangles",
}
"""Plotly's symbols of seeds, or of networks trained alike, and what they are called."""


def symbols(networks: Sequence[Network]) -> str:
    """Which symbol is whose, of basic networks with those beside them that have no skips."""
    whose = (
        f"{shape} *{network.label}*, seed {network.seed}"
        for shape, network in zip(cycle(SHAPES.values()), networks, strict=False)
    )
    return f"Symbols tell the basic networks and those beside them apart: {'; '.join(whose)}."


def skip_sentence(found: SkipLoss) -> str:
    """What cutting costs beside what training without costs."""
    cut, trained = found.cut.difference, found.trained.difference
    return (
        f"Seed {found.plain.seed}: with all skips **cut at test time** the basic network "
        f"(*{found.plain.label}*) finds {_gain(found.cut, 0)}; the one **trained without any** "
        f"(*{found.without.label}*) finds {_gain(found.trained, 0)}, both against the basic one with all "
        f"its skips; n = {cut.n[0]:,}. " + _carried(cut, trained)
    )


def _carried(cut: Estimate, trained: Estimate) -> str:
    if cut.high[0] >= 0:
        return COSTS_NOTHING
    if trained.low[0] <= cut.high[0]:
        return MAKES_UP_NOTHING
    if trained.high[0] >= 0:
        return NOTHING_LOST
    return (
        f"Of the {points(-cut.mean[0])} points that cutting takes, {points(trained.mean[0] - cut.mean[0])} "
        "can be had by a network that **learns to do without** skips."
    )


def stack_sentence(found: StackGain) -> str:
    """What the last stack finds more than the first."""
    network, comparison = found
    first, last = comparison.one.mean[0], comparison.other.mean[0]
    return (
        f"Seed {network.seed}: stack {network.stacks} of *{network.label}* finds {_gain(comparison, 0)} "
        f"than stack 1 (PCK {number(last)} and {number(first)}); n = {comparison.difference.n[0]:,}. "
        f"{_verdict(comparison.difference, 0)}"
    )


def limits(study: NetworksStudy, summary: NetworksSummary) -> list[str]:
    """What is not shown, from what is recorded of the networks and of this data set's people."""
    networks, data = study.networks, summary.data
    said = []
    if {network.channels for network in networks} != {study.thesis_channels}:
        said.append(
            f"**Width.** These networks are {widths(networks)} wide, the thesis's is "
            f"{study.thesis_channels}. What holds for narrow ones may not hold for wide ones."
        )
    epochs = sorted({network.epochs for network in networks})
    planned = sorted({training.planned for network in networks for training in network.trainings[:1]})
    said.append(
        f"**Length.** Their weights went through {_span(epochs)} epochs; the recipes they began with have "
        f"{_span(planned)} by themselves.{_still_rising(networks)}"
    )
    seeds = {network.label: 0 for network in networks}
    for network in networks:
        seeds[network.label] += 1
    counts = sorted(set(seeds.values()))
    over = OVER_SEEDS if summary.over_seeds() else OVER_PEOPLE
    said.append(
        f"**Seeds.** There {'is' if counts == [1] else 'are'} {_span(counts)} of each network, every one is "
        f"shown. {over} None of them is corrected for how many there are."
    )
    low = int((summary.pck.one.mean < HALF).sum())
    if low:
        said.append(
            f"**Weak networks.** {low} of {len(networks)} find less than half of the joints of these people. "
            "What helps a weak network may not help a strong one."
        )
    sizes: dict[int, list[str]] = {}
    for network in networks:
        sizes.setdefault(network.parameters, []).append(network.label)
    if len(sizes) > 1:
        listed = [
            f"{number(size / 1e6, 2)} M ({', '.join(dict.fromkeys(sizes[size]))})" for size in sorted(sizes)
        ]
        said.append(f"**Size.** Equal steps are not equal work; parameters: {'; '.join(listed)}.")
    runs = [run for network in networks for run in network.trainings]
    alone = {run.autoencoder_epochs for run in runs if run.autoencoder_epochs is not None}
    if alone:
        said.append(
            f"**Autoencoders** were trained alone first, for {_listed(sorted(alone))} epochs on stored "
            "latents; no control was given that."
        )
    known = [data.exposed_to(network) for network in networks]
    seen = known.count("trained on")
    if seen:
        said.append(f"**Not new.** {seen} of {len(networks)} networks were trained on these very people.")
    elif "validated on" in known:
        said.append(
            "**Chosen here.** Of each training the epoch with the best PCK on these people was kept, which "
            "favours all of them a little."
        )
    return said


def widths(networks: Sequence[Network]) -> str:
    """How wide networks are: '128 channels'."""
    return f"{_listed(sorted({network.channels for network in networks}))} channels"


def _still_rising(networks: Sequence[Network]) -> str:
    rises = [network.val_pck[-1] - network.val_pck[-2] for network in networks if len(network.val_pck) > 1]
    rising = sum(rise > RISING for rise in rises)
    if not rising:
        return ""
    return (
        f" In the last of them the validation PCK of {rising} of {len(networks)} still rose by more than "
        f"{number(RISING * 100, 0)} point, by up to {points(max(rises))} points: they are far from converged."
    )


def _gain(found: Comparison, place: int) -> str:
    """'**1.2 points more** [−0.3, 2.7]'."""
    estimate = found.difference
    mean, low, high = (values[place] for values in (estimate.mean, estimate.low, estimate.high))
    word = "fewer" if mean < 0 else "more"
    return f"**{points(abs(mean))} points {word}** [{points(low)}, {points(high)}]"


def _verdict(estimate: Estimate, place: int) -> str:
    if estimate.low[place] > 0 or estimate.high[place] < 0:
        return ""
    return NO_DIFFERENCE


def _span(values: Sequence[int]) -> str:
    return f"{values[0]}" if values[0] == values[-1] else f"{values[0]} to {values[-1]}"


def _listed(values: Sequence[int | None]) -> str:
    return " or ".join(str(value) for value in values)
