"""Two clusterings of the same people against each other, as a figure."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.shared.charts import INK, SHADES, colour_bar, framed, name_rows, set_below
from posecore.clustering.matching import Comparison


def contingency(
    found: Comparison, ours: Sequence[str], others: Sequence[str], titles: tuple[str, str], source: str
) -> go.Figure:
    """People in each pair of clusters; the shade is the share of our cluster. titles: of ours and others."""
    share = found.counts / found.counts.sum(axis=1, keepdims=True)
    figure = go.Figure(
        go.Heatmap(
            z=share,
            x=list(others),
            y=list(ours),
            zmin=0,
            zmax=1,
            colorscale=SHADES,
            textfont={"color": INK},
            text=[[f"{count:,}" for count in row] for row in found.counts],
            texttemplate="%{text}",
            colorbar=colour_bar("share of the row") | {"tickformat": ".0%"},
            hovertemplate="%{y}, %{x}<br>%{text} people, %{z:.0%} of the row<extra></extra>",
        )
    )
    figure.update_layout(**framed(source, 140 + max(110, 34 * len(ours))))
    figure.update_xaxes(title=titles[1], type="category", showgrid=False)
    figure.update_yaxes(title=titles[0], showgrid=False)
    name_rows(figure, ours)
    set_below(figure, ticks=25)
    return figure
