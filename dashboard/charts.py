"""Data to figure, nothing else: no file is read and no widget drawn here.

Every figure carries its `source` as a title: how many people, of which data set, by which network.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from posecore.data.crops import SquareCrop

CATEGORIES: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#B8A800")
"""Okabe and Ito's colours, as in .streamlit/config.toml; black and pale yellow would vanish on a ground."""

SYMBOLS: Final = ("circle", "diamond", "x")
"""With CATEGORIES, 24 clusters can be told apart."""

SCORE_SCALE: Final = ("#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962", "#ADDC30")
"""The middle of viridis, whose ends vanish on a dark and on a light ground."""

GREY: Final = "#8A8F98"
MARK: Final = "#D55E00"


def category(index: int) -> tuple[str, str]:
    """Colour and symbol of the cluster with this number."""
    return CATEGORIES[index % len(CATEGORIES)], SYMBOLS[index // len(CATEGORIES) % len(SYMBOLS)]


def curves(
    epochs: Sequence[float],
    lines: Mapping[str, Sequence[float | None]],
    y_title: str,
    source: str,
    sizes: Sequence[int] | None = None,
    best_epoch: int | None = None,
) -> go.Figure:
    """Values per epoch, None for a gap. A change of the image size, and the best epoch, are marked where they
    are known."""
    figure = go.Figure()
    for (name, values), colour in zip(lines.items(), CATEGORIES, strict=False):
        figure.add_scatter(
            x=list(epochs), y=list(values), name=name, mode="lines+markers",
            line={"color": colour, "width": 2}, marker={"size": 5},
            hovertemplate=f"epoch %{{x}}<br>{name} %{{y:.4g}}<extra></extra>",
        )  # fmt: skip
    changes = [i for i in range(1, len(sizes or ())) if sizes and sizes[i] != sizes[i - 1]]
    for row, i in enumerate(reversed(changes)):
        x = (epochs[i] + epochs[i - 1]) / 2
        figure.add_vline(x=x, line={"color": GREY, "dash": "dot", "width": 1})
        # One below the other, as the last changes may follow within an epoch.
        figure.add_annotation(
            x=x, y=1 - 0.09 * row, yref="paper", yanchor="bottom", xanchor="right", xshift=-3,
            text=f"then {sizes[i]} px", showarrow=False, font={"size": 11},
        )  # fmt: skip
    if best_epoch is not None and best_epoch in epochs:
        figure.add_vline(x=best_epoch, line={"color": MARK, "width": 1})
        figure.add_annotation(
            x=best_epoch, y=0, yref="paper", yanchor="bottom", xanchor="right", xshift=-3, text="kept",
            showarrow=False, font={"size": 11, "color": MARK},
        )  # fmt: skip
    figure.update_layout(
        **framed(source, 320), showlegend=len(lines) > 1, legend={"orientation": "h", "y": -0.28, "x": 0}
    )
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(title=y_title, rangemode="tozero")
    return figure


def distances(
    steps: NDArray[np.floating], distance: NDArray[np.floating], typical: float, source: str
) -> go.Figure:
    """Distance from every stop of a walk to the nearest person, beside that between neighbours."""
    figure = go.Figure()
    figure.add_scatter(
        x=steps, y=distance, name="nearest person to the stop", mode="lines+markers",
        line={"color": CATEGORIES[0], "width": 2}, marker={"size": 8},
        hovertemplate="c = %{x:.2f}<br>distance %{y:.2f}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[steps.min(), steps.max()], y=[typical, typical], mode="lines", hoverinfo="skip",
        name=f"from one person to the nearest other, median {typical:.1f}",
        line={"color": MARK, "dash": "dash", "width": 2},
    )  # fmt: skip
    figure.update_layout(**framed(source, 340), legend={"orientation": "h", "y": -0.28, "x": 0})
    figure.update_xaxes(title="c, in standard deviations of the component")
    figure.update_yaxes(title="distance", rangemode="tozero")
    return figure


DRAWN_PLAINLY: Final = 4_000
"""People up to whom a map is drawn without WebGL, which takes long to begin with on a machine without a
graphics chip."""


def trace_for(people: int) -> type[go.Scatter] | type[go.Scattergl]:
    """What draws so many people as points the soonest."""
    return go.Scatter if people <= DRAWN_PLAINLY else go.Scattergl


BOX_HEIGHT: Final = 380


def person_box(
    source: str, size: tuple[int, int], box: tuple[float, float, float, float], square: SquareCrop
) -> go.Figure:
    """A picture on which a box can be drawn, with the present one and the square that is cut out.

    source: the picture as a data URI. size: its width and height in the pixels that the axes count. box:
    left, top, width, height. Selecting a rectangle gives a box selection.
    """
    width, height = size
    figure = go.Figure()
    # Plotly reports a selection only where there are points to select.
    figure.add_scatter(
        x=[0, width, width, 0], y=[0, 0, height, height], mode="markers", marker={"opacity": 0},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    figure.add_layout_image(
        source=source, x=0, y=0, sizex=width, sizey=height, xref="x", yref="y", sizing="stretch",
        layer="below",
    )  # fmt: skip
    figure.add_shape(
        type="rect", x0=square.x, y0=square.y, x1=square.x + square.side, y1=square.y + square.side,
        line={"color": CATEGORIES[4], "width": 2, "dash": "dot"},
    )  # fmt: skip
    left, top, box_width, box_height = box
    figure.add_shape(
        type="rect", x0=left, y0=top, x1=left + box_width, y1=top + box_height,
        line={"color": CATEGORIES[1], "width": 3},
    )  # fmt: skip
    figure.update_xaxes(range=[0, width], visible=False, fixedrange=True, constrain="domain")
    figure.update_yaxes(
        range=[height, 0], visible=False, fixedrange=True, scaleanchor="x", constrain="domain"
    )
    figure.update_layout(
        dragmode="select", height=BOX_HEIGHT, margin={"l": 0, "r": 0, "t": 0, "b": 0},
        newselection={"line": {"color": CATEGORIES[1], "width": 3}},
    )  # fmt: skip
    return figure


def framed(source: str, height: int) -> dict[str, Any]:
    """The layout all figures share: `source` as a title above, `height` in pixels."""
    return {
        "height": height,
        "margin": {"l": 10, "r": 10, "t": 72, "b": 10},
        "title": {
            "text": "<br>".join(source.rsplit(" · ", 1)),
            "font": {"size": 13},
            "x": 0,
            "xanchor": "left",
            # Streamlit puts the first line above y, so a share of the height would cut it in low charts.
            "y": 1 - 16 / height,
            "yanchor": "top",
        },
    }


def rows_around_zero(
    figure: go.Figure, names: Sequence[str], axis: str, source: str, row: int = 24, below: int = 70
) -> None:
    """Lay out effects with intervals: one row per name, the first on top, on both sides of a line at zero.

    row: its height in pixels. below: room for the axis and a legend.
    """
    figure.add_vline(x=0, line={"color": GREY, "width": 1})
    figure.update_layout(**framed(source, 80 + row * len(names) + below))
    legend_below(figure, below)
    figure.update_xaxes(title=axis)
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], automargin=True)


def settle(figure: go.Figure, bottom: int) -> None:
    """Give the figure its margins, `bottom` pixels below. Where Plotly finds them itself it draws twice."""
    figure.update_layout(margin={"l": 56, "b": bottom, "autoexpand": False})
    figure.update_xaxes(automargin=False)
    figure.update_yaxes(automargin=False)


LEGEND_ROW: Final = 20
"""Height of a legend's row in pixels."""


def room_for_legend(clusters: int, columns: int) -> int:
    """Pixels below a map for its axis and the legend of its clusters.

    columns: how many of them stand beside one another on a narrow page.
    """
    return 66 + LEGEND_ROW * -(-clusters // columns)


def legend_below(figure: go.Figure, room: int) -> None:
    """A legend under the figure, in `room` pixels below the axes."""
    legend = {"orientation": "h", "yref": "container", "y": 0.01, "x": 0}
    figure.update_layout(showlegend=True, legend=legend, margin={"b": room})
