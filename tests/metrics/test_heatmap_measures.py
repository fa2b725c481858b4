import numpy as np
import pytest

from posecore.metrics.heatmap_measures import measure


def maps(**cells: float) -> np.ndarray:
    """A map (64, 64) with values at cells named r<row>c<column>."""
    heatmap = np.zeros((64, 64), np.float32)
    for name, value in cells.items():
        row, column = name[1:].split("c")
        heatmap[int(row), int(column)] = value
    return heatmap


def test_the_second_peak_lies_a_radius_away_from_the_first():
    found = measure(maps(r10c20=0.8, r10c23=0.7, r12c22=0.6, r40c50=0.2))
    assert found.peak == pytest.approx(0.8)
    assert found.second == pytest.approx(0.2)  # (10, 23) is 3 cells away and (12, 22) is 2.8: the same peak
    assert found.ratio() == pytest.approx(0.25)
    assert measure(maps(r10c20=0.8, r10c24=0.4)).ratio() == pytest.approx(0.5)


def test_entropy_runs_from_one_cell_to_everywhere():
    assert measure(maps(r5c5=0.3)).entropy == 0
    assert measure(np.full((64, 64), 0.01)).entropy == pytest.approx(1)
    # Two equal cells are one bit, of the twelve that 4,096 cells have; negative values are no probability.
    assert measure(maps(r5c5=0.3, r50c5=0.3, r9c9=-1)).entropy == pytest.approx(1 / 12)


def test_a_map_without_anything_above_zero_has_no_rival_and_no_entropy():
    found = measure(np.zeros((64, 64)) - 0.5)
    assert found.peak == -0.5
    assert np.isnan(found.ratio()) and np.isnan(found.entropy)


def test_a_rival_below_zero_is_none():
    heatmap = maps(r10c20=0.8) - 0.3
    assert measure(heatmap).second == pytest.approx(-0.3)
    assert measure(heatmap).ratio() == 0


def test_every_map_of_many_is_measured_alone():
    many = np.stack([[maps(r1c1=1, r60c60=0.5)], [maps(r9c9=2, r60c60=0.5)]])
    assert measure(many).ratio() == pytest.approx(np.array([[0.5], [0.25]]))
