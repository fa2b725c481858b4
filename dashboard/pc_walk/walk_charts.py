"""Figures of a walk: data to figure, as in dashboard.shared.charts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.shared.charts import CATEGORIES, GREY, rows_around_zero
from dashboard.shared.p_values import p_words


def correlations(
    found: pd.DataFrame, names: Sequence[str], sure: float, least: float, source: str
) -> go.Figure:
    """Correlations with their intervals, the strongest on top; see posecore.attributes.correlations.correlate.

    names: of its rows. least: the least p that the shuffles can tell. Those whose corrected p lies below
    `sure` are filled, the others open.
    """
    figure = go.Figure()
    is_sure = found["p_corrected"].to_numpy() < sure
    for chosen, name, colour, symbol in (
        (is_sure, f"corrected p < {sure}", CATEGORIES[0], "circle"),
        (~is_sure, "may be chance", GREY, "circle-open"),
    ):
        if not chosen.any():
            continue
        rows = found[chosen]
        figure.add_scatter(
            x=rows["r"], y=np.asarray(names)[chosen], name=name, mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 9},
            error_x={
                "symmetric": False, "array": rows["high"] - rows["r"], "arrayminus": rows["r"] - rows["low"],
                "color": colour, "thickness": 2, "width": 4,
            },
            customdata=[
                (*row[:3], *(p_words(p, least) for p in row[3:]))
                for row in rows[["low", "high", "n", "p", "p_corrected"]].to_numpy()
            ],
            hovertemplate=(
                "%{y}<br>r = %{x:.2f}, 95 % interval %{customdata[0]:.2f} to %{customdata[1]:.2f}"
                "<br>n = %{customdata[2]:,} people<br>%{customdata[3]}, corrected %{customdata[4]}"
                "<extra></extra>"
            ),
        )  # fmt: skip
    rows_around_zero(figure, list(names), "rank correlation with the component", source)
    figure.update_xaxes(range=[-1, 1])
    return figure
