"""How many clusters there are: data to figure, as in dashboard.shared.charts."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shared.charts import CATEGORIES, GREY, MARK, framed, set_below
from posecore.clustering.gap import Gap
from posecore.clustering.stability import Stability
from posecore.clustering.sweep import Sweep

DASHES: Final = ("dash", "dot")


def over_k(sweep: Sweep, controls: Mapping[str, NDArray[np.float64]], chosen: int, source: str) -> go.Figure:
    """The mean silhouette of the best restart of every K, real and of controls; whiskers to the worst."""
    figure = go.Figure()
    lines = {"these people": sweep.silhouettes, **controls}
    for index, (name, means) in enumerate(lines.items()):
        best = np.array([means[sweep.ks == k].max() for k in sweep.numbers])
        worst = np.array([means[sweep.ks == k].min() for k in sweep.numbers])
        figure.add_scatter(
            x=sweep.numbers,
            y=best,
            name=name,
            mode="lines+markers",
            line={"color": CATEGORIES[index], "width": 2, "dash": ("solid", *DASHES)[index % 3]},
            marker={"size": 8, "symbol": ("circle", "diamond", "x")[index % 3]},
            error_y={
                "symmetric": False,
                "array": np.zeros(len(best)),
                "arrayminus": best - worst,
                "color": CATEGORIES[index],
                "thickness": 1.5,
                "width": 4,
            },
            customdata=np.stack([worst, [int((sweep.ks == k).sum()) for k in sweep.numbers]], axis=-1),
            hovertemplate=(
                f"K = %{{x}}, {name}<br>best of %{{customdata[1]}} restarts %{{y:.3f}}, worst "
                "%{customdata[0]:.3f}<extra></extra>"
            ),
        )
    _mark(figure, chosen, sweep.numbers)
    figure.update_layout(**framed(source, 360), showlegend=True)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="mean silhouette", rangemode="tozero")
    set_below(figure)
    return figure


def gap(found: Gap, source: str) -> go.Figure:
    """The gap statistic with its errors; the K it names is marked."""
    figure = go.Figure()
    figure.add_scatter(
        x=found.ks,
        y=found.gaps,
        mode="lines+markers",
        line={"color": CATEGORIES[0], "width": 2},
        marker={"size": 8},
        error_y={"array": found.errors, "thickness": 1.5, "width": 4},
        name="gap",
        hovertemplate="K = %{x}<br>gap %{y:.3f}<extra></extra>",
    )
    figure.add_vline(x=found.count, line={"color": MARK, "width": 1})
    figure.add_annotation(
        x=found.count,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"K = {found.count}",
        showarrow=False,
        font={"color": MARK, "size": 12},
    )
    figure.update_layout(**framed(source, 340), showlegend=False)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="gap")
    return figure


def stability(found: Stability, chosen: int, source: str) -> go.Figure:
    """Mean adjusted Rand index of the resamples, their middle 90 % as whiskers."""
    low, high = np.quantile(found.ari, [0.05, 0.95], axis=1)
    figure = go.Figure()
    figure.add_scatter(
        x=found.ks,
        y=found.mean,
        mode="lines+markers",
        line={"color": CATEGORIES[0], "width": 2},
        marker={"size": 8},
        name="found again",
        error_y={
            "symmetric": False,
            "array": (high - found.mean).clip(0),
            "arrayminus": (found.mean - low).clip(0),
            "thickness": 1.5,
            "width": 4,
        },
        hovertemplate="K = %{x}<br>adjusted Rand index %{y:.2f}<extra></extra>",
    )
    _mark(figure, chosen, found.ks)
    figure.update_layout(**framed(source, 340), showlegend=False)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="adjusted Rand index", range=[min(0, float(low.min())), 1.05])
    return figure


def _mark(figure: go.Figure, chosen: int, tried: NDArray[np.integer]) -> None:
    """A line at the K that is shown above, where it was tried."""
    if chosen in tried:
        figure.add_vline(x=chosen, line={"color": GREY, "width": 1, "dash": "dot"})
