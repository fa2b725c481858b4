"""Verdicts on planted people: how often they are right, and that many claims do not make one of them hold."""

from math import atanh, sqrt, tanh

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from posecore.ledger.findings import (
    FEWEST,
    Finding,
    Verdict,
    change,
    correlation_of,
    difference_of,
    judge,
    least_of,
    level,
    mean_of,
)

PEOPLE = 500
SPREAD = 12.0
"""Points of PCK by which people differ in what a cut does to them."""
SMALLEST = {"mean": 2.0, "correlation": 0.2, "difference": 0.2, "beyond both": 0.1}
MOVED, GRAIN, UNTRAINED = 0.5, 0.05, 0.6
"""By how much a cause's movements spread, how far grain moves the same people, and untrained networks."""
POWER = 0.99
SEED = 23_500
"""Fixed before the first run."""

KINDS = tuple(SMALLEST)


def planted(kind: str, effect: float, rng: np.random.Generator) -> Finding:
    """New people of whom exactly this effect is true."""
    if kind == "mean":
        return mean_of(rng.normal(effect, SPREAD, PEOPLE))
    if kind == "correlation":
        # Spearman's of two normal variables, from Pearson's.
        pearson = 2 * np.sin(np.pi * effect / 6)
        x = rng.normal(size=PEOPLE)
        return correlation_of(x, pearson * x + sqrt(1 - pearson**2) * rng.normal(size=PEOPLE))
    if kind == "beyond both":
        moved = rng.normal(UNTRAINED + effect, MOVED, PEOPLE)
        grain = np.abs(rng.normal(0, GRAIN, PEOPLE))
        return least_of([mean_of(moved - grain), mean_of(moved - UNTRAINED)])
    inside = np.arange(PEOPLE) < PEOPLE // 4
    return difference_of(rng.normal(size=PEOPLE) + effect * inside, inside)


