from dataclasses import replace

import numpy as np
import pytest

from posecore.training.augment import SMALLEST_PART, Augmentation, augment

STILL = Augmentation(0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)


def picture_with_dots(points: np.ndarray, size: int = 128) -> np.ndarray:
    image = np.zeros((size, size, 3), np.uint8)
    for x, y in points.astype(int):
        image[y - 1 : y + 2, x - 1 : x + 2] = 255
    return image


def test_no_change_leaves_everything_as_it_was():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    points, visibility = rng.uniform(0, 64, (17, 2)).astype(np.float32), np.full(17, 2, np.int8)
    moved, moved_points, moved_visibility = augment(image, points, visibility, rng, STILL)
    assert np.array_equal(moved, image)
    assert np.allclose(moved_points, points)
    assert np.array_equal(moved_visibility, visibility)


def test_points_stay_on_what_they_mark():
    centre = np.full((17, 2), 64.5, np.float32)
    for seed in range(30):
        rng = np.random.default_rng(seed)
        centre[0] = rng.integers(40, 88, 2) + 0.5
        points = np.repeat(centre[:1], 17, axis=0)
        change = replace(STILL, rotation=0.45, smallest=0.8, largest=1.25, shift=0.08, flip=0.5)
        moved, moved_points, _ = augment(
            picture_with_dots(points), points, np.full(17, 2, np.int8), rng, change
        )
        rows, columns = np.nonzero(moved[..., 0] > 100)
        found = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
        assert np.abs(found - moved_points[0]).max() < 0.6


def test_a_mirror_image_swaps_left_and_right():
    points = np.arange(34, dtype=np.float32).reshape(17, 2) + 1
    visibility = np.array([2, 1, 2] + [2] * 14, np.int8)
    change = replace(STILL, flip=1)
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 0] = 200
    moved, moved_points, moved_visibility = augment(
        image, points, visibility, np.random.default_rng(0), change
    )
    assert (moved[:, 63] == 200).all()
    assert not moved[:, 0].any()
    assert np.allclose(moved_points[1], [64 - points[2, 0], points[2, 1]])  # the left eye was the right one
    assert moved_visibility[:3].tolist() == [2, 2, 1]


def test_a_point_that_leaves_the_picture_is_no_longer_labelled():
    points = np.tile(np.array([[1.0, 1.0]], np.float32), (17, 1))
    change = replace(STILL, smallest=2, largest=2)
    _, moved, visibility = augment(
        np.zeros((64, 64, 3), np.uint8), points, np.full(17, 2, np.int8), np.random.default_rng(0), change
    )
    assert (moved < 0).all()
    assert not visibility.any()


def test_a_part_keeps_its_joints_on_what_they_mark_and_the_rest_unlabelled():
    points = np.full((17, 2), 64.5, np.float32)
    points[:, 1] = np.linspace(14.5, 110.5, 17).round() + 0.5
    kinds = set()
    for seed in range(60):
        moved, moved_points, visibility = augment(
            picture_with_dots(points),
            points,
            np.full(17, 2, np.int8),
            np.random.default_rng(seed),
            replace(STILL, part=1),
        )
        seen = moved_points[visibility > 0]
        assert 8 <= len(seen) <= 17
        if len(seen) < 17:
            kinds.add("upper" if visibility[0] else "lower")
        for x, y in seen[(seen > 1).all(axis=1) & (seen < 126).all(axis=1)].astype(int):
            assert moved[y - 1 : y + 2, x - 1 : x + 2].max() > 100
    assert kinds == {"upper", "lower"}


@pytest.mark.parametrize("what", ["occluder", "coarse", "noise"])
def test_what_covers_or_blurs_moves_no_joint(what):
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, (128, 128, 3)).astype(np.uint8)
    points, visibility = rng.uniform(0, 128, (17, 2)).astype(np.float32), np.full(17, 2, np.int8)
    moved, moved_points, moved_visibility = augment(
        image, points, visibility, rng, replace(STILL, **{what: 1})
    )
    assert np.array_equal(moved_points, points)
    assert np.array_equal(moved_visibility, visibility)
    assert not np.array_equal(moved, image)


PLAIN = np.full((64, 64, 3), 100, np.uint8)
MIDDLE, LABELLED = np.full((17, 2), 32.0, np.float32), np.full(17, 2, np.int8)


def many(change: dict[str, float], image=PLAIN, points=MIDDLE, visibility=LABELLED, draws: int = 300) -> list:
    return [
        augment(image, points, visibility, np.random.default_rng(seed), replace(STILL, **change))
        for seed in range(draws)
    ]


def test_turns_magnifications_and_shifts_fill_their_ranges():
    points = np.tile(np.array([[32.0, 32.0], [42.0, 32.0]], np.float32), (9, 1))[:17]  # ten to the right

    def arms(**change):
        return np.array([moved[1] - moved[0] for _, moved, _ in many(change, points=points)])

    turned = arms(rotation=0.45)
    angles = np.arctan2(turned[:, 1], turned[:, 0])
    assert -0.45 <= angles.min() < -0.43 and 0.43 < angles.max() <= 0.45
    assert np.linalg.norm(turned, axis=1) == pytest.approx(10)
    zooms = np.linalg.norm(arms(smallest=0.5, largest=2), axis=1) / 10
    assert 0.5 <= zooms.min() < 0.53 and 1.9 < zooms.max() <= 2
    assert np.median(zooms) == pytest.approx(1, abs=0.1)  # evenly in the logarithm
    shifts = np.array([moved[0] - 32 for _, moved, _ in many({"shift": 0.1})])
    assert (shifts.min(axis=0) >= -6.4).all() and (shifts.min(axis=0) < -6).all()
    assert (shifts.max(axis=0) > 6).all() and (shifts.max(axis=0) <= 6.4).all()


