"""Figures of the page Compression: data to figure, as in dashboard.shared.charts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import plotly.graph_objects as go

from dashboard.compression import thesis, words
from dashboard.shared.charts import (
    CATEGORIES,
    GREY,
    MARK,
    SYMBOLS,
    framed,
    rows_around_zero,
    set_below,
)
from posecore.statistics import Estimate
from posecore.studies.compression.facts import (
    BAYESIAN,
    DENSE,
    L1,
    LASSO,
    LIVE,
    MAGNITUDE,
    MASKED,
    RANDOM,
    SCRATCH,
    SHIPPED,
    TUNED,
    UNTRAINED,
    Point,
)
from posecore.studies.compression.results import CompressionStudy
from posecore.studies.compression.summary import Group

COLOURS: Final[Mapping[str, str]] = {
    BAYESIAN: CATEGORIES[0],
    MAGNITUDE: CATEGORIES[1],
    LASSO: CATEGORIES[2],
    RANDOM: CATEGORIES[3],
    L1: CATEGORIES[4],
}
"""Of methods; controls are grey."""

CONTROL_SYMBOLS: Final = {DENSE: "square", SHIPPED: "square-open", SCRATCH: "triangle-up"}

HEIGHT: Final = 430


class Panel(NamedTuple):
    """What PCK stands against. of: a point's value, nan where it has none, of the study and its place."""

    key: str
    axis: str
    of: Callable[[CompressionStudy, int], float]


def _parameters(study: CompressionStudy, place: int) -> float:
    point = study.points[place]
    return (point.left if point.method == L1 else point.parameters) / 1e6


def _multiplications(study: CompressionStudy, place: int) -> float:
    point = study.points[place]
    return float("nan") if point.method == L1 else point.multiplications / 1e9


def _latency(study: CompressionStudy, place: int) -> float:
    own, dense = study.milliseconds[place]
    return float(own / dense)


PANELS: Final = (
    Panel("parameters", "parameters, millions", _parameters),
    Panel("multiplications", "multiply-accumulates, billions", _multiplications),
    Panel("latency", "latency, share of the dense network's", _latency),
)


def panel(
    panel: Panel, study: CompressionStudy, pck: Sequence[Estimate], marked: Sequence[int], source: str
) -> go.Figure:
    """PCK against what a network costs. pck: of every point. marked: places of points with a ring."""
    figure = go.Figure()
    kind = study.points[0].network
    places = [p for p, one in enumerate(study.points) if one.network == kind]
    for swept in (MASKED, LIVE):
        for method in _methods(study, swept):
            rows = [p for p in places if (study.points[p].kind, study.points[p].method) == (swept, method)]
            strengths = list(dict.fromkeys(study.points[p].strength for p in rows))
            for strength in strengths:
                name = words.series(swept, method, strength if len(strengths) > 1 else None)
                alike = [p for p in rows if study.points[p].strength == strength]
                _line(figure, panel, study, pck, alike, name, method, swept)
    for method in (*_methods(study, TUNED), SCRATCH, DENSE, SHIPPED):
        rows = [
            p
            for p in places
            if study.points[p].method == method and study.points[p].kind not in (MASKED, LIVE)
        ]
        _dots(figure, panel, study, pck, rows, method)
    for p in (p for p in places if study.points[p].method == UNTRAINED):
        y = float(pck[p].mean)
        across = [panel.of(study, q) for q in places if np.isfinite(panel.of(study, q))]
        figure.add_scatter(
            x=[0, max(across, default=1)],
            y=[y, y],
            mode="lines",
            name=words.METHODS[UNTRAINED],
            line={"color": GREY, "width": 2, "dash": "dash"},
            hovertemplate=f"{words.METHODS[UNTRAINED]}<br>PCK %{{y:.3f}}<extra></extra>",
        )
    figure.add_scatter(
        x=[panel.of(study, p) for p in marked],
        y=[float(pck[p].mean) for p in marked],
        mode="markers",
        name=words.MARKED,
        # Of swept points all at once they would hide each other; the chosen share's stand alone.
        error_y=_bars(pck, marked, MARK),
        marker={"size": 19, "symbol": "circle-open", "color": MARK, "line": {"width": 2.5}},
        hoverinfo="skip",
    )
    # The same for all three, and long: it stands below the first one.
    figure.update_layout(**framed(source, HEIGHT), showlegend=panel is PANELS[0])
    figure.update_xaxes(title=panel.axis, rangemode="tozero")
    figure.update_yaxes(title="PCK", rangemode="tozero")
    set_below(figure)
    return figure


