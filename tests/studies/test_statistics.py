"""Statistics of skip studies against numbers worked out by hand."""

import numpy as np
import pytest

from posecore import statistics
from posecore.ablation import ALL_MASKS, ALL_OFF, ALL_ON, parse_mask
from posecore.errors import ConfigError
from posecore.keypoints import COCO17, KEYPOINTS
from posecore.metrics.pck import scores
from posecore.statistics import bootstrap, bootstrap_ratio, holm, sign_flip_p, sign_flip_ps
from posecore.studies.skips.effects import (
    SINGLE_CUTS,
    LossGap,
    big_joints,
    claims,
    counted,
    displacement,
    level_joint_displacement,
    level_joint_loss,
    shapley,
    small_against_big,
    small_joints,
)


def game(value):
    """A game's values in the order of the masks; `value` is asked with the set of levels that are on."""
    return np.array([value({level for level in range(4) if mask[level]}) for mask in ALL_MASKS], float)


def hits_of(people: int) -> np.ndarray:
    """Nothing labelled yet, (people, 16, 17)."""
    return np.full((people, 16, 17), np.nan)


def place(mask: str) -> int:
    return parse_mask(mask).position


def test_cutting_one_level_alone():
    assert [place(m) for m in ("0111", "1011", "1101", "1110")] == SINGLE_CUTS


def test_shapley_of_a_game_worked_by_hand():
    # A glove game: level 0 is a left glove, 1 and 2 are right ones, 3 is nothing; a pair is worth 6. Level 0
    # completes a pair unless it comes first of the three: 2/3; the others when they come second after 0: 1/6.
    gloves = game(lambda on: 6.0 * (0 in on and bool(on & {1, 2})))
    assert shapley(gloves) == pytest.approx([4, 1, 1, 0])
    # What each adds by itself is its value, whatever the others do.
    assert shapley(game(lambda on: sum((8, 4, 2, 1)[level] for level in on))) == pytest.approx([8, 4, 2, 1])


def test_shapley_values_share_out_the_whole_and_everybody_gets_their_own():
    values = np.random.default_rng(0).normal(0, 1, (5, 16))
    shares = shapley(values)
    assert shares.shape == (5, 4)
    assert shares.sum(axis=1) == pytest.approx(values[:, place("1111")] - values[:, place("0000")])
    assert shares[3] == pytest.approx(shapley(values[3]))


def test_sign_flips_of_five_people_are_all_counted():
    # 15 is the largest sum there is: it and its mirror image, of 32.
    assert sign_flip_p(np.array([1.0, 2, 3, 4, 5])) == pytest.approx(2 / 32)
    # -1 + 2 + 3 + 4 + 5 = 13: at least as far out are 15 and 13, each on both sides.
    assert sign_flip_p(np.array([-1.0, 2, 3, 4, 5])) == pytest.approx(4 / 32)
    assert sign_flip_p(np.zeros(5)) == 1


def test_drawn_sign_flips_agree_with_all_of_them_and_repeat():
    values = np.random.default_rng(3).normal(0.3, 1, 13)  # 8,192 patterns: all are counted
    exact = sign_flip_p(values)
    drawn = sign_flip_p(values, flips=4_000)
    assert drawn == sign_flip_p(values, flips=4_000)
    assert drawn == pytest.approx(exact, abs=0.02)
    assert 0.05 < exact < 0.95
    assert sign_flip_p(np.ones(40), flips=1000) == pytest.approx(1 / 1001)


def test_sign_flips_are_two_sided_and_not_misled_by_last_digits():
    # A mean below 0 is as far out as one above.
    assert sign_flip_p(np.array([-1.0, -2, -3, -4, 5])) == sign_flip_p(np.array([1.0, 2, 3, 4, -5]))
    assert sign_flip_p(np.array([-1.0, -2, -3, -4, -5])) == pytest.approx(2 / 32)
    # 0.1 + 0.2 + 0.3 + ... in another order is another number in its last digit, and no other sum.
    values = np.array([0.1, 0.2, 0.3, 0.7, 0.6, 0.4, 0.9, 1.1])
    for order in range(8):
        assert sign_flip_p(np.roll(values, order)) == pytest.approx(2 / 256)