def surely_found(kind: str) -> float:
    """The effect that holds as the first claim of a ledger with a calculated power of POWER."""
    reach, smallest = norm.isf(level(1)) + norm.ppf(POWER), SMALLEST[kind]
    if kind == "mean":
        return float(smallest + reach * SPREAD / sqrt(PEOPLE))
    if kind == "correlation":
        return tanh(atanh(smallest) + reach * sqrt((1 + 0.4**2 / 2) / (PEOPLE - 3)))
    if kind == "beyond both":
        return float(smallest + reach * MOVED / sqrt(PEOPLE))
    error = sqrt(PEOPLE / (PEOPLE // 4 * (PEOPLE - PEOPLE // 4)) + 0.6**2 / (2 * PEOPLE))
    return float(smallest + reach * error)


@pytest.mark.parametrize("kind", KINDS)
def test_of_200_ledgers_of_20_claims_at_the_boundary_at_most_20_have_one_that_holds(kind: str) -> None:
    rng = np.random.default_rng([SEED, 200, KINDS.index(kind)])
    having = 0
    for _ in range(200):
        found = {
            judge(planted(kind, SMALLEST[kind], rng), 1, SMALLEST[kind], number) for number in range(1, 21)
        }
        having += Verdict.HOLDS in found
    assert having <= 20


@pytest.mark.parametrize("kind", KINDS)
def test_no_effect_does_not_hold_in_either_direction_and_half_of_one_needs_more_people(kind: str) -> None:
    rng = np.random.default_rng([SEED, 3, KINDS.index(kind)])
    # A hundred times the people's certainty, by a smallest effect that is far away.
    nothing = planted(kind, 0.0, rng)
    # That something moves less than nothing at all is no claim.
    ways = (1,) if kind == "beyond both" else (1, -1)
    assert {judge(nothing, way, 3 * SMALLEST[kind], 1) for way in ways} == {Verdict.DOES_NOT}
    at = planted(kind, SMALLEST[kind], rng)
    assert judge(at, 1, SMALLEST[kind], 10_000) == Verdict.UNKNOWN
    # An effect in the other direction than claimed does not hold, however large.
    if -1 in ways:
        assert judge(planted(kind, surely_found(kind), rng), -1, SMALLEST[kind], 1) == Verdict.DOES_NOT


def test_the_least_effect_counts_and_two_of_them_do_not_fall_short_by_luck_twice_as_often() -> None:
    rng = np.random.default_rng([SEED, 4])
    near, far = (mean_of(rng.normal(effect, 1, PEOPLE)) for effect in (0.3, 3.0))
    for both in ([near, far], [far, near]):
        found = least_of(both)
        assert (found.effect, found.low, found.high) == (near.effect, near.low, near.high)
        assert found.chance(0.1, 1) == near.chance(0.1, 1) > far.chance(0.1, 1)
    assert judge(least_of([near, mean_of(np.full(9, 1.0))]), 1, 0.1, 1) == Verdict.UNKNOWN
    # Two effects that have nothing to do with each other, both exactly as small as matters.
    fell = sum(
        judge(least_of([mean_of(rng.normal(2, 1, 100)) for _ in range(2)]), 1, 2, 1) == Verdict.DOES_NOT
        for _ in range(1000)
    )
    assert fell <= 1.4 * 1000 * level(1)


def test_levels_of_all_claims_there_will_ever_be_sum_to_five_in_a_hundred() -> None:
    assert level(1) == pytest.approx(0.0304, abs=1e-4)
    assert sum(map(level, range(1, 100_000))) == pytest.approx(0.05, abs=1e-6)
    assert sum(map(level, range(1, 100_000))) < 0.05


def test_intervals_cover_what_is_true_of_19_in_20() -> None:
    rng = np.random.default_rng([SEED, 95])
    for kind in KINDS:
        found = [planted(kind, SMALLEST[kind], rng) for _ in range(400)]
        covered = np.mean([one.low <= SMALLEST[kind] <= one.high for one in found])
        assert 0.92 < covered < 0.98


def test_fewer_than_20_people_in_a_group_cannot_be_told() -> None:
    rng = np.random.default_rng(SEED)
    few, enough = (np.arange(PEOPLE) < count for count in (FEWEST - 1, FEWEST))
    values = rng.normal(size=PEOPLE)
    assert judge(difference_of(values + 5 * few, few), 1, 0.2, 1) == Verdict.UNKNOWN
    assert judge(difference_of(values + 5 * enough, enough), 1, 0.2, 1) == Verdict.HOLDS
    # So it is of a kind, which divides people, too.
    assert judge(correlation_of(values + 50 * few, few.astype(float)), 1, 0.2, 1) == Verdict.UNKNOWN
    assert judge(mean_of(np.full(FEWEST - 1, 9.0) + values[: FEWEST - 1] / 9), 1, 2, 1) == Verdict.UNKNOWN
    assert judge(mean_of(np.full(FEWEST, 9.0) + values[:FEWEST] / 9), 1, 2, 1) == Verdict.HOLDS


def test_what_nobody_knows_counts_nowhere() -> None:
    nan = float("nan")
    assert mean_of(np.array([nan, nan])).n == 0
    assert judge(mean_of(np.full(50, nan)), 1, 2, 1) == Verdict.UNKNOWN
    everybody_equal = correlation_of(np.arange(50.0), np.ones(50))
    assert judge(everybody_equal, 1, 0.2, 1) == Verdict.UNKNOWN
    inside = np.arange(60) < 30
    assert judge(difference_of(np.ones(60), inside), 1, 0.2, 1) == Verdict.UNKNOWN
    # Of two people without a joint in common nothing is known; of the others the mean over their joints.
    before, after = np.array([[1, nan], [1, 1], [nan, nan]]), np.array([[nan, 1], [0, 1], [1, 1]])
    np.testing.assert_equal(change(before, after), [nan, 50.0, nan])


def shares_apart(inside: np.ndarray, share: float, effect: float) -> float:
    """The share of the people `inside` that lies so many standard deviations from `share` of the rest."""

    def apart(ours: float) -> float:
        spread = np.where(inside, ours * (1 - ours), share * (1 - share)).mean() ** 0.5
        return (ours - share) - effect * spread

    return float(brentq(apart, *((share, 1) if effect > 0 else (0, share))))


@pytest.mark.parametrize(
    ("few", "share"), [(20, 0.9), (30, 0.9), (50, 0.9), (50, 0.5), (100, 0.1), (470, 0.9)]
)
@pytest.mark.parametrize("way", [1, -1])
def test_a_kind_that_most_people_are_of_is_not_sure_because_all_of_a_small_group_are(
    few: int, share: float, way: int
) -> None:
    """Of twenty people 96 % of whom are of a kind all twenty are two times in five."""
    rng = np.random.default_rng([SEED, 8, few, int(10 * share), way + 1])
    inside = np.arange(PEOPLE) < few
    shares = np.where(inside, shares_apart(inside, share, 0.2 * way), share)
    found = [difference_of((rng.random(PEOPLE) < shares).astype(float), inside) for _ in range(600)]
    for verdict in (Verdict.HOLDS, Verdict.DOES_NOT):
        assert sum(judge(one, way, 0.2, 1) is verdict for one in found) <= 1.4 * 600 * level(1)
        assert sum(judge(one, way, 0.2, 10) is verdict for one in found) <= 3


def test_a_kind_that_clearly_divides_two_groups_holds() -> None:
    inside = np.arange(PEOPLE) < 30
    everybody = difference_of(np.where(inside, 1.0, np.arange(PEOPLE) % 2), inside)
    assert judge(everybody, 1, 0.2, 1) == Verdict.HOLDS
    assert judge(everybody, -1, 0.2, 1) == Verdict.DOES_NOT


@pytest.mark.parametrize("people", [20, 50, 100, 500])
@pytest.mark.parametrize("way", [1, -1])
def test_what_few_people_show_is_not_sure_because_none_of_these_do(people: int, way: int) -> None:
    """Where a cut costs one person in fifty the joint, and all others nothing, two points go."""
    rng = np.random.default_rng([SEED, 9, people, way + 1])
    found = [mean_of(100.0 * way * (rng.random(people) < 0.02), most=100) for _ in range(600)]
    for verdict in (Verdict.HOLDS, Verdict.DOES_NOT):
        assert sum(judge(one, way, 2, 1) is verdict for one in found) <= 1.4 * 600 * level(1)
        assert sum(judge(one, way, 2, 10) is verdict for one in found) <= 3


def test_people_who_all_show_the_same_are_as_sure_as_they_are_many() -> None:
    nobody, few = (mean_of(np.zeros(people), most=100) for people in (PEOPLE, FEWEST))
    assert judge(nobody, 1, 2, 1) == Verdict.DOES_NOT and judge(few, 1, 2, 1) == Verdict.UNKNOWN
    everybody = mean_of(np.full(FEWEST, 100.0), most=100)
    assert judge(everybody, 1, 2, 1) == Verdict.HOLDS and judge(everybody, 1, 2, 1000) == Verdict.UNKNOWN
    assert judge(mean_of(np.full(PEOPLE, 3.0)), 1, 0.1, 1) == Verdict.HOLDS
    assert judge(mean_of(np.zeros(PEOPLE)), 1, 0.1, 1) == Verdict.UNKNOWN  # nobody knows how far is far


def test_an_unequal_spread_does_not_make_a_small_group_sure() -> None:
    """With one spread for both, a boundary effect of a small group that spreads widely would hold often."""
    rng = np.random.default_rng([SEED, 7])
    inside = np.arange(PEOPLE) < 25
    found = []
    for _ in range(400):
        values = rng.normal(size=PEOPLE) * np.where(inside, 3.0, 1.0)
        pooled = sqrt((24 * 9 + 474) / 498)
        found.append(judge(difference_of(values + 0.2 * pooled * inside, inside), 1, 0.2, 1))
    assert found.count(Verdict.HOLDS) <= 400 * level(1) * 2
