"""Figures of a walk: data to figure, as in dashboard.charts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts import CATEGORIES, GREY, framed


def correlations(found: pd.DataFrame, names: Sequence[str], sure: float, source: str) -> go.Figure:
    """Correlations with their intervals, the strongest on top; see posecore.latent.meaning.correlate.

    names: of its rows. Those whose corrected p lies below `sure` are filled, the others open.
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
            customdata=rows[["low", "high", "n", "p", "p_corrected"]].to_numpy(),
            hovertemplate=(
                "%{y}<br>r = %{x:.2f}, 95 % interval %{customdata[0]:.2f} to %{customdata[1]:.2f}"
                "<br>n = %{customdata[2]:,} people<br>p = %{customdata[3]:.4f}, corrected "
                "%{customdata[4]:.4f}<extra></extra>"
            ),
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": GREY, "width": 1})
    figure.update_layout(
        **framed(source, 150 + 24 * len(found)), showlegend=True,
        legend={"orientation": "h", "yref": "container", "y": 0.01, "x": 0},
    )  # fmt: skip
    figure.update_layout(margin={"b": 70})
    figure.update_xaxes(title="rank correlation with the component", range=[-1, 1])
    figure.update_yaxes(categoryorder="array", categoryarray=list(names)[::-1], automargin=True)
    return figure
