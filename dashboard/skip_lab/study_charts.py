"""Figures of a skip study: data to figure, as in dashboard.shared.charts."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shared.charts import CATEGORIES, GREY, colour_bar, framed, name_rows, set_below
from posecore.ablation import LEVEL_NAMES
from posecore.keypoints import KEYPOINTS, label
from posecore.statistics import Estimate

BINS = 20
ROW = 26
"""Pixels of a joint's row in the effect map."""


def score_histograms(
    before: NDArray[np.floating], after: NDArray[np.floating], name: str, source: str
) -> go.Figure:
    """How many people have which PCK, (N,) each 0..1, with all skips and under the mask `name`."""
    figure = go.Figure()
    edges = {"start": 0, "end": 1 + 1 / BINS, "size": 1 / BINS}
    sides = ((before, "all skips on (1111)", CATEGORIES[0], ""), (after, name, CATEGORIES[1], "/"))
    for values, side, colour, pattern in sides:
        figure.add_histogram(
            x=np.minimum(values, 1),
            xbins=edges,
            name=side,
            opacity=0.7,
            marker={"color": colour, "pattern": {"shape": pattern}, "line": {"color": GREY, "width": 1}},
            hovertemplate=f"{side}<br>PCK %{{x}}<br>%{{y}} people<extra></extra>",
        )
    figure.update_layout(**framed(source, 340), barmode="overlay", showlegend=True)
    figure.update_xaxes(title="PCK of a person", range=[0, 1 + 1 / BINS], tickformat=".0%")
    figure.update_yaxes(title="people")
    set_below(figure)
    return figure


def effect_map(effect: Estimate, unit: str, factor: float, source: str) -> go.Figure:
    """Effect of cutting a level alone, (4, 17): a row per joint and a column per level, so that every cell
    and name has room on a narrow page; interval and n on hover. Orange is worse."""
    parts = (effect.mean, effect.low, effect.high)
    mean, low, high = (np.asarray(values).T * factor for values in parts)
    known = np.abs(mean[np.isfinite(mean)])
    reach = max(float(known.max(initial=0)), 1e-6)
    both_ways = bool(np.nanmin(mean, initial=0) < 0)
    scale = [[0, "#0072B2"], [0.5, "#F4F4F4"], [1, "#D55E00"]] if both_ways else "Oranges"
    figure = go.Figure(
        go.Heatmap(
            z=mean,
            x=list(LEVEL_NAMES),
            y=[label(name) for name in KEYPOINTS],
            xgap=1,
            ygap=1,
            zmin=-reach if both_ways else 0,
            zmax=reach,
            colorscale=scale,
            customdata=np.stack([low, high, np.asarray(effect.n).T], axis=-1),
            texttemplate="%{z:.0f}",
            hovertemplate=(
                f"%{{y}}, level %{{x}} cut alone<br>%{{z:.1f}} {unit}<br>95 % interval "
                "%{customdata[0]:.1f} to %{customdata[1]:.1f}<br>n = %{customdata[2]} people<extra></extra>"
            ),
            colorbar=colour_bar(unit),
        )
    )
    figure.update_layout(**framed(source, 126 + ROW * len(KEYPOINTS)))
    figure.update_xaxes(title="level cut", type="category")
    name_rows(figure, [label(name) for name in KEYPOINTS])
    set_below(figure)
    return figure


def shapley_bars(values: Mapping[str, Estimate], source: str) -> go.Figure:
    """The levels' shares (4,) in points of PCK with their intervals, a colour per replacement."""
    figure = go.Figure()
    for index, (name, share) in enumerate(values.items()):
        mean, low, high = (np.asarray(part) * 100 for part in (share.mean, share.low, share.high))
        figure.add_bar(
            x=list(LEVEL_NAMES),
            y=mean,
            name=name,
            marker={"color": CATEGORIES[index]},
            error_y={"symmetric": False, "array": high - mean, "arrayminus": mean - low, "color": GREY},
            customdata=np.stack([low, high, share.n], axis=-1),
            hovertemplate=(
                f"level %{{x}}, {name}<br>%{{y:.1f}} points<br>95 % interval %{{customdata[0]:.1f}} to "
                "%{customdata[1]:.1f}<br>n = %{customdata[2]} people<extra></extra>"
            ),
        )
    figure.update_layout(**framed(source, 340), barmode="group", showlegend=True)
    figure.update_xaxes(title="level", type="category")
    figure.update_yaxes(title="points of PCK")
    set_below(figure)
    return figure
