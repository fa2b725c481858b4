import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from posecore.attributes.correlations import LEAST, correlate, step_down
from posecore.errors import ConfigError


def people(count):
    return [f"p-{i}" for i in range(count)]


def test_the_planted_attribute_is_found_and_nothing_else():
    rng = np.random.default_rng(0)
    ids = people(300)
    scores = rng.normal(0, 1, 300)
    table = pd.DataFrame({f"noise {i}": rng.normal(0, 1, 300) for i in range(20)}, index=ids)
    table["planted"] = np.exp(scores + rng.normal(0, 1.5, 300))  # not along a line, and skewed
    table["kind"] = rng.random(300) < 0.5
    found = correlate(scores, ids, table)
    assert found.index[0] == "planted"
    assert found.index[found["p_corrected"] < 0.05].tolist() == ["planted"]
    assert found.loc["planted", "low"] > 0.3


def test_the_same_as_scipy_with_ties_and_with_unknown_values():
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 1, 60)
    a = np.where(rng.random(60) < 0.3, np.nan, np.round(scores + rng.normal(0, 1, 60)))
    found = correlate(scores, people(60), pd.DataFrame({"a": a}, index=people(60))).loc["a"]
    known = ~np.isnan(a)
    expected = spearmanr(scores[known], a[known])
    assert found["n"] == known.sum()
    assert found["r"] == pytest.approx(expected.statistic)
    assert found["p"] == pytest.approx(max(expected.pvalue, 1 / 5000), abs=0.01)
    assert found["low"] < found["r"] < found["high"]


def test_people_are_tied_by_id_not_by_place():
    rng = np.random.default_rng(2)
    scores, ids = rng.normal(0, 1, 50), people(50)
    table = pd.DataFrame({"a": scores}, index=ids).sample(frac=1, random_state=0)
    assert correlate(scores, ids, table)["r"].iloc[0] == pytest.approx(1)


def test_an_interval_by_hand_and_one_that_holds_what_it_promises():
    # r = 0.8 of 28 people: z = 1.0986, se = sqrt(1.32 / 25) = 0.22978; Bonett and Wright 2000.
    from posecore.attributes.correlations import _interval

    low, high = _interval(np.array([0.8]), np.array([28]))
    np.testing.assert_allclose(
        [low[0], high[0]], np.tanh([1.0986123 - 1.959964 * 0.2297825, 1.0986123 + 0.4503654]), rtol=1e-5
    )


def test_p_values_are_uniform_where_there_is_nothing():
    rng = np.random.default_rng(3)
    table = pd.DataFrame({f"a{i}": rng.normal(0, 1, 40) for i in range(200)}, index=people(40))
    p = correlate(rng.normal(0, 1, 40), people(40), table, permutations=499)["p"]
    assert 0.02 < (p <= 0.1).mean() < 0.2
    assert p.min() >= 1 / 500


def test_the_seed_fixes_p():
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"a": rng.normal(0, 1, 30)}, index=people(30))
    scores = rng.normal(0, 1, 30)
    p = [correlate(scores, people(30), table, permutations=99, seed=seed)["p"].iloc[0] for seed in (0, 0, 5)]
    assert p[0] == p[1] != p[2]


def test_what_is_constant_or_known_of_few_is_no_test():
    rng = np.random.default_rng(5)
    scores, ids = rng.normal(0, 1, 40), people(40)
    few = np.full(40, np.nan)
    few[: LEAST - 1] = 1, *range(LEAST - 2)
    table = pd.DataFrame({"constant": 3.0, "few": few, "same": scores}, index=ids)
    found = correlate(scores, ids, table)
    assert found.index[0] == "same"
    assert found.loc[["constant", "few"], ["r", "low", "p", "p_corrected"]].isna().all(axis=None)
    # One test alone, so nothing to correct for.
    assert found.loc["same", "p_corrected"] == found.loc["same", "p"] == pytest.approx(1 / 5000)
    unknown = correlate(np.full(40, np.nan), ids, table)
    assert unknown["n"].tolist() == [0, 0, 0] and unknown["r"].isna().all()
    with pytest.raises(ConfigError, match=r"scores have shape \(39,\) for 40 people"):
        correlate(scores[1:], ids, table)


def test_correction_by_the_strongest_of_every_shuffle_by_hand():
    # Of four shuffles, the strongest test of each: 3, 1, 5, 2; without the first test: 1, 1, 2, 2.
    by_chance = np.array([[3.0, 1, 0], [0, 1, 1], [5, 2, 1], [1, 0, 2]])
    strength = np.array([4.0, 1.5, 0.5])
    # As strong as 4: once; among the other two as strong as 1.5: twice; the last as strong as 0.5: thrice.
    np.testing.assert_allclose(step_down(strength, by_chance), [2 / 5, 3 / 5, 4 / 5])
    # A weaker test is never surer than a stronger one.
    turned = step_down(np.array([2.0, 1.9]), np.array([[3.0, 0], [3, 0], [3, 0], [0, 0]]))
    np.testing.assert_allclose(turned, [4 / 5, 4 / 5])


def test_among_many_attributes_a_strong_one_is_surer_than_their_number():
    rng = np.random.default_rng(6)
    scores, ids = rng.normal(0, 1, 200), people(200)
    table = pd.DataFrame({f"noise {i}": rng.normal(0, 1, 200) for i in range(150)}, index=ids)
    table["strong"] = scores + rng.normal(0, 1, 200)
    found = correlate(scores, ids, table)
    assert found.loc["strong", "p_corrected"] < 0.001
    assert found["p_corrected"].drop("strong").min() > 0.05


def test_with_nothing_there_one_of_twenty_components_seems_to_mean_something():
    rng = np.random.default_rng(7)
    ids, alarms = people(40), 0
    for trial in range(100):
        values = rng.normal(0, 1, (40, 12))
        values[:, 6:] += 3 * values[:, :6]  # attributes go together
        values[rng.random((40, 12)) < 0.1] = np.nan  # and are known of different people
        table = pd.DataFrame(values, index=ids).rename(columns=str)
        found = correlate(rng.normal(0, 1, 40), ids, table, permutations=199, seed=trial)
        alarms += bool((found["p_corrected"] <= 0.05).any())
    assert 1 <= alarms <= 11
