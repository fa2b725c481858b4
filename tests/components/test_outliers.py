import numpy as np
import pytest

from posecore.components.outliers import ALPHA, reference_distances
from posecore.errors import ConfigError


def test_distances_and_norms_by_hand():
    scores = np.array([[0, 3], [0, 4], [0, 8], [np.nan, 0], [6, 8]], np.float32)
    people = reference_distances(scores)
    np.testing.assert_allclose(people.distances, [1, 1, 4, 6])
    np.testing.assert_allclose(people.norms, [3, 4, 8, 10])
    found = people.judge(np.array([[0, 6], [0, 0]]))
    np.testing.assert_allclose(found.distance, [2, 3])
    np.testing.assert_allclose(found.distance_percentile, [50, 50])
    np.testing.assert_allclose(found.norm, [6, 0])
    np.testing.assert_allclose(found.norm_percentile, [50, 0])
    # Four people are too few to call anything unusual.
    assert not found.farther_out.any()
    assert not people.judge(np.array([[0, 99]])).farther_out[0]


def test_equal_ones_count_half():
    people = reference_distances(np.array([[1.0], [-1], [2], [-2]]))
    assert people.judge(np.array([[1.0]])).norm_percentile.tolist() == [25]


@pytest.fixture(scope="module")
def crowd():
    return np.random.default_rng(0).normal(0, 1, (1500, 40))


def test_real_people_rarely_lie_farther_out_than_people(crowd):
    found = reference_distances(crowd[:1000]).judge(crowd[1000:])
    assert 0 < found.farther_out.mean() < 2 * ALPHA


def test_what_is_too_far_lies_farther_out_and_what_is_too_near_does_not(crowd):
    far, mean = crowd[0] * 4, np.zeros(40)
    found = reference_distances(crowd).judge(np.stack([far, mean]))
    assert found.farther_out.tolist() == [True, False]
    # In forty dimensions the mean is nearer to somebody than nearly everybody is, and nobody is near it.
    assert found.distance_percentile[0] > 99 and found.distance_percentile[1] < 5
    assert found.norm_percentile.tolist() == [100, 0]


def test_a_hole_in_the_middle_of_people_is_farther_out_by_distance():
    angle = np.random.default_rng(1).uniform(0, 2 * np.pi, 500)
    ring = 10 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    found = reference_distances(ring).judge(np.array([[5.0, 5.0]]))
    assert found.farther_out[0] and found.distance_percentile[0] > 99


def test_a_person_lies_no_farther_out_than_people(crowd):
    people = reference_distances(crowd)
    usual = int(np.argsort(np.linalg.norm(crowd, axis=1))[750])
    themselves = people.judge(crowd[[usual]])
    assert themselves.distance[0] < 1e-6 and not themselves.farther_out[0]
    assert people.typical == np.median(people.distances)


def test_the_people_compared_with_are_drawn_with_the_seed(crowd):
    first, again, other = (reference_distances(crowd, asked=50, seed=seed).distances for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert len(first) == 50 and not np.array_equal(first, other)


def test_too_few_people_are_refused():
    with pytest.raises(ConfigError, match="1 people with known scores"):
        reference_distances(np.array([[1.0], [np.nan]]))
