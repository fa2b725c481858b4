"""How many clusters there are: data to figure, as in dashboard.shared.charts.

Controls are bands from the lowest draw to the highest around their mean, and so are, in grey, networks that
never learned.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import hex_to_rgb

from dashboard.shared.charts import CATEGORIES, GREY, MARK, framed, set_below
from posecore.clustering.density import APART
from posecore.clustering.evidence import Evidence
from posecore.clustering.gap import Gap
from posecore.clustering.stability import Stability
from posecore.clustering.sweep import Sweep
from posecore.studies.control.results import OWN, ControlStudy

LOOKS: Final = ((CATEGORIES[1], "dash"), (CATEGORIES[2], "dot"), (CATEGORIES[3], "dashdot"))
"""Of the controls, in their order."""

UNTRAINED: Final = "networks that never learned"

OURS: Final = 1
"""In a legend: before what they are compared with."""


def valleys(
    evidence: Evidence, controls: Mapping[str, str], untrained: ControlStudy | None, chosen: int, source: str
) -> go.Figure:
    """The valley of every K with its interval. controls: their names in words."""
    figure, test = go.Figure(), evidence.density
    _add_untrained(figure, test.ks, untrained, "valleys")
    for (name, words), look in zip(controls.items(), LOOKS, strict=True):
        _add_band(figure, test.ks, evidence.valleys[name], words, *look)
    _add_line(
        figure,
        test.ks,
        test.valley,
        "these people",
        (test.high - test.valley).clip(0),
        (test.valley - test.low).clip(0),
        "95 % interval",
    )
    figure.add_hline(
        y=APART,
        line={"color": MARK, "width": 1},
        annotation={"text": f"apart below {APART}", "font": {"color": MARK, "size": 12}},
        annotation_position="bottom left",
    )
    _mark(figure, chosen, test.ks)
    figure.update_layout(**framed(source, 400), showlegend=True)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="valley, share of the lower peak", range=[0, 1.05])
    _set_below(figure)
    return figure


def silhouettes(
    sweep: Sweep,
    space: str,
    evidence: Evidence | None,
    controls: Mapping[str, str],
    untrained: ControlStudy | None,
    chosen: int,
    source: str,
) -> go.Figure:
    """The mean silhouette of the best restart of every K, whiskers to the worst; the evidence's beside it.

    space: what the sweep was made in. controls: those of the evidence, their names in words. untrained: see
    ControlStudy, None where it says nothing of that space.
    """
    figure = go.Figure()
    _add_untrained(figure, sweep.numbers, untrained, "silhouettes")
    if evidence is not None:
        for (name, words), look in zip(controls.items(), LOOKS, strict=True):
            _add_band(figure, evidence.density.ks, evidence.controls[name], words, *look)
        figure.add_scatter(
            x=evidence.density.ks,
            y=evidence.silhouettes,
            name=f"these people, in {evidence.space}",
            mode="lines+markers",
            line={"color": CATEGORIES[4], "width": 2},
            marker={"size": 8, "symbol": "diamond"},
            hovertemplate="K = %{x}<br>mean silhouette %{y:.3f}<extra></extra>",
            legendrank=OURS,
        )
    return _over_k(figure, sweep, space, chosen, source)


def own_silhouettes(
    sweep: Sweep,
    ks: NDArray[np.integer],
    draws: Mapping[str, NDArray[np.floating]],
    controls: Mapping[str, str],
    chosen: int,
    source: str,
) -> go.Figure:
    """The same in learned spaces. draws: by the names of controls (B, K) at each of `ks`, in spaces learned
    of them."""
    figure = go.Figure()
    for (name, words), look in zip(controls.items(), LOOKS, strict=False):
        _add_band(figure, ks, draws[name], words, *look)
    return _over_k(figure, sweep, "the learned space", chosen, source)


def _over_k(figure: go.Figure, sweep: Sweep, space: str, chosen: int, source: str) -> go.Figure:
    best, worst = (
        np.array([of(sweep.silhouettes[sweep.ks == k]) for k in sweep.numbers]) for of in (np.max, np.min)
    )
    _add_line(
        figure,
        sweep.numbers,
        best,
        f"these people, in {space}",
        np.zeros(len(best)),
        best - worst,
        "down to the worst restart",
    )
    _mark(figure, chosen, sweep.numbers)
    figure.update_layout(**framed(source, 400), showlegend=True)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="mean silhouette", rangemode="tozero")
    _set_below(figure)
    return figure


def gap(found: Gap, untrained: ControlStudy | None, source: str) -> go.Figure:
    """The gap statistic with its errors; the K it names is marked."""
    figure = go.Figure()
    _add_untrained(figure, found.ks, untrained, "gaps")
    _add_line(figure, found.ks, found.gaps, "these people", found.errors, found.errors, "its error")
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
    figure.update_layout(**framed(source, 340), showlegend=True)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="gap")
    _set_below(figure)
    return figure


def stability(found: Stability, untrained: ControlStudy | None, chosen: int, source: str) -> go.Figure:
    """Mean adjusted Rand index of the resamples, their middle 90 % as whiskers."""
    low, high = np.quantile(found.ari, [0.05, 0.95], axis=1)
    figure = go.Figure()
    _add_untrained(figure, found.ks, untrained, "stability")
    _add_line(
        figure,
        found.ks,
        found.mean,
        "these people",
        (high - found.mean).clip(0),
        (found.mean - low).clip(0),
        "middle 90 %",
    )
    _mark(figure, chosen, found.ks)
    figure.update_layout(**framed(source, 340), showlegend=True)
    figure.update_xaxes(title="K, how many clusters", dtick=1)
    figure.update_yaxes(title="adjusted Rand index", range=[min(0, float(low.min())), 1.05])
    _set_below(figure)
    return figure


def of_untrained(study: ControlStudy, figure: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(L,) K, and (U, L) what every untrained network has there: valleys, silhouettes of the best restart,
    gaps, or stability."""
    values = np.asarray(getattr(study, figure), np.float64)[OWN + 1 :]
    if figure == "silhouettes":
        values = values.max(axis=2)
    if figure == "stability":
        values = values.mean(axis=2)
    ks = np.append(1, study.ks) if figure == "gaps" else study.ks
    return ks, values


