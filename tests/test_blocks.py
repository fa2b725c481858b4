import numpy as np
import pytest

from posecore.blocks import BLOCK, as_float32, blocks
from posecore.errors import ConfigError


def test_blocks_cover_every_row_once():
    latents = np.arange(2 * BLOCK + 1, dtype=np.float16)[:, None] % 1000
    pieces = list(blocks(latents))
    assert [start for start, _ in pieces] == [0, BLOCK, 2 * BLOCK]
    assert all(piece.dtype == np.float32 for _, piece in pieces)
    np.testing.assert_array_equal(np.concatenate([piece for _, piece in pieces]), latents)


def test_the_copy_is_a_copy_even_of_float32():
    latents = np.ones((3, 2), np.float32)
    as_float32(latents)[0, 0] = 7
    assert latents[0, 0] == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_the_row_that_is_not_finite_is_named(bad):
    latents = np.ones((BLOCK + 10, 3), np.float16)
    latents[BLOCK + 7, 1] = bad
    with pytest.raises(ConfigError, match=f"row {BLOCK + 7} holds nan or infinity"):
        as_float32(latents)


@pytest.mark.parametrize("shape", [(3,), (3, 2, 2), (0, 4), (4, 0)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ConfigError, match="expected"):
        as_float32(np.zeros(shape, np.float16))
