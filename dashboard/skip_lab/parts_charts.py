"""The chart of what each part knows: data to figure, as in dashboard.shared.charts."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.shared.charts import CATEGORIES, GREY, rows_around_zero
from dashboard.shared.readout_words import part
from dashboard.skip_lab.parts_words import is_reference
from posecore.statistics import Estimate
from posecore.studies.probe.results import ProbeStudy


def part_chart(study: ProbeStudy, found: Estimate, measure: str, source: str) -> go.Figure:
    """(I,) what is read off each part, with intervals: a row per part, in grey what took no training."""
    figure = go.Figure()
    grey = np.array([is_reference(str(name)) for name in study.inputs])
    names = np.array([part(str(name)) for name in study.inputs])
    sides: tuple[tuple[str, NDArray[np.bool_], str, str], ...] = (
        ("of this network", ~grey, CATEGORIES[0], "circle"),
        ("reference", grey, GREY, "diamond"),
    )
    for name, rows, colour, symbol in sides:
        mean, low, high = (np.asarray(values)[rows] for values in found[:3])
        figure.add_scatter(
            x=mean,
            y=names[rows],
            name=name,
            mode="markers",
            marker={"color": colour, "size": 9, "symbol": symbol},
            error_x={"symmetric": False, "array": high - mean, "arrayminus": mean - low, "color": colour},
            customdata=np.stack([low, high, found.n[rows], study.numbers[rows]], axis=-1),
            hovertemplate=(
                f"%{{y}}<br>{measure} %{{x:.3f}}<br>95 % interval %{{customdata[0]:.3f}} to "
                "%{customdata[1]:.3f}<br>n = %{customdata[2]} people<br>%{customdata[3]} numbers read"
                "<extra></extra>"
            ),
        )
    rows_around_zero(figure, names.tolist(), f"{measure} of the readout", source)
    return figure