def test_sign_flips_need_values():
    for values in (np.array([]), np.array([1.0, np.nan])):
        with pytest.raises(ConfigError):
            sign_flip_p(values)


def test_the_bootstrap_of_two_people():
    # Drawn are 0, 0.5 and 1 with probabilities 1/4, 1/2, 1/4: the 95 % interval is all of it.
    estimate = bootstrap(np.array([0.0, 1.0]))
    assert (estimate.mean, estimate.low, estimate.high, estimate.n) == (0.5, 0, 1, 2)


def test_the_bootstrap_of_a_coin_is_the_binomial_distribution():
    # 400 people, a quarter of them 1: mean 0.25, standard error sqrt(0.25 * 0.75 / 400) = 0.02165.
    estimate = bootstrap(np.repeat([1.0, 0.0], [100, 300]), draws=4000)
    assert estimate.low == pytest.approx(0.25 - 1.96 * 0.02165, abs=0.004)
    assert estimate.high == pytest.approx(0.25 + 1.96 * 0.02165, abs=0.004)


def test_the_bootstrap_leaves_out_what_is_not_known():
    values = np.array([[1.0, np.nan, np.nan], [3.0, 2.0, np.nan]])
    estimate = bootstrap(values)
    assert np.array_equal(estimate.mean, [2, 2, np.nan], equal_nan=True)
    assert estimate.n.tolist() == [2, 1, 0]
    assert (estimate.low[1], estimate.high[1]) == (2, 2)
    assert np.isnan([estimate.low[2], estimate.high[2]]).all()
    again = bootstrap(values)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(estimate, again, strict=True))


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    # 400 experiments of 50 people each, side by side; the true mean is 0.
    estimate = bootstrap(np.random.default_rng(0).exponential(1, (50, 400)) - 1, draws=1000)
    assert 0.88 < np.mean((estimate.low <= 0) & (estimate.high >= 0)) < 0.98


def test_a_ratio_is_of_sums_and_its_interval_over_people():
    part, whole = np.array([[1.0, 4], [3, np.nan], [5, 1]]), np.array([[2.0, 0], [10, 7], [8, 0]])
    found = bootstrap_ratio(part, whole)
    assert found.mean[0] == 9 / 20 and np.isnan(found.mean[1]) and found.n.tolist() == [3, 2]
    # Any three of the people: the least is the second's share, the most the third's.
    assert found.low[0] == pytest.approx(0.3, abs=0.03) and found.high[0] == pytest.approx(0.625, abs=0.03)
    rng = np.random.default_rng(0)
    wholes = rng.uniform(1, 9, 400)
    even = bootstrap_ratio(wholes / 2, wholes)
    assert even.low == pytest.approx(0.5) and even.high == pytest.approx(0.5)
    noisy = bootstrap_ratio(wholes / 2 + rng.normal(0, 1, 400), wholes)
    assert noisy.high - noisy.low == pytest.approx(2 * 1.96 / 20 / wholes.mean(), rel=0.15)


def test_more_people_than_memory_takes_are_drawn_in_portions(monkeypatch):
    monkeypatch.setattr(statistics, "_AT_ONCE", 350)
    estimate = bootstrap(np.repeat([0.0, 1.0], 50), draws=2000)
    assert 0.38 < estimate.low < 0.42 and 0.58 < estimate.high < 0.62
    assert sign_flip_p(np.ones(100)) == 1 / (statistics.FLIPS + 1)
    assert sign_flip_p(np.array([1.0, -1] * 50)) == 1


