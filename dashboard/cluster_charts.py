"""Figures of clusters: data to figure, as in dashboard.charts. A cluster's number is its colour."""

import base64
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts import CATEGORIES, GREY, MARK, category, framed, rows_around_zero
from posecore.latent.gap import Gap
from posecore.latent.matching import Comparison
from posecore.latent.silhouette import NOISE
from posecore.latent.stability import Stability
from posecore.latent.sweep import Sweep

MOST_BARS: Final = 2_000
"""People drawn one by one: more than twice the pixels there are from top to bottom."""
BELOW: Final = {"orientation": "h", "y": -0.28, "x": 0}
DASHES: Final = ("dash", "dot")
CELLS: Final = 7
"""Thumbnails along either side of the map."""
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
) -> go.Figure:
    """One bar per person, sorted within its cluster, clusters below one another; the mean as a line.

    values: (N,) silhouettes in -1..1, nan for people who have none and no bar. customdata of every bar is its
    sample_id. Of more than MOST_BARS people every so-many-th is drawn, and the lowest of each cluster.
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
            x=values[rows[drawn]], y=start + drawn, orientation="h", width=step, customdata=ids[rows[drawn]],
            marker={"color": colour_of(int(number))[0], "line": {"width": 0}}, name=names[int(number)],
            hovertemplate=f"%{{customdata}}<br>silhouette %{{x:.3f}}<extra>{names[int(number)]}</extra>",
        )  # fmt: skip
        ticks.append(start + (len(rows) - 1) / 2)
        marks.append(names[int(number)].removeprefix("cluster "))
        start += len(rows) + gap
    figure.add_vline(x=mean, line={"color": MARK, "width": 2, "dash": "dash"})
    figure.add_annotation(
        x=mean, y=1, yref="paper", yanchor="bottom", text=f"mean {round(mean, 3) + 0.0:.3f}", showarrow=False,
        font={"color": MARK},
    )  # fmt: skip
    figure.update_layout(
        **framed(source, 560), showlegend=False, bargap=0, barmode="overlay", clickmode="event+select"
    )
    figure.update_xaxes(title="silhouette of each person", zeroline=True)
    figure.update_yaxes(title="cluster", tickvals=ticks, ticktext=marks, autorange="reversed", showgrid=False)
    return figure


def scatter(
    places: NDArray[np.floating],
    numbers: NDArray[np.integer],
    names: Mapping[int, str],
    sample_ids: Sequence[str],
    axes: tuple[str, str],
    source: str,
    thumbnails: Mapping[int, bytes],
    only: int | None = None,
) -> go.Figure:
    """People as points (M, 2) in the colour and symbol of their cluster; customdata is the sample_id.

    thumbnails: JPEG files by row, drawn at these people's places. only: the one number that is coloured.
    """
    ids = np.asarray(sample_ids, dtype=object)
    figure = go.Figure()
    order = sorted(names, key=lambda number: number == only)
    for number in order:
        rows = np.flatnonzero(numbers == number)
        colour, symbol = colour_of(number)
        shown = only is None or number == only
        figure.add_scattergl(
            x=places[rows, 0], y=places[rows, 1], customdata=ids[rows], mode="markers",
            name=names[number], hovertemplate=f"%{{customdata}}<extra>{names[number]}</extra>",
            marker={"size": 6, "opacity": 0.85, "color": colour if shown else DIM, "symbol": symbol},
        )  # fmt: skip
    # Of one cluster they stand closer, but are not to be too small to see.
    own = _extent(places[list(thumbnails)] if thumbnails else places)
    size = np.maximum(own, _extent(places) / 2) / (CELLS + 1)
    # All at once: added one by one, each costs as much as all before it.
    images = [
        {
            "source": "data:image/jpeg;base64," + base64.b64encode(picture).decode(),
            "x": places[row, 0], "y": places[row, 1], "sizex": size[0], "sizey": size[1], "xref": "x",
            "yref": "y", "xanchor": "center", "yanchor": "middle", "sizing": "contain", "layer": "above",
        }
        for row, picture in thumbnails.items()
    ]  # fmt: skip
    figure.update_layout(
        images=images,
        **framed(source, 560), showlegend=True, dragmode="pan",
        legend={"itemsizing": "constant", "orientation": "h", "y": -0.14, "x": 0},
    )  # fmt: skip
    figure.update_xaxes(title=axes[0], zeroline=False)
    figure.update_yaxes(title=axes[1], zeroline=False)
    return figure


def spread(places: NDArray[np.floating], cells: int = CELLS) -> list[int]:
    """Rows of people all over a cloud (M, 2): in every cell of a grid the one nearest its middle."""
    unit = (places - places.min(axis=0)) / _extent(places) * cells
    cell = np.minimum(unit.astype(int), cells - 1)
    away = np.linalg.norm(unit - cell - 0.5, axis=1)
    number = cell[:, 0] * cells + cell[:, 1]
    order = np.lexsort((away, number))
    _, first = np.unique(number[order], return_index=True)
    return order[first].tolist()


def _extent(places: NDArray[np.floating]) -> NDArray[np.floating]:
    """(2,) width and height of a cloud; 1 where it has none."""
    span = np.ptp(places, axis=0)
    return np.where(span > 0, span, 1)


def over_k(sweep: Sweep, controls: Mapping[str, NDArray[np.float64]], chosen: int, source: str) -> go.Figure:
    """The mean silhouette of the best restart of every K, real and of controls; whiskers to the worst."""
    figure = go.Figure()
    lines = {"these people": sweep.silhouettes, **controls}
    for index, (name, means) in enumerate(lines.items()):
        best = np.array([means[sweep.ks == k].max() for k in sweep.numbers])
        worst = np.array([means[sweep.ks == k].min() for k in sweep.numbers])
        figure.add_scatter(
            x=sweep.numbers, y=best, name=name, mode="lines+markers",
            line={"color": CATEGORIES[index], "width": 2, "dash": ("solid", *DASHES)[index % 3]},
            marker={"size": 8, "symbol": ("circle", "diamond", "x")[index % 3]},
            error_y={
                "symmetric": False, "array": np.zeros(len(best)), "arrayminus": best - worst,
                "color": CATEGORIES[index], "thickness": 1.5, "width": 4,
            },
            customdata=np.stack([worst, [int((sweep.ks == k).sum()) for k in sweep.numbers]], axis=-1),
            hovertemplate=(
                f"K = %{{x}}, {name}<br>best of %{{customdata[1]}} restarts %{{y:.3f}}, worst "
                "%{customdata[0]:.3f}<extra></extra>"
            ),
        )  # fmt: skip
    _mark(figure, chosen, sweep.numbers)
    figure.update_layout(**framed(source, 400), legend=BELOW, showlegend=True)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="mean silhouette", rangemode="tozero")
    return figure


def gap(found: Gap, source: str) -> go.Figure:
    """The gap statistic with its errors; the K it names is marked."""
    figure = go.Figure()
    figure.add_scatter(
        x=found.ks, y=found.gaps, mode="lines+markers", line={"color": CATEGORIES[0], "width": 2},
        marker={"size": 8}, error_y={"array": found.errors, "thickness": 1.5, "width": 4}, name="gap",
        hovertemplate="K = %{x}<br>gap %{y:.3f}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=found.count, line={"color": MARK, "width": 1})
    figure.add_annotation(
        x=found.count, y=1, yref="paper", yanchor="bottom", text=f"K = {found.count}", showarrow=False,
        font={"color": MARK, "size": 12},
    )  # fmt: skip
    figure.update_layout(**framed(source, 340), showlegend=False)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="gap")
    return figure


def stability(found: Stability, chosen: int, source: str) -> go.Figure:
    """Mean adjusted Rand index of the resamples, their middle 90 % as whiskers."""
    low, high = np.quantile(found.ari, [0.05, 0.95], axis=1)
    figure = go.Figure()
    figure.add_scatter(
        x=found.ks, y=found.mean, mode="lines+markers", line={"color": CATEGORIES[0], "width": 2},
        marker={"size": 8}, name="found again",
        error_y={
            "symmetric": False, "array": (high - found.mean).clip(0),
            "arrayminus": (found.mean - low).clip(0), "thickness": 1.5, "width": 4,
        },
        hovertemplate="K = %{x}<br>adjusted Rand index %{y:.2f}<extra></extra>",
    )  # fmt: skip
    _mark(figure, chosen, found.ks)
    figure.update_layout(**framed(source, 340), showlegend=False)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="adjusted Rand index", range=[min(0, float(low.min())), 1.05])
    return figure


def effects(found: pd.DataFrame, names: Sequence[str], colour: str, axis: str, source: str) -> go.Figure:
    """Effects with their intervals, the surest on top; see posecore.latent.contrasts.contrast.

    Those whose interval holds 0 are open.
    """
    figure = go.Figure()
    sure = ((found["low"] > 0) | (found["high"] < 0)).to_numpy()
    for chosen, name, ink, symbol in (
        (sure, "interval without 0", colour, "circle"),
        (~sure, "may be chance", GREY, "circle-open"),
    ):
        if not chosen.any():
            continue
        rows = found[chosen]
        figure.add_scatter(
            x=rows["effect"], y=np.asarray(names)[chosen], name=name, mode="markers",
            marker={"color": ink, "symbol": symbol, "size": 9},
            error_x={
                "symmetric": False, "array": rows["high"] - rows["effect"],
                "arrayminus": rows["effect"] - rows["low"], "color": ink, "thickness": 2, "width": 4,
            },
            customdata=rows[["low", "high", "selected", "rest", "n_selected", "n_rest"]].to_numpy(),
            hovertemplate=(
                "%{y}<br>effect %{x:.2f}, 95 % interval %{customdata[0]:.2f} to %{customdata[1]:.2f}<br>"
                "%{customdata[2]:.3g} of %{customdata[4]:,}, others %{customdata[3]:.3g} of "
                "%{customdata[5]:,}<extra></extra>"
            ),
        )  # fmt: skip
    rows_around_zero(figure, list(names), axis, source)
    return figure


def shares(
    table: pd.DataFrame, colours: Sequence[str], symbols: Sequence[str], axis: str, source: str
) -> go.Figure:
    """A row per joint, a mark per cluster: shares of people. table: joints as rows, clusters as columns."""
    figure = go.Figure()
    for name, colour, symbol in zip(table.columns, colours, symbols, strict=True):
        figure.add_scatter(
            x=table[name], y=list(table.index), name=str(name), mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 10, "opacity": 0.85},
            hovertemplate=f"%{{y}}<br>{name}: %{{x:.0%}}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        **framed(source, 150 + 24 * len(table)), showlegend=True,
        legend={"orientation": "h", "yref": "container", "y": 0.01, "x": 0},
    )  # fmt: skip
    figure.update_layout(margin={"b": 70})
    figure.update_xaxes(title=axis, tickformat=".0%", range=[-0.02, 1.02])
    figure.update_yaxes(autorange="reversed", automargin=True)
    return figure


def contingency(found: Comparison, ours: Sequence[str], others: Sequence[str], source: str) -> go.Figure:
    """People in each pair of clusters; the shade is the share of our cluster."""
    share = found.counts / found.counts.sum(axis=1, keepdims=True)
    figure = go.Figure(
        go.Heatmap(
            z=share, x=list(others), y=list(ours), zmin=0, zmax=1,
            colorscale=[[0, "rgba(0,114,178,0.06)"], [1, "rgba(0,114,178,0.75)"]],
            text=[[f"{count:,}" for count in row] for row in found.counts], texttemplate="%{text}",
            colorbar={"title": {"text": "share of the row"}, "tickformat": ".0%"},
            hovertemplate="%{y}, %{x}<br>%{text} people, %{z:.0%} of the row<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(**framed(source, 200 + 34 * len(ours)))
    figure.update_xaxes(title="the other clustering", type="category", showgrid=False)
    figure.update_yaxes(title="the clusters above", autorange="reversed", type="category", showgrid=False)
    return figure


def _mark(figure: go.Figure, chosen: int, tried: NDArray[np.integer]) -> None:
    """A line at the K that is shown above, where it was tried."""
    if chosen in tried:
        figure.add_vline(x=chosen, line={"color": GREY, "width": 1, "dash": "dot"})
