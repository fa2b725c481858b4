import numpy as np
import plotly.graph_objects as go

from dashboard.compare import charts as compare_charts
from dashboard.shared import charts


def test_twenty_clusters_can_be_told_apart() -> None:
    assert len({charts.category(index) for index in range(20)}) == 20


def test_long_words_are_broken_and_the_figure_grows_by_their_lines() -> None:
    source = "n = 1,000 people of two bundles · a network with a very long name indeed, and so on and on"
    names = ["a network that was trained for as long", "short"]
    figures = []
    for long in (False, True):
        figure = go.Figure(go.Scatter(x=[1, 2], y=names, name="against " * 9 if long else "b"))
        axis = "points that the last stack finds more than the first" if long else "points"
        charts.rows_around_zero(figure, names, axis, source if long else "n · b")
        figures.append(figure)
    short, figure = figures
    title, axis = figure.layout.title.text.split("<br>"), figure.layout.xaxis.title.text.split("<br>")
    assert max(map(len, title)) <= charts.TITLE and len(title) == 3
    assert len(axis) == 2 and max(map(len, axis)) < 30
    assert max(map(len, figure.data[0].name.split("<br>"))) <= charts.ENTRY
    assert figure.layout.yaxis.ticktext[0] == "a network that was trained<br>for as long"
    assert list(figure.layout.yaxis.tickvals) == names == list(figure.data[0].y)
    heights = [one.layout.height - one.layout.margin.b - one.layout.margin.t for one in (short, figure)]
    assert heights[0] == heights[1] and figure.layout.margin.b > short.layout.margin.b + 30


def test_maps_of_many_clusters_keep_their_height_above_the_legend() -> None:
    heights = []
    for count in (2, 20):
        codes = np.arange(count)
        figure = compare_charts.people_map(
            np.zeros((count, 2)), codes.astype(str).tolist(), codes, None, None, ("x", "y"), "n"
        )
        heights.append(figure.layout.height - figure.layout.margin.b)
        assert figure.layout.margin.b >= charts.LEGEND_ROW * count / 2  # two beside one another
    assert heights[0] == heights[1]