def test_the_effect_matrix_of_three_people():
    hits = hits_of(3)
    # The nose, found by all three with all skips; without level 64 by one, without level 8 by two.
    hits[:, :, 0] = 1
    hits[[0, 1], place("0111"), 0] = 0
    hits[0, place("1110"), 0] = 0
    # The left knee is labelled on two people only; cutting level 16 lets one find it, another lose it.
    hits[:2, :, 13] = [[1], [0]]
    hits[:2, place("1101"), 13] = [0, 1]
    # Cutting two levels says nothing of either alone.
    hits[:, place("0011"), 0] = 0
    effect = bootstrap(level_joint_loss(hits))
    assert effect.mean.shape == (4, 17)
    assert effect.mean[:, 0] == pytest.approx([2 / 3, 0, 0, 1 / 3])
    assert effect.mean[:, 13] == pytest.approx([0, 0, 0, 0])
    assert effect.n[:, 0].tolist() == [3] * 4
    assert effect.n[:, 13].tolist() == [2] * 4
    # Of two people, one lost and one won: a mean of 0, an interval from -1 to 1.
    assert (effect.low[2, 13], effect.high[2, 13]) == (-1, 1)
    assert np.isnan(effect.mean[:, 5]).all()


def test_displacement_is_from_where_all_skips_put_the_joint():
    points = np.zeros((1, 16, 17, 2))
    points[0, :, 0] = (10, 20)
    points[0, place("0111"), 0] = (13, 24)
    points[0, place("0000"), 0] = (10, 32)
    moved = displacement(points)
    assert moved[0, place("0111"), 0] == 5
    assert moved[0, place("0000"), 0] == 12
    assert moved.sum() == 17
    assert level_joint_displacement(points)[0, :, 0].tolist() == [5, 0, 0, 0]


def test_what_is_lost_on_either_side_has_not_moved():
    points = np.zeros((1, 16, 17, 2))
    points[0, place("0111"), 0] = np.nan
    points[0, ALL_ON.position, 1] = np.nan
    moved = level_joint_displacement(points)[0]
    assert np.isnan(moved).sum() == 1 + 4 and np.isnan(moved[:, 1]).all() and np.isnan(moved[0, 0])


def test_scores_are_shares_of_what_is_labelled():
    hits = hits_of(2)
    hits[0, :, :4] = [1, 1, 1, 0]
    hits[0, place("0000"), :4] = [0, 1, 0, 0]
    found = scores(hits)
    assert found[0, place("1111")] == 0.75
    assert found[0, place("0000")] == 0.25
    assert np.isnan(found[1]).all()


def losing(people: int = 1) -> np.ndarray:
    """Nose and left eye found, right eye missed; both shoulders found, a hip missed. All cut: see below."""
    hits = hits_of(people)
    hits[:, :, [0, 1, 2]] = [1, 1, 0]
    hits[:, :, [5, 6, 11]] = [1, 1, 0]
    hits[:, place("0000"), [0]] = 0  # one of two found small joints is lost
    hits[:, place("0000"), 2] = 1  # and one that was missed is found
    return hits


def test_small_against_big_over_found_and_over_all_joints():
    hits = losing()
    small, big = small_against_big(hits, ALL_OFF, found_only=True)
    assert (small[0], big[0]) == (0.5, 0)
    # Over all: the nose is lost, the right eye won; (1 + 0 - 1) / 3.
    small, big = small_against_big(hits, ALL_OFF, found_only=False)
    assert (small[0], big[0]) == (0, 0)
    hits[0, place("0000"), 5] = 0
    assert small_against_big(hits, ALL_OFF, found_only=False)[1][0] == pytest.approx(1 / 3)


def test_the_claim_of_six_people_of_whom_one_has_no_big_joint():
    hits = losing(6)
    hits[5, :, [5, 6, 11]] = np.nan
    hits[0, place("0000"), 5] = 0  # both kinds lose half: a difference of 0
    found = claims({"zero": hits}, found_only=True)["zero", "0000"]
    assert found.n == 5
    assert found.mean == pytest.approx((0 + 4 * 0.5) / 5)
    assert (found.small, found.big) == pytest.approx((0.5, 0.1))
    # 0 has no sign; of 16 patterns of the others two are as far out.
    assert found.p == pytest.approx(2 / 16)
    assert 0.2 <= found.low < found.mean < found.high == 0.5


