"""A picture on which a box is drawn, as a figure."""

from typing import Final

import plotly.graph_objects as go

from dashboard.shared.charts import CATEGORIES
from posecore.data.crops import SquareCrop

HEIGHT: Final = 380


def box_chart(
    source: str, size: tuple[int, int], box: tuple[float, float, float, float], square: SquareCrop
) -> go.Figure:
    """A picture on which a box can be drawn, with the present one and the square that is cut out.

    source: the picture as a data URI. size: its width and height in the pixels that the axes count. box:
    left, top, width, height. Selecting a rectangle gives a box selection.
    """
    width, height = size
    figure = go.Figure()
    # Plotly reports a selection only where there are points to select.
    figure.add_scatter(
        x=[0, width, width, 0],
        y=[0, 0, height, height],
        mode="markers",
        marker={"opacity": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_layout_image(
        source=source,
        x=0,
        y=0,
        sizex=width,
        sizey=height,
        xref="x",
        yref="y",
        sizing="stretch",
        layer="below",
    )
    figure.add_shape(
        type="rect",
        x0=square.x,
        y0=square.y,
        x1=square.x + square.side,
        y1=square.y + square.side,
        line={"color": CATEGORIES[4], "width": 2, "dash": "dot"},
    )
    left, top, box_width, box_height = box
    figure.add_shape(
        type="rect",
        x0=left,
        y0=top,
        x1=left + box_width,
        y1=top + box_height,
        line={"color": CATEGORIES[1], "width": 3},
    )
    figure.update_xaxes(range=[0, width], visible=False, fixedrange=True, constrain="domain")
    figure.update_yaxes(
        range=[height, 0], visible=False, fixedrange=True, scaleanchor="x", constrain="domain"
    )
    figure.update_layout(
        dragmode="select",
        height=HEIGHT,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        newselection={"line": {"color": CATEGORIES[1], "width": 3}},
    )
    return figure
