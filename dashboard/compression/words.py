"""What the page Compression says on top and of the trade; names that its tabs share."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from dashboard.compression import thesis
from dashboard.compression.known import Figures
from dashboard.shared import attribute_words, bundles, sources
from dashboard.shared.numbers import number, p_value, points
from dashboard.shared.shown_here import Verdict
from dashboard.shared.two_heatmaps import Answer
from posecore.bundle import Bundle
from posecore.errors import PosecoreError
from posecore.metrics.pckh import heads_in_words
from posecore.samples import TRUTH
from posecore.statistics import Estimate
from posecore.studies.compression.facts import (
    BAYESIAN,
    DENSE,
    L1,
    LASSO,
    LIVE,
    MAGNITUDE,
    MASKED,
    RANDOM,
    SCRATCH,
    SHIPPED,
    TUNED,
    UNTRAINED,
    Point,
    under_trained,
)
from posecore.studies.compression.facts import METHODS as RANKED
from posecore.studies.compression.results import CompressionStudy
from posecore.studies.compression.summary import (
    EQUAL,
    FEWEST_SEEDS,
    SURE,
    Arm,
    Contest,
    Group,
    control,
    judged,
    spoken_of,
)

GLOSSARY: Final = (
    "Crop, Heatmap, Peak, Bottleneck, Skip connection, Channels, PCK, Point, OKS, Seed, 95 % interval, "
    "Bootstrap, Corrected p, Rank correlation, Rival, Control, Readout, Engineered, Fine-tuned, "
    "Group of weights, Multiply-accumulate"
)
"""Of glossary.TERMS, those that the page uses."""
METHODS: Final[Mapping[str, str]] = {
    BAYESIAN: "Bayesian",
    MAGNITUDE: "magnitude",
    LASSO: "group lasso",
    RANDOM: "random groups",
    L1: "L1 (single weights)",
    SCRATCH: "same shape from scratch",
    DENSE: "dense, trained as long",
    SHIPPED: "dense, as shipped",
    UNTRAINED: "a network that never learned",
}
MARKED: Final = "the share chosen"
NOTHING_TUNED: Final = (
    "This study holds no network that was engineered and fine-tuned, so there is nothing to compare people "
    "by. Name such runs of train.py with `--tuned`."
)
SHARE_HELP: Final = (
    "Marks the networks of this share with a ring in all three panels, and masks the network below live."
)
RULE: Final = (
    "It holds where, at every share at which both were fine-tuned, for as many steps and with "
    f"{FEWEST_SEEDS} seeds against magnitude, the whole interval of the gain lies above 0. It does not where "
    f"at one of them the interval ends below {EQUAL * 100:.0f} point. Otherwise it cannot be told. Random "
    "groups are judged by one seed, too."
)
DENSE_TITLE: Final = "Dense, as shipped"
THESIS: Final = (
    "**Other data, another network, another metric**: PCKh on MPII of a network of "
    f"{number(thesis.MILLIONS, 1)} million parameters ({number(thesis.MEGABYTES, 1)} MB). Not to be compared "
    "with the panels above. The thesis's compressed networks were trained far longer than its dense one, and "
    "it had no dense control trained as long."
)
THESIS_SOURCE: Final = "The thesis's figures, MPII validation people · its pose network on ResNet-50"


def no_study(error: Exception) -> str:
    """What is missing, with the command that makes it."""
    return f"Nothing is known here yet. {error}"


def no_person(error: PosecoreError) -> str:
    """Where a person cannot be shown."""
    return f"This person cannot be shown. {error}"


def people(study: CompressionStudy, number_: int) -> str:
    """A data set of the study, unique among them."""
    data = study.data[number_]
    kind = "" if data.split == "train" else sources.KINDS.get(data.split, data.split)
    return sources.counted(data.name, data.people, kind=kind)


def source(study: CompressionStudy, data: int) -> str:
    """What stands above every figure."""
    swept = len(study.people[data].swept)
    some = f", only masked: {swept:,} of them" if swept < study.data[data].people else ""
    return f"n = {people(study, data)}{some} · {study.points[0].network}, compressed"


def network_words(bundle: Bundle) -> str:
    """The network, for the glossary."""
    return bundles.network_name(bundle)


def percent(share: float) -> str:
    """A share as the slider has it."""
    return f"{share * 100:.3g} %"


def series(kind: str, method: str, strength: float | None = None) -> str:
    """A line's or a series' name. strength: where others of the method have another one."""
    name = METHODS[method] if strength is None else f"{METHODS[method]} {strength:g}"
    if kind == MASKED:
        return f"{name}, only masked"
    if kind == LIVE:
        return f"{name}, only masked, shipped weights"
    return f"{name}, engineered and fine-tuned" if kind == TUNED and method in RANKED else name


def thesis_alt() -> str:
    """The thesis's panel in words."""
    return "PCKh of the thesis's networks against the share of the parameters kept, " + "; ".join(
        f"{thesis_series(row.method, row.tuned)} {row.kept:.0%} {number(row.pckh, 2)}" for row in thesis.ROWS
    )


