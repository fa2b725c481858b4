"""A walk along one component as the page shows it: to play, stop by stop, and how near anybody is."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.pc_walk import controls, meaning, sheet, walk_charts
from dashboard.pc_walk import stops as walk_stops
from dashboard.pc_walk.controls import MEAN, OFF, OWN
from dashboard.pc_walk.player import Frame, player
from dashboard.pc_walk.stops import Stops
from dashboard.shared import (
    bundle_people,
    bundles,
    certainty,
    figures,
    glossary,
    latents,
    pictures,
    predictions,
)
from posecore import drawing
from posecore.ablation import ALL_OFF
from posecore.bundle import Bundle
from posecore.components.pca import Components
from posecore.data.heatmaps import decode, where_found
from posecore.errors import PosecoreError
from posecore.samples import read_peaks
from posecore.studies.skips.certainty import PERSON, Limit

HOW = {
    OFF: "with **all skips cut**: it sees the stop's latent alone",
    OWN: "with the skip features of **the person the walk starts from**, the same at every stop, so what "
    "went around the bottleneck does not walk along",
    MEAN: "with the **mean skip features of the data set**, the same at every stop",
}
MIXED: Final = Limit(
    None,
    False,
    "The features are the start's, the latent is the stop's: of such a mix the skip study says nothing.",
)
REPLACEMENT: Final = {OFF: "zero", MEAN: "mean"}
"""What stands in for all four cut skips."""
TILE = 256


def show(bundle: Bundle) -> None:
    """The whole tab."""
    st.markdown(
        "From the mean of all people, or from one of them, walk *c* standard deviations back and forth along "
        "**one component** of the latents. At every stop: the real person who is nearest, and what the "
        "network's decoder makes of the stop itself, where nobody may be."
    )
    fitted, scores = latents.fitted_components(bundle)
    asked = controls.controls(bundle, fitted, scores)
    skips, crop = controls.skip_choice(bundle, asked.start)
    try:
        stops = walk_stops.take(bundle, fitted, scores, asked.component, asked.steps, asked.start)
    except PosecoreError as error:
        st.info(f"There is nothing to walk past in this bundle: {error}", icon=":material/info:")
        return
    st.caption(
        f"Component {stops.component + 1} holds {fitted.explained[stops.component]:.1%} of the variance of "
        f"the {fitted.people:,} people it was computed on. {bundles.source_line(bundle)}"
    )
    large = st.container()
    _strip(bundle, stops)
    with large:
        maps = _decoded(bundle, stops, skips, crop)
        limit = MIXED if skips == OWN else certainty.limit(bundle, ALL_OFF, REPLACEMENT[skips])
        if maps is not None:
            _nobody(maps, limit)
        _player(bundle, stops, maps, limit)
        if maps is not None:
            _about_decoder(bundle, maps, skips, limit)
        repeated = walk_stops.repeated_sentence(stops)
        if repeated:
            st.info(repeated, icon=":material/repeat:")
    _how_near(bundle, stops, scores.shape[1])
    _downloads(bundle, fitted, scores, stops)
    meaning.show(bundle, scores, stops.component)
    glossary.show(
        "Crop, Heatmap, Peak, Bottleneck, Latent, Decoder, Skip connection, PCK, 95 % interval, p, "
        "Corrected p, Rank correlation, Component, Variance, Standard deviation, Off the data, Norm, "
        "Percentile",
        bundles.source_line(bundle),
    )


def _decoded(
    bundle: Bundle, stops: Stops, skips: str, crop: NDArray[np.uint8] | None
) -> NDArray[np.float32] | None:
    """Heatmaps (S, 17, 64, 64) of the stops; None, with a sentence, where the network is not usable."""
    name = {OFF: "off", OWN: "own", MEAN: "mean"}[skips]
    steps = tuple(stops.steps.tolist())
    try:
        return predictions.stop_heatmaps(bundle, stops.component, steps, stops.start, name, crop)
    except PosecoreError as error:
        st.error(f"The decoder cannot be asked, so only real people are shown. {error}")
        return None


def _nobody(maps: NDArray[np.float32], limit: Limit) -> None:
    """First of all: whether the decoder makes a person of any stop."""
    if all(certainty.nobody(sure, limit) for sure in limit.sure(decode(maps)[1])):
        st.info(
            "**Along this walk the decoder does not find a person**: at no stop is it sure of "
            f"{PERSON} joints or more. Faint heatmaps are made visible below. It may lack skip features, "
            "which you choose above.",
            icon=":material/person_off:",
        )


def _player(bundle: Bundle, stops: Stops, maps: NDArray[np.float32] | None, limit: Limit) -> None:
    titles = ["Nearest real person: heatmaps", "Nearest real person: joints"]
    if maps is not None:
        titles.append("The decoder, of the stop itself: heatmaps")
        points, peaks = decode(maps)
        points, sure = where_found(points, peaks), limit.sure(peaks)
        if (peaks > 0).any():
            titles.append("The decoder, of the stop itself: joints")
    frames = []
    for stop, name in enumerate(stops.sample_ids.tolist()):
        pictures = [bundle_people.heatmap_of(bundle, name), _joints(bundle, name)]
        away = stops.walk.distance[stop]
        words = f"{name}, {bundle_people.score_of(bundle, name)}, is the nearest, {away:.1f} away"
        words += f": {bundle_people.sure_of(bundle, name)}.".replace("**", "")
        if maps is not None:
            fused = drawing.fuse_heatmaps(maps[stop], float(peaks.max()))
            joints = drawing.draw_skeleton(drawing.ground(TILE), points[stop], sure[stop])
            pictures += [drawing.enlarge(fused, TILE), joints]
            strongest = round(float(peaks[stop].max()), 3) + 0.0  # no "-0.000"
            told = certainty.line(sure[stop], limit).replace("**", "")
            words += f" The decoder, of the stop itself: {told}, the strongest peak {strongest:.3f}."
        words += f" This stop is {stops.verdict(stop)}. {stops.how_sure(stop)}"
        frames.append(Frame(stops.sign(stop), words, pictures[: len(titles)]))
    player(titles, frames, "walk_player")


def _about_decoder(bundle: Bundle, maps: NDArray[np.float32], skips: str, limit: Limit) -> None:
    """How the decoder's heatmaps are made, how they are drawn, and when one of their joints is sure."""
    strongest, usual = float(maps.max()), float(np.median(read_peaks(bundle.samples)))
    st.caption(
        f"The decoder's heatmaps are made {HOW[skips]}. All stops share one scale: the strongest peak of the "
        f"walk, {strongest:.3f}, is at full strength. Of real people with all skips the median peak is "
        f"{usual:.3f}.  \nReal people: {certainty.meaning(certainty.limit(bundle))}  \n"
        f"The decoder: {certainty.meaning(limit)}"
    )


