"""Figures of a skip study: data to figure, as in dashboard.shared.charts."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shared.charts import AXIS_LINE, CATEGORIES, GREY, colour_bar, framed, name_rows, set_below
from dashboard.shared.numbers import PCK_POINTS, number
from posecore.ablation import LEVEL_NAMES
from posecore.keypoints import sized_set
from posecore.statistics import Estimate
from posecore.studies.skips.effects import LossGap, LossGaps

NEVER_LEARNED: Final = "never learned"
ANY_LEVEL: Final = "any,<br>never<br>learned"
BINS = 20
ROW = 26
"""Pixels of a joint's row in the effect map."""


def score_histograms(
    before: NDArray[np.floating],
    after: NDArray[np.floating],
    name: str,
    source: str,
    untrained: NDArray[np.floating] | None = None,
) -> go.Figure:
    """How many people have which PCK, (N,) each 0..1, with all skips and under the mask `name`.

    untrained: (M, 2) mean PCK of networks that never learned, likewise; lines where they reach the most.
    """
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
    if untrained is not None:
        for x, dash, side in zip(
            untrained.max(axis=0), ("solid", "dot"), ("all skips on", name), strict=True
        ):
            figure.add_vline(x=float(x), line={"color": GREY, "width": 2, "dash": dash})
            figure.add_scatter(
                x=[None],
                y=[None],
                mode="lines",
                name=f"{NEVER_LEARNED}, mean, {side}",
                line={"color": GREY, "width": 2, "dash": dash},
            )
    figure.update_layout(**framed(source, 340), barmode="overlay", showlegend=True)
    figure.update_xaxes(title="PCK of a person", range=[0, 1 + 1 / BINS], tickformat=".0%")
    figure.update_yaxes(title="people")
    set_below(figure)
    return figure


def effect_map(
    effect: Estimate,
    unit: str,
    factor: float,
    source: str,
    untrained: NDArray[np.floating] | None = None,
    untrained_joints: NDArray[np.floating] | None = None,
) -> go.Figure:
    """Effect of cutting a level alone, (4, K): a row per joint and a column per level, so that every cell
    and name has room on a narrow page; interval and n on hover. Orange is worse.

    untrained: (M, 4) of networks that never learned, all joints together; a grey row of the strongest.
    untrained_joints: (M, 4, K) joint by joint; a grey column of the strongest of all levels.
    """
    parts = (effect.mean, effect.low, effect.high)
    joints = sized_set(np.shape(effect.mean)[1]).labels
    mean, low, high = (np.asarray(values).T * factor for values in parts)
    known = np.abs(mean[np.isfinite(mean)])
    reach = max(float(known.max(initial=0)), 1e-6)
    both_ways = bool(np.nanmin(mean, initial=0) < 0)
    scale = [[0, "#0072B2"], [0.5, "#F4F4F4"], [1, "#D55E00"]] if both_ways else "Oranges"
    shown, beside = [low, high, np.asarray(effect.n).T], ""
    if untrained_joints is not None:
        shown.append(strongest(untrained_joints).T * factor)
        beside = f"<br>networks that never learned at most %{{customdata[3]:.1f}} {unit}"
    levels, names = [*LEVEL_NAMES], [*joints]
    figure = go.Figure(
        go.Heatmap(
            z=mean,
            x=list(LEVEL_NAMES),
            y=[*joints],
            xgap=1,
            ygap=1,
            zmin=-reach if both_ways else 0,
            zmax=reach,
            colorscale=scale,
            customdata=np.stack(shown, axis=-1),
            texttemplate="%{z:.0f}",
            hovertemplate=(
                f"%{{y}}, level %{{x}} cut alone<br>%{{z:.1f}} {unit}<br>95 % interval "
                f"%{{customdata[0]:.1f}} to %{{customdata[1]:.1f}}<br>n = %{{customdata[2]}} people{beside}"
                "<extra></extra>"
            ),
            colorbar=colour_bar(unit),
        )
    )
    if untrained is not None:
        names.append(NEVER_LEARNED)
        # Every row again, empty but for what is grey: a heatmap of one row would be as high as the axis.
        grey = np.full((len(names), len(levels)), np.nan)
        grey[-1] = strongest(untrained) * factor
        if untrained_joints is not None:
            levels.append(ANY_LEVEL)
            of_any = strongest(untrained_joints.reshape(-1, len(joints))) * factor
            grey = np.column_stack([grey, [*of_any, np.nan]])
        figure.add_heatmap(
            z=grey.tolist(),
            x=levels,
            y=names,
            hoverongaps=False,
            xgap=1,
            ygap=1,
            zmin=0,
            zmax=reach,
            colorscale=[[0, "#DADCE0"], [1, GREY]],
            showscale=False,
            texttemplate="%{z:.0f}",
            hovertemplate=(
                f"%{{y}}, level %{{x}} cut alone<br>networks that never learned: at most %{{z:.1f}} {unit}"
                "<extra></extra>"
            ),
        )
    figure.update_layout(**framed(source, 126 + ROW * len(names)))
    figure.update_xaxes(title="level cut", type="category")
    name_rows(figure, names)
    set_below(figure, ticks=AXIS_LINE * levels[-1].count("<br>"))
    return figure


