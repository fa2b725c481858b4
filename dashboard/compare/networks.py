"""The first tab of Compare: networks trained side by side, over the same people, from the study `networks`.

Their bundles are not shipped, so everything here comes from that study's small tables.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.compare import networks_charts, networks_words
from dashboard.compare.networks_charts import Dots
from dashboard.shared import cache, figures, glossary, links
from dashboard.shared.numbers import points
from posecore.bundle import Bundle
from posecore.bundle.studies import open_study
from posecore.errors import BundleError
from posecore.keypoints import KEYPOINTS, label
from posecore.statistics import Estimate
from posecore.studies.networks.facts import Network, longest
from posecore.studies.networks.results import NAME, NetworksStudy, load_networks_study
from posecore.studies.networks.summary import PARTS, Gains, NetworksSummary, SkipLoss, summarise


def show(bundle: Bundle) -> None:
    """The whole tab."""
    try:
        created = open_study(bundle, NAME).created
        study = _study(bundle, created)
    except BundleError as error:
        st.info(f"There is no study of several networks to show. {error}", icon=":material/query_stats:")
        return
    st.markdown(
        "Networks that were **built or trained otherwise**, over the same people. A dot is one network, "
        "the line through it the 95 % interval over people. Differences are taken person by person, so "
        "their intervals are narrower than those of the scores; where one holds 0, the people seen do not "
        "tell the two apart. The **basic network** has one stack, all skip connections and nothing in the "
        "bottleneck; it was trained with all of them."
    )
    titles = [networks_words.named(study, data) for data in study.data]
    links.refuse_forged(links.NETWORKS_DATA, f"one of {'; '.join(titles)}", titles.__contains__)
    title = st.segmented_control(
        "People", titles, default=titles[0], required=True, key=links.NETWORKS_DATA, bind="query-params"
    )
    summaries = [_summary(bundle, created, place) for place in range(len(titles))]
    summary = summaries[titles.index(title)]
    _scores(study, summary)
    figures.tabled("All networks as a table", _table(study, summaries), "networks")
    _fair(study, summary)
    _skips(study, summary)
    _stacks(study, summary)
    _limits(study, summary)
    glossary.show(
        "Heatmap, Bottleneck, Latent, Skip connection, Stack, Channels, Autoencoder, PCK, Point, Epoch, "
        "Validation people, Seed, 95 % interval, Control",
    )


@cache.cached(2, "Reading the study …")
def _study(bundle: Bundle, created: str) -> NetworksStudy:
    return load_networks_study(bundle)


@cache.cached(8, "Drawing people anew …")
def _summary(bundle: Bundle, created: str, place: int) -> NetworksSummary:
    """The figures of a data set, by its place in the study. created: of the study."""
    study = _study(bundle, created)
    return summarise(study, study.data[place])


def _source(study: NetworksStudy, summary: NetworksSummary, networks: Sequence[Network]) -> str:
    names = list(dict.fromkeys(network.label for network in networks))
    shown = ", ".join(names) if len(names) < 4 else f"{len(networks)} networks"
    return (
        f"n = {networks_words.people_of(study, summary.data, networks)} · {shown}, "
        f"{networks_words.widths(networks)}"
    )


def _scores(study: NetworksStudy, summary: NetworksSummary) -> None:
    st.subheader("How many joints does each network find?")
    labels = list(dict.fromkeys(network.label for network in study.networks))
    series = []
    for place, seed in enumerate(_seeds(study.networks)):
        rows = [row for row, network in enumerate(study.networks) if network.seed == seed]
        at = [study.networks[row].label for row in rows]
        series.append(Dots(f"seed {seed}", at, _at(summary.pck.one, rows), place, place))
    figures.chart(
        networks_charts.scores(series, labels, _source(study, summary, study.networks)),
        "networks_scores",
        f"PCK of {len(study.networks)} networks, {summary.pck.one.mean.min():.3f} to "
        f"{summary.pck.one.mean.max():.3f}, a dot per seed, with intervals over people",
    )
    st.caption(
        f"PCK of the last stack's heatmaps, with the skip connections each network was built with; "
        f"{study.precision}. {_spread(study, summary)}"
    )


def _spread(study: NetworksStudy, summary: NetworksSummary) -> str:
    """How far seeds lie apart: the only hint at what chance in training does."""
    pck = dict(zip((network.name for network in study.networks), summary.pck.one.mean, strict=True))
    by_label: dict[str, list[float]] = {}
    for network in study.networks:
        by_label.setdefault(network.label, []).append(float(pck[network.name]))
    apart = [max(values) - min(values) for values in by_label.values() if len(values) > 1]
    if not apart:
        return "One seed of each: what another seed would do is not known."
    most = max(len(values) for values in by_label.values())
    return (
        f"Seeds of one network lie up to {points(max(apart))} points apart; {most} of them give no interval."
    )


def _fair(study: NetworksStudy, summary: NetworksSummary) -> None:
    st.subheader("Is it better than the basic network trained for as long?")
    if not summary.fair.pairs:
        st.markdown(
            "This study has no basic network of the same width, seed and training beside another one, so "
            "this cannot be told."
        )
        return
    chosen = longest(study.networks)
    st.markdown("\n".join(f"* {line}" for line in networks_words.fair_sentences(summary, chosen)))
    kinds: list[tuple[str, Gains, int]] = [
        ("against the basic network given the same training", summary.fair, 0),
        ("against the network it began with, trained for fewer steps", summary.since, 1),
    ]
    series = []
    for seed_place, seed in enumerate(_seeds(study.networks)):
        for name, found, colour in kinds:
            rows = [row for row, (network, _) in enumerate(found.pairs) if network.seed == seed]
            if rows:
                at = [found.pairs[row][0].label for row in rows]
                difference = _at(found.found.difference, rows)
                dots = Dots(f"{name}, seed {seed}", at, difference, colour, seed_place, open=colour == 1)
                series.append(dots)
    shown = {network for _, found, _ in kinds for network, _ in found.pairs}
    names = list(dict.fromkeys(network.label for network in study.networks if network in shown))
    figures.chart(
        networks_charts.gains(series, names, "points of PCK gained", _source(study, summary, study.networks)),
        "networks_gains",
        f"Points of PCK that {len(shown)} networks gain over their controls, with intervals over people",
    )
    st.caption(
        "Filled: the fair control, the basic network of the same width and seed after the same recipes, "
        "steps and people. Open: what the network's last training began with, as the thesis compared; this "
        "holds what longer training alone gains, which a basic network's open dot shows."
    )
    figures.tabled("These differences as a table", _gain_table(kinds), "networks-gains")


def _skips(study: NetworksStudy, summary: NetworksSummary) -> None:
    st.subheader("Cut at test time beside trained without")
    if not summary.skips:
        st.markdown(
            "This study has no network built without skip connections beside a basic one given the same "
            "training."
        )
        return
    st.markdown("\n".join(f"* {networks_words.skip_sentence(found)}" for found in summary.skips))
    series = [
        Dots(f"{name}, seed {found.plain.seed}", PARTS, estimate, colour, place)
        for place, found in enumerate(summary.skips)
        for colour, (name, estimate) in enumerate(_three(found))
    ]
    networks = [network for found in summary.skips for network in (found.plain, found.without)]
    figures.chart(
        networks_charts.parts(series, PARTS, _source(study, summary, networks)),
        "networks_skips",
        "PCK of all joints and of seven groups: basic network, the same with all skips cut at test time, "
        "and a network trained without skips",
    )
    st.caption(
        "Two experiments. Cut **at test time**: the weights were trained with all skips, whose features "
        "now count as zero; it shows what this network leans on. **Trained without**: the branches were "
        "never built; it shows what a network can learn to do without them. Groups: mean over people of "
        "the share of their labelled joints found."
    )
    tables = [
        pd.DataFrame(
            {"seed": found.plain.seed, "network": name, "joints": PARTS, **_columns(estimate, "PCK", 1)}
        )
        for found in summary.skips
        for name, estimate in _three(found)
    ]
    figures.tabled("The same as a table", pd.concat(tables), "networks-skips")


def _three(found: SkipLoss) -> list[tuple[str, Estimate]]:
    return [
        (f"{found.plain.label}, nothing cut", found.cut.one),
        (f"{found.plain.label}, all cut at test time", found.cut.other),
        (f"{found.without.label}, trained without", found.trained.other),
    ]


def _stacks(study: NetworksStudy, summary: NetworksSummary) -> None:
    st.subheader("What does the last stack find that the first did not?")
    if not summary.stacks:
        st.markdown("This study has no network of more than one stack.")
        return
    st.markdown("\n".join(f"* {networks_words.stack_sentence(found)}" for found in summary.stacks))
    names = [PARTS[0], *(label(name) for name in KEYPOINTS)]
    series, tables = [], []
    for place, (network, found) in enumerate(summary.stacks):
        series.append(Dots(f"{network.label}, seed {network.seed}", names, found.difference, place, place))
        columns = _columns(found.difference, "points gained", 100)
        tables.append(
            pd.DataFrame({"network": network.label, "seed": network.seed, "joint": names, **columns})
        )
    networks = [found.network for found in summary.stacks]
    figures.chart(
        networks_charts.gains(
            series,
            names,
            "points that the last stack finds more than stack 1",
            _source(study, summary, networks),
        ),
        "networks_stacks",
        f"Gain of the last stack over the first, of all joints and of {len(KEYPOINTS)} joints, with "
        "intervals",
    )
    st.caption(
        "Both stacks' heatmaps come from one pass of one network. All stacks were taught the same target, "
        "the second sees what the first found. Joints are not corrected for how many there are."
    )
    figures.tabled("The same as a table", pd.concat(tables), "networks-stacks")


def _limits(study: NetworksStudy, summary: NetworksSummary) -> None:
    st.subheader("What this does not show")
    st.markdown("\n".join(f"* {line}" for line in networks_words.limits(study, summary)))


def _table(study: NetworksStudy, summaries: Sequence[NetworksSummary]) -> pd.DataFrame:
    """One row per network: how it was built and trained, and what it finds of every data set."""
    rows = [
        {
            "network": network.label,
            "seed": network.seed,
            "channels": network.channels,
            "stacks": network.stacks,
            "skips built": network.skips,
            "skips cut in training": "at random" if network.met_cuts else "none",
            "bottleneck channels": network.bottleneck,
            "autoencoder": network.autoencoder,
            "parameters": network.parameters,
            "trained": ", then ".join(f"{run.preset} {run.kept}" for run in network.trainings),
            "epochs": network.epochs,
            "steps": network.steps,
            "trained on": "; ".join(dict.fromkeys(name for run in network.trainings for name in run.data)),
        }
        for network in study.networks
    ]
    table = pd.DataFrame(rows)
    for one in summaries:
        pck, title = one.pck.one, networks_words.named(study, one.data)
        table[f"PCK, {title}"], table[f"n, {title}"] = pck.mean, pck.n
        table[f"95 % from, {title}"], table[f"95 % to, {title}"] = pck.low, pck.high
        table[f"PCK with all skips cut, {title}"] = one.pck.other.mean
    return table


def _gain_table(kinds: Sequence[tuple[str, Gains, int]]) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame(
            {
                "network": [network.label for network, _ in found.pairs],
                "seed": [network.seed for network, _ in found.pairs],
                "compared": name,
                "with": [other.label for _, other in found.pairs],
                **_columns(found.found.difference, "points gained", 100),
            }
        )
        for name, found, _ in kinds
    )


def _columns(estimate: Estimate, name: str, factor: float) -> dict[str, object]:
    mean, low, high = (np.asarray(values) * factor for values in estimate[:3])
    return {name: mean, "95 % from": low, "95 % to": high, "n": estimate.n}


def _at(estimate: Estimate, rows: Sequence[int]) -> Estimate:
    places = list(rows)
    return Estimate(estimate.mean[places], estimate.low[places], estimate.high[places], estimate.n[places])


def _seeds(networks: Sequence[Network]) -> list[int]:
    return sorted({network.seed for network in networks})
