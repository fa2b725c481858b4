import numpy as np

from posecore.subsample import subsample


def test_so_many_are_drawn_ascending_and_the_same_every_time():
    rows = np.arange(100, 200)
    drawn = subsample(rows, 10, seed=3)
    assert len(set(drawn)) == 10 and set(drawn) <= set(rows) and (np.diff(drawn) > 0).all()
    assert np.array_equal(drawn, subsample(rows, 10, seed=3))
    assert not np.array_equal(drawn, subsample(rows, 10, seed=4))
    # What studies on disk were made of must not change.
    assert (
        subsample(np.arange(20), 5).tolist()
        == np.sort(np.random.default_rng(0).choice(20, 5, replace=False)).tolist()
    )


def test_of_no_more_all_are_taken():
    assert subsample(np.array([3, 5, 8]), 3).tolist() == [3, 5, 8]
    assert subsample(np.arange(4), 9).tolist() == [0, 1, 2, 3]
