"""Figures of two networks over the same people: data to figure, as in dashboard.shared.charts."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from dashboard.compare import words
from dashboard.compare.baselines import Baselines
from dashboard.shared.charts import (
    CATEGORIES,
    GREY,
    INK,
    SHADES,
    SYMBOLS,
    colour_bar,
    framed,
    name_rows,
    never_learned,
    set_below,
    settle,
    trace_for,
)
from dashboard.shared.numbers import number
from posecore.metrics.paired import Comparison
from posecore.statistics import Estimate

COLOURS: Final = CATEGORIES[0], CATEGORIES[1]
"""Of A and B."""


def scores(
    names: Sequence[str],
    found: Comparison,
    sides: tuple[str, str],
    source: str,
    untrained: NDArray[np.floating],
    beside: tuple[str, Estimate] | None = None,
) -> go.Figure:
    """Left a share of joints that each network finds, right what B has more, a row per name; all with
    intervals. found: estimates (R,). untrained: (U, R) shares of networks that never learned, nan where not
    known. beside: what else is known of these rows, drawn on the left."""
    figure = make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.03, column_widths=[0.5, 0.5])
    # Intervals of A and B, where they are alike, would hide one another: they lie above and below the row's
    # line, all else on it. Plotly has the groups in the order in which they come first.
    (a, b), more = sides, f"{words.MORE}, 95 % interval"
    _add(figure, 1, a, names, found.one, COLOURS[0], SYMBOLS[0], "%", "above")
    _add(figure, 2, more, names, found.difference, CATEGORIES[2], "square", "points", "on the line")
    _add(figure, 1, b, names, found.other, COLOURS[1], SYMBOLS[1], "%", "below")
    if beside is not None:
        _add(figure, 1, beside[0], names, beside[1], GREY, SYMBOLS[2], "%", "on the line")
    if len(untrained):
        figure.add_scatter(
            x=100 * untrained.ravel(),
            y=list(names) * len(untrained),
            mode="markers",
            name="networks that never learned",
            row=1,
            col=1,
            orientation="h",
            offsetgroup="on the line",
            marker={"size": 8, "color": GREY, "symbol": "circle-open"},
            hovertemplate="%{y}, a network that never learned<br>%{x:.1f} %<extra></extra>",
        )
    figure.update_traces(legendrank=1001, selector={"name": more})
    figure.add_vline(x=0, line={"color": GREY, "width": 1}, row=1, col=2)
    figure.update_layout(**framed(source, 134 + 30 * len(names)), scattermode="group", showlegend=True)
    figure.update_xaxes(title="found, %", rangemode="tozero", row=1, col=1)
    figure.update_xaxes(title=words.MORE_POINTS, row=1, col=2)
    name_rows(figure, names)
    set_below(figure)
    return figure


def _add(
    figure: go.Figure,
    column: int,
    name: str,
    names: Sequence[str],
    estimate: Estimate,
    colour: str,
    symbol: str,
    unit: str,
    place: str,
) -> None:
    mean, low, high = (np.asarray(values) * 100 for values in estimate[:3])
    figure.add_scatter(
        x=mean,
        y=list(names),
        mode="markers",
        name=name,
        row=1,
        col=column,
        orientation="h",
        offsetgroup=place,
        marker={"size": 8, "color": colour, "symbol": symbol},
        error_x={
            "symmetric": False,
            "array": high - mean,
            "arrayminus": mean - low,
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        customdata=np.stack([low, high, np.asarray(estimate.n)], axis=-1),
        hovertemplate=f"%{{y}}, {name.split(',')[0]}<br>%{{x:.1f}} {unit}, 95 % interval "
        "%{customdata[0]:.1f} to %{customdata[1]:.1f}<br>n = %{customdata[2]:,} people<extra></extra>",
    )


def cumulative(
    shares: Sequence[NDArray[np.floating]],
    sides: Sequence[str],
    share: float,
    needed: Sequence[int],
    source: str,
    untrained: Sequence[NDArray[np.floating]],
) -> go.Figure:
    """What the first components of each hold together, of shares (m,) that each component holds. untrained:
    such shares of networks that never learned."""
    figure = go.Figure()
    held = [np.cumsum(one, dtype=np.float64) for one in untrained]
    never_learned(figure, [np.arange(1, len(one) + 1) for one in held], held)
    most = 1
    # Of one alone where the other has none stored.
    for explained, side, count, colour, dash in zip(
        shares, sides, needed, COLOURS[: len(shares)], ("solid", "dash")[: len(shares)], strict=True
    ):
        together = np.concatenate([[0], np.cumsum(explained, dtype=np.float64)])
        most = max(most, min(len(explained), 3 * count))
        figure.add_scatter(
            x=np.arange(len(together)),
            y=together,
            mode="lines",
            name=f"{side}: {count:,} hold {share:.0%}",
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"{side}, first %{{x}} components<br>%{{y:.1%}} of the variance<extra></extra>",
        )
        figure.add_vline(x=count, line={"color": colour, "width": 1, "dash": dash})
    figure.add_hline(y=share, line={"color": GREY, "dash": "dot", "width": 1})
    figure.update_layout(**framed(source, 360), showlegend=True)
    figure.update_xaxes(title="first components", range=[0, most])
    figure.update_yaxes(title="share of the variance", tickformat=".0%", range=[0, 1.02])
    set_below(figure)
    return figure


def layers(
    values: NDArray[np.floating],
    low: NDArray[np.floating],
    high: NDArray[np.floating],
    names: tuple[Sequence[str], Sequence[str]],
    sides: tuple[str, str],
    source: str,
    beside: Baselines | None,
) -> go.Figure:
    """Alignment (L, L') of every layer of A, a row each, with every layer of B; what is nan stays empty.

    names: of A's layers and of B's. beside: what networks that never learned reach, in small below each.
    """
    rows, columns = names
    words = [["not there" if np.isnan(value) else number(value, 2) for value in row] for row in values]
    hovered = ""
    never, mixed = np.full((2, *values.shape), np.nan) if beside is None else beside
    if beside is not None:
        small = '<br><span style="font-size:9px">{} · {}</span>'
        for i, j in zip(*np.nonzero(~np.isnan(values)), strict=True):
            words[i][j] += small.format(number(never[i, j], 2), number(mixed[i, j], 2))
        hovered = (
            "<br>two networks that never learned %{customdata[2]:.3f}"
            "<br>one of them with A or B %{customdata[3]:.3f}"
        )
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=list(columns),
            y=list(rows),
            zmin=0,
            zmax=1,
            xgap=1,
            ygap=1,
            text=words,
            texttemplate="%{text}",
            customdata=np.stack([low, high, never, mixed], axis=-1),
            colorscale=SHADES,
            textfont={"color": INK},
            colorbar=colour_bar("CKA"),
            hovertemplate="A %{y}, B %{x}<br>CKA %{z:.3f}, 95 % interval over batches %{customdata[0]:.3f} "
            f"to %{{customdata[1]:.3f}}{hovered}<extra></extra>",
            hoverongaps=False,
        )
    )
    for row, column in zip(*np.nonzero(np.isnan(values)), strict=True):
        figure.add_annotation(x=columns[column], y=rows[row], text="–", showarrow=False, font={"color": GREY})
    figure.update_layout(**framed(source, 140 + 44 * len(rows)))
    figure.update_xaxes(title=sides[1], type="category", showgrid=False)
    figure.update_yaxes(title=sides[0], showgrid=False)
    name_rows(figure, rows)
    set_below(figure, ticks=25)
    return figure


def people_map(
    places: NDArray[np.floating],
    ids: Sequence[str],
    codes: NDArray[np.integer],
    chosen: NDArray[np.bool_] | None,
    corners: NDArray[np.floating] | None,
    titles: tuple[str, str],
    source: str,
) -> go.Figure:
    """People at places (N, 2), coloured by cluster; those not `chosen` (N,) fade, the rest stays.

    corners: (V, 2) of the area that was drawn on this map, if any.
    """
    figure = go.Figure()
    trace = trace_for(len(places))
    for code in np.unique(codes).tolist():
        rows = np.flatnonzero(codes == code)
        known = code >= 0
        figure.add_trace(
            trace(
                x=places[rows, 0],
                y=places[rows, 1],
                mode="markers",
                name=f"cluster {code + 1} of A" if known else "in no cluster of A",
                marker={
                    "size": 6,
                    "color": CATEGORIES[code % len(CATEGORIES)] if known else GREY,
                    "symbol": SYMBOLS[code // len(CATEGORIES) % len(SYMBOLS)] if known else "circle-open",
                    "opacity": 0.9 if chosen is None else np.where(chosen[rows], 0.9, 0.08),
                },
                customdata=rows,
                text=[ids[row] for row in rows.tolist()],
                hovertemplate="%{text}<br>%{x:.2f} across, %{y:.2f} up<extra></extra>",
                selected={"marker": {"opacity": 0.9}},
                unselected={"marker": {"opacity": 0.08}},
            )
        )
    if corners is not None:
        closed = np.concatenate([corners, corners[:1]])
        figure.add_scatter(
            x=closed[:, 0],
            y=closed[:, 1],
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
            line={"color": GREY, "width": 1.5, "dash": "dot"},
        )
    figure.update_layout(**framed(source, 474), dragmode="lasso", showlegend=True)
    settle(figure)
    figure.update_xaxes(title=titles[0], zeroline=False)
    figure.update_yaxes(title=titles[1], zeroline=False)
    set_below(figure)
    return figure