def _strip(bundle: Bundle, stops: Stops) -> None:
    st.subheader("Every stop and the person nearest to it")
    pictured = pictures.at_hand(bundle)[[bundle.row(name) for name in stops.sample_ids.tolist()]]
    if not pictured.all():
        st.caption(
            f"{pictures.some_lack(bundle)} The nearest person is shown in any case: without a picture by the "
            "joints on dimmed heatmaps."
        )
    with st.container(horizontal=True, gap="medium"):
        for stop, name in enumerate(stops.sample_ids.tolist()):
            with st.container(width=135):
                st.markdown(f"**c = {stops.sign(stop)}**")
                st.image(
                    drawing.jpeg(bundle_people.heatmap_of(bundle, name)),
                    width="stretch",
                    alt=f"Predicted heatmaps of {name}, nearest at c = {stops.sign(stop)}",
                )
                st.image(
                    drawing.jpeg(_joints(bundle, name)), width="stretch", alt=f"Predicted skeleton of {name}"
                )
                st.caption(
                    f"{name}  \n{bundle_people.score_of(bundle, name)}, "
                    f"{bundle_people.sure_of(bundle, name)}  \n"
                    f"distance {stops.walk.distance[stop]:.1f}"
                )
                colour = "orange" if stops.judgement.off_data[stop] else "green"
                st.markdown(f":{colour}[{stops.verdict(stop)}]")


def _joints(bundle: Bundle, name: str) -> drawing.Picture:
    """The person's joints on their picture, or on their dimmed heatmaps where there is none."""
    return bundle_people.skeleton_of(bundle, name, pictures.ground(bundle, name))


def _how_near(bundle: Bundle, stops: Stops, kept: int) -> None:
    st.subheader("How near is the nearest?")
    usual = latents.reference_distances(bundle)
    off = int(stops.judgement.off_data.sum())
    figures.chart(
        walk_charts.distances(
            stops.steps,
            stops.judgement.distance,
            float(np.median(usual.distances)),
            bundles.source_line(bundle),
        ),
        "walk_distance",
        f"Distance to the nearest person at {len(stops.steps)} stops, "
        f"at most {stops.judgement.distance.max():.1f}",
    )
    start = "" if not stops.start else f", not counting {stops.start}, from whom it starts"
    st.caption(
        f"**{off} of {len(stops.steps)} stops are off the data.** Distances are taken among the scores of "
        f"the first {kept} components{start}. A stop is called off the data where its distance to the "
        "nearest person, or its own distance to the mean, is rarer than among real people, too far or too "
        f"near (two-sided, 5 % of real people would be called so; distances of {len(usual.distances):,} "
        f"people, norms of {len(usual.norms):,}). In many dimensions nobody is near the mean: what lies "
        "there is unusually near everybody, so its nearest person says little."
    )
    figures.tabled("The stops as a table", stops.table(), "walk")


def _downloads(bundle: Bundle, fitted: Components, scores: NDArray[np.float32], stops: Stops) -> None:
    rows = sheet.rows(scores.shape[1])
    source = bundles.source_line(bundle)
    st.download_button(
        "The thesis's sheet as PNG",
        lambda: sheet.sheet(bundle, fitted, scores, stops.start, source),
        f"walks-from-{stops.start or 'the-mean'}.png",
        "image/png",
        key="_walk_sheet",
        icon=":material/image:",
        on_click="ignore",
        help=f"Components {', '.join(map(str, rows))}, c from -3 to 3: the nearest people's heatmaps",
    )