def _methods(study: CompressionStudy, kind: str) -> list[str]:
    there = {one.method for one in study.points if one.kind == kind}
    return [method for method in COLOURS if method in there]


def _line(
    figure: go.Figure,
    panel: Panel,
    study: CompressionStudy,
    pck: Sequence[Estimate],
    rows: Sequence[int],
    name: str,
    method: str,
    kind: str,
) -> None:
    """Points that are only masked, a dot each, joined by a line through the means of seeds."""
    rows = [row for row in rows if np.isfinite(panel.of(study, row))]
    if not rows:
        return
    colour, dash = COLOURS[method], "dot" if kind == MASKED else "dashdot"
    keeps = sorted({study.points[row].keep or 0 for row in rows})
    means = [
        np.mean(
            [(panel.of(study, row), float(pck[row].mean)) for row in rows if study.points[row].keep == keep],
            axis=0,
        )
        for keep in keeps
    ]
    figure.add_scatter(
        x=[float(x) for x, _ in means],
        y=[float(y) for _, y in means],
        mode="lines",
        line={"color": colour, "width": 1.5, "dash": dash},
        showlegend=False,
        legendgroup=name,
        hoverinfo="skip",
    )
    symbol = "circle-open" if kind == MASKED else "diamond-open"
    _scatter(figure, panel, study, pck, rows, name, colour, symbol, 6, intervals=False)


def _dots(
    figure: go.Figure,
    panel: Panel,
    study: CompressionStudy,
    pck: Sequence[Estimate],
    rows: Sequence[int],
    method: str,
) -> None:
    """Points that were trained on, seeds told apart by symbols, with intervals; means of seeds joined."""
    rows = [row for row in rows if np.isfinite(panel.of(study, row))]
    if not rows:
        return
    colour, name = COLOURS.get(method, GREY), words.series(TUNED, method)
    keeps = sorted({study.points[row].keep for row in rows} - {None}, key=float)  # type: ignore[arg-type]
    if len(keeps) > 1:
        means = [
            np.mean(
                [
                    (panel.of(study, row), float(pck[row].mean))
                    for row in rows
                    if study.points[row].keep == keep
                ],
                axis=0,
            )
            for keep in keeps
        ]
        figure.add_scatter(
            x=[float(x) for x, _ in means],
            y=[float(y) for _, y in means],
            mode="lines",
            line={"color": colour, "width": 2.5},
            showlegend=False,
            hoverinfo="skip",
        )
    symbol: Any = CONTROL_SYMBOLS.get(method) or [
        SYMBOLS[study.points[row].seed % len(SYMBOLS)] for row in rows
    ]
    _scatter(figure, panel, study, pck, rows, name, colour, symbol, 10, intervals=True)