def test_a_claim_tells_the_losses_of_those_it_is_about():
    hits = losing(3)
    hits[2, :, [5, 6, 11]] = np.nan
    hits[2, place("0000"), :] = np.where(np.isnan(hits[2, 0]), np.nan, 0)  # who has no big joint loses all
    found = claims({"zero": hits}, found_only=True)["zero", "0000"]
    assert (found.n, found.small, found.big) == pytest.approx((2, 0.5, 0))


def test_small_and_big_joints_are_the_thesis_s():
    assert [KEYPOINTS[k] for k in small_joints(COCO17)] == [
        "nose",
        "left_eye",
        "right_eye",
        "left_ear",
        "right_ear",
    ]
    pairs = ("shoulder", "hip", "knee")
    assert [KEYPOINTS[k] for k in big_joints(COCO17)] == [
        f"{side}_{joint}" for joint in pairs for side in ("left", "right")
    ]


def test_a_claim_about_nobody_is_not_a_number():
    found = claims({"zero": hits_of(2)}, found_only=True)["zero", "0000"]
    assert found.n == 0 and not found.answers
    assert np.isnan([found.mean, found.p, found.corrected]).all()


def test_all_cells_are_corrected_together():
    rng = np.random.default_rng(0)
    hits = {name: hits_of(60) for name in ("zero", "mean")}
    for name, of_name in hits.items():
        of_name[:, 0] = 1
        of_name[:, 1:] = rng.random((60, 15, 17)) < (0.8 if name == "zero" else 0.5)
        # Of both replacements one mask each, under which the big joints lose surely, and by a little.
        of_name[:, place("0000")][:, big_joints(COCO17)] = rng.random((60, len(big_joints(COCO17)))) < 0.3
    table = claims(hits, found_only=True)
    assert len(table) == 30 and {mask for _, mask in table} == {m.title for m in ALL_MASKS[1:]}
    cells = list(table.values())
    alone = np.array([cell.p for cell in cells])
    assert [cell.corrected for cell in cells] == pytest.approx(holm(alone))
    assert all(cell.corrected >= cell.p for cell in cells)
    assert table["zero", "0000"].corrected < 0.05 and table["zero", "0000"].big_lose_more
    # By chance some cells are below 0.05 alone; corrected for all thirty none is.
    assert counted(table) == (0, 2, 28, 0)


def test_where_nothing_is_left_there_is_no_answer():
    cells = [
        LossGap(-0.02, -0.03, -0.01, 50, 0.001, 0.01, small, small + 0.02) for small in (0.96, 0.94, 0.2)
    ] + [LossGap(0.1, 0.05, 0.2, 50, 0.001, corrected, 0.3, 0.2) for corrected in (0.049, 0.051)]
    assert [cell.answers for cell in cells] == [False, True, True, True, True]
    assert [cell.big_lose_more for cell in cells] == [False, True, True, False, False]
    assert [cell.small_lose_more for cell in cells] == [False, False, False, True, False]
    assert counted({("zero", str(at)): cell for at, cell in enumerate(cells)}) == (1, 2, 1, 1)


def test_holm_is_the_step_down_of_all_tests():
    # By hand: 0.01 * 4, 0.02 * 3, 0.03 * 2 raised to 0.06, 0.5 * 1; nan is no test.
    assert holm(np.array([0.5, 0.01, np.nan, 0.03, 0.02])) == pytest.approx(
        [0.5, 0.04, np.nan, 0.06, 0.06], nan_ok=True
    )
    assert holm(np.array([0.9, 0.8])).tolist() == [1, 1]


def test_many_means_are_flipped_alike_and_without_who_is_not_known():
    values = np.random.default_rng(1).normal(0.4, 1, (9, 3))
    values[[0, 4], 1] = np.nan
    values[:, 2] = np.nan
    found = sign_flip_ps(values)
    assert found[0] == sign_flip_p(values[:, 0])
    assert found[1] == pytest.approx(sign_flip_p(values[~np.isnan(values[:, 1]), 1]))
    assert np.isnan(found[2])
