"""The latents of two networks over the same people: maps laid onto each other, variance, clusters, layers."""

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.compare import charts, maps, readout
from dashboard.compare import pair as compare_pair
from dashboard.compare.pair import Pair
from dashboard.shared import cache, figures, links
from dashboard.shared.clustering import answers
from dashboard.shared.clustering.questions import LEAST, MOST
from dashboard.shared.contingency import contingency
from posecore.bundle import Bundle
from posecore.bundle.studies import study_command
from posecore.clustering.matching import compare
from posecore.errors import BundleError, PosecoreError
from posecore.similarity.cka import cka, cka_interval
from posecore.studies.pair.results import PairStudy
from posecore.studies.projection.results import Projection

WORDS: Final = (
    "Heatmap, Latent, Component, Variance, K-Means, Restart, Autoencoder, Adjusted Rand index, "
    "Procrustes, CKA, PCK, Point, 95 % interval, Bootstrap, Stack"
)
"""Of glossary.TERMS, those that the tab uses."""

SHARE: Final = 0.95


def show(pair: Pair) -> None:
    """The whole tab."""
    sizes = [bundle.manifest.dimensions for bundle in (pair.one, pair.other)]
    st.markdown(
        "Two networks may arrange the same people alike in numbers that look nothing alike. So the latents "
        f"of B ({sizes[1]:,} numbers each) are turned onto those of A ({sizes[0]:,}) before they are drawn, "
        "and all else below does not depend on how they are turned."
    )
    links.refuse_forged(
        links.COMPARE_K, f"a whole number from {LEAST} to {MOST}", links.whole_number(LEAST, MOST)
    )
    k = int(
        st.slider(
            "Clusters K",
            LEAST,
            MOST,
            LEAST,
            key=links.COMPARE_K,
            bind="query-params",
            width=420,
            help="People are coloured by A's clusters; further down these are compared with B's.",
        )
    )
    numbers = _clusters(pair, k)
    maps.show(pair, numbers[0])
    readout.show(pair)
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
            st.warning(f"The people of {bundle.path.name} cannot be clustered: {error}")
            found.append(None)
    return found[0], found[1]


def _variance(pair: Pair) -> None:
    st.subheader("How many components hold the variance?")
    found: list[tuple[str, Projection]] = []
    for bundle, name in ((pair.one, pair.names[0]), (pair.other, pair.names[1])):
        if (stored := maps.projection(bundle)) is None:
            st.info(
                f"Not known of {bundle.path.name}: `{study_command(bundle, 'projection')}`",
                icon=":material/query_stats:",
            )
        else:
            found.append((name, stored))
    if not found:
        return
    needed = [stored.needed_for(SHARE) for _, stored in found]
    figures.chart(
        charts.cumulative(
            [stored.explained for _, stored in found],
            [name for name, _ in found],
            SHARE,
            needed,
            pair.source(found[0][1].people),
        ),
        "compare_cumulative",
        "Share of the variance against the number of components, of both networks",
    )
    counts = "; ".join(
        f"{name}: **{count:,}** of {len(stored.all_variances):,} components (N = {stored.people:,} people)"
        for (name, stored), count in zip(found, needed, strict=True)
    )
    alike = len({stored.people for _, stored in found}) == 1
    st.caption(
        f"{SHARE:.0%} of the variance take {counts}. The thesis counted 541 of its network and 16 of the "
        "same with an autoencoder, of 7,017 people. "
        + ("" if alike else "Of fewer people there are fewer components, so these two do not compare. ")
        + "All people of each bundle, not the common ones alone."
    )
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
            for name, stored in found
        ]
    )
    figures.tabled("The variances as a table", table, "compare-variance")


def _agreement(pair: Pair, k: int, ours: NDArray[np.int64] | None, theirs: NDArray[np.int64] | None) -> None:
    st.subheader("Do they sort people into the same groups?")
    if ours is None or theirs is None:
        return
    known = (ours >= 0) & (theirs >= 0)
    if not known.any():
        st.info("Nobody has a cluster in both.", icon=":material/info:")
        return
    compared = compare(ours[known], theirs[known])
    people = int(known.sum())
    st.markdown(
        f"With K = {k} each, the adjusted Rand index is **{compared.ari:.3f}** over n = {people:,} people: 1 "
        "the same groups, 0 as alike as by chance."
    )
    names = [
        [f"{side} {number + 1}" for number in numbers.tolist()]
        for side, numbers in (("A", compared.first), ("B", compared.second))
    ]
    figure = contingency(
        compared, names[0], names[1], ("clusters of A", "clusters of B"), pair.source(people)
    )
    figures.chart(
        figure,
        "compare_contingency",
        f"How many of {people} people are in each pair of clusters; adjusted Rand index {compared.ari:.3f}",
    )
    st.caption(
        "K-Means in the whole latents of all people of each bundle, as the page Clusters shows it first: "
        "the best of the study's restarts where there is a study of clusters."
    )
    table = pd.DataFrame(compared.counts, columns=names[1])
    table.insert(0, "cluster", names[0])
    figures.tabled("The agreement as a table", table, f"compare-clusters-{k}")


def _layers(pair: Pair) -> None:
    st.subheader("Which layers are alike?")
    try:
        study = compare_pair.study(pair)
    except BundleError as error:
        st.info(f"Not known yet. {error}", icon=":material/query_stats:")
        return
    if not len(study.layers.one):
        st.info("Similarity of layers needs at least four people in both.", icon=":material/info:")
        return
    values, low, high = _similarity(pair.one, pair.other, compare_pair.made(pair), study)
    people, batches = len(study.sample_ids), len(study.layers.one)
    figures.chart(
        charts.layers(values, low, high, study.names[0], study.names[1], pair.names, pair.source(people)),
        "compare_layers",
        "Similarity (CKA) of every layer of A with every layer of B",
    )
    absent = [
        f"{name} lacks {layer}"
        for name, bundle in zip(pair.names, (pair.one, pair.other), strict=True)
        for layer, there in zip(study.names[0], bundle.manifest.built_skips, strict=False)
        if not there
    ]
    st.caption(
        "Linear centred kernel alignment (Kornblith et al. 2019), 1 the same arrangement of people up to "
        "turning and one scale, 0 none in common; unbiased (Song et al. 2012), so it may come out slightly "
        f"below 0. Each layer flattened, cell by cell, of the last stack; n = {people:,} people in "
        f"{batches:,} batches of up to {study.info['batch']}, within which people are compared."
        + (" On hover, the 95 % interval over batches." if batches > 1 else "")
        + (f" Not there: {', '.join(absent)}." if absent else "")
    )
    rows = [
        {"layer of A": a, "layer of B": b, "CKA": values[i, j], "95 % from": low[i, j], "95 % to": high[i, j]}
        for i, a in enumerate(study.names[0])
        for j, b in enumerate(study.names[1])
    ]
    figures.tabled("The similarities as a table", pd.DataFrame(rows), "compare-layers")


@cache.cached(8, "Drawing batches anew …")
def _similarity(
    one: Bundle, other: Bundle, made: str, _study: PairStudy
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """CKA and its interval, low and high, each (L, L')."""
    return cka(_study.layers), *cka_interval(_study.layers)