def strongest(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """(...) of values (M, ...) the one farthest from 0; nan where all are."""
    known = np.nan_to_num(values)
    found = np.take_along_axis(known, np.abs(known).argmax(axis=0)[None], axis=0)[0]
    return np.where(np.isnan(values).all(axis=0), np.nan, found)


def shapley_bars(
    values: Mapping[str, Estimate], source: str, untrained: Mapping[str, NDArray[np.floating]] | None = None
) -> go.Figure:
    """The levels' shares (4,) in points of PCK with their intervals, a colour per replacement.

    untrained: (M, 4) of networks that never learned; the largest of them in grey before the bars.
    """
    figure = go.Figure()
    for index, (name, share) in enumerate(values.items()):
        mean, low, high = (np.asarray(part) * 100 for part in (share.mean, share.low, share.high))
        figure.add_bar(
            x=list(LEVEL_NAMES),
            y=mean,
            name=name,
            offsetgroup=name,
            marker={"color": CATEGORIES[index]},
            error_y={"symmetric": False, "array": high - mean, "arrayminus": mean - low, "color": GREY},
            customdata=np.stack([low, high, share.n], axis=-1),
            hovertemplate=(
                f"level %{{x}}, {name}<br>%{{y:.1f}} points<br>95 % interval %{{customdata[0]:.1f}} to "
                "%{customdata[1]:.1f}<br>n = %{customdata[2]} people<extra></extra>"
            ),
        )
    for name, shares in (untrained or {}).items():
        figure.add_bar(
            x=list(LEVEL_NAMES),
            y=shares.max(axis=0) * 100,
            name=NEVER_LEARNED,
            offsetgroup=name,
            showlegend=name == next(iter(untrained or {})),
            marker={"color": GREY},
            hovertemplate=(
                f"level %{{x}}, {name}<br>networks that never learned: %{{y:.1f}} points at most"
                "<extra></extra>"
            ),
        )
    figure.update_layout(**framed(source, 340), barmode="group", showlegend=True)
    figure.update_xaxes(title="level", type="category")
    figure.update_yaxes(title=PCK_POINTS)
    set_below(figure)
    return figure


def claim_map(claims: LossGaps, source: str) -> go.Figure:
    """Small joints' loss minus big ones' in points: a row per mask, a column per replacement.

    Bold where it is surely so after correction, empty where there is no answer. Orange: small ones lose more.
    """
    replacements = list(dict.fromkeys(name for name, _ in claims))
    masks = list(dict.fromkeys(mask for _, mask in reversed(list(claims))))
    cells = [[claims[name, mask] for name in replacements] for mask in masks]
    z = [[cell.mean * 100 if cell.answers else None for cell in row] for row in cells]
    reach = max((abs(value) for row in z for value in row if value is not None), default=1.0)
    figure = go.Figure(
        go.Heatmap(
            z=z,
            x=replacements,
            y=masks,
            text=[[_claim_text(cell) for cell in row] for row in cells],
            texttemplate="%{text}",
            xgap=1,
            ygap=1,
            zmin=-reach,
            zmax=reach,
            colorscale=[[0, "#0072B2"], [0.5, "#F4F4F4"], [1, "#D55E00"]],
            hoverongaps=False,
            customdata=[
                [[cell.low * 100, cell.high * 100, cell.corrected, cell.n] for cell in row] for row in cells
            ],
            hovertemplate=(
                "skips %{y}, %{x}<br>%{z:.1f} points<br>95 % interval %{customdata[0]:.1f} to "
                "%{customdata[1]:.1f}<br>p %{customdata[2]:.3f}, corrected<br>n = %{customdata[3]} people"
                "<extra></extra>"
            ),
            colorbar=colour_bar("points that small joints lose more"),
        )
    )
    figure.update_layout(**framed(source, 126 + ROW * len(masks)))
    figure.update_xaxes(title="in place of a cut skip", type="category")
    name_rows(figure, masks)
    figure.update_yaxes(title="skips kept")
    set_below(figure)
    return figure


def _claim_text(cell: LossGap) -> str:
    if not cell.answers:
        return ""
    text = number(cell.mean * 100, 0, sign=True)
    return f"<b>{text}</b>" if cell.small_lose_more or cell.big_lose_more else text
