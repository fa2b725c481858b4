"""The clusters on the plane of the first two components, with some people drawn at their places."""

from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.clusters import charts, words
from dashboard.shared import latents, links, untrained, widgets
from dashboard.shared.clustering.questions import Clustered
from posecore import drawing
from posecore.attributes.skeletons import PEAK
from posecore.bundle import Bundle
from posecore.clustering.silhouette import NOISE
from posecore.samples import read_peaks, read_points

ALL: Final = "all clusters"
FIGURE: Final = 96
"""Pixels of a person's figure; the page shows it at 30 to 80."""
LEAST_JOINTS: Final = 13
"""With fewer joints nobody can tell what a figure does."""
INKS: Final = {"light": ((27, 37, 48), (255, 255, 255)), "dark": ((255, 255, 255), (18, 23, 29))}
"""RGB of figures and of the edge around them, by the page's theme."""


def draw_plane(
    bundle: Bundle,
    found: Clustered,
    names: dict[int, str],
    ids: NDArray[np.str_],
    source: str,
    config: dict[str, Any],
) -> None:
    """The figure and what can be chosen of it. ids: (M,) of the people clustered. config: of the figure."""
    fitted, scores = latents.fitted_components(bundle)
    places = scores[found.space.rows][:, :2]
    if places.shape[1] < 2:
        places = np.column_stack([places, np.zeros(len(places))])
    options = [ALL, *(str(number + 1) for number in names)]
    # Before the figure in time, below it on the page, so that both columns' figures begin alike.
    figure = st.container()
    chosen = widgets.segments(
        "Show", options, links.CLUSTERS_SHOW, help=words.ONLY_HELP, persist_state="page", wrap=True
    )
    only = None if chosen == ALL else int(chosen) - 1
    among = np.arange(len(ids)) if only is None else found.members(only)
    joints = _joints(bundle, found)
    among = among[np.isfinite(joints[among]).all(axis=2).sum(axis=1) >= LEAST_JOINTS]
    shown = charts.spread(places, among)
    ink, halo = INKS[st.context.theme.type or "light"]
    figures = {int(row): drawing.png(drawing.stick_figure(joints[row], ink, halo, FIGURE)) for row in shown}
    labels = dict(names)
    if found.clustering.noise:
        labels[NOISE] = "noise, in no cluster"
    share = [f"{value:.1%} of the variance" for value in fitted.explained[:2]] + ["nothing"]
    figure.plotly_chart(
        charts.scatter(
            places,
            found.numbers,
            labels,
            ids.tolist(),
            (f"component 1 ({share[0]})", f"component 2 ({share[1]})"),
            source,
            figures,
            only,
        ),
        key="clu_map",
        config={"scrollZoom": True, **config},
        alt=words.plane_alt(len(ids)),
    )
    st.caption(words.plane(LEAST_JOINTS))
    if held := untrained.plane_shares(bundle, (0, 1)):
        st.caption(untrained.plane(held))


def _joints(bundle: Bundle, found: Clustered) -> NDArray[np.float32]:
    """(M, K, 2) the joints found of the people clustered; nan where none is."""
    table = bundle.samples.iloc[found.space.rows]
    return np.where((read_peaks(table) >= PEAK)[..., None], read_points(table, "predicted"), np.nan)
