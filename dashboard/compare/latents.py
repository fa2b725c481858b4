"""The latents of two networks over the same people: maps turned onto another, variance, clusters, layers."""

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare import baselines, charts, maps, readout
from dashboard.compare import latents_words as words
from dashboard.compare import pair as compare_pair
from dashboard.compare.baselines import Baselines
from dashboard.compare.latents_words import SHARE
from dashboard.compare.pair import Pair
from dashboard.shared import cache, figures, links, shown_here, untrained, widgets
from dashboard.shared.clustering import answers
from dashboard.shared.clustering.questions import LEAST, MOST
from dashboard.shared.contingency import contingency
from dashboard.shared.numbers import number
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.clustering.matching import compare
from posecore.errors import BundleError, PosecoreError
from posecore.similarity.cka import cka, cka_interval
from posecore.studies.control.results import OWN
from posecore.studies.pair.results import BOTTLENECK, PairStudy
from posecore.studies.projection.results import Projection

WORDS: Final = (
    "Heatmap, Latent, Component, Variance, K-Means, Restart, Autoencoder, Adjusted Rand index, "
    "Procrustes, CKA, Readout, PCK, Point, 95 % interval, Bootstrap, Stack"
)
"""Of glossary.TERMS, those that the tab uses."""


def show(pair: Pair) -> None:
    """The whole tab."""
    draw_shown(pair)
    st.markdown(words.introduction([bundle.manifest.dimensions for bundle in (pair.one, pair.other)]))
    k = widgets.slider(
        "Clusters K",
        LEAST,
        MOST,
        LEAST,
        links.COMPARE_K,
        width=420,
        help="People are coloured by A's clusters; further down these are compared with B's.",
    )
    numbers = _clusters(pair, k)
    maps.draw_maps(pair, numbers[0])
    readout.draw_readout(pair)
    _variance(pair)
    _agreement(pair, k, *numbers)
    _layers(pair)


def _clusters(pair: Pair, k: int) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """The common people's clusters (N,) in A and in B; None where there are none, with a sentence."""
    found: list[NDArray[np.int64] | None] = []
    for bundle, rows in ((pair.one, pair.common.one), (pair.other, pair.common.other)):
        try:
            found.append(answers.cluster_numbers(bundle, k)[rows])
        except PosecoreError as error:
            st.warning(words.not_clustered(bundle.path.name, error))
            found.append(None)
    return found[0], found[1]


def _variance(pair: Pair) -> None:
    st.subheader("How many components hold the variance?")
    found: dict[str, Projection] = {}
    for bundle, name in ((pair.one, pair.names[0]), (pair.other, pair.names[1])):
        if (stored := maps.projection(bundle)) is None:
            command = study_command(bundle, "projection")
            st.info(words.no_variance(bundle.path.name, command), icon=":material/query_stats:")
        else:
            found[name] = stored
    if not found:
        return
    beside = baselines.known(pair)
    figures.chart(
        charts.cumulative(
            [stored.explained for stored in found.values()],
            list(found),
            SHARE,
            [stored.needed_for(SHARE) for stored in found.values()],
            pair.source(next(iter(found.values())).people),
            [one for study in beside for one in study.explained[OWN + 1 :]],
        ),
        "compare_cumulative",
        "Share of the variance against the number of components, of both networks",
    )
    st.caption(words.variance(found))
    if beside:
        needed = [count for study in beside for count in study.needed[OWN + 1 :].tolist()]
        st.caption(words.variance_untrained(max(len(study.sample_ids) for study in beside), needed))
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "bundle": name,
                    "component": np.arange(1, len(stored.explained) + 1),
                    "share of the variance": stored.explained,
                    "held together": np.cumsum(stored.explained, dtype=np.float64),
                    "people": stored.people,
                }
            )
            for name, stored in found.items()
        ]
    )
    figures.tabled("The variances as a table", table, "compare-variance")


