"""Figures of the latent map's selection: data to figure, as in dashboard.shared.charts."""

from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.latent_map.colours import Colouring
from dashboard.shared.charts import (
    CATEGORIES,
    framed,
    never_learned_rows,
    rows_around_zero,
    set_below,
    settle,
    trace_for,
)

KINDS: Final = {
    "quantity": ("quantity: difference of means in standard deviations (Hedges’ g)", CATEGORIES[0], "circle"),
    "share": ("kind: difference of shares", CATEGORIES[5], "diamond"),
}


def plane(
    places: NDArray[np.floating],
    codes: NDArray[np.integer],
    colouring: Colouring,
    titles: tuple[str, str],
    source: str,
) -> go.Figure:
    """The map for where it cannot be drawn into: people at places (N, 2), their classes (N,) in colours."""
    figure, trace = go.Figure(), trace_for(len(places))
    for code, row in enumerate(colouring.classes):
        here = codes == code
        if here.any():
            figure.add_trace(
                trace(
                    x=places[here, 0],
                    y=places[here, 1],
                    mode="markers",
                    name=row.label,
                    marker={"color": row.colour, "symbol": row.symbol, "size": 5},
                    hoverinfo="name",
                )
            )
    figure.update_layout(**framed(source, 540), showlegend=True, legend={"itemsizing": "constant"})
    settle(figure)
    figure.update_xaxes(title=titles[0], zeroline=False)
    figure.update_yaxes(title=titles[1], zeroline=False)
    set_below(figure)
    return figure


def contrasts(table: pd.DataFrame, source: str, untrained: NDArray[np.floating]) -> go.Figure:
    """Effects with their intervals, one row each, the first on top. table: of posecore.attributes.contrasts,
    with a column `attribute` of names for people. untrained: (A,) how far clusters of networks that never
    learned differ in each, either way; nan where not known."""
    figure = go.Figure()
    known = table["effect"].notna().to_numpy()
    table, untrained = table[known], untrained[known]
    never_learned_rows(figure, table["attribute"].tolist(), -untrained, untrained, ".2f")
    for kind, (name, colour, symbol) in KINDS.items():
        rows = table[table["kind"] == kind]
        if rows.empty:
            continue
        figure.add_scatter(
            x=rows["effect"],
            y=rows["attribute"],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows["high"] - rows["effect"],
                "arrayminus": rows["effect"] - rows["low"],
                "color": colour,
                "thickness": 2,
            },
            customdata=rows[["selected", "rest", "low", "high", "n_selected", "n_rest"]].to_numpy(),
            hovertemplate="%{y}<br>selected %{customdata[0]:.3g} (n = %{customdata[4]:,}), rest "
            "%{customdata[1]:.3g} (n = %{customdata[5]:,})<br>effect %{x:.2f}, from %{customdata[2]:.2f} to "
            "%{customdata[3]:.2f}<extra></extra>",
        )
    axis = "selected people against the rest: effect with 95 % interval"
    rows_around_zero(figure, table["attribute"].tolist(), axis, source, 30)
    return figure
