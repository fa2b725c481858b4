import numpy as np
import plotly.graph_objects as go

from dashboard.compare import charts as compare_charts
from dashboard.shared import charts
from posecore.data.crops import SquareCrop


def test_twenty_clusters_can_be_told_apart() -> None:
    assert len({charts.category(index) for index in range(20)}) == 20


def test_curves_mark_where_the_image_size_changes_and_the_epoch_kept() -> None:
    figure = charts.curves(
        [1, 2, 3, 4], {"PCK": [0.1, 0.2, None, 0.4]}, "PCK", "4 epochs", [128, 128, 256, 256], 3
    )
    assert [shape.x0 for shape in figure.layout.shapes] == [2.5, 3]
    assert "256 px" in figure.layout.annotations[0].text
    assert list(figure.data[0].y) == [0.1, 0.2, None, 0.4]


def test_every_chart_says_what_it_is_made_of() -> None:
    source = "n = 5 people · data · network"
    figures = (
        charts.distances(np.array([-1.0, 1.0]), np.array([2.0, 3.0]), 1.5, source),
        charts.curves([1], {"PCK": [0.5]}, "PCK", source),
    )
    for figure in figures:
        assert figure.layout.title.text == "n = 5 people · data<br>network"


def test_distances_stand_beside_the_usual_one() -> None:
    figure = charts.distances(np.array([-1.0, 0.0, 1.0]), np.array([2.0, 1.0, 3.0]), 1.5, "n = 5")
    walked, usual = figure.data
    assert list(walked.y) == [2.0, 1.0, 3.0] and list(usual.y) == [1.5, 1.5]


def test_the_picture_of_the_box_counts_in_the_picture_s_own_pixels() -> None:
    figure = charts.person_box("data:,", (640, 480), (10, 20, 100, 200), SquareCrop(-30, 10, 220))
    assert list(figure.layout.xaxis.range) == [0, 640] and list(figure.layout.yaxis.range) == [480, 0]
    square, box = figure.layout.shapes
    assert (box.x0, box.y0, box.x1, box.y1) == (10, 20, 110, 220)
    assert (square.x0, square.y0, square.x1, square.y1) == (-30, 10, 190, 230)
    image = figure.layout.images[0]
    assert (image.x, image.y, image.sizex, image.sizey) == (0, 0, 640, 480)
    assert figure.layout.dragmode == "select" and len(figure.data[0].x)


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
