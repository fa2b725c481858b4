"""Data to figure, nothing else: no file is read and no widget drawn here.

Every figure carries its `source` as a title: how many people, of which data set, by which network.
"""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

CATEGORIES: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#B8A800")
"""Okabe and Ito's colours, as in .streamlit/config.toml; black and pale yellow would vanish on a ground."""

SYMBOLS: Final = ("circle", "diamond", "x")
"""With CATEGORIES, 24 clusters can be told apart."""

SCORE_SCALE: Final = ("#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962", "#ADDC30")
"""The middle of viridis, whose ends vanish on a dark and on a light ground."""

SHADES: Final = [[0, "#EEF3F7"], [1, CATEGORIES[4]]]
INK: Final = "#1B2530"
"""Of tables and the numbers on them: opaque and light enough to be read on any page."""

GREY: Final = "#8A8F98"
MARK: Final = "#D55E00"

NARROW: Final = 328
"""Pixels of a figure's width on a page of 390 pixels, without its margins. Plotly breaks no line by itself,
and cuts what is too long for the figure."""

TITLE, ENTRY, ROW_NAME = 52, 40, 26
"""Characters of a line of a figure's title, of a legend's entry and of a row's name, that fit there."""

TITLE_LINE, AXIS_LINE, LEGEND_ROW, LEGEND_LINE = 17, 18, 20, 15
"""Pixels from top to bottom of a line, of a legend's row, and of what another line adds to that."""

AXIS_ROOM: Final = 54
"""Pixels below the axes for ticks and one line of a title."""

SCALE_ROOM: Final = 60
"""Pixels of a scale of colours with its title and ticks."""


def category(index: int) -> tuple[str, str]:
    """Colour and symbol of the cluster with this number."""
    return CATEGORIES[index % len(CATEGORIES)], SYMBOLS[index // len(CATEGORIES) % len(SYMBOLS)]


DRAWN_PLAINLY: Final = 4_000
"""People up to whom a map is drawn without WebGL, which takes long to begin with on a machine without a
graphics chip."""


def trace_for(people: int) -> type[go.Scatter] | type[go.Scattergl]:
    """What draws so many people as points the soonest."""
    return go.Scatter if people <= DRAWN_PLAINLY else go.Scattergl


def framed(source: str, height: int) -> dict[str, Any]:
    """The layout all figures share: `source` as a title above, `height` in pixels, more for a long title."""
    title = broken("<br>".join(source.rsplit(" · ", 1)), TITLE)
    more = TITLE_LINE * max(0, title.count("<br>") - 1)
    height += more
    return {
        "height": height,
        "margin": {"l": 10, "r": 10, "t": 72 + more, "b": 10},
        "title": {
            "text": title,
            "font": {"size": 13},
            "x": 0,
            "xanchor": "left",
            # Streamlit puts the first line above y, so a share of the height would cut it in low charts.
            "y": 1 - 16 / height,
            "yanchor": "top",
        },
    }


def broken(text: str, most: int) -> str:
    """The text with line breaks, so that no line has more than `most` characters."""
    lines = (textwrap.wrap(line, most) or [""] for line in text.split("<br>"))
    return "<br>".join(part for line in lines for part in line)


def name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    """Put a name beside every row, the first on top. names: as the figure's data call the rows."""
    # Turned by the range and not by the order of names: of heatmaps Plotly would turn the colours alone, and
    # write every number into another row.
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=list(names),
        autorange="reversed",
        tickmode="array",
        tickvals=list(names),
        ticktext=[broken(name, ROW_NAME) for name in names],
        automargin=True,
    )


