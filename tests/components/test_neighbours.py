import time

import numpy as np
import pytest

from posecore.components import neighbours
from posecore.components.neighbours import nearest_people
from posecore.errors import ConfigError

SCORES = np.array([[0, 0], [3, 0], [3, 4], [np.nan, 1], [0, 1]], np.float32)


def test_nearest_people_by_hand():
    rows, distances = nearest_people(SCORES, np.array([[0, 0], [3, 3]]), 3)
    assert rows.tolist() == [[0, 4, 1], [2, 1, 4]]
    np.testing.assert_allclose(distances, [[0, 1, 3], [1, 3, np.hypot(3, 2)]], rtol=1e-6)


def test_who_does_not_count_is_passed_over():
    rows, distances = nearest_people(SCORES, SCORES[[0, 2]], 1, not_this=np.array([0, 2]))
    assert (rows.tolist(), distances.tolist()) == ([[4], [1]], [[1], [4]])
    assert nearest_people(SCORES, SCORES[[0, 4]], 1, not_this=4)[0].tolist() == [[0], [0]]


def test_fewer_people_than_asked_for_give_all_but_those_unknown():
    assert nearest_people(SCORES, np.zeros((1, 2)), 9)[0].tolist() == [[0, 4, 1, 2]]
    assert nearest_people(SCORES, np.zeros((1, 2)), 9, not_this=0)[0].tolist() == [[4, 1, 2]]


def test_the_same_as_counting_through_and_in_portions(monkeypatch):
    rng = np.random.default_rng(0)
    scores, positions = rng.normal(5, 2, (400, 30)), rng.normal(5, 2, (7, 30))
    distance = np.linalg.norm(scores[None] - positions[:, None], axis=2)
    for at_once in (neighbours.AT_ONCE, 900):
        monkeypatch.setattr(neighbours, "AT_ONCE", at_once)
        rows, distances = nearest_people(scores, positions, 5)
        np.testing.assert_array_equal(rows, np.argsort(distance, axis=1)[:, :5])
        np.testing.assert_allclose(distances, np.sort(distance, axis=1)[:, :5], rtol=1e-5)


def test_the_first_of_equally_near_people():
    two = np.array([[1, 0], [-1, 0], [0, 1]], np.float32)
    assert nearest_people(two, np.zeros((1, 2)), 3)[0].tolist() == [[0, 1, 2]]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ConfigError, match=r"positions have shape \(1, 3\) among scores of shape \(5, 2\)"):
        nearest_people(SCORES, np.zeros((1, 3)))
    with pytest.raises(ConfigError, match="a position holds nan"):
        nearest_people(SCORES, np.array([[np.nan, 0]]))
    with pytest.raises(ConfigError, match="of 1 people nobody"):
        nearest_people(SCORES[3:4], np.zeros((1, 2)))


def test_a_step_among_very_many_people_is_fast():
    """The aim is 50 ms; this allows for a machine that is busy, and still tells a loop over the people."""
    scores = np.random.default_rng(0).normal(0, 1, (124_040, 32)).astype(np.float32)
    nearest_people(scores, scores[:1], 1)
    seconds = []
    for row in range(5):
        began = time.perf_counter()
        nearest_people(scores, scores[row : row + 1] + 0.1, 1)
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.2
