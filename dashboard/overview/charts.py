"""How a training went: data to figure, as in dashboard.shared.charts."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboard.shared.charts import CATEGORIES, GREY, MARK, framed, set_below


def curves(
    epochs: Sequence[float],
    lines: Mapping[str, Sequence[float | None]],
    y_title: str,
    source: str,
    sizes: Sequence[int] | None = None,
    best_epoch: int | None = None,
    untrained: Sequence[float] = (),
) -> go.Figure:
    """Values per epoch, None for a gap. A change of the image size, and the best epoch, are marked where they
    are known. untrained: the same of networks that never learned, a grey line each."""
    figure = go.Figure()
    for never in untrained:
        figure.add_hline(y=never, line={"color": GREY, "width": 2})
    for (name, values), colour in zip(lines.items(), CATEGORIES, strict=False):
        figure.add_scatter(
            x=list(epochs),
            y=list(values),
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate=f"epoch %{{x}}<br>{name} %{{y:.4g}}<extra></extra>",
        )
    shown = list(sizes or ())
    changes = [i for i in range(1, len(shown)) if shown[i] != shown[i - 1]]
    for row, i in enumerate(reversed(changes)):
        x = (epochs[i] + epochs[i - 1]) / 2
        figure.add_vline(x=x, line={"color": GREY, "dash": "dot", "width": 1})
        # One below the other, as the last changes may follow within an epoch.
        figure.add_annotation(
            x=x,
            y=1 - 0.09 * row,
            yref="paper",
            yanchor="bottom",
            xanchor="right",
            xshift=-3,
            text=f"then {shown[i]} px",
            showarrow=False,
            font={"size": 11},
        )
    if best_epoch is not None and best_epoch in epochs:
        figure.add_vline(x=best_epoch, line={"color": MARK, "width": 1})
        figure.add_annotation(
            x=best_epoch,
            y=0,
            yref="paper",
            yanchor="bottom",
            xanchor="right",
            xshift=-3,
            text="kept",
            showarrow=False,
            font={"size": 11, "color": MARK},
        )
    figure.update_layout(**framed(source, 320), showlegend=len(lines) > 1)
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(title=y_title, rangemode="tozero")
    set_below(figure)
    return figure
