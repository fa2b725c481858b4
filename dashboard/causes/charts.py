"""Figures of the cause study: data to figure, as in dashboard.shared.charts."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.causes.study_words import AXIS
from dashboard.shared.charts import (
    AXIS_LINE,
    CATEGORIES,
    GREY,
    MARK,
    SCALE_ROOM,
    SCORE_SCALE,
    broken,
    colour_bar,
    framed,
    name_rows,
    rows_around_zero,
    set_below,
)
from posecore.statistics import Floats
from posecore.studies.causes.summary import Matrix
from posecore.studies.causes.verdict import Movement

SCALE: Final = broken(AXIS, 30)
"""The title of the scale of colours, as wide as the axes of a narrow page."""

ROW: Final = 23
"""Pixels of a row of the matrix."""

TOP: Final = 1.5
"""Standard deviations from which on colour says no more."""

LOOKS: Final = {
    Movement.MOVES: ("moves", CATEGORIES[0], "circle"),
    Movement.STILL: ("does not move", CATEGORIES[1], "circle-open"),
    Movement.UNKNOWN: (Movement.UNKNOWN.value, GREY, "x-thin-open"),
}
"""Name, colour and symbol by verdict, told apart by shape."""

DIRECTIONS: Final = {
    1: ("moves up", "triangle-up"),
    -1: ("moves down", "triangle-down"),
    0: ("moves", "diamond"),
}


class Rows(NamedTuple):
    """A line of the matrix, R cells: how far people move, either way, with its interval, beside the component
    that moves farthest in every untrained network (M, R), and another grain (R,)."""

    mean: Floats
    low: Floats
    high: Floats
    untrained: Floats
    floor: Floats
    verdict: NDArray[np.str_]


def of_cause(found: Matrix, row: int) -> Rows:
    """All components of one cause."""
    far = found.absolute
    return Rows(
        far.mean[row],
        far.low[row],
        far.high[row],
        np.repeat(found.untrained[:, row, None], len(found.floor), axis=1),
        found.floor,
        found.verdict[row],
    )


def of_component(found: Matrix, k: int) -> Rows:
    """All causes of one component, from 0."""
    far = found.absolute
    return Rows(
        far.mean[:, k],
        far.low[:, k],
        far.high[:, k],
        found.untrained,
        np.full(len(found.causes), found.floor[k]),
        found.verdict[:, k],
    )


def matrix(found: Matrix, names: Sequence[str], row: int | None, component: int, source: str) -> go.Figure:
    """Causes in rows, components across: the shape is the verdict, the colour how far people move.

    names: of the rows. row, component: from 0, which are marked. Every cell can be clicked: its customdata
    begins with the cause's key and the component, from 1.
    """
    c, d = found.absolute.mean.shape
    rows, columns = (each.ravel() for each in np.indices((c, d)))
    y = np.array(names, object)[rows]
    far, verdict, way = found.absolute.mean.ravel(), found.verdict.ravel(), found.direction.ravel()
    figure = go.Figure()
    shared = {"unselected": {"marker": {"opacity": 1}}, "hoverinfo": "skip", "mode": "markers"}
    scaled = True
    for sign, (name, symbol) in DIRECTIONS.items():
        here = (verdict == Movement.MOVES) & (way == sign)
        figure.add_scatter(
            x=columns[here] + 1,
            y=y[here],
            name=name,
            marker={
                "symbol": symbol,
                "size": 13,
                "color": far[here],
                "colorscale": [
                    list(pair) for pair in zip(np.linspace(0, 1, len(SCORE_SCALE)), SCORE_SCALE, strict=True)
                ],
                "cmin": 0,
                "cmax": TOP,
                "showscale": scaled,
                "colorbar": colour_bar(SCALE),
            },
            **shared,
        )
        scaled = False
    for one, size in ((Movement.STILL, 9), (Movement.UNKNOWN, 5)):
        name, colour, symbol = LOOKS[one]
        here = (verdict == one) & np.isfinite(far)
        marker = {"symbol": symbol, "size": size, "color": colour, "line": {"width": 1.5, "color": colour}}
        figure.add_scatter(x=columns[here] + 1, y=y[here], name=name, marker=marker, **shared)
    figure.add_scatter(
        x=columns + 1,
        y=y,
        mode="markers",
        marker={"symbol": "square", "size": 18, "opacity": 0, "color": GREY},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        showlegend=False,
        customdata=np.column_stack(
            [
                np.array(found.causes, object)[rows],
                columns + 1,
                verdict,
                *(part.ravel() for part in found.signed[:3]),
                *(part.ravel() for part in found.absolute[:3]),
                found.floor[columns],
                found.untrained.max(axis=0)[rows],
                found.people[rows],
            ]
        ),
        hovertemplate="%{y}, component %{customdata[1]}: %{customdata[2]}<br>movement %{customdata[3]:.2f}, "
        "from %{customdata[4]:.2f} to %{customdata[5]:.2f}<br>either way %{customdata[6]:.2f}, from "
        "%{customdata[7]:.2f} to %{customdata[8]:.2f}<br>another grain %{customdata[9]:.2f}, untrained at "
        "most %{customdata[10]:.2f}<br>n = %{customdata[11]}<extra></extra>",
    )
    mark = {"type": "rect", "line": {"color": MARK, "width": 2}, "layer": "below"}
    if row is not None:
        figure.add_shape(x0=0.5, x1=d + 0.5, y0=row - 0.5, y1=row + 0.5, **mark)
    figure.add_shape(x0=component + 0.5, x1=component + 1.5, y0=-0.5, y1=c - 0.5, **mark)
    figure.update_layout(**framed(source, 130 + ROW * c), showlegend=True)
    figure.update_xaxes(
        title="component", range=[0.4, d + 0.6], tickvals=list(range(1, d + 1)), fixedrange=True
    )
    name_rows(figure, names)
    figure.update_yaxes(range=[c - 0.5, -0.5], autorange=False, fixedrange=True)
    set_below(figure)
    _scale_below(figure)
    return figure


def _scale_below(figure: go.Figure) -> None:
    """Put the scale of colours below the legend, where it takes a narrow page no width."""
    before, room = figure.layout.height, SCALE_ROOM + AXIS_LINE * SCALE.count("<br>")
    height = before + room
    figure.update_traces(
        marker_colorbar={"y": 0, "yref": "container", "yanchor": "bottom"},
        selector=lambda trace: trace.marker.showscale,
    )
    figure.update_layout(
        height=height,
        margin={"b": figure.layout.margin.b + room},
        legend={"y": (figure.layout.legend.y * before + room) / height},
        title={"y": 1 - 16 / height},
    )


def movements(names: Sequence[str], rows: Rows, source: str) -> go.Figure:
    """How far people move, either way, with intervals; in grey untrained networks, each by the component that
    moves farthest in it, and another grain."""
    figure = go.Figure()
    order = list(names)
    for number, network in enumerate(rows.untrained):
        figure.add_scatter(
            x=network,
            y=order,
            mode="markers",
            name="never learned, at their farthest",
            legendgroup="untrained",
            showlegend=number == 0,
            marker={"symbol": "line-ns-open", "size": 12, "color": GREY, "line": {"width": 2}},
            hovertemplate="%{y}<br>untrained %{x:.2f}<extra></extra>",
        )
    figure.add_scatter(
        x=rows.floor,
        y=order,
        mode="markers",
        name="another grain",
        marker={"symbol": "circle", "size": 5, "color": GREY},
        hovertemplate="%{y}<br>another grain %{x:.2f}<extra></extra>",
    )
    for verdict, (name, colour, symbol) in LOOKS.items():
        here = rows.verdict == verdict
        figure.add_scatter(
            x=rows.mean[here],
            y=np.array(order, object)[here],
            mode="markers",
            name=name,
            marker={"symbol": symbol, "size": 9, "color": colour, "line": {"width": 2, "color": colour}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (rows.high - rows.mean)[here],
                "arrayminus": (rows.mean - rows.low)[here],
                "color": colour,
                "thickness": 2,
            },
            hovertemplate="%{y}<br>%{x:.2f}<extra></extra>",
        )
    rows_around_zero(figure, order, AXIS, source)
    # With a group in it, a legend would have a gap after every entry, which set_below does not count.
    figure.update_layout(legend_tracegroupgap=0)
    return figure