def thesis_series(method: str, tuned: bool) -> str:
    """The same of the thesis's points."""
    if method == DENSE:
        return "dense baseline"
    return f"{METHODS[method]}, {'engineered and fine-tuned' if tuned else 'only masked'}"


def point(study: CompressionStudy, one: Point) -> str:
    """A network of the study, in a few words."""
    parts = [series(one.kind, one.method)]
    if one.network != study.points[0].network:
        parts.append(one.network)
    if one.keep is not None:
        parts.append(f"{percent(one.keep)} kept")
    if one.strength is not None:
        parts.append(f"strength {one.strength:g}")
    if one.method not in (SHIPPED, UNTRAINED):
        parts.append(f"seed {one.seed}")
    if under_trained(one, study.points):
        parts.append("under-trained")
    return ", ".join(parts)


def arm(one: Arm) -> str:
    """Seeds of one method at one share."""
    strength = "" if one.strength is None else f" {one.strength:g}"
    counted = _seeds(len(one.points))
    return f"{METHODS[one.method]}{strength}, {percent(one.keep)} kept, {counted}"


def arm_spoken_of(study: CompressionStudy) -> str | None:
    """The one that lists begin with, None where the first of them will do."""
    found = spoken_of(study)
    return None if found is None else arm(found)


def interval(found: Estimate) -> str:
    """A difference with its interval."""
    return (
        f"{points(float(found.mean), sign=True)} points "
        f"({points(float(found.low), sign=True)} to {points(float(found.high), sign=True)})"
    )


def _seeds(count: int) -> str:
    return f"{count} seed" if count == 1 else f"{count} seeds"


def contest(one: Contest) -> str:
    """One comparison of Bayesian compression, with its figures."""
    ours, theirs = one.seeds
    seeds = "one seed each" if one.seeds == (1, 1) else f"{_seeds(ours)} against {theirs}"
    unfair = "" if one.fair else ", unequal training"
    aside = "" if judged(one) else ", too few to judge by"
    return (
        f"{interval(one.gain)} of PCK over {METHODS[one.against]} at {percent(one.keep)} "
        f"({seeds}{unfair}{aside})"
    )


def shown(study: CompressionStudy, told: Figures) -> tuple[str, Verdict]:
    """Whether Bayesian structured compression beats magnitude and random groups, with the figures."""
    asked = [one for one in told.contests if one.against in (MAGNITUDE, RANDOM)]
    what = "Bayesian structured compression beats magnitude and random groups"
    if not asked:
        return f"{what}: no share at which both were fine-tuned", Verdict.UNKNOWN
    missing = [METHODS[name] for name in (MAGNITUDE, RANDOM) if name not in {one.against for one in asked}]
    lacks = f"; nothing is known against {' and '.join(missing)}" if missing else ""
    verdict = {True: Verdict.HOLDS, False: Verdict.DOES_NOT, None: Verdict.UNKNOWN}[told.beats]
    return f"{what}, with gains of {'; '.join(map(contest, asked))}{lacks}", verdict


