"""A walk along one component as the page shows it: to play, stop by stop, and how near anybody is."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.pc_walk import controls, meaning, sheet, walk_charts, words
from dashboard.pc_walk import stops as walk_stops
from dashboard.pc_walk.stops import Stops
from dashboard.pc_walk.words import MEAN, OFF, OWN
from dashboard.shared import (
    bundle_people,
    bundles,
    certainty,
    figures,
    glossary,
    latents,
    pictures,
    predictions,
    untrained,
)
from dashboard.shared.numbers import number
from dashboard.shared.player import Frame, player
from posecore import drawing
from posecore.ablation import ALL_OFF
from posecore.bundle import Bundle
from posecore.components.pca import Components
from posecore.data.heatmaps import decode, where_found
from posecore.errors import PosecoreError
from posecore.samples import read_peaks
from posecore.studies.control.summary import untrained_walks
from posecore.studies.skips.certainty import Limit

MIXED: Final = Limit(None, False, words.MIXED)
REPLACEMENT: Final = {OFF: "zero", MEAN: "mean"}
"""What stands in for all four cut skips."""
TILE = 256


def show(bundle: Bundle) -> None:
    """The whole tab."""
    # Its figures are those of the component that is chosen below.
    headline = st.container()
    st.markdown(words.INTRODUCTION)
    fitted, scores = latents.fitted_components(bundle)
    asked = controls.controls(bundle, fitted, scores)
    skips, crop = controls.skip_choice(bundle, asked.start)
    try:
        stops = walk_stops.take(bundle, fitted, scores, asked.component, asked.steps, asked.start)
    except PosecoreError as error:
        st.info(words.no_walk(error), icon=":material/info:")
        return
    share = float(fitted.explained[stops.component])
    st.caption(words.component(stops.component + 1, share, fitted.people, bundles.source_line(bundle)))
    large = st.container()
    _strip(bundle, stops)
    with large:
        maps = _decoded(bundle, stops, skips, crop)
        limit = MIXED if skips == OWN else certainty.limit(bundle, ALL_OFF, REPLACEMENT[skips])
        if maps is not None:
            _say_if_nobody(maps, limit)
        _player(bundle, stops, maps, limit)
        if maps is not None:
            usual = float(np.median(read_peaks(bundle.samples)))
            people = certainty.limit(bundle)
            st.caption(words.about_decoder(skips, float(maps.max()), usual, people, limit))
            if bundle.manifest.averaged:
                st.caption(words.AVERAGED.format(people=bundle.manifest.whole_people))
        if repeated := words.repeated(stops.sample_ids):
            st.info(repeated, icon=":material/repeat:")
    _how_near(bundle, stops, scores.shape[1])
    _downloads(bundle, fitted, scores, stops)
    meaning.draw_meaning(bundle, scores, stops.component, headline)
    glossary.explain(
        "Crop, Heatmap, Peak, Bottleneck, Latent, Decoder, Skip connection, PCK, 95 % interval, p, "
        "Corrected p, Rank correlation, Component, Variance, Standard deviation, Norm, "
        "Percentile",
        bundles.source_line(bundle),
    )


def _decoded(
    bundle: Bundle, stops: Stops, skips: str, crop: NDArray[np.uint8] | None
) -> NDArray[np.float32] | None:
    """Heatmaps (S, K, 64, 64) of the stops; None, with a sentence, where the network is not usable."""
    name = {OFF: "off", OWN: "own", MEAN: "mean"}[skips]
    steps = tuple(stops.steps.tolist())
    try:
        return predictions.stop_heatmaps(bundle, stops.component, steps, stops.start, name, crop)
    except PosecoreError as error:
        st.error(words.no_decoder(error))
        return None


def _say_if_nobody(maps: NDArray[np.float32], limit: Limit) -> None:
    """First of all: whether the decoder makes a person of any stop."""
    if all(certainty.nobody(sure, limit) for sure in limit.sure(decode(maps)[1])):
        st.info(words.NOBODY_FOUND, icon=":material/person_off:")


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
        said = [words.nearest(*_of_person(bundle, name), stops.walk.distance[stop])]
        if maps is not None:
            fused = drawing.fuse_heatmaps(maps[stop], float(peaks.max()))
            joints = drawing.draw_skeleton(drawing.ground(TILE), points[stop], sure[stop])
            pictures += [drawing.enlarge(fused, TILE), joints]
            said.append(words.decoded(sure[stop], limit, float(peaks[stop].max())))
        said.append(words.judged(stops.judgement, stop))
        # The player shows plain text.
        text = " ".join(said).replace("**", "")
        frames.append(Frame(f"c = {stops.sign(stop)}", text, pictures[: len(titles)]))
    player(titles, frames, "walk_player")


def _strip(bundle: Bundle, stops: Stops) -> None:
    st.subheader("Every stop and the person nearest to it")
    pictured = pictures.at_hand(bundle)[[bundle.row(name) for name in stops.sample_ids.tolist()]]
    if not pictured.all():
        st.caption(words.some_lack(pictures.some_lack(bundle)))
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
                st.caption(words.nearest_below(*_of_person(bundle, name), stops.walk.distance[stop]))
                if stops.judgement.farther_out[stop]:
                    st.markdown(f":orange[{words.verdict(stops.judgement, stop)}]")


def _of_person(bundle: Bundle, name: str) -> tuple[str, str, str]:
    """Name, score and how many joints are sure, in words."""
    return name, bundle_people.score_of(bundle, name), bundle_people.sure_of(bundle, name)


def _joints(bundle: Bundle, name: str) -> drawing.Picture:
    """The person's joints on their picture, or on their dimmed heatmaps where there is none."""
    return bundle_people.skeleton_of(bundle, name, pictures.ground(bundle, name))


def _how_near(bundle: Bundle, stops: Stops, components: int) -> None:
    st.subheader("How near is the nearest?")
    usual = latents.reference_distances(bundle)
    control = untrained.reference(bundle)
    beside = None if control is None else untrained_walks(control, stops.component)
    figures.chart(
        walk_charts.distances(
            stops.steps,
            stops.judgement.distance,
            usual.typical,
            None if beside is None else (beside.steps, beside.nearest),
            bundles.source_line(bundle),
        ),
        "walk_distance",
        f"Distance to the nearest person at {len(stops.steps)} stops, "
        f"at most {number(stops.judgement.distance.max(), 1)}",
    )
    judged_against = len(usual.distances), len(usual.norms)
    st.caption(words.how_near(stops.judgement, components, stops.start, *judged_against))
    if beside is not None:
        st.caption(words.walks_untrained(beside, stops.component + 1))
    elif control is not None:  # else what the component means says so, below
        stored = control.nearest
        st.caption(untrained.outdated(bundle) if stored is None else words.not_walked(stored.shape[1]))
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
        help=f"Components {', '.join(map(str, rows))}, c from −3 to 3: the nearest people's heatmaps",
    )
