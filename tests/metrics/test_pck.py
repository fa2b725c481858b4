import warnings

import numpy as np
import pytest

from posecore.keypoints import COCO17, GROUPS, K
from posecore.metrics.pck import PCK_RADIUS, hits, pck, per_group, per_joint, scores

NAN = np.nan


def people(*rows):
    """Each row: joint -> (distance along x, visibility). Returns predicted, annotated, visibility."""
    annotated = np.full((len(rows), K, 2), NAN, np.float32)
    predicted = np.full((len(rows), K, 2), 100, np.float32)
    visibility = np.zeros((len(rows), K), np.int8)
    for n, row in enumerate(rows):
        for joint, (distance, v) in row.items():
            annotated[n, joint] = (100 + distance, 100)
            visibility[n, joint] = v
    return predicted, annotated, visibility


# Person 0: nose hit (3), left eye miss (20), left shoulder exactly on the radius 10 (a miss), left hip
#   hidden and hit (9.5). Person 1: nose miss (11). Person 2: nobody labelled anything. Person 3: hidden hit.
TABLE = people(
    {0: (3, 2), 1: (20, 2), 5: (10, 2), 11: (9.5, 1)},
    {0: (11, 2)},
    {},
    {16: (0, 1)},
)


def test_hits_are_strictly_nearer_than_the_radius_and_unlabelled_joints_are_not_scored():
    expected = np.full((4, K), NAN)
    expected[0, [0, 1, 5, 11]] = [1, 0, 0, 1]
    expected[1, 0] = 0
    expected[3, 16] = 1
    np.testing.assert_array_equal(hits(*TABLE, radius=10), expected)


def test_the_mean_is_over_people_not_over_joints():
    scored = hits(*TABLE, radius=10)
    np.testing.assert_array_equal(scores(scored), [0.5, 0, NAN, 1])
    assert pck(scored) == 0.5  # (0.5 + 0 + 1) / 3; over joints it would be 3 / 6


def test_a_larger_radius_finds_more():
    assert pck(hits(*TABLE, radius=10.5)) == pytest.approx((0.75 + 0 + 1) / 3)
    assert pck(hits(*TABLE, radius=11.5)) == pytest.approx((0.75 + 1 + 1) / 3)
    assert pck(hits(*TABLE, radius=0)) == 0


def test_the_default_radius_is_the_thesis_radius():
    table = people({0: (12.75, 2), 1: (12.85, 2)})
    assert PCK_RADIUS == 12.8
    np.testing.assert_array_equal(hits(*table)[0, :2], [1, 0])


def test_visible_only_leaves_hidden_joints_out():
    scored = hits(*TABLE, radius=10, visible_only=True)
    np.testing.assert_array_equal(scores(scored), [1 / 3, 0, NAN, NAN])
    assert pck(scored) == pytest.approx(1 / 6)


def test_distance_is_along_both_axes():
    predicted = np.zeros((1, K, 2))
    annotated = np.zeros((1, K, 2))
    annotated[0, 0] = (3, 4)
    annotated[0, 1] = (0, 5.1)
    visibility = np.full((1, K), 2)
    np.testing.assert_array_equal(hits(predicted, annotated, visibility, radius=5.05)[0, :2], [1, 0])
    np.testing.assert_array_equal(hits(predicted, annotated, visibility, radius=5)[0, :2], [0, 0])


def test_shares_per_joint_come_with_counts():
    shares, counts = per_joint(hits(*TABLE, radius=10))
    assert shares[[0, 1, 5, 11, 16]].tolist() == [0.5, 0, 0, 1, 1]
    assert np.isnan(shares[[2, 3, 4, 6, 7, 8, 9, 10, 12, 13, 14, 15]]).all()
    expected = np.zeros(K, int)
    expected[[0, 1, 5, 11, 16]] = [2, 1, 1, 1, 1]
    np.testing.assert_array_equal(counts, expected)


def test_shares_per_group_are_over_the_groups_joints():
    shares = per_group(hits(*TABLE, radius=10), COCO17)
    assert list(shares) == list(GROUPS)
    assert shares["head"] == pytest.approx(1 / 3)  # nose 1 and 0, left eye 0
    assert (shares["shoulders"], shares["hips"], shares["ankles"]) == (0, 1, 1)
    assert all(np.isnan(shares[name]) for name in ("elbows", "wrists", "knees"))


def test_nothing_labelled_is_nan_without_a_warning():
    table = people({}, {})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scored = hits(*table)
        assert np.isnan(scored).all()
        assert np.isnan(scores(scored)).all()
        assert np.isnan(pck(scored))
        assert np.isnan(per_joint(scored)[0]).all()
        assert per_joint(scored)[1].sum() == 0
        assert np.isnan(list(per_group(scored, COCO17).values())).all()


def test_a_point_that_was_not_predicted_is_a_miss():
    predicted, annotated, visibility = people({0: (0, 2)})
    predicted[0, 0] = NAN
    assert hits(predicted, annotated, visibility)[0, 0] == 0


def test_inputs_stay_as_they_are():
    before = [array.copy() for array in TABLE]
    scored = hits(*TABLE, visible_only=True)
    kept = scored.copy()
    scores(scored), pck(scored), per_joint(scored), per_group(scored, COCO17)
    for array, copy in zip((*TABLE, scored), (*before, kept), strict=True):
        np.testing.assert_array_equal(array, copy)
