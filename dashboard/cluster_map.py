"""The clusters on the plane of the first two components, with some people's heatmaps in their places."""

from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import cluster_charts, components, loaders, state
from dashboard.cluster_questions import Answer
from posecore import drawing
from posecore.bundle import Bundle
from posecore.latent.silhouette import NOISE

ALL: Final = "all clusters"


def show(
    bundle: Bundle,
    found: Answer,
    names: dict[int, str],
    ids: NDArray[np.str_],
    source: str,
    config: dict[str, Any],
) -> None:
    """The figure and what can be chosen of it. ids: (M,) of the people clustered. config: of the figure."""
    fitted, scores = components.fitted_components(bundle)
    places = scores[found.space.rows][:, :2]
    if places.shape[1] < 2:
        places = np.column_stack([places, np.zeros(len(places))])
    options = [ALL, *(str(number + 1) for number in names)]
    state.refuse_forged(state.CLUSTERS_SHOW, f"one of {', '.join(options)}", options.__contains__)
    # Before the figure in time, below it on the page, so that both columns' figures begin alike.
    figure = st.container()
    chosen = st.segmented_control(
        "Show", options, default=ALL, required=True, key=state.CLUSTERS_SHOW, bind="query-params",
        help="One cluster in colour with its people's heatmaps, the others grey.", persist_state="page",
    )  # fmt: skip
    only = None if chosen == ALL else int(chosen) - 1
    among = np.arange(len(ids)) if only is None else found.members(only)
    shown = among[sorted(cluster_charts.spread(places[among]))]
    thumbnails = {int(row): drawing.jpeg(_framed(bundle, ids[row], int(found.numbers[row]))) for row in shown}
    labels = dict(names)
    if found.clustering.noise:
        labels[NOISE] = "noise, in no cluster"
    share = [f"{value:.1%} of the variance" for value in fitted.explained[:2]] + ["nothing"]
    figure.plotly_chart(
        cluster_charts.scatter(
            places, found.numbers, labels, ids,
            (f"component 1 ({share[0]})", f"component 2 ({share[1]})"), source, thumbnails, only,
        ),
        key="clu_map", config={"scrollZoom": True, **config},
        alt=f"{len(ids)} people in the plane of the first two principal components, coloured by cluster",
    )  # fmt: skip
    st.caption(
        "Some people's predicted heatmaps stand at their places. The plane shows two directions only: "
        "clusters that are apart in all of them may overlap here."
    )


def _framed(bundle: Bundle, sample_id: str, number: int) -> drawing.Picture:
    """The person's heatmaps in a frame of their cluster's colour."""
    red, green, blue = bytes.fromhex(cluster_charts.colour_of(number)[0][1:])
    picture = np.full((72, 72, 3), (red, green, blue), np.uint8)
    picture[4:-4, 4:-4] = _thumbnail(bundle, sample_id)
    return picture


@loaders.kept(2_000)
def _thumbnail(bundle: Bundle, sample_id: str) -> NDArray[np.uint8]:
    """(64, 64, 3) predicted heatmaps, as the map of another K shows the same people."""
    return np.asarray(bundle.thumbnail(sample_id))
