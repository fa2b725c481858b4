"""Charts of how far maps can be trusted: data to figure, as in dashboard.shared.charts."""

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from dashboard.shared.charts import CATEGORIES, GREY, framed, rows_around_zero, set_below
from posecore.saliency.methods import METHODS
from posecore.studies.saliency.summary import Checks

if TYPE_CHECKING:
    from posecore.statistics import Estimate

HEIGHT = 320


def curves(checks: Checks, method: int, source: str) -> go.Figure:
    """Share of the peak that is left as squares go, and come, in the method's order and at random."""
    figure = go.Figure()
    lines: tuple[tuple[str, Estimate, int | None, str, str], ...] = (
        ("squares go at random", checks.random_deletion, None, GREY, "dash"),
        ("squares come at random", checks.random_insertion, None, GREY, "dot"),
        ("the most important go first", checks.deletion, method, CATEGORIES[0], "solid"),
        ("the most important come first", checks.insertion, method, CATEGORIES[1], "solid"),
    )
    for name, estimate, row, colour, dash in lines:
        mean, low, high, n = (np.asarray(part if row is None else part[row]) for part in estimate)
        figure.add_scatter(
            x=np.linspace(0, 100, len(mean)),
            y=100 * mean,
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": dash},
            marker={"size": 5},
            error_y={
                "symmetric": False,
                "array": 100 * (high - mean),
                "arrayminus": 100 * (mean - low),
                "color": colour,
                "thickness": 1,
                "width": 2,
            },
            customdata=np.stack([100 * low, 100 * high, n], axis=-1),
            hovertemplate=(
                f"{name}, %{{x:.0f}} % of them<br>%{{y:.0f}} % of the peak<br>95 % interval "
                "%{customdata[0]:.0f} to %{customdata[1]:.0f}<br>n = %{customdata[2]} people<extra></extra>"
            ),
        )
    figure.update_layout(**framed(source, HEIGHT), showlegend=True)
    figure.update_xaxes(title="squares of the picture, %")
    figure.update_yaxes(title="of the peak, %")
    set_below(figure)
    return figure


def gains(checks: Checks, source: str) -> go.Figure:
    """A row per method: how much sooner the peak goes, and comes, than in a random order."""
    figure = go.Figure()
    kept = np.flatnonzero(checks.sooner.n > 0)
    names = [METHODS[checks.methods[r]].name for r in kept]
    sides = (
        ("deletion: less is left", checks.sooner, CATEGORIES[0], "circle"),
        ("insertion: more is there", checks.more, CATEGORIES[1], "diamond"),
    )
    for name, estimate, colour, symbol in sides:
        mean, low, high, n = (np.asarray(part)[kept] for part in estimate)
        figure.add_scatter(
            x=100 * mean,
            y=names,
            name=name,
            mode="markers",
            marker={"color": colour, "size": 9, "symbol": symbol},
            error_x={
                "symmetric": False,
                "array": 100 * (high - mean),
                "arrayminus": 100 * (mean - low),
                "color": colour,
            },
            customdata=np.stack([100 * low, 100 * high, n], axis=-1),
            hovertemplate=(
                f"%{{y}}<br>{name}, %{{x:.1f}} % of the peak<br>95 % interval %{{customdata[0]:.1f}} to "
                "%{customdata[1]:.1f}<br>n = %{customdata[2]} people<extra></extra>"
            ),
        )
    rows_around_zero(figure, names, "better than a random order, % of the peak", source, row=30)
    return figure
