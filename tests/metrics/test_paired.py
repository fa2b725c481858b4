"""Two networks over the same people: differences by hand, intervals over people, nothing where nothing is."""

import numpy as np
import pytest

from posecore.errors import ConfigError
from posecore.metrics.paired import counted, paired
from posecore.metrics.pck import pck, per_joint
from posecore.statistics import bootstrap

NAN = float("nan")


def hits_of(*people: str) -> np.ndarray:
    """Rows of 17 joints: the given digits first, then joints that are not counted."""
    return np.array([[NAN if c == "-" else float(c) for c in row.ljust(17, "-")] for row in people])


def drawn(people: int, share: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = (rng.random((people, 17)) < share).astype(float)
    found[np.random.default_rng(99).random((people, 17)) < 0.2] = NAN
    return found


def test_a_difference_by_hand():
    one = hits_of("10", "1100", "0")
    other = hits_of("11", "1000", "0")
    found = paired(one, other)
    # Scores 1/2, 1/2, 0 against 1, 1/4, 0: people count alike, however many joints they have.
    assert found.overall.one.mean == pytest.approx(1 / 3)
    assert found.overall.other.mean == pytest.approx(5 / 12)
    assert found.overall.difference.mean == pytest.approx((1 / 2 - 1 / 4 + 0) / 3)
    assert found.overall.difference.n == 3
    np.testing.assert_allclose(found.joints.difference.mean[:4], [0, 0, 0, 0])
    np.testing.assert_allclose(found.joints.other.mean[:4], [2 / 3, 1 / 2, 0, 0])
    assert found.joints.difference.n.tolist() == [3, 2, 1, 1, *[0] * 13]
    assert np.isnan(found.joints.difference.mean[4:]).all()


def test_the_second_network_s_gain_is_positive():
    found = paired(hits_of("00", "00"), hits_of("11", "11"))
    assert found.overall.difference == (1, 1, 1, 2)
    assert paired(hits_of("11"), hits_of("00")).joints.difference.mean[0] == -1


def test_a_network_compared_with_itself_differs_nowhere():
    hits = drawn(50, 0.6, 1)
    found = paired(hits, hits.copy())
    for part in (found.overall, found.joints):
        assert (part.difference.mean == 0).all()
        assert (part.difference.low == 0).all() and (part.difference.high == 0).all()
        np.testing.assert_array_equal(part.one, part.other)
    assert found.overall.one.low < found.overall.one.mean < found.overall.one.high


def test_each_side_is_its_pck_and_the_interval_is_of_everybody_s_own_difference():
    one, other = drawn(60, 0.5, 1), drawn(60, 0.7, 2)
    found = paired(one, other, seed=3)
    assert found.overall.one.mean == pytest.approx(pck(one))
    np.testing.assert_allclose(found.joints.other.mean, per_joint(other)[0])
    own = np.nanmean(other, axis=1) - np.nanmean(one, axis=1)
    np.testing.assert_allclose(found.overall.difference, bootstrap(own, seed=3))
    assert paired(one, other, seed=3).overall == found.overall
    assert paired(one, other, seed=4).overall.difference.low != found.overall.difference.low


def test_intervals_are_narrower_than_of_people_who_are_not_paired():
    """Hard people are hard for both: shuffled against each other, the same hits say less."""
    rng = np.random.default_rng(0)
    ease = rng.random((200, 1))
    one, other = ((rng.random((200, 17)) < ease + gain).astype(float) for gain in (0, 0.05))
    width = [
        found.overall.difference.high - found.overall.difference.low
        for found in (paired(one, other), paired(one, rng.permutation(other)))
    ]
    assert width[0] < width[1] / 2


def test_a_joint_counts_where_both_count_it():
    found = paired(hits_of("10", "0-"), hits_of("11", "01"))
    assert found.joints.difference.n[:2].tolist() == [2, 1]
    assert found.overall.other.mean == pytest.approx((1 + 0) / 2)


def test_hits_as_they_are_stored_say_the_same():
    one, other = drawn(30, 0.5, 1), drawn(30, 0.7, 2)
    stored = [np.where(np.isnan(hits), -1, hits).astype(np.int8) for hits in (one, other)]
    np.testing.assert_array_equal(counted(stored[0]), one)
    np.testing.assert_array_equal(paired(*stored).joints, paired(one, other).joints)


@pytest.mark.parametrize("shape", [(3, 16), (2, 17), (0, 17)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ConfigError, match="expected"):
        paired(np.zeros((3, 17)) if shape[0] else np.zeros(shape), np.zeros(shape))
