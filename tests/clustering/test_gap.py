import numpy as np
import pytest

from posecore.clustering.controls import CONTROLS, gaussian, shuffled, subsampled
from posecore.clustering.gap import Gap, gap_statistic
from posecore.clustering.space import latent_space
from posecore.clustering.stability import Stability, stability
from posecore.clustering.sweep import SweepSettings, sweep
from posecore.components.pca import spectrum
from posecore.errors import ConfigError


def people(sizes=(70, 50, 30), apart=3.0, seed=0, dimensions=12):
    """Groups `apart` standard deviations of every number from each other, in a falling spectrum."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    turned = np.linalg.qr(rng.normal(0, 1, (dimensions, dimensions)))[0]
    scores = (
        rng.normal(0, 1, (len(truth), dimensions)) + rng.normal(0, apart, (len(sizes), dimensions))[truth]
    )
    return latent_space((scores * np.arange(1, dimensions + 1) ** -0.6 @ turned).astype(np.float32))


def test_planted_clusters_are_counted():
    found = gap_statistic(people(), most=6, draws=8, restarts=4)
    assert found.count == 3
    assert found.ks.tolist() == [1, 2, 3, 4, 5, 6] and (found.errors > 0).all()
    assert (found.people, found.draws) == (150, 8)


@pytest.mark.parametrize("seed", range(3))
def test_latents_without_structure_have_one_cluster(seed):
    assert gap_statistic(people((200,), seed=seed), most=5, draws=8, restarts=4, seed=seed).count == 1


def test_the_rule_by_hand():
    def count(gaps):
        return Gap(np.arange(1, 5), np.array(gaps), np.full(4, 0.1), 9, "", 9).count

    assert count([0.5, 0.55, 0.9, 0.8]) == 1  # 0.55 - 0.1 does not exceed 0.5
    assert count([0.1, 0.5, 0.7, 0.75]) == 3
    assert count([0.1, 0.3, 0.5, 0.7]) == 4


def test_the_seed_fixes_the_gap():
    space = people()
    first, again, other = (gap_statistic(space, 3, 3, 2, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.gaps, again.gaps)
    assert (first.gaps != other.gaps).any()


def test_gaps_that_mean_nothing_are_refused():
    with pytest.raises(ConfigError, match="1 draws of the gap statistic"):
        gap_statistic(people(), draws=1)
    with pytest.raises(ConfigError, match="K up to 150 of 150 people: expected 2 to 149"):
        gap_statistic(people(), most=150)
    with pytest.raises(ConfigError, match="the latents of all 9 people are equal"):
        gap_statistic(latent_space(np.ones((9, 3))), most=2)


def test_controls_are_spread_alike_but_have_no_groups():
    space = people((300, 300), apart=2)
    real = spectrum(space.features)
    for name, make in CONTROLS.items():
        control = make(space, 0)
        assert control.features.shape == space.features.shape
        np.testing.assert_allclose(spectrum(control.features), real, rtol=0.35, err_msg=name)
        np.testing.assert_array_equal(make(space, 0).features, control.features)
        assert (make(space, 1).features != control.features).any()
    # The very scores, in another order along each component: so the variances are the same to the last.
    total = np.square(space.features - space.features.mean(axis=0)).sum()
    assert np.square(shuffled(space).features).sum() == pytest.approx(total, rel=1e-4)
    # But nobody is the person they were.
    lengths = np.linalg.norm(space.features - space.features.mean(axis=0), axis=1)
    assert np.abs(np.sort(np.linalg.norm(shuffled(space).features, axis=1)) - np.sort(lengths)).max() > 0.1
    of_groups, of_nothing = (
        sweep(made, SweepSettings(2, 2, 3)).silhouettes.max() for made in (space, gaussian(space))
    )
    assert of_groups > of_nothing + 0.1
    assert gap_statistic(gaussian(space), most=4, draws=6, restarts=3).count == 1


def test_few_people_are_drawn_once_and_for_all():
    space = people()
    assert subsampled(space) is space
    drawn = subsampled(space, seed=1, most=40)
    assert len(set(drawn.rows.tolist())) == 40
    np.testing.assert_array_equal(drawn.features, space.features[drawn.rows])
    np.testing.assert_array_equal(subsampled(space, seed=1, most=40).rows, drawn.rows)


def test_the_planted_k_is_found_again_and_others_are_not():
    space = people(apart=5.0)
    found = sweep(space, SweepSettings(2, 6, 4))
    again = stability(space, found, resamples=10)
    assert again.ks.tolist() == [2, 3, 4, 5, 6] and again.ari.shape == (5, 10)
    assert again.mean[1] > 0.99 and (again.mean[2:] < 0.9).all()
    np.testing.assert_array_equal(again.ari, stability(space, found, resamples=10).ari)
    assert isinstance(again, Stability)


def test_stability_of_other_people_is_refused():
    space = people()
    found = sweep(space, SweepSettings(2, 3, 1))
    with pytest.raises(ConfigError, match="the sweep is of 150 people, the space of 20"):
        stability(people((20,)), found)
    with pytest.raises(ConfigError, match="0 resamples"):
        stability(space, found, resamples=0)
