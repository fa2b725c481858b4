import numpy as np
import pytest

from posecore.clustering.density import bandwidth, count_of, density, valley
from posecore.clustering.space import latent_space
from posecore.errors import ConfigError


def people(sizes, apart=1.5, seed=0, dimensions=10):
    """Groups of unit variance in every direction, centres on a circle of radius `apart` times 4."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    angles = 2 * np.pi * truth / len(sizes)
    found = rng.standard_normal((len(truth), dimensions))
    found[:, :2] += 4 * apart * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return latent_space(found.astype(np.float32))


def test_a_valley_by_hand():
    # Two and four people so far apart that kernels do not meet: the lower peak is 2, and nobody between.
    assert valley(np.array([-9.0, -9, 9, 9, 9, 9]), 0.5)[0] == pytest.approx(0, abs=1e-6)
    # Of two kernels at -d and d their sum in the middle is 2 exp(-d²/2), at a peak nearly 1 + exp(-2 d²).
    far = valley(np.array([-2.0, 2]), 1.0)[0]
    assert far == pytest.approx(2 * np.exp(-2) / (1 + np.exp(-8)), rel=0.01)
    # Closer than two bandwidths they are one hump, whose peak is the middle.
    assert valley(np.array([-0.9, 0.9]), 1.0)[0] == pytest.approx(1)


def test_a_valley_counts_from_the_lower_peak_however_many_people_are_on_the_other_side():
    few, many = (valley(np.array([-2.0] * n + [2.0] * 3), 1.0)[0] for n in (3, 300))
    assert few == pytest.approx(2 * np.exp(-2) / (1 + np.exp(-8)), rel=0.01)
    # The many reach over: in the middle they are above the peak of the few, and a slope has no valley.
    assert many == pytest.approx(1)


def test_weights_are_people_drawn_more_than_once():
    places = np.array([-2.0, -1, 1.5, 3])
    weights = np.array([[1, 1, 1, 1], [2, 0, 1, 1], [0, 0, 1, 1]], np.float32)
    found = valley(places, 0.6, weights)
    assert found[0] == pytest.approx(valley(places, 0.6)[0])
    assert found[1] == pytest.approx(valley(np.array([-2.0, -2, 1.5, 3]), 0.6)[0], abs=0.01)
    assert found.shape == (3,) and (found >= 0).all() and (found <= 1).all()


def test_the_bandwidth_is_terrells_and_takes_no_notice_of_strays():
    spread = np.random.default_rng(0).standard_normal(10_000)
    assert bandwidth(spread) == pytest.approx(1.144 * 10_000**-0.2, rel=0.03)
    strayed = np.concatenate([spread[:9_900], np.full(100, 500.0)])
    assert bandwidth(strayed) == pytest.approx(bandwidth(spread), rel=0.05)
    assert bandwidth(np.zeros(5)) > 0


def test_groups_are_counted_from_clusterings_with_twice_as_many_clusters():
    ks = np.arange(2, 11)

    def count(parts):
        return count_of(np.array([[parts, parts]]), ks)[0]

    assert count([1, 1, 1, 1, 1, 1, 1, 1, 1]) == 1
    assert count([2, 3, 3, 3, 3, 3, 3, 3, 3]) == 3
    assert count([2, 3, 1, 1, 1, 1, 1, 1, 1]) == 1  # the halves of a horseshoe, which finer pieces join
    assert count([1, 1, 1, 2, 3, 3, 2, 3, 3]) == 3  # one clustering of five that missed one
    assert count([2, 2, 2, 2, 2, 2, 2, 2, 3]) == 2
    assert count([2, 3, 4, 5, 6, 7, 8, 9, 9]) == 5  # no more than K = 10 can tell


def test_groups_are_apart_and_one_cloud_is_not():
    groups, cloud = density(people((200, 150, 150))), density(people((500,), apart=0))
    assert groups.count == 3 and groups.between == (3, 3) and (groups.valley[1:] < 0.2).all()
    assert cloud.count == 1 and cloud.between == (1, 1) and (cloud.valley > 0.5).all()
    for found in (groups, cloud):
        assert (found.low <= found.valley + 0.1).all() and (found.valley <= found.high + 0.1).all()
        assert (
            found.ks.tolist() == [2, 3, 4, 5, 6] and found.people == 500
        )  # 40 people of a half to a cluster


def test_strays_are_no_group():
    cloud = people((480,), apart=0).features
    away = np.zeros((20, 10), np.float32)
    away[:, 0] = 60
    strays = latent_space(np.concatenate([cloud, away]).astype(np.float32))
    assert density(strays).count == 1


def test_the_seed_fixes_the_test():
    space = people((200, 200))
    first, again, other = (density(space, seed=seed, resamples=5) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.valley, again.valley)
    np.testing.assert_array_equal(first.draws, again.draws)
    assert (first.valley != other.valley).any()


def test_what_no_density_can_be_told_of_is_refused():
    with pytest.raises(ConfigError, match="319 people: the density test needs 320 or more"):
        density(people((319,)))
    with pytest.raises(ConfigError, match="K up to 3, 10 restarts, 100 resamples: expected 4 or more"):
        density(people((400,)), most=3)
    with pytest.raises(ConfigError, match="0 resamples"):
        density(people((400,)), resamples=0)
