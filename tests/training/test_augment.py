from dataclasses import replace

import numpy as np
import pytest

from posecore.training.augment import Augmentation, augment

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
            picture_with_dots(points), points, np.full(17, 2, np.int8),
            np.random.default_rng(seed), replace(STILL, part=1),
        )  # fmt: skip
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
