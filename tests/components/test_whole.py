"""A whole latent is moved to other averages, and keeps what lies within each."""

import numpy as np
import pytest

from posecore.components.whole import around
from posecore.errors import ConfigError


def averages(whole, side):
    """(S, C * 16) of (S, C * 16 * side * side), written out cell by cell."""
    cells = whole.reshape(len(whole), -1, 4 * side, 4 * side)
    parts = [
        cells[:, :, side * row : side * row + side, side * column : side * column + side].mean(axis=(2, 3))
        for row in range(4)
        for column in range(4)
    ]
    return np.stack(parts, axis=-1).reshape(len(whole), -1)


@pytest.mark.parametrize("side", [1, 2])
def test_the_averages_are_the_asked_ones_and_the_rest_stays(side):
    rng = np.random.default_rng(0)
    whole, asked = rng.normal(size=3 * 16 * side**2), rng.normal(size=(5, 3 * 16))
    moved = around(asked, whole)
    np.testing.assert_allclose(averages(moved, side), asked, atol=1e-6)
    own = averages(whole[None], side)
    np.testing.assert_allclose(around(own, whole)[0], whole, atol=1e-6)
    # Neighbours within one average differ by as much as before; those of two need not.
    within = moved.reshape(5, 3, 4, side, 4, side) - moved.reshape(5, 3, 4, side, 4, side)[:, :, :, :1, :, :1]
    before = whole.reshape(3, 4, side, 4, side) - whole.reshape(3, 4, side, 4, side)[:, :, :1, :, :1]
    np.testing.assert_allclose(within, np.broadcast_to(before, within.shape), atol=1e-6)


def test_a_whole_latent_of_another_network_is_refused():
    for size in (47, 96, 128):
        with pytest.raises(ConfigError, match="averages"):
            around(np.zeros((2, 48)), np.zeros(size))
