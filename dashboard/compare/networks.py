"""The first tab of Compare: networks trained side by side, over the same people, from the study `networks`.

Their bundles are not shipped, so everything here comes from that study's small tables.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.compare import baselines, networks_charts
from dashboard.compare import networks_words as words
from dashboard.compare.networks_charts import Dots
from dashboard.shared import cache, figures, glossary, links, shown_here, untrained, widgets
from posecore.ablation import ALL_OFF, ALL_ON
from posecore.bundle import Bundle
from posecore.bundle.studies import open_study
from posecore.errors import BundleError
from posecore.keypoints import KeypointSet, sized_set
from posecore.statistics import Estimate
from posecore.studies.control.results import ControlStudy
from posecore.studies.networks.facts import Network, longest
from posecore.studies.networks.results import NAME, NetworksStudy, load_networks_study
from posecore.studies.networks.summary import Gains, NetworksSummary, SkipLoss, parts_of, summarise


def show(bundle: Bundle) -> None:
    """The whole tab."""
    try:
        study, summaries = studied(bundle)
    except BundleError as error:
        st.info(words.no_study(error), icon=":material/query_stats:")
        return
    # It speaks of the people chosen below.
    top = st.container()
    st.markdown(words.INTRODUCTION)
    titles = [words.named(study, data) for data in study.data]
    title = widgets.segments("People", titles, links.NETWORKS_DATA)
    summary = summaries[titles.index(title)]
    with top:
        shown_here.draw(*words.shown(summary))
    _scores(bundle, study, summary)
    figures.tabled("All networks as a table", _table(study, summaries), "networks")
    control = untrained.reference(bundle)
    _fair(study, summary, control)
    _skips(study, summary, control)
    _stacks(study, summary)
    _limits(study, summary)
    glossary.explain(
        "Heatmap, Bottleneck, Latent, Skip connection, Stack, Channels, Autoencoder, PCK, Point, Epoch, "
        "Validation people, Seed, 95 % interval, Control",
    )


def studied(bundle: Bundle) -> tuple[NetworksStudy, list[NetworksSummary]]:
    """The bundle's study, and its figures of every data set. Raises BundleError."""
    created = open_study(bundle, NAME).created
    study = _study(bundle, created)
    return study, [_summary(bundle, created, place) for place in range(len(study.data))]


@cache.cached(2, "Reading the study …")
def _study(bundle: Bundle, created: str) -> NetworksStudy:
    return load_networks_study(bundle)


@cache.cached(8, "Drawing people again …")
def _summary(bundle: Bundle, created: str, place: int) -> NetworksSummary:
    """The figures of a data set, by its place in the study. created: of the study."""
    study = _study(bundle, created)
    return summarise(study, study.data[place])


def _source(study: NetworksStudy, summary: NetworksSummary, networks: Sequence[Network]) -> str:
    names = list(dict.fromkeys(network.label for network in networks))
    shown = ", ".join(names) if len(names) < 4 else f"{len(networks)} networks"
    return f"n = {words.people_of(study, summary.data, networks)} · {shown}, {words.widths(networks)}"


def _scores(bundle: Bundle, study: NetworksStudy, summary: NetworksSummary) -> None:
    st.subheader("How many joints does each network find?")
    control = untrained.reference(bundle)
    figures.chart(scores(bundle, study, summary), "networks_scores", words.scores_alt(summary))
    if control is None:
        st.caption(untrained.missing(bundle))
    else:
        never = baselines.masks([control])[:, ALL_ON.position]
        st.caption(words.never_found(never, len(control.skip_people)))
    st.caption(words.how_scores(study, summary))


def scores(bundle: Bundle, study: NetworksStudy, summary: NetworksSummary) -> go.Figure:
    """The networks' PCK, a dot per seed."""
    labels = list(dict.fromkeys(network.label for network in study.networks))
    series = []
    for place, seed in enumerate(_seeds(study.networks)):
        rows = [row for row, network in enumerate(study.networks) if network.seed == seed]
        at = [study.networks[row].label for row in rows]
        series.append(Dots(f"seed {seed}", at, _at(summary.pck.one, rows), place, place))
    control = untrained.reference(bundle)
    never = np.empty(0) if control is None else baselines.masks([control])[:, ALL_ON.position]
    return networks_charts.scores(series, labels, _source(study, summary, study.networks), never)


