"""Who is in the clusters: nearest each centroid, between two, perhaps wrong, and one person at a time."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.shared import bundle_people, bundles, links, numbers, pictures
from dashboard.shared.clustering.questions import Clustered
from posecore import drawing
from posecore.blocks import each_block, in_threads
from posecore.bundle import Bundle
from posecore.clustering.distances import between
from posecore.clustering.methods import nearest_to_centroids
from posecore.clustering.silhouette import NOISE

WORDS: Final = "Centroid"
"""Of glossary.TERMS, those that the tab uses."""

PER_CLUSTER: Final = 8
"""People shown per cluster."""

NEAREST, BETWEEN, WORST = "nearest the centroid", "between two clusters", "lowest silhouettes"
WHO: Final = (NEAREST, BETWEEN, WORST)
HEATMAP, SKELETON, PICTURE = "heatmaps", "skeleton", "picture"
TILE: Final = 128
"""Pixels of a person's picture; half of those of a crop."""
WIDTH: Final = 119
"""Pixels of the page that it takes: three stand beside one another on a page of 390."""
AS: Final = (HEATMAP, SKELETON, PICTURE)
SAYS: Final = {
    NEAREST: "The people nearest each centroid, nearest first: what a cluster's people have in common should "
    "be seen here.",
    BETWEEN: "The people of each cluster who are hardly nearer to their own centroid than to another one: "
    "where clusters are real, such people are few.",
    WORST: "The people of each cluster with the lowest silhouettes: who may belong elsewhere.",
}


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    for key, options in ((links.CLUSTERS_WHO, WHO), (links.CLUSTERS_AS, AS)):
        links.refuse_forged(key, f"one of {', '.join(options)}", options.__contains__)
    with st.container(horizontal=True):
        who = st.segmented_control(
            "Whom to show",
            WHO,
            default=NEAREST,
            required=True,
            key=links.CLUSTERS_WHO,
            bind="query-params",
            label_visibility="collapsed",
            persist_state="page",
            wrap=True,
        )
        how = st.segmented_control(
            "Shown by",
            AS,
            default=HEATMAP,
            required=True,
            key=links.CLUSTERS_AS,
            bind="query-params",
            label_visibility="collapsed",
            persist_state="page",
            wrap=True,
        )
    st.caption(SAYS[who])
    ids = bundle.samples["sample_id"].to_numpy(str)[found.space.rows]
    among = np.ones(len(ids), np.bool_)
    if how == PICTURE:
        among = pictures.at_hand(bundle)[found.space.rows]
        if not among.any():
            st.info("Nobody's picture is at hand, so heatmaps are shown.", icon=":material/no_photography:")
            how, among = HEATMAP, ~among
        elif not among.all():
            st.caption(
                f"Chosen among the {int(among.sum()):,} of {len(ids):,} people whose picture is at hand; "
                "heatmaps and skeletons show whoever comes first of all."
            )
    picked = chosen(found, who, among)
    # Unpacking a sheet of thumbnails takes the most time of all: on all cores, and each sheet once.
    names_shown = ids[np.sort(np.concatenate(picked))].tolist()
    tiles = dict(
        zip(names_shown, in_threads(lambda name: _tile(bundle, name, how), names_shown), strict=True)
    )
    for number, people in enumerate(picked):
        members = found.members(number)
        known = found.values[members][np.isfinite(found.values[members])]
        mean = numbers.number(known.mean()) if len(known) else numbers.UNKNOWN
        share = f"{len(members):,} people ({len(members) / len(ids):.1%})"
        about = f"**{names[number]}** · {share} · silhouette {mean}"
        if not len(people):
            st.caption(f"{about} · nobody to show")
            continue
        shown = ids[people].tolist()
        st.markdown(about)
        st.image(
            [drawing.jpeg(tiles[name]) for name in shown],
            width=WIDTH,
            caption=shown,
            alt=[f"The {how} of {name}, {who}, of {names[number]}" for name in shown],
        )


