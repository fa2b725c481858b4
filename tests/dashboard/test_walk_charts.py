"""The figure of a walk."""

import numpy as np

from dashboard.pc_walk import walk_charts
from dashboard.shared.charts import GREY


def test_distances_stand_beside_the_usual_one() -> None:
    figure = walk_charts.distances(
        np.array([-1.0, 0.0, 1.0]), np.array([2.0, 1.0, 3.0]), 1.5, None, "n = 5 people · data · network"
    )
    walked, usual = figure.data
    assert list(walked.y) == [2.0, 1.0, 3.0] and list(usual.y) == [1.5, 1.5]
    assert figure.layout.title.text == "n = 5 people · data<br>network"


def test_networks_that_never_learned_lie_below_in_multiples_of_the_usual_distance() -> None:
    untrained = np.array([-3.0, 3.0]), np.array([[2.0, 4.0], [1.0, 1.0]])
    figure = walk_charts.distances(np.array([0.0]), np.array([2.0]), 1.5, untrained, "n = 5 people")
    first, second, walked, _ = figure.data
    assert [list(line.y) for line in (first, second)] == [[3.0, 6.0], [1.5, 1.5]]
    assert first.line.color == second.line.color == GREY != walked.line.color
    assert (first.showlegend, second.showlegend) == (True, False)
