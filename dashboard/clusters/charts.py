"""People in clusters: data to figure, as in dashboard.shared.charts. A cluster's number is its colour."""

import base64
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shared.charts import (
    GREY,
    MARK,
    ROW_NAME,
    broken,
    category,
    framed,
    name_rows,
    never_learned_rows,
    rows_around_zero,
    set_below,
    settle,
    trace_for,
)
from posecore.clustering.silhouette import NOISE

MOST_BARS: Final = 500
"""People drawn one by one: as many as there are pixels from top to bottom."""
CELLS: Final = 6
"""People drawn as figures along either side of the map."""
DIM: Final = "rgba(138,143,152,0.35)"


def colour_of(number: int) -> tuple[str, str]:
    """Colour and symbol of a cluster; noise is grey."""
    return (GREY, "circle-open") if number == NOISE else category(number)


def silhouettes(
    values: NDArray[np.floating],
    numbers: NDArray[np.integer],
    names: Mapping[int, str],
    sample_ids: Sequence[str],
    mean: float,
    source: str,
    untrained: NDArray[np.floating],
) -> go.Figure:
    """One bar per person, sorted within its cluster, clusters below one another; the mean as a line.

    values: (N,) silhouettes in -1..1, nan for people who have none and no bar. untrained: (U,) mean
    silhouettes of networks that never learned, a grey line each. customdata of every bar is its sample_id. Of
    more than MOST_BARS people every so-many-th is drawn, and the lowest of each cluster.
    """
    ids = np.asarray(sample_ids, dtype=object)
    figure = go.Figure()
    known = np.isfinite(values)
    step = max(1, -(-int(known.sum()) // MOST_BARS))
    gap = max(1, len(values) // 60)
    start, ticks, marks = 0, [], []
    for number in np.unique(numbers[known]):
        rows = np.flatnonzero((numbers == number) & known)
        rows = rows[np.argsort(-values[rows], kind="stable")]
        drawn = np.unique(np.append(np.arange(0, len(rows), step), len(rows) - 1))
        figure.add_bar(
            x=values[rows[drawn]],
            y=start + drawn,
            orientation="h",
            width=step,
            customdata=ids[rows[drawn]],
            marker={"color": colour_of(int(number))[0], "line": {"width": 0}},
            name=names[int(number)],
            hovertemplate=f"%{{customdata}}<br>silhouette %{{x:.3f}}<extra>{names[int(number)]}</extra>",
        )
        ticks.append(start + (len(rows) - 1) / 2)
        marks.append(broken(names[int(number)].removeprefix("cluster "), ROW_NAME))
        start += len(rows) + gap
    for never in untrained.tolist():
        figure.add_vline(x=never, line={"color": GREY, "width": 2})
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
    figure.update_layout(
        **framed(source, 560), showlegend=False, bargap=0, barmode="overlay", clickmode="event+select"
    )
    if _plain(names):
        settle(figure)
    figure.update_xaxes(title="silhouette of each person", zeroline=True)
    figure.update_yaxes(title="cluster", tickvals=ticks, ticktext=marks, autorange="reversed", showgrid=False)
    set_below(figure)
    return figure


def scatter(
    places: NDArray[np.floating],
    numbers: NDArray[np.integer],
    names: Mapping[int, str],
    sample_ids: Sequence[str],
    axes: tuple[str, str],
    source: str,
    figures: Mapping[int, bytes],
    only: int | None = None,
) -> go.Figure:
    """People as points (M, 2) in the colour and symbol of their cluster; customdata is the sample_id.

    figures: PNG files by row, drawn at these people's places. only: the one number that is coloured.
    """
    ids = np.asarray(sample_ids, dtype=object)
    figure = go.Figure()
    order = sorted(names, key=lambda number: number == only)
    trace = trace_for(len(places))
    for number in order:
        rows = np.flatnonzero(numbers == number)
        colour, symbol = colour_of(number)
        shown = only is None or number == only
        figure.add_trace(
            trace(
                x=places[rows, 0],
                y=places[rows, 1],
                customdata=ids[rows],
                mode="markers",
                name=names[number],
                hovertemplate=f"%{{customdata}}<extra>{names[number]}</extra>",
                marker={"size": 6, "opacity": 0.85, "color": colour if shown else DIM, "symbol": symbol},
            )
        )
    size = _extent(places) / (CELLS + 1)
    # All at once: added one by one, each costs as much as all before it.
    images = [
        {
            "source": "data:image/png;base64," + base64.b64encode(picture).decode(),
            "x": places[row, 0],
            "y": places[row, 1],
            "sizex": size[0],
            "sizey": size[1],
            "xref": "x",
            "yref": "y",
            "xanchor": "center",
            "yanchor": "middle",
            "sizing": "contain",
            "layer": "above",
        }
        for row, picture in figures.items()
    ]
    figure.update_layout(
        images=images,
        **framed(source, 540),
        showlegend=True,
        dragmode="pan",
        legend={"itemsizing": "constant"},
    )
    settle(figure)
    figure.update_xaxes(title=axes[0], zeroline=False)
    figure.update_yaxes(title=axes[1], zeroline=False)
    set_below(figure)
    return figure


def _plain(names: Mapping[int, str]) -> bool:
    """Whether nobody gave a cluster a name of their own, so that it is known how much room names take."""
    return all(name.removeprefix("cluster ").isdigit() for number, name in names.items() if number != NOISE)


def spread(places: NDArray[np.floating], rows: NDArray[np.integer], cells: int = CELLS) -> list[int]:
    """Some of these rows of a cloud (M, 2), all over it: in every cell of a grid the one nearest its middle.

    cells: along either side of the whole cloud.
    """
    unit = (places[rows] - places.min(axis=0)) / _extent(places) * cells
    cell = np.minimum(unit.astype(int), cells - 1)
    away = np.linalg.norm(unit - cell - 0.5, axis=1)
    number = cell[:, 0] * cells + cell[:, 1]
    order = np.lexsort((away, number))
    _, first = np.unique(number[order], return_index=True)
    return sorted(rows[order[first]].tolist())


def _extent(places: NDArray[np.floating]) -> NDArray[np.floating]:
    """(2,) width and height of a cloud; 1 where it has none."""
    span = np.ptp(places, axis=0)
    return np.where(span > 0, span, 1)


def effects(
    found: pd.DataFrame,
    names: Sequence[str],
    colour: str,
    axis: str,
    source: str,
    untrained: NDArray[np.floating],
) -> go.Figure:
    """Effects with their intervals, the surest on top; see posecore.attributes.contrasts.contrast.

    Those whose interval holds 0 are open. untrained: (A,) how far clusters of networks that never learned
    differ in each, either way; nan where not known.
    """
    figure = go.Figure()
    never_learned_rows(figure, names, -untrained, untrained, ".2f")
    sure = ((found["low"] > 0) | (found["high"] < 0)).to_numpy()
    for chosen, name, ink, symbol in (
        (sure, "interval without 0", colour, "circle"),
        (~sure, "may be chance", GREY, "circle-open"),
    ):
        if not chosen.any():
            continue
        rows = found[chosen]
        figure.add_scatter(
            x=rows["effect"],
            y=np.asarray(names)[chosen],
            name=name,
            mode="markers",
            marker={"color": ink, "symbol": symbol, "size": 9},
            error_x={
                "symmetric": False,
                "array": rows["high"] - rows["effect"],
                "arrayminus": rows["effect"] - rows["low"],
                "color": ink,
                "thickness": 2,
                "width": 4,
            },
            customdata=rows[["low", "high", "selected", "rest", "n_selected", "n_rest"]].to_numpy(),
            hovertemplate=(
                "%{y}<br>effect %{x:.2f}, 95 % interval %{customdata[0]:.2f} to %{customdata[1]:.2f}<br>"
                "%{customdata[2]:.3g} of %{customdata[4]:,}, others %{customdata[3]:.3g} of "
                "%{customdata[5]:,}<extra></extra>"
            ),
        )
    rows_around_zero(figure, list(names), axis, source)
    return figure


def shares(
    table: pd.DataFrame,
    colours: Sequence[str],
    symbols: Sequence[str],
    axis: str,
    source: str,
    untrained: tuple[NDArray[np.floating], NDArray[np.floating]],
) -> go.Figure:
    """A row per joint, a mark per cluster: shares of people. table: joints as rows, clusters as columns.
    untrained: (J,) the lowest and the highest share of a cluster of networks that never learned; nan where
    not known."""
    figure = go.Figure()
    never_learned_rows(figure, list(table.index), *untrained, ".0%")
    for name, colour, symbol in zip(table.columns, colours, symbols, strict=True):
        figure.add_scatter(
            x=table[name],
            y=list(table.index),
            name=str(name),
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 10, "opacity": 0.85},
            hovertemplate=f"%{{y}}<br>{name}: %{{x:.0%}}<extra></extra>",
        )
    figure.update_layout(**framed(source, 134 + 24 * len(table)), showlegend=True)
    figure.update_xaxes(title=axis, tickformat=".0%", range=[-0.02, 1.02])
    name_rows(figure, list(table.index))
    set_below(figure)
    return figure