def set_below(figure: go.Figure, ticks: int = 0) -> None:
    """Break the titles of the axes, and give what stands below these the room that a page of 390 pixels
    needs: the title of the x axis, and the legend or the scale of colours. The figure grows by what this
    takes beyond AXIS_ROOM. To be called last.

    ticks: pixels that those of the x axis take beyond a line of numbers.
    """
    # Names of rows leave the axes less width than numbers do.
    names = [line for name in figure.layout.yaxis.ticktext or () for line in name.split("<br>")]
    across = NARROW - max(30, 10 + 5.6 * max(map(len, names), default=0))
    upright = max(1, int((figure.layout.height - figure.layout.margin.t - AXIS_ROOM) / 7))
    if figure.layout.yaxis.title.text:
        figure.layout.yaxis.title.text = broken(figure.layout.yaxis.title.text, upright)
        across -= AXIS_LINE * (figure.layout.yaxis.title.text.count("<br>") + 1)
    more = ticks
    titled = [axis for axis in figure.select_xaxes() if axis.title.text]
    for axis in titled:
        # It stands in the middle of the axis and may reach beyond it on the right by the margin alone.
        axis.title.text = broken(axis.title.text, int(across / 6.6))
    more += AXIS_LINE * max((axis.title.text.count("<br>") for axis in titled), default=0)
    entries = [trace for trace in figure.data if trace.name and trace.showlegend is not False]
    below = 0
    if entries and figure.layout.showlegend:
        for trace in entries:
            trace.name = broken(trace.name, ENTRY)
        longest = max(len(line) for trace in entries for line in trace.name.split("<br>"))
        # Plotly gives every entry the width of the widest, and a legend the width of the axes.
        columns = max(1, int(across / (40 + 5.5 * longest)))
        heights = [LEGEND_ROW + LEGEND_LINE * trace.name.count("<br>") for trace in entries]
        below = sum(max(heights[at : at + columns]) for at in range(0, len(heights), columns))
    elif any(trace.type == "heatmap" for trace in figure.data):
        below = SCALE_ROOM
        high = figure.layout.height - figure.layout.margin.t - AXIS_ROOM
        figure.update_traces(colorbar={"y": -(AXIS_ROOM + more + 6) / high, "yanchor": "top"})
    height = figure.layout.height + more + below
    figure.update_layout(
        height=height,
        margin={"b": AXIS_ROOM + more + below},
        legend={"orientation": "h", "x": 0, "y": (below + 4) / height, "yref": "container", "yanchor": "top"},
    )
    figure.layout.title.y = 1 - 16 / height


def rows_around_zero(figure: go.Figure, names: Sequence[str], axis: str, source: str, row: int = 24) -> None:
    """Lay out effects with intervals: one row per name, the first on top, on both sides of a line at zero.

    row: its height in pixels, more where a name is long.
    """
    lines = max((broken(name, ROW_NAME).count("<br>") + 1 for name in names), default=1)
    figure.add_vline(x=0, line={"color": GREY, "width": 1})
    height = 80 + max(row, 8 + 14 * lines) * len(names) + AXIS_ROOM
    figure.update_layout(**framed(source, height), showlegend=True)
    figure.update_xaxes(title=axis)
    name_rows(figure, names)
    set_below(figure)


def never_learned(figure: go.Figure, across: Sequence[Any], up: Iterable[NDArray[np.floating]]) -> None:
    """Lines of networks that never learned, with one entry in the legend. To be called first, so that all
    other lines lie above them."""
    for number, (x, y) in enumerate(zip(across, up, strict=True)):
        figure.add_scatter(
            x=x,
            y=y,
            name="networks that never learned",
            showlegend=number == 0,
            mode="lines",
            line={"color": GREY, "width": 2},
            hovertemplate="%{x}, a network that never learned<br>%{y:.3f}<extra></extra>",
        )


def never_learned_rows(
    figure: go.Figure, names: Sequence[str], low: NDArray[np.floating], high: NDArray[np.floating], form: str
) -> None:
    """A broad grey line per row, (R,) from low to high, of networks that never learned; none where nan. form:
    of its numbers, as Plotly writes it. To be called first, so that all else lies above."""
    known = np.flatnonzero(np.isfinite(low) & np.isfinite(high)).tolist()
    if not len(known):
        return
    ends = [(float(low[row]), float(high[row]), None) for row in known]
    figure.add_scatter(
        x=[x for row in ends for x in row],
        y=[y for row in known for y in (names[row], names[row], None)],
        name="clusters of networks that never learned",
        mode="lines",
        opacity=0.45,
        line={"color": GREY, "width": 11},
        hovertemplate=f"%{{y}}, clusters of networks that never learned<br>%{{x:{form}}}<extra></extra>",
    )


def colour_bar(title: str) -> dict[str, Any]:
    """A scale of colours, which `set_below` puts below the axes, where it takes a narrow page no width."""
    return {
        "title": {"text": title, "side": "top"},
        "orientation": "h",
        "thickness": 10,
        "outlinewidth": 0,
        "ypad": 2,
    }


def settle(figure: go.Figure) -> None:
    """Give the figure its margins. Where Plotly finds them itself it draws twice."""
    figure.update_layout(margin={"l": 56, "autoexpand": False})
    figure.update_xaxes(automargin=False)
    figure.update_yaxes(automargin=False)
