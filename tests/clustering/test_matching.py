import numpy as np
import pytest

from posecore.clustering.matching import compare, matched, steady_colours
from posecore.errors import ConfigError

OURS = np.array([0, 0, 0, 1, 1, 2, 2, 2])
OTHERS = np.array([1, 1, 0, 0, 0, 3, 3, 2])


def test_a_comparison_by_hand():
    found = compare(OURS, OTHERS)
    assert found.counts.tolist() == [[1, 2, 0, 0], [2, 0, 0, 0], [0, 0, 1, 2]]
    assert (found.first.tolist(), found.second.tolist()) == ([0, 1, 2], [0, 1, 2, 3])
    # Pairs together: 7 in ours, 5 in the others, 3 in both, of 28; expected 7 * 5 / 28.
    assert found.ari == pytest.approx((3 - 1.25) / (6 - 1.25))
    assert compare(OURS, OURS * 5 + 1).ari == 1


def test_most_people_stay_with_whom_they_are_matched():
    assert matched(OURS, OTHERS) == {1: 0, 0: 1, 3: 2}
    # Cluster 0 of the others shares two people with each of ours, but 1 can have nobody else.
    assert matched(np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 0, 0])) == {0: 1, 1: 0}
    assert matched(np.array([-1, -1, 0]), np.array([0, 0, 1])) == {1: 0}


def test_colours_stay_from_one_k_to_the_next():
    two = np.array([0, 0, 0, 0, 1, 1, 1])
    three = np.array([2, 2, 1, 1, 0, 0, 0])
    four = np.array([3, 2, 1, 1, 0, 0, 0])
    assert [colours.tolist() for colours in steady_colours([two, three, four])] == [
        [0, 1],
        [1, 0, 2],
        [1, 0, 2, 3],
    ]
    small = [labels.astype(np.uint8) for labels in (two, three)]
    for colours in steady_colours([four.astype(np.uint8), *small]):
        assert len(set(colours.tolist())) == len(colours)


def test_other_people_cannot_be_compared():
    with pytest.raises(ConfigError, match=r"labellings have shapes \(8,\) and \(7,\)"):
        compare(OURS, OTHERS[1:])
    with pytest.raises(ConfigError, match="expected those of the same people"):
        matched(OURS[:0], OTHERS[:0])