def _add_untrained(figure: go.Figure, ks: NDArray[np.integer], study: ControlStudy | None, name: str) -> None:
    if study is None:
        return
    theirs, values = of_untrained(study, name)
    known = np.isin(theirs, ks) & np.isfinite(values).all(axis=0)
    if known.any():
        _add_band(figure, theirs[known], values[:, known], f"{UNTRAINED} ({len(values)})", GREY, "solid")


def _add_band(
    figure: go.Figure,
    ks: NDArray[np.integer],
    values: NDArray[np.floating],
    name: str,
    colour: str,
    dash: str,
) -> None:
    """values: (B, K) of draws."""
    low, high, mean = values.min(axis=0), values.max(axis=0), values.mean(axis=0)
    red, green, blue = hex_to_rgb(colour)
    figure.add_scatter(
        x=np.concatenate([ks, ks[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},0.22)",
        hoverinfo="skip",
        legendgroup=name,
        showlegend=False,
    )
    figure.add_scatter(
        x=ks,
        y=mean,
        name=name,
        mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        legendgroup=name,
        customdata=np.stack([low, high], axis=-1),
        hovertemplate=(
            "K = %{x}<br>mean %{y:.3f}, from %{customdata[0]:.3f} to %{customdata[1]:.3f}<extra></extra>"
        ),
    )


def _add_line(
    figure: go.Figure,
    ks: NDArray[np.integer],
    values: NDArray[np.floating],
    name: str,
    above: NDArray[np.floating],
    below: NDArray[np.floating],
    whiskers: str,
) -> None:
    """above, below: how far whiskers reach. whiskers: what they are."""
    figure.add_scatter(
        x=ks,
        y=values,
        name=name,
        mode="lines+markers",
        line={"color": CATEGORIES[0], "width": 2},
        marker={"size": 8},
        error_y={"symmetric": False, "array": above, "arrayminus": below, "thickness": 1.5, "width": 4},
        customdata=np.stack([values - below, values + above], axis=-1),
        hovertemplate=(
            f"K = %{{x}}<br>%{{y:.3f}}, {whiskers}: %{{customdata[0]:.3f}} to %{{customdata[1]:.3f}}"
            "<extra></extra>"
        ),
        legendrank=OURS,
    )


def _mark(figure: go.Figure, chosen: int, tried: NDArray[np.integer]) -> None:
    """A line at the K that is shown above, where it was tried."""
    if chosen in tried:
        figure.add_vline(x=chosen, line={"color": GREY, "width": 1, "dash": "dot"})


def _set_below(figure: go.Figure) -> None:
    """As usual; bands and their lines belong together, which Plotly would set apart from the next."""
    set_below(figure)
    figure.update_layout(legend_tracegroupgap=0)
