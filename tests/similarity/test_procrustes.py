"""Maps laid onto each other."""

import numpy as np
import pytest
from scipy.spatial import procrustes

from posecore.errors import ConfigError
from posecore.similarity.procrustes import align


def test_a_known_turn_mirror_scale_and_shift_are_undone():
    rng = np.random.default_rng(0)
    target = rng.normal(size=(40, 3)) * (5, 2, 1)
    angle = np.radians(35)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, -1]])
    found = align(target, 0.25 * (target @ turn) + (7, -2, 30))
    assert found.moved == pytest.approx(target - target.mean(axis=0), abs=1e-9)
    assert found.scale == pytest.approx(4)
    assert found.residual == pytest.approx(0, abs=1e-12)
    assert 0.5 < found.chance < 1


def test_the_same_places_leave_nothing():
    places = np.random.default_rng(1).normal(size=(30, 6)).astype(np.float32)
    found = align(places, places)
    assert found.residual == pytest.approx(0, abs=1e-12)
    assert found.scale == pytest.approx(1)
    assert found.moved == pytest.approx(found.target, abs=1e-9)


def test_what_is_left_is_scipys_disparity_whichever_side_is_moved():
    rng = np.random.default_rng(2)
    one, other = rng.normal(size=(25, 4)), rng.normal(size=(25, 4))
    expected = procrustes(one, other)[2]
    assert align(one, other).residual == pytest.approx(expected)
    assert align(other, one).residual == pytest.approx(expected)
    found = align(one, other)
    left = ((found.target - found.moved) ** 2).sum() / (found.target**2).sum()
    assert left == pytest.approx(expected)


def test_fewer_numbers_are_filled_up_with_zeros():
    target = np.random.default_rng(3).normal(size=(20, 5))
    found = align(target, target[:, :2])
    assert found.moved.shape == (20, 5)
    assert align(target[:, :2], target).residual == pytest.approx(found.residual)
    assert 0 < found.residual < 0.9


def test_people_who_are_mixed_up_are_what_chance_leaves():
    rng = np.random.default_rng(4)
    one, other = rng.normal(size=(200, 3)), rng.normal(size=(200, 3))
    found = align(one, other)
    assert found.residual == pytest.approx(found.chance, abs=0.05)


@pytest.mark.parametrize(
    ("one", "other"),
    [((5, 2), (4, 2)), ((2, 2), (2, 2)), ((5,), (5,))],
)
def test_other_shapes_are_refused(one, other):
    with pytest.raises(ConfigError, match="same three or more"):
        align(np.ones(one), np.ones(other))


def test_one_place_is_refused():
    with pytest.raises(ConfigError, match="one place"):
        align(np.ones((5, 2)), np.eye(5))
