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
    """Values per epoch. A change of the image size, and the best epoch, are marked where they are known."""
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


def scatter(
    places: NDArray[np.floating],
    sample_ids: Sequence[str],
    axes: tuple[str, str],
    source: str,
    *,
    scores: NDArray[np.floating] | None = None,
    labels: NDArray[np.integer] | None = None,
    ring: int | None = None,
) -> go.Figure:
    """People as points (N, 2). customdata of every point is its sample_id, in every trace.

    scores: (N,) PCK 0..1 as colour, nan in grey. labels: (N,) cluster numbers as colour and symbol; give
    one of the two or none. ring: row of a person to mark; hidden while something is selected in the chart.
    """
    ids = np.asarray(sample_ids, dtype=object)
    figure = go.Figure()

    def add(rows: NDArray[Any], marker: dict[str, Any], name: str, hover: str) -> None:
        figure.add_scattergl(
            x=places[rows, 0], y=places[rows, 1], customdata=ids[rows], mode="markers", name=name,
            marker={"size": 7, "opacity": 0.85, **marker},
            selected={"marker": {"opacity": 1, "size": 13}}, unselected={"marker": {"opacity": 0.5}},
            text=None if scores is None else [_score(value) for value in scores[rows]],
            hovertemplate=f"%{{customdata}}{hover}<extra></extra>",
        )  # fmt: skip

    everyone = np.arange(len(ids))
    if labels is not None:
        for label in np.unique(labels):
            colour, symbol = category(int(label))
            rows = np.flatnonzero(labels == label)
            name = f"cluster {label + 1}"
            add(rows, {"color": colour, "symbol": symbol}, name, f"<br>{name}, {len(rows)} people")
    elif scores is not None:
        known = np.isfinite(scores)
        colours = {
            "color": scores[known], "cmin": 0, "cmax": 1,
            "colorscale": [[i / (len(SCORE_SCALE) - 1), colour] for i, colour in enumerate(SCORE_SCALE)],
            "colorbar": {"title": {"text": "PCK"}, "thickness": 12, "outlinewidth": 0, "len": 0.8},
        }  # fmt: skip
        add(everyone[known], colours, "people", "<br>PCK %{text}")
        if not known.all():
            add(everyone[~known], {"color": GREY}, "PCK not known", "<br>PCK not known")
    else:
        add(everyone, {"color": CATEGORIES[0]}, "people", "")
    if ring is not None:
        figure.add_scattergl(
            x=places[[ring], 0], y=places[[ring], 1], customdata=ids[[ring]], mode="markers", name="picked",
            marker={"size": 17, "color": "rgba(0,0,0,0)", "line": {"color": MARK, "width": 3}},
            unselected={"marker": {"opacity": 0}}, hovertemplate="%{customdata}<extra>picked</extra>",
        )  # fmt: skip
    figure.update_layout(
        **framed(source, 560),
        showlegend=labels is not None,
        legend={"itemsizing": "constant"},
        dragmode="pan",
        clickmode="event+select",
    )
    figure.update_xaxes(title=axes[0], zeroline=False)
    figure.update_yaxes(title=axes[1], zeroline=False)
    return figure


def silhouettes(
    values: NDArray[np.floating],
    labels: NDArray[np.integer],
    sample_ids: Sequence[str],
    mean: float,
    source: str,
) -> go.Figure:
    """One bar per person, sorted within its cluster, clusters below one another; the mean as a line.

    values: (N,) silhouettes in -1..1. customdata of every bar is its sample_id.
    """
    ids = np.asarray(sample_ids, dtype=object)
    figure = go.Figure()
    gap = max(1, len(values) // 60)
    start, ticks, names = 0, [], []
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        rows = rows[np.argsort(-values[rows], kind="stable")]
        figure.add_bar(
            x=values[rows], y=np.arange(start, start + len(rows)), orientation="h", width=1,
            customdata=ids[rows], marker={"color": category(int(label))[0], "line": {"width": 0}},
            name=f"cluster {label + 1}",
            hovertemplate=f"%{{customdata}}<br>silhouette %{{x:.3f}}<extra>cluster {label + 1}</extra>",
        )  # fmt: skip
        ticks.append(start + (len(rows) - 1) / 2)
        names.append(f"{label + 1}")
        start += len(rows) + gap
    figure.add_vline(x=mean, line={"color": MARK, "width": 2, "dash": "dash"})
    figure.add_annotation(
        x=mean,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"mean {round(mean, 3) + 0.0:.3f}",
        showarrow=False,
        font={"color": MARK},
    )
    figure.update_layout(**framed(source, 560), showlegend=False, bargap=0, barmode="overlay")
    figure.update_xaxes(title="silhouette of each person", zeroline=True)
    figure.update_yaxes(title="cluster", tickvals=ticks, ticktext=names, autorange="reversed", showgrid=False)
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


def _score(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "not known"
