"""What clusters are, and how they go with other ones: data to figure, as in dashboard.shared.charts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.shared.charts import (
    GREY,
    INK,
    SHADES,
    colour_bar,
    framed,
    name_rows,
    rows_around_zero,
    set_below,
)
from posecore.clustering.matching import Comparison


def effects(found: pd.DataFrame, names: Sequence[str], colour: str, axis: str, source: str) -> go.Figure:
    """Effects with their intervals, the surest on top; see posecore.attributes.contrasts.contrast.

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
    figure.update_layout(**framed(source, 134 + 24 * len(table)), showlegend=True)
    figure.update_xaxes(title=axis, tickformat=".0%", range=[-0.02, 1.02])
    name_rows(figure, list(table.index))
    set_below(figure)
    return figure


def contingency(
    found: Comparison, ours: Sequence[str], others: Sequence[str], titles: tuple[str, str], source: str
) -> go.Figure:
    """People in each pair of clusters; the shade is the share of our cluster. titles: of ours and others."""
    share = found.counts / found.counts.sum(axis=1, keepdims=True)
    figure = go.Figure(
        go.Heatmap(
            z=share, x=list(others), y=list(ours), zmin=0, zmax=1,
            colorscale=SHADES, textfont={"color": INK},
            text=[[f"{count:,}" for count in row] for row in found.counts], texttemplate="%{text}",
            colorbar=colour_bar("share of the row") | {"tickformat": ".0%"},
            hovertemplate="%{y}, %{x}<br>%{text} people, %{z:.0%} of the row<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(**framed(source, 140 + max(110, 34 * len(ours))))
    figure.update_xaxes(title=titles[1], type="category", showgrid=False)
    figure.update_yaxes(title=titles[0], showgrid=False)
    name_rows(figure, ours)
    set_below(figure, ticks=25)
    return figure
