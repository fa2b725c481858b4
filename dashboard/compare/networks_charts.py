"""Figures of several networks over the same people: data to figure, as in dashboard.shared.charts."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.compare.networks_words import SHAPES
from dashboard.shared.charts import CATEGORIES, GREY, framed, name_rows, rows_around_zero, set_below
from posecore.statistics import Estimate

_MARKS: Final = tuple(SHAPES)

ROW: Final = 30
"""Pixels of a row that holds several dots."""


class Dots(NamedTuple):
    """A series of dots with intervals: where they stand, (n,) names; what they show, estimates (n,).

    seed: a place in networks_words.SHAPES. colour: a place in charts.CATEGORIES. open: drawn hollow. kind:
    the legend has a line for all series of it; of the series' name where it has none.
    """

    name: str
    at: Sequence[str]
    estimate: Estimate
    colour: int
    seed: int
    open: bool = False
    kind: str = ""


def scores(
    series: Sequence[Dots], labels: Sequence[str], source: str, untrained: NDArray[np.floating]
) -> go.Figure:
    """PCK, 0..1, a row per label, the first on top, and a dot per seed. untrained: (U,) of networks that
    never learned, a line each."""
    figure = go.Figure()
    for dots in series:
        _add(figure, dots, rows=True, unit="PCK", factor=1, digits=3)
    for never in untrained.tolist():
        figure.add_vline(x=never, line={"color": GREY, "width": 2})
    figure.update_layout(**framed(source, 144 + ROW * len(labels)), scattermode="group", showlegend=True)
    figure.update_xaxes(title="PCK", rangemode="tozero")
    name_rows(figure, labels)
    set_below(figure)
    return figure


def gains(
    series: Sequence[Dots], names: Sequence[str], axis: str, source: str, untrained: float = np.nan
) -> go.Figure:
    """Differences in points, a row per name on both sides of zero. untrained: how far two networks that never
    learned differ, a share, drawn in grey to both sides; nan where not known."""
    figure = go.Figure()
    if np.isfinite(untrained):
        reach = 100 * untrained
        figure.add_vrect(-reach, reach, fillcolor=GREY, opacity=0.3, line_width=0, layer="below")
    for dots in series:
        _add(figure, dots, rows=True, unit="points", factor=100, digits=1)
    rows_around_zero(figure, list(names), axis, source, ROW)
    figure.update_layout(scattermode="group")
    return figure


def parts(
    series: Sequence[Dots],
    names: Sequence[str],
    source: str,
    untrained: tuple[NDArray[np.floating], NDArray[np.floating]],
) -> go.Figure:
    """PCK, 0..1, a column per group of joints, and a dot per series, whose kinds the legend names. untrained:
    (U, P) of networks that never learned, nothing cut, and all cut."""
    figure = go.Figure()
    for shares, cut, symbol in zip(untrained, ("nothing", "all"), ("line-ew", "x-thin"), strict=True):
        if len(shares):
            figure.add_scatter(
                x=list(names) * len(shares),
                y=shares.ravel(),
                mode="markers",
                name=f"never learned, {cut} cut",
                offsetgroup=f"never learned, {cut} cut",
                marker={"color": GREY, "symbol": symbol, "size": 9, "line": {"color": GREY, "width": 2}},
                hovertemplate=f"%{{x}}, a network that never learned, {cut} cut<br>%{{y:.3f}} PCK"
                "<extra></extra>",
            )
    for dots in series:
        _add(figure, dots, rows=False, unit="PCK", factor=1, digits=3)
    figure.update_layout(**framed(source, 394), scattermode="group", showlegend=True)
    figure.update_xaxes(categoryorder="array", categoryarray=list(names))
    figure.update_yaxes(title="PCK", rangemode="tozero")
    set_below(figure)
    return figure


def _add(figure: go.Figure, dots: Dots, rows: bool, unit: str, factor: float, digits: int) -> None:
    colour = CATEGORIES[dots.colour % len(CATEGORIES)]
    symbol = _MARKS[dots.seed % len(_MARKS)] + ("-open" if dots.open else "")
    named = any(dots.kind and trace.legendgroup == dots.kind for trace in figure.data)
    mean, low, high = (np.asarray(values) * factor for values in dots.estimate[:3])
    error: dict[str, Any] = {
        "symmetric": False,
        "array": high - mean,
        "arrayminus": mean - low,
        "color": colour,
        "thickness": 1.5,
        "width": 3,
    }
    along, across, value = ("x", "y", "%{x:") if rows else ("y", "x", "%{y:")
    figure.add_scatter(
        **{along: mean, across: list(dots.at), f"error_{along}": error},
        name=dots.kind or dots.name,
        legendgroup=dots.kind or None,
        showlegend=not named,
        mode="markers",
        offsetgroup=dots.name,
        orientation="h" if rows else "v",
        marker={"color": colour, "symbol": symbol, "size": 9},
        customdata=np.stack([low, high, np.asarray(dots.estimate.n)], axis=-1),
        hovertemplate=(
            f"%{{{across}}}, {dots.name}<br>{value}.{digits}f}} {unit}, 95 % interval over people "
            f"%{{customdata[0]:.{digits}f}} to %{{customdata[1]:.{digits}f}}<br>"
            "n = %{customdata[2]:,} people<extra></extra>"
        ),
    )
