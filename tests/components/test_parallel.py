import numpy as np
import pytest

from posecore.components.parallel import analysed_rows, parallel_analysis, shuffled_spectra
from posecore.components.pca import spectrum
from posecore.errors import ConfigError


def planted(people, dimensions, deviations, noise, seed=0):
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(0, 1, (dimensions, len(deviations))))[0].T
    scores = rng.normal(0, 1, (people, len(deviations))) * deviations
    return (scores @ axes + rng.normal(0, noise, (people, dimensions)) + 3).astype(np.float16)


def analyse(latents, draws=8):
    shuffled = np.stack(list(shuffled_spectra(latents, 0, draws)))
    return parallel_analysis(spectrum(latents), shuffled, len(latents))


@pytest.mark.parametrize(("people", "dimensions"), [(300, 40), (80, 200)])
@pytest.mark.parametrize("rank", [0, 1, 4])
def test_the_planted_number_of_components_is_found(people, dimensions, rank):
    found = analyse(planted(people, dimensions, np.linspace(14, 8, rank), noise=0.5))
    assert found.count == rank
    assert (found.people, found.draws) == (people, 8)
    assert found.variances.shape == found.chance.shape == (min(people - 1, dimensions),)


def test_shuffling_keeps_the_spread_of_every_number():
    latents = planted(100, 12, [9, 5], noise=0.5)
    total = latents.astype(np.float64).var(axis=0, ddof=1).sum()
    for found in shuffled_spectra(latents, 0, 3):
        assert found.sum() == pytest.approx(total, rel=1e-4)


def test_a_stopped_analysis_goes_on_to_the_same_end():
    latents = planted(60, 12, [9, 5], noise=0.5)
    whole, rest = list(shuffled_spectra(latents, 0, 4, seed=1)), list(shuffled_spectra(latents, 2, 4, seed=1))
    np.testing.assert_array_equal(whole[2:], rest)
    assert not np.array_equal(whole[0], whole[1])
    assert not np.array_equal(whole[0], next(shuffled_spectra(latents, 0, 1, seed=2)))


def test_only_components_before_the_first_that_chance_makes_count():
    shuffled = np.tile(np.array([5, 4, 3, 2], np.float32), (3, 1))
    assert parallel_analysis(np.array([9, 3, 8, 1], np.float32), shuffled, 9).count == 1
    assert parallel_analysis(np.array([9, 8, 7, 6], np.float32), shuffled, 9).count == 4


def test_people_are_drawn_among_those_without_nan():
    latents = np.ones((30, 2), np.float16)
    latents[[3, 9]] = np.nan
    everybody = analysed_rows(latents)
    assert len(everybody) == 28 and not {3, 9} & set(everybody.tolist())
    drawn = analysed_rows(latents, seed=1, most=10)
    assert len(drawn) == 10 and set(drawn) <= set(everybody) and (np.diff(drawn) > 0).all()
    np.testing.assert_array_equal(drawn, analysed_rows(latents, seed=1, most=10))
    with pytest.raises(ConfigError, match="parallel analysis of 1 people: expected three or more"):
        analysed_rows(latents[2:4])
