import numpy as np
import pytest

from posecore.data.heatmaps import Target, decode, encode, where_found
from posecore.errors import ConfigError


def one_joint(x: float, y: float, v: int = 2, target: Target | None = None, size: int = 256) -> np.ndarray:
    return encode(np.array([[[x, y]]]), np.array([[v]]), size, target or Target())[0, 0]


def test_the_thesis_target_has_the_published_peaks_and_sums_to_one():
    visible, hidden = one_joint(130, 70, v=2), one_joint(130, 70, v=1)
    assert visible.shape == (64, 64)
    assert visible.max() == pytest.approx(0.62, abs=0.01)
    assert hidden.max() == pytest.approx(0.16, abs=0.005)
    assert visible.sum() == pytest.approx(1, abs=1e-5)
    # The filter reflects at the border, so nothing is lost there either.
    assert one_joint(0.5, 255.5, v=1).sum() == pytest.approx(1, abs=1e-5)


def test_the_peak_lies_in_the_cell_that_covers_the_point_column_for_x_row_for_y():
    for x, y, row, column in [(0, 0, 0, 0), (3.99, 4, 1, 0), (130, 71, 17, 32), (255.9, 7.9, 1, 63)]:
        assert np.unravel_index(one_joint(x, y).argmax(), (64, 64)) == (row, column)


def test_encoding_then_decoding_returns_within_half_a_cell():
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 256, (200, 17, 2)).astype(np.float32)
    visibility = rng.integers(1, 3, (200, 17))
    for target in (Target(), Target(1.2, 1.2, unit_peak=True)):
        decoded, _ = decode(encode(points, visibility, 256, target))
        assert np.abs(decoded - points).max() <= 2
    decoded, _ = decode(encode(points / 2, visibility, 128, Target()))  # half resolution, same coordinates
    assert np.abs(decoded - points).max() <= 4


def test_unlabelled_and_outside_joints_have_empty_maps():
    assert not one_joint(100, 100, v=0).any()
    assert not one_joint(256, 100).any()
    assert not one_joint(100, -0.1).any()
    assert not one_joint(np.nan, np.nan, v=0).any()


def test_a_unit_peak_is_one_for_every_sigma():
    for v in (1, 2):
        assert one_joint(9, 9, v, Target(0.7, 2.0, unit_peak=True)).max() == pytest.approx(1)


def test_decoding_returns_the_peak_and_the_first_of_equal_maxima():
    heatmaps = np.zeros((1, 1, 64, 64), np.float32)
    heatmaps[0, 0, 3, [10, 20]] = 0.5
    points, peaks = decode(heatmaps)
    assert points.tolist() == [[[42.0, 14.0]]]
    assert peaks.tolist() == [[0.5]]


def test_what_is_not_above_zero_names_no_place():
    heatmaps = np.zeros((1, 3, 64, 64), np.float32)
    heatmaps[0, 0, 3, 10], heatmaps[0, 1] = 0.5, -0.1
    points = where_found(*decode(heatmaps))
    assert points[0, 0].tolist() == [42.0, 14.0] and np.isnan(points[0, 1:]).all()


def test_a_sigma_of_nothing_is_refused():
    with pytest.raises(ConfigError, match="sigma_hidden is 0"):
        Target(sigma_hidden=0)
