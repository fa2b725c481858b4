"""What the page Compression says: sentences, names, texts for those who do not see charts or pictures."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from dashboard.compression import thesis
from dashboard.compression.known import Figures
from dashboard.shared import attribute_words, bundles, sources
from dashboard.shared.numbers import number, p_value, points
from dashboard.shared.shown_here import Verdict
from dashboard.shared.two_heatmaps import Answer
from posecore.ablation import LEVEL_NAMES
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
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
from posecore.studies.compression.results import CompressionStudy, Hessian
from posecore.studies.compression.summary import (
    EQUAL,
    FEWEST_SEEDS,
    SURE,
    Arm,
    Contest,
    Foretold,
    Group,
    control,
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
    f"at one of them the interval ends below {EQUAL * 100:.0f} point. Otherwise it cannot be told."
)
DENSE_TITLE: Final = "Dense, as shipped"
HOW_GROUPS: Final = (
    "Attributes are measured in the picture and cut into thirds; kinds are known of rendered people alone. "
    "The loss is the mean over people, with intervals over people. p: whether a group loses as much as all "
    "other people (Welch), corrected for all groups (Holm). Groups overlap."
)
HOW_FORETOLD: Final = (
    "Of the joints that the dense control finds, those that no seed of the smaller network finds are lost. "
    "The margin is the height of the peak less that of the strongest cell a PCK radius away. Intervals are "
    "over people."
)
HOW_DRAWN: Final = (
    "Solid: the share of channels inside the layers of an arrow that stay; pale: all there were. Across: "
    "skip connections, finest on top; down and up on either side."
)
NO_SMALLER_BUNDLE: Final = (
    "There is no bundle of a smaller network of the same people beside this one, so this is not known yet. "
    "Make one with `python scripts/extract_latents.py`, and its studies with `python scripts/skip_study.py` "
    "and `python scripts/probe_study.py`."
)
THESIS: Final = (
    "**Other data, another network, another metric**: PCKh on MPII of a network of "
    f"{number(thesis.MILLIONS, 1)} million parameters ({number(thesis.MEGABYTES, 1)} MB). Not to be compared "
    "with the panels above. The thesis's compressed networks were trained far longer than its dense one, and "
    "it had no dense control trained as long."
)
THESIS_SOURCE: Final = "The thesis's figures, MPII validation people · its pose network on ResNet-50"
THESIS_ALT: Final = "PCKh of the thesis's networks against the share of the parameters kept, " + "; ".join(
    f"{METHODS[row.method]} {row.kept:.0%} {number(row.pckh, 2)}" for row in thesis.ROWS
)


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
    seeds = len(one.points)
    strength = "" if one.strength is None else f" {one.strength:g}"
    counted = f"{seeds} {'seed' if seeds == 1 else 'seeds'}"
    return f"{METHODS[one.method]}{strength}, {percent(one.keep)} kept, {counted}"


def _interval(found: Estimate) -> str:
    return (
        f"{points(float(found.mean), sign=True)} points "
        f"({points(float(found.low), sign=True)} to {points(float(found.high), sign=True)})"
    )


def contest(one: Contest) -> str:
    """One comparison of Bayesian compression, with its figures."""
    seeds = f"{one.seeds[0]} against {one.seeds[1]} seeds"
    unfair = "" if one.fair else ", unequal steps"
    return (
        f"{_interval(one.gain)} of PCK over {METHODS[one.against]} at {percent(one.keep)} ({seeds}{unfair})"
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
    return f"{what}, by {'; '.join(map(contest, asked))}{lacks}", verdict


def on_whom(study: CompressionStudy, told: Figures) -> str:
    """What the smallest Bayesian network loses, and of whom."""
    if told.smallest is None:
        return "No Bayesian network of this study was engineered and fine-tuned."
    lost = [found.difference for one, found in told.lost if one in told.smallest.points]
    each = "; ".join(_lost(found) for found in lost)
    begun = (
        f"Against {point(study, control(study))}, it loses {each} with {percent(told.smallest.keep)} kept."
    )
    if not told.worst:
        return f"{begun} There are too few people to tell of whom."
    sure = [one for one in told.worst if one.corrected < SURE and one.loss > one.others]
    if not sure:
        return f"{begun} No group of people surely loses more than the others."
    return f"{begun} Most of all {_group_sentence(sure[0])}."


def _lost(found: Estimate) -> str:
    return (
        f"{points(float(found.mean))} points of PCK ({points(float(found.low))} to "
        f"{points(float(found.high))})"
    )


def _group_sentence(one: Group) -> str:
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
        "Whiskers: 95 % intervals over people. Filled: a seed each, lines through their means; hollow: only "
        "masked; colours as named below the first panel. Grey: controls; dashed: a network that never "
        f"learned. Latency: median of {rounds} turns, one picture, taken in turn with the dense network."
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


def losing(study: CompressionStudy, one: Arm, data: int) -> str:
    """What the second tab shows of an arm."""
    return (
        f"Joints that **{point(study, control(study))}** finds and **no seed** of the smaller network does. "
        "What only one seed loses may be chance; what all lose is compression."
    )


def tile(name: str, gone: int, labelled: int) -> str:
    """Below a person of the gallery."""
    return f"{name}: loses {gone} of {labelled} labelled joints"


def tile_alt(name: str) -> str:
    """A person of the gallery."""
    return f"{name}: joints of the dense network, then of the smaller one"


def gallery(study: CompressionStudy, one: Arm) -> str:
    """What the gallery shows."""
    return (
        f"Left: {point(study, control(study))}; right: {point(study, one.points[0])}. Joints that are not "
        "found are thin and hollow."
    )


def no_pictures(study: CompressionStudy, data: int) -> str:
    """Where nobody of a data set is drawn."""
    if len(study.people[data].shown):
        return "Nobody whose picture the study keeps loses a joint in all seeds."
    return "Pictures are kept of rendered people alone, never of photographs; the table names everybody."


def joints_alt(found: Estimate) -> str:
    """The chart of joints."""
    return (
        f"Points of hits lost by joint, from {points(float(np.nanmin(found.mean)))} to "
        f"{points(float(np.nanmax(found.mean)))}, with intervals over people"
    )


def groups_alt(shown_: Sequence[Group]) -> str:
    """The chart of groups."""
    return (
        f"Points of PCK lost by {len(shown_)} groups of people, the worst first: {group(shown_[0])}, "
        f"{points(shown_[0].loss)}"
    )


def worst_group(found: Sequence[Group]) -> str:
    """The group that loses most, and whether it surely loses more than others."""
    if not found:
        return "There are too few people for groups of them."
    one = found[0]
    sure = one.corrected < SURE
    told = sum(each.corrected < SURE for each in found)
    return (
        f"Of {len(found)} groups the worst: {_group_sentence(one)}, which "
        f"{'is more than the others lose' if sure else 'cannot be told from the others'}. "
        f"{told} groups surely differ from all other people."
    )


def foretold(found: Foretold) -> str:
    """Whether a margin foretells a loss."""
    if not found.lost or not found.kept:
        return "Nothing is lost by all seeds, or everything is, so nothing can be foretold."
    said = (
        f"Of a lost and a kept joint, the lost one has the smaller margin in {number(found.auc * 100, 0)} % "
        f"of pairs ({number(found.low * 100, 0)} to {number(found.high * 100, 0)} %; 50 % is chance; "
        f"{found.lost:,} joints lost, {found.kept:,} kept)"
    )
    if found.low > 0.5:
        return f"{said}: a small margin **foretells** a loss."
    if found.high < 0.5:
        return f"{said}: a **large** margin goes with a loss."
    return f"{said}: it **cannot be told**."


def hessian(found: Sequence[Hessian]) -> str:
    """How far the curvature changed the ranking."""
    if not found:
        return "This study holds no Bayesian ranking."
    lines = [
        f"Seed {one.seed}: rank correlation of the Bayesian scores with the norms of the same weights "
        f"{number(one.correlation, 2)} over all groups, {number(one.within, 2)} within a layer; of the "
        f"groups that go, {_overlap(one)} would have gone by norm, too"
        for one in found
    ]
    return "\n".join(f"* {line}." for line in lines)


def _overlap(one: Hessian) -> str:
    told = [(float(share), value) for share, value in one.overlap.items()]
    if not told:
        return "none"
    share, value = min(told, key=lambda each: abs(each[0] - 1 / 3))
    return f"{value:.0%} (at {percent(share)} kept)"


def surviving(one: Arm, shares: Mapping[str, float]) -> str:
    """Where most and least stays."""
    skips = [share for name, share in shares.items() if name.startswith("skip ")]
    rest = [share for name, share in shares.items() if not name.startswith("skip ")]
    most, least = (pick(shares, key=lambda name: shares[name]) for pick in (max, min))
    said = (
        f"Most channels stay in {part(most)} ({shares[most]:.0%}), fewest in {part(least)} "
        f"({shares[least]:.0%})"
    )
    if not skips or not rest:
        return f"{said}."
    return (
        f"{said}; over skip connections {np.mean(skips):.0%}, in all other parts {np.mean(rest):.0%}, mean "
        "over parts."
    )


def part(name: str) -> str:
    """A part of the network."""
    first, _, level_ = name.partition(" ")
    if first == "skip":
        return f"the skip connection at {LEVEL_NAMES[int(level_)]}"
    if first in ("down", "up"):
        return f"the way {first} at {LEVEL_NAMES[int(level_) + (first == 'up')]}"
    return name if name.startswith("behind") else f"the {name}"


def drawing_alt(shares: Mapping[str, float]) -> str:
    """The drawing in words."""
    return "Hourglass; share of channels that stay: " + ", ".join(
        f"{part(name)} {share:.0%}" for name, share in shares.items()
    )


def level(number_: int) -> str:
    """A column of what cutting one skip loses."""
    return f"lost with {LEVEL_NAMES[number_]} cut"


def bundle_title(bundle: Bundle) -> str:
    """A bundle and its network."""
    return f"{bundle.path.name} ({bundles.network_name(bundle)})"


def leaning(found: Sequence[tuple[Bundle, Estimate]]) -> str:
    """What all skips are worth to either network."""
    (_, ours), (_, theirs) = found
    lines = "; ".join(f"{one.path.name} loses {_lost(lost)}" for one, lost in found)
    apart = float(theirs.low) > float(ours.high), float(theirs.high) < float(ours.low)
    said = (
        "the smaller network leans **more** on them"
        if apart[0]
        else "the smaller network leans **less** on them"
        if apart[1]
        else "which of the two leans more on them **cannot be told**"
    )
    return f"With all skip connections cut, {lines}: {said}."


def no_probe(bundle: Bundle) -> str:
    """Where a readout of one of the two is not known."""
    return f"What each part of {bundle.path.name} knows: `{study_command(bundle, 'probe')}` finds it out."
