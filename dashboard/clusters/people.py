"""Who is in the clusters: nearest each centroid, between two, perhaps wrong, and one person at a time."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.clusters import words
from dashboard.shared import bundle_people, bundles, links, pictures, widgets
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
SAYS: Final = dict(zip(WHO, words.WHO_SAYS, strict=True))


def show(bundle: Bundle, found: Clustered, names: dict[int, str]) -> None:
    """The whole section."""
    with st.container(horizontal=True):
        who, how = (
            widgets.segments(
                label, options, key, label_visibility="collapsed", persist_state="page", wrap=True
            )
            for label, options, key in (
                ("Whom to show", WHO, links.CLUSTERS_WHO),
                ("Shown by", AS, links.CLUSTERS_AS),
            )
        )
    st.caption(SAYS[who])
    ids = bundle.samples["sample_id"].to_numpy(str)[found.space.rows]
    among = np.ones(len(ids), np.bool_)
    if how == PICTURE:
        among = pictures.at_hand(bundle)[found.space.rows]
        if not among.any():
            st.info(words.NO_PICTURES, icon=":material/no_photography:")
            how, among = HEATMAP, ~among
        elif not among.all():
            st.caption(words.pictured(int(among.sum()), len(ids)))
    picked = chosen(found, who, among)
    # Unpacking a sheet of thumbnails takes the most time of all: on all cores, and each sheet once.
    names_shown = ids[np.sort(np.concatenate(picked))].tolist()
    tiles = dict(
        zip(names_shown, in_threads(lambda name: _tile(bundle, name, how), names_shown), strict=True)
    )
    for number, people in enumerate(picked):
        members = found.members(number)
        known = found.values[members][np.isfinite(found.values[members])]
        mean = float(known.mean()) if len(known) else float("nan")
        about = words.members(names[number], len(members), len(ids), mean)
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
    """Up to PER_CLUSTER people of every number, of those `among` (M,) whom to choose is, as indices into
    the answer's people."""
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


def draw_person(bundle: Bundle, found: Clustered, names: dict[int, str], sample_id: str) -> None:
    """A person: pictures, where they are, how surely, and links to the other pages."""
    at = np.flatnonzero(found.space.rows == bundle.row(sample_id))
    heatmaps, ground = bundle_people.heatmap_of(bundle, sample_id), pictures.ground(bundle, sample_id)
    if not pictures.at_hand(bundle)[bundle.row(sample_id)]:
        st.caption(f"{pictures.absent(bundle, sample_id)} Shown are the heatmaps, and the joints on them.")
    text, image = st.columns([2, 3], vertical_alignment="center")
    image.image(
        drawing.jpeg(drawing.grid([heatmaps, bundle_people.skeleton_of(bundle, sample_id, ground)], 2)),
        width=420,
        caption=sample_id,
        alt=f"Predicted heatmaps and skeleton of {sample_id}",
    )
    with text:
        st.markdown(
            f"**{sample_id}**, {bundle_people.score_of(bundle, sample_id)}  \n{_where(found, names, at)}"
        )
        bundles.page_link(
            bundle, "latent_map", "On the latent map", ":material/scatter_plot:", map_person=sample_id
        )
        bundles.page_link(
            bundle, "skip_lab", "Cut their skips", ":material/call_split:", lab_person=sample_id
        )


def _where(found: Clustered, names: dict[int, str], at: NDArray[np.int64]) -> str:
    """at: the person's index into the people clustered; empty for somebody else."""
    if not len(at):
        return words.NOT_CLUSTERED
    number = int(found.numbers[at[0]])
    if number == NOISE:
        return words.NOISE_PERSON
    away = np.linalg.norm(np.asarray(found.space.features[at[0]], np.float32) - found.centroids, axis=1)
    nearest = {names[other]: float(away[other]) for other in np.argsort(away)[:3].tolist()}
    return words.whereabouts(names[number], float(found.values[at[0]]), nearest)


def _tile(bundle: Bundle, sample_id: str, how: str) -> drawing.Picture:
    """(TILE, TILE, 3)"""
    if how == SKELETON:
        return bundle_people.skeleton_of(bundle, sample_id, drawing.ground(2 * TILE))[::2, ::2]
    picture = bundle_people.picture_of(bundle, sample_id) if how == PICTURE else None
    return bundle_people.heatmap_of(bundle, sample_id, TILE) if picture is None else picture[::2, ::2]