def _fair(study: NetworksStudy, summary: NetworksSummary, control: ControlStudy | None) -> None:
    st.subheader("Is it better than the basic network trained for as long?")
    if not summary.fair.pairs:
        st.markdown(words.NO_FAIR)
        return
    chosen = longest(study.networks)
    lines = words.fair_sentences(summary, chosen) + words.seed_sentences(summary)
    st.markdown("\n".join(f"* {line}" for line in lines))
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
    apart = np.nan if control is None else baselines.apart(control)
    source = _source(study, summary, study.networks)
    figures.chart(
        networks_charts.gains(series, names, "points of PCK gained", source, apart),
        "networks_gains",
        f"Points of PCK that {len(shown)} networks gain over their controls, with intervals over people",
    )
    st.caption(words.HOW_FAIR)
    if control is not None:
        st.caption(
            words.never_apart(apart, len(control.skip_people))
            if np.isfinite(apart)
            else untrained.unknown(words.GAINS)
        )
    figures.tabled("These differences as a table", _gain_table(kinds), "networks-gains")


def _skips(study: NetworksStudy, summary: NetworksSummary, control: ControlStudy | None) -> None:
    st.subheader("Cut at test time beside trained without")
    if not summary.skips:
        st.markdown(words.NO_SKIPS)
        return
    st.markdown("\n".join(f"* {words.skip_sentence(found)}" for found in summary.skips))
    keypoints = _keypoints(study)
    parts = parts_of(keypoints)
    never, cut = (baselines.parts(control, mask, keypoints) for mask in (ALL_ON, ALL_OFF))
    series = [
        Dots(f"{network.label}, {kind}, seed {network.seed}", parts, estimate, colour, place, kind=kind)
        for place, found in enumerate(summary.skips)
        for colour, (network, kind, estimate) in enumerate(_three(found))
    ]
    networks = [network for found in summary.skips for network in (found.plain, found.without)]
    figures.chart(
        networks_charts.parts(series, parts, _source(study, summary, networks), (never, cut)),
        "networks_skips",
        f"PCK of all joints and of {len(parts) - 1} groups: basic network, the same with all skips cut at "
        "test time, and a network trained without skips",
    )
    st.caption(words.HOW_SKIPS)
    st.caption(words.symbols([found.plain for found in summary.skips]))
    if control is not None:
        st.caption(
            words.never_parts(never, cut, len(control.skip_people))
            if len(never)
            else untrained.unknown(words.GROUPS)
        )
    tables = [
        pd.DataFrame(
            {
                "seed": network.seed,
                "network": f"{network.label}, {kind}",
                "joints": parts,
                **_columns(estimate, "PCK", 1),
            }
        )
        for found in summary.skips
        for network, kind, estimate in _three(found)
    ]
    figures.tabled("The same as a table", pd.concat(tables), "networks-skips")


def _keypoints(study: NetworksStudy) -> KeypointSet:
    """Whose joints the networks find."""
    return sized_set(study.hits[0][0].shape[-1])


def _three(found: SkipLoss) -> list[tuple[Network, str, Estimate]]:
    return [
        (found.plain, "nothing cut", found.cut.one),
        (found.plain, "all cut at test time", found.cut.other),
        (found.without, "trained without", found.trained.other),
    ]


def _stacks(study: NetworksStudy, summary: NetworksSummary) -> None:
    st.subheader("What does the last stack find that the first did not?")
    if not summary.stacks:
        st.markdown(words.NO_STACKS)
        return
    st.markdown("\n".join(f"* {words.stack_sentence(found)}" for found in summary.stacks))
    keypoints = _keypoints(study)
    names = [parts_of(keypoints)[0], *keypoints.labels]
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
        f"Gain of the last stack over the first, of all joints and of {len(keypoints)} joints, with "
        "intervals",
    )
    st.caption(words.HOW_STACKS)
    st.caption(untrained.unknown(words.LATER_STACK))
    figures.tabled("The same as a table", pd.concat(tables), "networks-stacks")


def _limits(study: NetworksStudy, summary: NetworksSummary) -> None:
    st.subheader("What this does not show")
    st.markdown("\n".join(f"* {line}" for line in words.limits(study, summary)))


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
        pck, title = one.pck.one, words.named(study, one.data)
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