def chosen(found: Clustered, who: str, among: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Up to PER_CLUSTER people of every number, of those `among` (M,) whom to choose is, as places in the
    answer's people."""
    if who == NEAREST:
        nearest = nearest_to_centroids(found.clustering, PER_CLUSTER, among)
        return [nearest[label] for label in found.order]
    people = []
    margin = margins(found) if who == BETWEEN else found.values
    for number in range(len(found.sizes)):
        members = found.members(number)
        members = members[np.isfinite(margin[members]) & among[members]]
        people.append(members[np.argsort(margin[members], kind="stable")[:PER_CLUSTER]])
    return people


def margins(found: Clustered) -> NDArray[np.float32]:
    """(M,) how much farther each person is from the nearest other centroid than from their own; below 0 where
    another one is nearer, nan for noise."""
    away = to_centroids(found)
    own = np.where(found.numbers == NOISE, 0, found.numbers)
    rows = np.arange(len(away))
    inside = away[rows, own].copy()
    away[rows, own] = np.inf
    margin: NDArray[np.float32] = np.where(found.numbers == NOISE, np.nan, away.min(axis=1) - inside)
    margin[~np.isfinite(margin)] = np.nan
    return margin


def to_centroids(found: Clustered) -> NDArray[np.float32]:
    """(M, k) distances of everybody to every centroid."""
    source = found.space.source
    centroids = found.centroids - source.mean
    return np.concatenate(list(source.run(between, each_block(source), (centroids,))))


def one(bundle: Bundle, found: Clustered, names: dict[int, str], sample_id: str) -> None:
    """A person: pictures, where they are, how surely, and links to the other pages."""
    place = np.flatnonzero(found.space.rows == bundle.row(sample_id))
    heatmaps, ground = bundle_people.heatmap_of(bundle, sample_id), pictures.ground(bundle, sample_id)
    if not pictures.at_hand(bundle)[bundle.row(sample_id)]:
        st.caption(f"{pictures.absent(bundle, sample_id)} Shown are the heatmaps, and the joints on them.")
    words, image = st.columns([2, 3], vertical_alignment="center")
    image.image(
        drawing.jpeg(drawing.grid([heatmaps, bundle_people.skeleton_of(bundle, sample_id, ground)], 2)),
        width=420,
        caption=sample_id,
        alt=f"Predicted heatmaps and skeleton of {sample_id}",
    )
    with words:
        st.markdown(
            f"**{sample_id}**, {bundle_people.score_of(bundle, sample_id)}  \n{_where(found, names, place)}"
        )
        bundles.page_link(
            bundle, "latent_map", "On the latent map", ":material/scatter_plot:", map_person=sample_id
        )
        bundles.page_link(
            bundle, "skip_lab", "Cut their skips", ":material/call_split:", lab_person=sample_id
        )


def _where(found: Clustered, names: dict[int, str], place: NDArray[np.int64]) -> str:
    if not len(place):
        return "This person is not among those who are clustered here."
    number = int(found.numbers[place[0]])
    if number == NOISE:
        return "Noise: in no cluster."
    value = float(found.values[place[0]])
    own = numbers.number(value)
    away = np.linalg.norm(np.asarray(found.space.features[place[0]], np.float32) - found.centroids, axis=1)
    distances = ", ".join(f"{names[other]} {away[other]:.1f}" for other in np.argsort(away)[:3].tolist())
    return f"In {names[number]}; silhouette {own}.  \nDistances to the nearest centroids: {distances}."


def _tile(bundle: Bundle, sample_id: str, how: str) -> drawing.Picture:
    """(TILE, TILE, 3)"""
    if how == SKELETON:
        return bundle_people.skeleton_of(bundle, sample_id, drawing.ground(2 * TILE))[::2, ::2]
    picture = bundle_people.picture_of(bundle, sample_id) if how == PICTURE else None
    return bundle_people.heatmap_of(bundle, sample_id, TILE) if picture is None else picture[::2, ::2]