def _scatter(
    figure: go.Figure,
    panel: Panel,
    study: CompressionStudy,
    pck: Sequence[Estimate],
    rows: Sequence[int],
    name: str,
    colour: str,
    symbol: Any,
    size: int,
    *,
    intervals: bool,
) -> None:
    mean, low, high = _parts(pck, rows)
    figure.add_scatter(
        x=[panel.of(study, row) for row in rows],
        y=mean,
        mode="markers",
        name=name,
        marker={"color": colour, "size": size, "symbol": symbol},
        error_y=_bars(pck, rows, colour) if intervals else None,
        text=[words.point(study, study.points[row]) for row in rows],
        customdata=np.stack([low, high, np.array([int(pck[row].n) for row in rows])], axis=-1),
        hovertemplate=(
            f"%{{text}}<br>%{{x:.2f}} {panel.axis}<br>PCK %{{y:.3f}}, 95 % interval %{{customdata[0]:.3f}} "
            "to %{customdata[1]:.3f}<br>n = %{customdata[2]:,} people<extra></extra>"
        ),
    )


def _parts(pck: Sequence[Estimate], rows: Sequence[int]) -> list[np.ndarray]:
    """Means and the lower and upper ends of intervals."""
    return [np.array([float(pck[row][part]) for row in rows]) for part in range(3)]


def _bars(pck: Sequence[Estimate], rows: Sequence[int], colour: str) -> dict[str, Any]:
    mean, low, high = _parts(pck, rows)
    return {"symmetric": False, "array": high - mean, "arrayminus": mean - low, "color": colour, "width": 3}


def from_the_thesis(source: str) -> go.Figure:
    """The thesis's own points: PCKh against the share of its parameters."""
    figure = go.Figure()
    for tuned in (False, True):
        for method in dict.fromkeys(row.method for row in thesis.ROWS):
            rows = [row for row in thesis.ROWS if row.method == method and row.tuned == tuned]
            if rows:
                figure.add_scatter(
                    x=[row.kept * 100 for row in rows],
                    y=[row.pckh for row in rows],
                    mode="markers",
                    name=words.thesis_series(method, tuned),
                    marker={
                        "color": COLOURS.get(method, GREY),
                        "size": 10,
                        "symbol": "circle" if tuned else "square" if method == DENSE else "circle-open",
                    },
                    hovertemplate="%{y:.2f} PCKh at %{x:.0f} % of the parameters<extra></extra>",
                )
    figure.update_layout(**framed(source, HEIGHT), showlegend=True)
    figure.update_xaxes(title="parameters kept, %", rangemode="tozero")
    figure.update_yaxes(title="PCKh on MPII, %")
    set_below(figure)
    return figure


def losses(names: Sequence[str], found: Estimate, axis: str, source: str) -> go.Figure:
    """(R,) points of hits that are lost, a row per name."""
    figure = go.Figure()
    mean, low, high = (np.asarray(values) * 100 for values in found[:3])
    figure.add_scatter(
        x=mean,
        y=list(names),
        mode="markers",
        showlegend=False,
        marker={"color": CATEGORIES[0], "size": 9},
        error_x={
            "symmetric": False,
            "array": high - mean,
            "arrayminus": mean - low,
            "color": CATEGORIES[0],
        },
        customdata=np.stack([low, high, np.asarray(found.n)], axis=-1),
        hovertemplate=(
            "%{y}<br>%{x:.1f} points lost<br>95 % interval %{customdata[0]:.1f} to %{customdata[1]:.1f}<br>"
            "n = %{customdata[2]:,} people<extra></extra>"
        ),
    )
    rows_around_zero(figure, list(names), axis, source)
    return figure


def group_losses(groups: Sequence[Group], source: str) -> go.Figure:
    """What groups of people lose, the worst first."""
    found = Estimate(
        *(np.array([getattr(one, name) for one in groups]) for name in ("loss", "low", "high", "n"))
    )
    return losses([words.group(one) for one in groups], found, "points of PCK lost", source)


def marked_places(study: CompressionStudy, share: float) -> list[int]:
    """Which points the slider marks: the Bayesian ones with this share, fine-tuned and only masked, and the
    one whose heatmaps are shown live."""

    def fits(point: Point) -> bool:
        return point.method == BAYESIAN and point.keep is not None and abs(point.keep - share) < 1e-6

    kind = study.points[0].network
    return [p for p, one in enumerate(study.points) if one.network == kind and fits(one)]
