import numpy as np
import pytest

from posecore.clustering.space import component_space, latent_space
from posecore.errors import ConfigError

LATENTS = np.arange(40, dtype=np.float16).reshape(10, 4)


def test_a_space_is_named_and_knows_its_people():
    whole = latent_space(LATENTS)
    assert whole.name == "the 4 numbers of the latent"
    assert whole.rows.tolist() == list(range(10)) and not len(whole.left_out)
    some = latent_space(LATENTS, np.array([7, 2, 7]))
    assert some.rows.tolist() == [2, 7]
    np.testing.assert_array_equal(some.features, LATENTS[[2, 7]])
    two = component_space(LATENTS.astype(np.float32), 2, np.array([1]))
    assert (two.name, two.features.tolist()) == ("the first 2 components", [[4, 5]])
    assert component_space(LATENTS, 1).name == "the first component"


def test_people_with_nan_are_left_out_and_named():
    broken = LATENTS.copy()
    broken[3, 1], broken[8, 0] = np.nan, np.inf
    space = latent_space(broken)
    assert space.left_out.tolist() == [3, 8] and space.rows.tolist() == [0, 1, 2, 4, 5, 6, 7, 9]
    np.testing.assert_array_equal(space.features, LATENTS[space.rows])
    asked = latent_space(broken, np.array([2, 3, 4]))
    assert (asked.rows.tolist(), asked.left_out.tolist()) == ([2, 4], [3])


def test_blocks_are_less_the_mean_and_made_once():
    space = latent_space(LATENTS)
    block = next(iter(space.source.run(np.copy, [((0,), ())])))
    np.testing.assert_allclose(block, LATENTS - LATENTS.astype(float).mean(axis=0))
    assert space.source is space.source and space.sketched is space.sketched


def test_what_is_no_space_is_refused():
    with pytest.raises(ConfigError, match="of 10 people nobody has known numbers"):
        latent_space(np.full((10, 2), np.nan))
    with pytest.raises(ConfigError, match="latents have shape"):
        latent_space(LATENTS[0])
    with pytest.raises(ConfigError, match="of 0 people nobody"):
        latent_space(LATENTS, np.empty(0, np.int64))
    with pytest.raises(ConfigError, match="rows 3 to 10 of 10 people"):
        latent_space(LATENTS, np.array([3, 10]))
    for count in (0, 5):
        with pytest.raises(ConfigError, match=f"{count} components of scores"):
            component_space(LATENTS, count)