def on_whom(study: CompressionStudy, told: Figures) -> str:
    """What the Bayesian networks spoken of first lose, and of whom."""
    if told.spoken_of is None:
        return "No Bayesian network of this study was engineered and fine-tuned."
    lost = [found.difference for one, found in told.lost if one in told.spoken_of.points]
    each = "; ".join(lost_points(found) for found in lost)
    steps = max(one.steps or 0 for one in told.spoken_of.points)
    begun = (
        f"Against {point(study, control(study))}, Bayesian networks with {percent(told.spoken_of.keep)} kept "
        f"({_seeds(len(lost))}) lose {each}, after {steps:,} steps of training; after more, perhaps less."
    )
    if not told.worst:
        return f"{begun} There are too few people to tell of whom."
    sure = [one for one in told.worst if one.corrected < SURE and one.loss > one.others]
    most = (
        f"Most of all {group_against_others(sure[0])}."
        if sure
        else "No group of people surely loses more than the others."
    )
    return "  \n".join([f"{begun} {most}", *(on_whom_behind(one, found) for one, found in told.behind)])


def on_whom_behind(one: Contest, groups: Sequence[Group]) -> str:
    """On whom the gain over another method differs most from that on all other people."""
    against = f"Against {METHODS[one.against]} at {percent(one.keep)}"
    sure = [each for each in groups if each.corrected < SURE]
    if not sure:
        return f"{against}: of {len(groups)} groups none surely differs from other people."
    most = max(sure, key=lambda each: abs(each.loss - each.others))
    gain, low, high, others = (
        points(-value, sign=True) for value in (most.loss, most.high, most.low, most.others)
    )
    return (
        f"{against} the gain differs most on {group(most)}: {gain} points ({low} to {high}, n = {most.n:,}) "
        f"against {others} on all others (corrected {p_value(most.corrected, 0)})."
    )


def lost_points(found: Estimate) -> str:
    """A loss with its interval."""
    return (
        f"{points(float(found.mean))} points of PCK ({points(float(found.low))} to "
        f"{points(float(found.high))})"
    )


def group_against_others(one: Group) -> str:
    """What a group loses, beside all other people."""
    return (
        f"{group(one)}: {points(one.loss)} points ({points(one.low)} to {points(one.high)}, n = {one.n:,}) "
        f"against {points(one.others)} of all others (corrected {p_value(one.corrected, 0)})"
    )


def group(one: Group) -> str:
    """A group of people."""
    if one.of == "view":
        return f"seen from the {one.which}"
    column = f"{TRUTH}{one.of}"
    if column in attribute_words.COLUMNS:
        return f"{attribute_words.COLUMNS[column]}: {attribute_words.value_of(column, one.which)}"
    if one.of == "child":
        return "children" if one.which == "True" else "adults"
    return f"{attribute_words.words_of(one.of, 'annotated').axis}: {one.which}"


def trade(study: CompressionStudy) -> str:
    """What the first tab shows."""
    return (
        "Every network over the same people. **Only masked**: groups of weights say nothing, and nothing was "
        "trained since; the engineered network is the same function, so its size and speed stand here. "
        "**Engineered and fine-tuned**: the smaller network was trained on, as long as its dense control."
    )


def how_to_read(study: CompressionStudy, data: int) -> str:
    """Below the panels."""
    rounds = study.info["settings"]["rounds"]
    late = [point(study, one) for one in study.points if under_trained(one, study.points)]
    more = f" Fewer steps than what they are held against: {'; '.join(late)}." if late else ""
    l1 = any(one.method == L1 for one in study.points)
    single = (
        " L1 leaves single weights, not smaller layers: it stands at the weights that are not zero, and has "
        "no multiply-accumulates or latency of its own."
        if l1
        else ""
    )
    return (
        "Whiskers: 95 % intervals over people, of hollow points only at the share chosen. Filled: a seed "
        "each, lines through their means; hollow: only masked; colours as named below the first panel. Grey: "
        "dense and from scratch; dashed: a network "
        f"that never learned. Latency: median of {rounds} turns, one picture, in turn with the dense network."
        f"{single}{more}"
    )


