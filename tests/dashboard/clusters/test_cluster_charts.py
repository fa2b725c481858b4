"""The figures of the page Clusters: who is drawn where, in whose colour, within which margins."""

import numpy as np

from dashboard.clusters import charts as cluster_charts
from dashboard.shared import charts


def test_silhouettes_are_sorted_within_their_cluster_and_noise_has_none() -> None:
    values = np.array([0.1, 0.5, -0.2, 0.4, 0.3, np.nan])
    numbers_of = np.array([1, 0, 1, 0, 0, -1])
    names = {0: "cluster 1", 1: "2 · sitters"}
    figure = cluster_charts.silhouettes(
        values, numbers_of, names, list("abcdef"), 0.22, "n = 6", np.array([0.3])
    )
    first, second = figure.data
    assert list(first.customdata) == ["b", "d", "e"] and list(first.x) == [0.5, 0.4, 0.3]
    assert list(second.customdata) == ["a", "c"] and min(second.y) > max(first.y)
    assert [line.x0 for line in figure.layout.shapes] == [0.3, 0.22] and "0.220" in figure.layout.annotations[
        0
    ].text
    assert list(figure.layout.yaxis.ticktext) == ["1", "2 · sitters"]


def test_of_very_many_people_some_have_bars_and_the_worst_always() -> None:
    values = np.linspace(-0.5, 0.5, 10_000)
    figure = cluster_charts.silhouettes(
        values, np.zeros(10_000, int), {0: "cluster 1"}, np.arange(10_000).astype(str), 0, "n", np.empty(0)
    )
    assert len(figure.data[0].x) <= cluster_charts.MOST_BARS + 1
    assert figure.data[0].customdata[-1] == "0"


def test_margins_are_given_unless_names_may_be_long() -> None:
    values, numbers_of, ids = np.array([0.1, 0.5]), np.array([0, 1]), ["a", "b"]
    plain, own = {0: "cluster 1", 1: "cluster 2"}, {0: "cluster 1", 1: "2 · people who sit on something"}
    for names, given in ((plain, True), (own, False), (plain | {-1: "noise, in no cluster"}, True)):
        bars = cluster_charts.silhouettes(values, numbers_of, names, ids, 0.3, "n", np.empty(0))
        plane = cluster_charts.scatter(np.zeros((2, 2)), numbers_of, names, ids, ("x", "y"), "n", {})
        for figure, known in ((bars, given), (plane, True)):
            assert (figure.layout.margin.autoexpand is False) == known
            assert (figure.layout.yaxis.automargin is False) == known


def test_many_people_are_drawn_by_webgl() -> None:
    for people, kind in ((5, "scatter"), (charts.DRAWN_PLAINLY + 1, "scattergl")):
        numbers_of, ids = np.zeros(people, int), np.arange(people).astype(str)
        figure = cluster_charts.scatter(
            np.zeros((people, 2)), numbers_of, {0: "cluster 1"}, ids, ("x", "y"), "n", {}
        )
        assert figure.data[0].type == kind


def test_every_point_of_the_map_is_its_person() -> None:
    places = np.array([[0.0, 1], [2, 3], [4, 5], [6, 7]])
    names = {0: "cluster 1", 1: "cluster 2", -1: "noise"}
    figure = cluster_charts.scatter(
        places, np.array([1, 0, -1, 1]), names, list("abcd"), ("x", "y"), "n = 4", {2: b"picture"}, only=1
    )
    found = {
        who: (x, y)
        for trace in figure.data
        for who, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    }
    assert found == {"a": (0, 1), "b": (2, 3), "c": (4, 5), "d": (6, 7)}
    inks = {trace.name: trace.marker.color for trace in figure.data}
    assert inks["cluster 2"] == cluster_charts.colour_of(1)[0] and inks["cluster 1"] == cluster_charts.DIM
    assert (figure.layout.images[0].x, figure.layout.images[0].y) == (4, 5)


def test_figures_stand_all_over_the_map_and_never_two_in_a_cell() -> None:
    places = np.array([[0, 0], [0.4, 0.4], [10, 10], [9.9, 0.1], [10, 0]])
    # Cells are 5 wide, so their middles lie at 2.5 and 7.5.
    assert cluster_charts.spread(places, np.arange(5), cells=2) == [1, 2, 3]
    # Cells are those of all people, whomever one may choose from.
    assert cluster_charts.spread(places, np.array([0, 3, 4]), cells=2) == [0, 3]
    assert cluster_charts.spread(places, np.array([], int)) == []