def _agreement(pair: Pair, k: int, ours: NDArray[np.int64] | None, theirs: NDArray[np.int64] | None) -> None:
    st.subheader("Do they sort people into the same groups?")
    if ours is None or theirs is None:
        return
    known = (ours >= 0) & (theirs >= 0)
    if not known.any():
        st.info(words.NOBODY_IN_BOTH, icon=":material/info:")
        return
    compared = compare(ours[known], theirs[known])
    people = int(known.sum())
    st.markdown(words.agreement(k, compared.ari, people))
    beside = baselines.known(pair)
    never, mixed = baselines.agreement(beside, k)
    if mixed:
        st.caption(words.agreement_untrained(max(len(study.sample_ids) for study in beside), never, mixed))
    elif any(study.labels is not None for study in beside):
        st.caption(untrained.unknown(words.clusters(k)))
    for line in baselines.outdated(pair):
        st.caption(line)
    names = [
        [f"{side} {code + 1}" for code in codes.tolist()]
        for side, codes in (("A", compared.first), ("B", compared.second))
    ]
    figure = contingency(
        compared, names[0], names[1], ("clusters of A", "clusters of B"), pair.source(people)
    )
    figures.chart(
        figure,
        "compare_contingency",
        f"How many of {people} people are in each pair of clusters; adjusted Rand index "
        f"{number(compared.ari)}",
    )
    st.caption(words.HOW_CLUSTERS)
    table = pd.DataFrame(compared.counts, columns=names[1])
    table.insert(0, "cluster", names[0])
    figures.tabled("The agreement as a table", table, f"compare-clusters-{k}")


def _layers(pair: Pair) -> None:
    st.subheader("Which layers are alike?")
    try:
        study = compare_pair.study(pair)
    except BundleError as error:
        st.info(words.not_yet(error), icon=":material/query_stats:")
        return
    if not len(study.layers.one):
        st.info(words.TOO_FEW_FOR_LAYERS, icon=":material/info:")
        return
    values, low, high = similarity(pair, study)
    beside = baselines.baselines(pair, study.names)
    people, batches = len(study.sample_ids), len(study.layers.one)
    figures.chart(
        charts.layers(values, low, high, study.names, pair.names, pair.source(people), beside),
        "compare_layers",
        "Similarity (CKA) of every layer of A with every layer of B",
    )
    absent = [
        f"{name} lacks {layer}"
        for name, bundle in zip(pair.names, (pair.one, pair.other), strict=True)
        for layer, there in zip(study.names[0], bundle.manifest.built_skips, strict=False)
        if not there
    ]
    if beside is not None:
        st.caption(words.layers_untrained(*_bottlenecks(study, beside)))
    st.caption(words.how_layers(people, batches, study.info["batch"], absent))
    nothing = np.full(values.shape, np.nan)
    mixed, never = (nothing, nothing) if beside is None else (beside.mixed, beside.untrained)
    rows = [
        {
            "layer of A": a,
            "layer of B": b,
            "CKA": values[i, j],
            "95 % from": low[i, j],
            "95 % to": high[i, j],
            "two that never learned": never[i, j],
            "one that never learned, one that did": mixed[i, j],
        }
        for i, a in enumerate(study.names[0])
        for j, b in enumerate(study.names[1])
    ]
    figures.tabled("The similarities as a table", pd.DataFrame(rows), "compare-layers")


def draw_shown(pair: Pair) -> None:
    """The sentence at the top, of both bottlenecks; without control studies the commands that make them."""
    for line in baselines.missing(pair):
        st.caption(line)
    try:
        study = compare_pair.study(pair)
    except BundleError:
        return
    beside = baselines.baselines(pair, study.names)
    if beside is None or not len(study.layers.one):
        return
    place = tuple(names.index(BOTTLENECK) for names in study.names)
    found = [values[place] for values in similarity(pair, study)]
    shown_here.draw(*words.shown(found, _bottlenecks(study, beside), len(study.sample_ids)))


def _bottlenecks(study: PairStudy, beside: Baselines) -> tuple[float, float]:
    """CKA of two bottlenecks: of two networks that never learned, and of one of these with A or B."""
    place = tuple(names.index(BOTTLENECK) for names in study.names)
    return float(beside.untrained[place]), float(beside.mixed[place])


def similarity(
    pair: Pair, study: PairStudy
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """CKA and its interval, low and high, each (L, L')."""
    return _similarity(pair.one, pair.other, compare_pair.made(pair), study)


@cache.cached(8, "Drawing batches again …")
def _similarity(
    one: Bundle, other: Bundle, made: str, _study: PairStudy
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """CKA and its interval, low and high, each (L, L')."""
    return cka(_study.layers), *cka_interval(_study.layers)