@pytest.mark.parametrize("corner", [(1, 1), (63, 1), (1, 63), (63, 63)])
def test_a_point_is_unlabelled_beyond_any_border(corner):
    ((_, moved, visibility),) = many(
        {"smallest": 1.1, "largest": 1.1}, points=np.full((17, 2), corner, np.float32), draws=1
    )
    assert not ((moved >= 0) & (moved < 64)).all(axis=1).any() and not visibility.any()


def test_a_picture_may_lose_its_colour_and_channels_change_apart():
    image = np.broadcast_to(np.array([200, 100, 50], np.uint8), (64, 64, 3)).copy()
    grey = [len(np.unique(moved)) == 1 for moved, _, _ in many({"grey": 0.4}, image)]
    assert 0.3 < np.mean(grey) < 0.5
    gains = np.array([moved[0, 0] / [200, 100, 50] for moved, _, _ in many({"colour": 0.2}, image)])
    ratios = gains[:, 0] / gains[:, 1]
    assert ratios.min() < 0.85 and ratios.max() > 1.15


def test_contrast_is_about_the_middle_and_values_stay_within_a_byte():
    image = np.repeat(np.array([0, 128, 255], np.uint8), 64 * 22)[: 64 * 64].reshape(64, 64, 1).repeat(3, 2)
    darkest, middle, brightest = [], [], []
    for moved, _, _ in many({"colour": 0.2}, image):
        darkest.append(moved[0, 0, 0])
        middle.append(moved[31, 0, 0])
        brightest.append(moved[63, 63, 0])
    assert min(darkest) == 0 and 20 < max(darkest) < 40  # less contrast lifts black; more leaves it black
    assert min(middle) > 128 * 0.8**2 - 2 and max(middle) < 128 * 1.2**2 + 2
    assert min(brightest) > 140 and max(brightest) == 255


def test_noise_wraps_around_neither_black_nor_white():
    for value in (0, 255):
        for moved, _, _ in many({"noise": 1}, np.full((64, 64, 3), value, np.uint8), draws=5):
            assert np.abs(moved.astype(int) - value).max() < 100


def test_one_or_two_things_stand_in_front():
    covered = [np.mean((moved != 100).any(axis=-1)) for moved, _, _ in many({"occluder": 1})]
    # The largest single thing covers (2 * 0.2) ** 2 = 0.16 of the picture.
    assert max(covered) > 0.17
    assert max(covered) <= 0.33


def test_a_person_of_whom_too_little_is_labelled_is_not_cut():
    points = np.linspace(5, 60, 34, dtype=np.float32).reshape(17, 2)
    few = (np.arange(17) < 3).astype(np.int8)
    for _, moved, visibility in many({"part": 1}, points=points, visibility=few, draws=40):
        assert np.array_equal(moved, points) and np.array_equal(visibility, few)


def test_a_part_is_around_labelled_joints_and_every_other_time_black_where_it_ends():
    """Labelled joints stand in two columns, 44 apart; two that are not labelled stand beside them."""
    points = np.full((17, 2), 10.0, np.float32)
    points[1::2, 0], points[:, 1] = 54, np.linspace(8, 56, 17)
    points[15:, 0] = 63
    labelled = (np.arange(17) < 15).astype(np.int8)
    widths, ended = [], []
    for moved, found, visibility in many({"part": 1}, points=points, visibility=labelled):
        assert not visibility[15:].any()
        assert (visibility > 0).sum() >= 7
        black = moved[..., 0] < 60
        inside = ((found >= 0) & (found < 64)).all(axis=1) & (labelled > 0)
        gone = inside & (visibility == 0)
        assert all(black[y, x] for x, y in found[gone].astype(int))
        assert not any(black[y, x] for x, y in found[visibility > 0].astype(int))
        widths.append(np.ptp(found[visibility > 0, 0]))
        ended.append(gone.any())
    # Both columns fill the square but for its margin, unless the cut ran between them.
    assert np.median(widths) == pytest.approx(64 / 1.15, abs=0.1)
    assert 0.2 < np.mean(ended) < 0.6


def test_no_part_is_magnified_beyond_what_can_be_seen():
    points = np.tile(np.array([[32.0, 32.0], [33.0, 32.0]], np.float32), (9, 1))[:17]
    for _, moved, _ in many({"part": 1}, points=points, draws=40):
        assert np.linalg.norm(moved[1] - moved[0]) <= 1 / SMALLEST_PART + 1e-3


def test_a_part_that_is_then_turned_keeps_its_joints_on_what_they_mark():
    points = np.full((17, 2), 64.5, np.float32)
    points[:, 1] = np.linspace(30.5, 98.5, 17).round() + 0.5
    change = {"part": 1, "rotation": 0.45, "shift": 0.08}
    for moved, found, visibility in many(change, picture_with_dots(points), points, draws=60):
        sure = (visibility > 0) & (found > 2).all(axis=1) & (found < 125).all(axis=1)
        for x, y in found[sure].astype(int):
            assert moved[y - 1 : y + 2, x - 1 : x + 2].max() > 100