def heads(study: CompressionStudy, data: int) -> str:
    """By what PCKh is, in the table; empty where these people have no heads."""
    origins = study.info["heads"][data]
    return f"PCKh, in the table: {heads_in_words(origins)}." if origins else ""


def panel_alt(axis: str, study: CompressionStudy, pck: Sequence[Estimate]) -> str:
    """A panel in words."""
    told = [float(one.mean) for one in pck]
    return (
        f"PCK of {len(told)} networks against {axis}: from {number(min(told))} to {number(max(told))}, the "
        f"shipped dense one {number(told[0])}"
    )


def lost_alt(names: Sequence[str], lost: Estimate) -> str:
    """The chart of what is lost."""
    told = (f"{name} {points(float(mean))}" for name, mean in zip(names, lost.mean, strict=True))
    return f"Points of PCK lost: {'; '.join(told)}"


def against(study: CompressionStudy) -> str:
    """Below the same chart."""
    dense = control(study)
    told = f"Against {point(study, dense)}, person by person, with intervals over people."
    if dense.kind == TUNED:
        return told
    return (
        f"{told} No dense network of this study was trained on for as long, so longer training counts, too."
    )


def at_share(study: CompressionStudy, pck: Sequence[Estimate], marked: Sequence[int]) -> list[str]:
    """What is marked, a line each, the dense one first."""
    places = ([0] if marked else []) + list(marked)
    lines = []
    for place in places:
        one, found = study.points[place], pck[place]
        own, dense = study.milliseconds[place]
        lines.append(
            f"{point(study, one)}: PCK {number(float(found.mean))} ({number(float(found.low))} to "
            f"{number(float(found.high))}), {number(one.parameters / 1e6, 2)} M parameters, "
            f"{number(one.multiplications / 1e9, 2)} G multiply-accumulates, latency "
            f"{number(float(own / dense), 2)} of the dense network's"
        )
    return lines


def masked_title(share: float) -> str:
    """The network that is masked live."""
    return f"Only masked, {percent(share)} kept"


def tuned_title(bundle: Bundle, other: Bundle) -> str:
    """The smaller network that ships; its own share, whatever the slider says."""
    share = _file_size(other) / max(1, _file_size(bundle))
    return f"Engineered and fine-tuned ({other.path.name}, {percent(share)} of the file)"


def _file_size(bundle: Bundle) -> int:
    from posecore.bundle.manifest import WEIGHTS

    return int(bundle.manifest.files[WEIGHTS]["bytes"])


def joints(answer: Answer) -> str:
    """How many joints are sure, and found where that is known."""
    found = answer.found()
    if found is None:
        return answer.after.how_sure()
    labelled = int((~np.isnan(found[1])).sum())
    return f"finds {int(np.nansum(found[1]))} of {labelled} labelled joints; {answer.after.how_sure()}"


def heatmap_alt(title: str, joint: str) -> str:
    """A picture of heatmaps."""
    return f"Heatmaps, {title}: {joint}"


def skeleton_alt(title: str) -> str:
    """A picture of joints."""
    return f"Skeleton, {title}"


def what_is_masked(study: CompressionStudy, share: float, has_point: bool, ships: bool) -> list[str]:
    """What the masked heatmaps are of."""
    lines = []
    if study.live is None:
        lines.append("No Bayesian ranking of this study began with this network, so nothing is masked live.")
    elif not has_point:
        lines.append(f"The ranking cannot keep {percent(share)}: rounding leaves more.")
    else:
        lines.append(
            f"Only masked: the Bayesian ranking of seed {study.live.made['seed']}, on the shipped weights, "
            "not trained on since; in the panels that is the line with “shipped weights”."
        )
    if not ships:
        lines.append("No bundle of a smaller network lies beside this one, so none is shown fine-tuned.")
    lines.append("All heatmaps share the scale of the dense network's.")
    return lines
