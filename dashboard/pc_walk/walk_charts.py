"""Figures of a walk: data to figure, as in dashboard.shared.charts."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shared.charts import CATEGORIES, MARK, framed, never_learned, set_below


def distances(
    steps: NDArray[np.floating],
    distance: NDArray[np.floating],
    typical: float,
    untrained: tuple[NDArray[np.floating], NDArray[np.floating]] | None,
    source: str,
) -> go.Figure:
    """Distance from every stop of a walk to the nearest person, beside that between neighbours.

    untrained: steps (S',) and, (U, S'), how far the nearest person is from a walk in networks that never
    learned, as a multiple of what is typical there.
    """
    figure = go.Figure()
    if untrained is not None:
        across, multiples = untrained
        never_learned(figure, [across] * len(multiples), typical * multiples)
    figure.add_scatter(
        x=steps,
        y=distance,
        name="nearest person to the stop",
        mode="lines+markers",
        line={"color": CATEGORIES[0], "width": 2},
        marker={"size": 8},
        hovertemplate="c = %{x:.2f}<br>distance %{y:.2f}<extra></extra>",
    )
    figure.add_scatter(
        x=[steps.min(), steps.max()],
        y=[typical, typical],
        mode="lines",
        hoverinfo="skip",
        name=f"from one person to the nearest other, median {typical:.1f}",
        line={"color": MARK, "dash": "dash", "width": 2},
    )
    figure.update_layout(**framed(source, 340), showlegend=True)
    figure.update_xaxes(title="c, in standard deviations of the component")
    figure.update_yaxes(title="distance", rangemode="tozero")
    set_below(figure)
    return figure
