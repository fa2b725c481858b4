"""The way of one person across the latent plane as a cause goes from end to end, to play."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.causes import asking, controls, tiles, words
from dashboard.causes.asking import Person, Said
from dashboard.causes.effect import ASTRAY, Effect
from dashboard.causes.plane import draw_plane
from dashboard.shared import certainty, figures, latents, links, widgets
from dashboard.shared.alone import runs_alone
from dashboard.shared.causal_words import value_of
from dashboard.shared.player import Frame, player
from dashboard.shared.skip_switches import Cut
from dashboard.shared.two_heatmaps import ALL_JOINTS, Answer, heat
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle
from posecore.causes.cause import Cause, Labelled
from posecore.causes.picture import covered_joint
from posecore.errors import ChangeError, PosecoreError
from posecore.keypoints import KeypointSet
from posecore.studies.causes.results import MOST

STOPS: Final = 9
"""Of a cause whose values are numbers; of one of kinds, all kinds."""

WHOLE: Final = Cut(ALL_ON, "zero")


@dataclass(frozen=True, eq=False)
class Stop:
    """value: of the cause. given: the person there. said: by the network."""

    value: float
    given: Labelled
    said: Said


@runs_alone
def draw_way(bundle: Bundle, person: Person, cause: Cause) -> None:
    """The whole section. It runs alone, so that a slider's move does not wait for it."""
    st.subheader(words.WAY)
    fitted, scores = latents.fitted_components(bundle)
    offered = [str(k + 1) for k in range(min(MOST, scores.shape[1]))]
    if len(offered) < 2:
        return
    with st.container(horizontal=True, gap="medium"):
        across = widgets.select("Across", (words.FARTHEST, *offered), links.CAUSE_X, width=300)
        up = widgets.select("Up", (words.SECOND, *offered), links.CAUSE_Y, width=300)
    joint = _covered(cause, bundle.keypoints)
    try:
        before = asking.ask(bundle, person, person.given, WHOLE)
        stops, refused = _stops(bundle, person, cause, joint)
    except PosecoreError as error:
        st.error(words.cannot_be_asked(error))
        return
    if not stops:
        st.info(words.NO_STOP, icon=":material/info:")
        return
    places = np.stack([stop.said.scores for stop in stops])
    x, y = axes(places[:, : len(offered)], across, up)
    people = (scores[:, [x, y]] / np.sqrt(fitted.variances[[x, y]])).astype(np.float64)
    _play(person, cause, before, stops, people, (x, y))
    known = int(np.isfinite(people).all(axis=1).sum())
    who = person.subject.sample_id or person.subject.who
    st.caption(words.way_caption(bundle, known, who, cause, refused, across == words.FARTHEST))
    figures.tabled(
        words.WAY_TABLE,
        table(cause, stops, len(offered)),
        f"cause-{cause.key}-way-{person.subject.sample_id or 'picture'}",
    )


def values_of(cause: Cause) -> list[float]:
    """Where the stops are, from end to end."""
    if cause.choices:
        return [float(k) for k in range(len(cause.choices))]
    return [float(value) for value in np.linspace(cause.low, cause.high, STOPS)]


def axes(places: NDArray[np.floating], across: str, up: str) -> tuple[int, int]:
    """Components, from 0, of a plane. places: (S, d) of the stops. across, up: a component from 1, or the one
    along which the stops lie farthest, or second farthest, apart."""
    order = np.argsort(-np.ptp(places, axis=0), kind="stable").tolist()
    named = [int(text) - 1 for text in (across, up) if text.isdigit()]
    left = [k for k in order if k not in named]
    x = int(across) - 1 if across.isdigit() else left.pop(0)
    y = int(up) - 1 if up.isdigit() else left.pop(0)
    return x, y


def table(cause: Cause, stops: list[Stop], components: int) -> pd.DataFrame:
    """A row per stop: the cause's value, and where the person then lies along the first components."""
    return pd.DataFrame(
        [
            {words.slider(cause): cause.choices[int(stop.value)] if cause.choices else stop.value}
            | {f"component {k + 1}": stop.said.scores[k] for k in range(components)}
            for stop in stops
        ]
    )


def _covered(cause: Cause, keypoints: KeypointSet) -> int:
    """The joint that the widget above covers, where the cause covers one."""
    chosen = st.session_state.get(links.CAUSE_COVERED)
    if cause.key == controls.FIRST_OF_A_PICTURE and chosen in keypoints.labels:
        return keypoints.labels.index(chosen)
    return covered_joint(keypoints)


def _stops(bundle: Bundle, person: Person, cause: Cause, joint: int) -> tuple[list[Stop], list[str]]:
    """The stops that can be made, and in words the values that cannot. Raises PosecoreError."""
    stops, refused, values = [], [], values_of(cause)
    for number, value in enumerate(values, 1):
        with st.spinner(words.under_way(number, len(values))):
            try:
                given = asking.change(bundle, person, cause, value, joint)
            except ChangeError:
                refused.append(value_of(cause, value))
                continue
            stops.append(Stop(value, given, asking.ask(bundle, person, given, WHOLE)))
    return stops, refused


def _play(
    person: Person,
    cause: Cause,
    before: Said,
    stops: list[Stop],
    people: NDArray[np.float64],
    plane: tuple[int, int],
) -> None:
    x, y = plane
    way = np.stack([stop.said.scores[[x, y]] for stop in stops])
    frames = []
    for number, stop in enumerate(stops):
        effect = Effect(person.given, stop.given, before.whole, stop.said.whole)
        answer = Answer(tiles.with_crop(person.subject, stop.given), before.whole, stop.said.whole)
        pictures = [
            tiles.skeleton(stop.given, stop.said.whole),
            heat(answer, stop.said.whole, ALL_JOINTS),
            draw_plane(people, way, before.scores[[x, y]], number, (x + 1, y + 1)),
        ]
        side = stop.said.whole
        said = words.stop(
            cause,
            stop.value,
            (x + 1, y + 1),
            way[number],
            certainty.counted(side.sure, side.limit),
            sum(fate in ASTRAY for fate in effect.fates),
        )
        frames.append(Frame(value_of(cause, stop.value), said, pictures))
    titles = [words.PICTURE_TILE, words.HEATMAP_TILE, words.plane_tile(x + 1, y + 1)]
    player(titles, frames, "cause_way", nearest_stop(cause, stops))


def nearest_stop(cause: Cause, stops: list[Stop]) -> int:
    """The stop nearest to what the slider says."""
    asked = st.session_state.get(controls.key_of(cause))
    if cause.choices:
        asked = cause.choices.index(asked) if asked in cause.choices else None
    value = cause.strengths[1] if asked is None else float(asked)
    return int(np.argmin([abs(stop.value - value) for stop in stops]))
