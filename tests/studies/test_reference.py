"""Whether a figure is more than networks that never learned reach."""

import numpy as np
import pytest

from posecore.studies.reference import beyond


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.5, 0.6, True), (0.15, 0.6, True), (0.13, 0.6, None), (0.05, 0.139, False), (-0.1, 0.0, False)],
)
def test_beyond_the_highest_by_more_than_they_differ(low: float, high: float, expected: bool | None) -> None:
    # 0.08 to 0.10: a range of 0.02, so the line is at 0.14.
    assert beyond(low, high, [0.10, 0.08, 0.09]) is expected


def test_without_two_to_compare_it_cannot_be_told() -> None:
    assert beyond(0.5, 0.6, []) is None
    assert beyond(0.5, 0.6, [0.1]) is None
    assert beyond(float("nan"), 0.6, [0.1, 0.2]) is None


def test_a_network_that_never_learned_is_seldom_beyond_others() -> None:
    figures = np.random.default_rng(0).normal(size=(4000, 4))
    assert np.mean([beyond(own, own, rest) is True for own, *rest in figures.tolist()]) < 0.05
