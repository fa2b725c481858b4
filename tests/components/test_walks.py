import numpy as np
import pytest

from posecore.components.pca import Components, fit_components
from posecore.components.walks import both_ends, stop_latents, walk
from posecore.errors import ConfigError

VARIANCES = np.array([25, 4, 1], np.float32)
COMPONENTS = Components(
    mean=np.full(5, 7, np.float32),
    axes=np.eye(3, 5, dtype=np.float32),
    variances=VARIANCES,
    total_variance=30.0,
    people=9,
)
SCORES = np.array(
    [
        [0, 0, 0],
        [10, 0, 0.5],  # 2 standard deviations along the first component
        [-10, 1, 0],
        [0, 4, 0],
        [9.8, 0, 3],
        [4, 0, 0],
    ],
    np.float32,
)


def test_a_walk_from_the_mean_by_hand():
    found = walk(COMPONENTS, SCORES, 0, [-2, 0, 1, 2])
    np.testing.assert_array_equal(found.positions, [[-10, 0, 0], [0, 0, 0], [5, 0, 0], [10, 0, 0]])
    # At c = 2 row 4 is nearer along the walk, but not in the space of all kept components.
    assert found.nearest.tolist() == [2, 0, 5, 1]
    np.testing.assert_allclose(found.distance, [1, 0, 1, 0.5])


def test_a_walk_along_another_component_takes_that_ones_deviation():
    found = walk(COMPONENTS, SCORES, 1, [2, 0.5])
    np.testing.assert_array_equal(found.positions, [[0, 4, 0], [0, 1, 0]])
    assert found.nearest.tolist() == [3, 0]


def test_a_walk_from_a_person_starts_at_their_scores():
    start = SCORES[4].copy()
    found = walk(COMPONENTS, SCORES, 2, [0, -3], start)
    np.testing.assert_allclose(found.positions, [[9.8, 0, 3], [9.8, 0, 0]])
    assert found.nearest.tolist() == [4, 1]
    np.testing.assert_allclose(found.distance, [0, np.hypot(0.2, 0.5)], rtol=1e-5)
    np.testing.assert_array_equal(start, SCORES[4])


def test_a_walk_passes_planted_people_in_order():
    rng = np.random.default_rng(0)
    axis = np.zeros(60)
    axis[10] = 1
    along = np.linspace(-30, 30, 41)
    latents = (5 + along[:, None] * axis + rng.normal(0, 0.05, (41, 60))).astype(np.float16)
    order = rng.permutation(41)
    components = fit_components(latents[order], components=4)
    deviation = along.std(ddof=1)
    found = walk(components, components.project(latents[order]), 0, along[::5] / deviation)
    assert order[found.nearest].tolist() == list(range(0, 41, 5))
    assert (found.distance < 1).all()


def test_components_and_scores_that_do_not_fit_are_refused():
    for component in (-1, 3):
        with pytest.raises(ConfigError, match=f"component {component}: expected 0 to 2"):
            walk(COMPONENTS, SCORES, component, [0])
    with pytest.raises(ConfigError, match=r"scores have shape \(6, 2\)"):
        walk(COMPONENTS, SCORES[:, :2], 0, [0])
    with pytest.raises(ConfigError, match=r"scores have shape \(0, 3\)"):
        walk(COMPONENTS, SCORES[:0], 0, [0])
    with pytest.raises(ConfigError, match=r"start has shape \(2,\)"):
        walk(COMPONENTS, SCORES, 0, [0], SCORES[0, :2])
    with pytest.raises(ConfigError, match="expected finite numbers"):
        walk(COMPONENTS, SCORES, 0, [0, np.nan])


def test_nobody_with_unknown_scores_is_ever_the_nearest():
    scores = SCORES.copy()
    scores[[1, 4]] = np.nan
    assert walk(COMPONENTS, scores, 0, [-2, 0, 1, 2]).nearest.tolist() == [2, 0, 5, 5]


def test_who_is_the_nearest_to_several_stops_is_told():
    found = walk(COMPONENTS, SCORES, 0, [-2, 0, 0.1, 2])
    assert found.nearest.tolist() == [2, 0, 0, 1]
    assert found.repeated.tolist() == [False, True, True, False]


def test_the_latents_of_the_stops_lie_along_the_axis_and_keep_the_rest_of_a_person():
    np.testing.assert_array_equal(stop_latents(COMPONENTS, 1, [0, -1.5]), [[7] * 5, [7, 4, 7, 7, 7]])
    person = np.array([1, 2, 3, 4, 5], np.float16)
    np.testing.assert_array_equal(stop_latents(COMPONENTS, 0, [2], person), [[11, 2, 3, 4, 5]])
    with pytest.raises(ConfigError, match=r"start has shape \(3,\); expected \(5,\)"):
        stop_latents(COMPONENTS, 0, [2], person[:3])
    with pytest.raises(ConfigError, match="component 3: expected 0 to 2"):
        stop_latents(COMPONENTS, 3, [2])


def test_the_people_at_both_ends():
    low, high = both_ends(SCORES, 0, 2)
    assert (low.tolist(), high.tolist()) == ([2, 0], [1, 4])
    scores = SCORES.copy()
    scores[[1, 2, 3]] = np.nan
    low, high = both_ends(scores, 0, 5)  # of three people nobody is at both ends
    assert (low.tolist(), high.tolist()) == ([0], [4])
