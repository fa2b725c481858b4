"""Figures of how many components matter: data to figure, as in dashboard.shared.charts."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.pc_walk.components_words import ITSELF
from dashboard.shared.charts import (
    CATEGORIES,
    GREY,
    MARK,
    broken,
    framed,
    never_learned,
    rows_around_zero,
    set_below,
)
from dashboard.shared.numbers import p_value
from posecore.statistics import Estimate


def scree(
    explained: NDArray[np.floating],
    chance: NDArray[np.floating],
    count: int,
    untrained: NDArray[np.floating],
    source: str,
) -> go.Figure:
    """Shares (m,) of the variance along every component, and those that chance makes; both axes logarithmic.

    count: how many lie above chance, which is marked. untrained: (U, d) shares along the first components of
    networks that never learned.
    """
    figure = go.Figure()
    never_learned(figure, [np.arange(1, len(one) + 1) for one in untrained], untrained)
    lines = (
        ("latents", explained, CATEGORIES[0], "solid"),
        ("shuffled latents", chance, CATEGORIES[1], "dash"),
    )
    for name, shares, colour, dash in lines:
        figure.add_scatter(
            x=np.arange(1, len(shares) + 1),
            y=np.where(shares > 0, shares, np.nan),
            name=name,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2},
            hovertemplate=f"component %{{x}}, {name}<br>%{{y:.3%}} of the variance<extra></extra>",
        )
    if count:
        _mark(figure, count, f"{count} above chance", logarithmic=True)
    figure.update_layout(**framed(source, 360), showlegend=True)
    figure.update_xaxes(title="component", type="log", dtick=1)
    figure.update_yaxes(title="share of the variance", type="log", dtick=1, tickformat=".2~%")
    set_below(figure)
    return figure


def cumulative(
    explained: NDArray[np.floating], share: float, needed: int, untrained: NDArray[np.floating], source: str
) -> go.Figure:
    """What the first components hold together, of shares (m,); where `share` is reached is marked.

    untrained: (U, d) shares along the first components of networks that never learned.
    """
    figure = go.Figure()
    sums = np.cumsum(untrained, axis=1, dtype=np.float64)
    never_learned(figure, [np.arange(1, len(one) + 1) for one in sums], sums)
    together = np.cumsum(explained, dtype=np.float64)
    figure.add_scatter(
        x=np.arange(len(together) + 1),
        y=np.concatenate([[0], together]),
        name="held together",
        mode="lines",
        line={"color": CATEGORIES[0], "width": 2},
        hovertemplate="first %{x} components<br>%{y:.1%} of the variance<extra></extra>",
    )
    figure.add_hline(y=share, line={"color": GREY, "dash": "dot", "width": 1})
    _mark(figure, needed, f"{needed} hold {share:.0%}")
    figure.update_layout(**framed(source, 380), showlegend=len(untrained) > 0)
    figure.update_xaxes(title="first components")
    figure.update_yaxes(title="share of the variance", tickformat=".0%", range=[0, 1.02])
    if len(untrained):
        set_below(figure)
    return figure


def kept(
    counts: NDArray[np.integer],
    curves: Mapping[str, Estimate],
    untrained: tuple[NDArray[np.integer], NDArray[np.floating]] | None,
    source: str,
) -> go.Figure:
    """PCK against how many components of each latent are kept, counts (V,), with intervals.

    The last count is the latent itself. A line per name of `curves`; those of nobody are left out. untrained:
    counts and what networks that never learned reach at most; counts not among `counts` are left out.
    """
    figure = go.Figure()
    names = [f"{count:,}" for count in counts[:-1]] + [ITSELF]
    if untrained is not None:
        shared = np.isin(untrained[0], counts)
        at = [names[place] for place in np.searchsorted(counts, untrained[0][shared])]
        never_learned(figure, [at], [untrained[1][shared]])
    for index, (name, curve) in enumerate(curves.items()):
        if not curve.n.all():
            continue
        figure.add_scatter(
            x=names,
            y=curve.mean,
            name=f"{name}, n = {curve.n[-1]:,}",
            mode="lines+markers",
            line={"color": CATEGORIES[index], "width": 2, "dash": ("solid", "dash", "dot")[index % 3]},
            marker={"size": 8, "symbol": ("circle", "diamond", "square")[index % 3]},
            error_y={
                "symmetric": False,
                "array": curve.high - curve.mean,
                "arrayminus": curve.mean - curve.low,
                "color": CATEGORIES[index],
                "thickness": 1.5,
                "width": 4,
            },
            customdata=np.stack([curve.low, curve.high, curve.n], axis=-1),
            hovertemplate=(
                f"first %{{x}} components, {name}<br>PCK %{{y:.3f}}, 95 % interval %{{customdata[0]:.3f}} to "
                "%{customdata[1]:.3f}<br>n = %{customdata[2]:,} people<extra></extra>"
            ),
        )
    figure.update_layout(**framed(source, 360), showlegend=True)
    # Steps of one width: on a line of numbers the first fifty, where all happens, would be one point.
    figure.update_xaxes(
        title="components kept",
        type="category",
        # Else names stand in the order in which lines come upon them, and some lines leave some out.
        categoryorder="array",
        categoryarray=names,
        tickmode="array",
        tickvals=names,
        ticktext=[broken(name, 10) for name in names],
    )
    figure.update_yaxes(title="PCK", rangemode="tozero")
    # On a narrow page the ticks stand upright.
    set_below(figure, ticks=45)
    return figure


def _mark(figure: go.Figure, component: int, words: str, logarithmic: bool = False) -> None:
    """A line at a component. On logarithmic axes shapes take the number and annotations its logarithm."""
    figure.add_vline(x=component, line={"color": MARK, "width": 1})
    figure.add_annotation(
        x=np.log10(component) if logarithmic else component,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=words,
        showarrow=False,
        font={"color": MARK, "size": 12},
    )


def correlations(
    found: pd.DataFrame, names: Sequence[str], sure: float, least: float, untrained: float | None, source: str
) -> go.Figure:
    """Correlations with their intervals, the strongest on top; see posecore.attributes.correlations.

    names: of its rows. least: the least p that the shuffles can tell. Those whose corrected p lies below
    `sure` are filled, the others open. untrained: the strongest |r| of networks that never learned, a grey
    band on both sides of 0; None where not known.
    """
    figure = go.Figure()
    if untrained is not None:
        figure.add_vrect(-untrained, untrained, fillcolor=GREY, opacity=0.2, line_width=0, layer="below")
        figure.add_annotation(
            x=0,
            y=1,
            yref="paper",
            yanchor="bottom",
            text="never learned",
            showarrow=False,
            font={"color": GREY},
        )
    is_sure = found["p_corrected"].to_numpy() < sure
    for chosen, name, colour, symbol in (
        (is_sure, f"corrected p < {sure}", CATEGORIES[0], "circle"),
        (~is_sure, "may be chance", GREY, "circle-open"),
    ):
        if not chosen.any():
            continue
        rows = found[chosen]
        figure.add_scatter(
            x=rows["r"],
            y=np.asarray(names)[chosen],
            name=name,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 9},
            error_x={
                "symmetric": False,
                "array": rows["high"] - rows["r"],
                "arrayminus": rows["r"] - rows["low"],
                "color": colour,
                "thickness": 2,
                "width": 4,
            },
            customdata=[
                (*row[:3], *(p_value(p, least) for p in row[3:]))
                for row in rows[["low", "high", "n", "p", "p_corrected"]].to_numpy()
            ],
            hovertemplate=(
                "%{y}<br>r = %{x:.2f}, 95 % interval %{customdata[0]:.2f} to %{customdata[1]:.2f}"
                "<br>n = %{customdata[2]:,} people<br>%{customdata[3]}, corrected %{customdata[4]}"
                "<extra></extra>"
            ),
        )
    rows_around_zero(figure, list(names), "rank correlation with the component", source)
    figure.update_xaxes(range=[-1, 1])
    return figure
