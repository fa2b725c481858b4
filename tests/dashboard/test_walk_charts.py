"""The figure of a walk."""

import numpy as np

from dashboard.pc_walk import walk_charts


def test_distances_stand_beside_the_usual_one() -> None:
    figure = walk_charts.distances(
        np.array([-1.0, 0.0, 1.0]), np.array([2.0, 1.0, 3.0]), 1.5, "n = 5 people · data · network"
    )
    walked, usual = figure.data
    assert list(walked.y) == [2.0, 1.0, 3.0] and list(usual.y) == [1.5, 1.5]
    assert figure.layout.title.text == "n = 5 people · data<br>network"
