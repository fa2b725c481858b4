import math

import numpy as np
import pytest
from PIL import Image

from posecore.data.crops import SquareCrop, box_crop, joints_box, person_crop, thesis_keeps


def crop(bbox, points, width=1000, height=800, visibility=None):
    points = np.array(points, float)
    visibility = np.full(len(points), 2) if visibility is None else np.array(visibility)
    return person_crop(bbox, points, visibility, width, height)


def test_in_the_middle_the_longer_side_grows_by_a_tenth_around_the_keypoints():
    # Box 100 x 200: side 220. Keypoints from (400, 300) to (480, 460): centre (440, 380).
    assert crop((390, 280, 100, 200), [(400, 300), (480, 460), (450, 350)]) == SquareCrop(
        330, 270, pytest.approx(220)
    )


def test_only_labelled_keypoints_count_for_the_centre():
    points = [(400, 300), (480, 460), (0, 0)]
    assert crop((390, 280, 100, 200), points, visibility=[2, 1, 0]).x == pytest.approx(330)


@pytest.mark.parametrize(
    ("points", "expected_y"),
    [([(500, 20), (500, 60)], 0), ([(500, 780), (500, 790)], 800 - 220)],
)
def test_at_the_top_and_the_bottom_it_is_moved_into_the_picture(points, expected_y):
    square = crop((450, 0, 100, 200), points)
    assert square.y == pytest.approx(expected_y)
    assert square.x == pytest.approx(500 - 110)


def test_at_the_left_and_the_right_it_stays_centred_and_leaves_the_picture():
    assert crop((0, 300, 60, 200), [(10, 300), (50, 500)]).x == pytest.approx(30 - 110)
    assert crop((940, 300, 60, 200), [(950, 300), (990, 500)]).x == pytest.approx(970 - 110)


def test_only_the_growth_is_cut_to_what_the_picture_holds():
    # 1.1 x 290 = 319 does not fit into 300 rows: the side is 300.
    assert crop((100, 5, 100, 290), [(100, 10), (200, 290)], height=300).side == pytest.approx(300)
    # A box longer than the picture is high keeps its length; the whole height is inside.
    wide = crop((100, 5, 400, 290), [(100, 10), (500, 290)], height=300)
    assert wide.side == pytest.approx(400)
    assert wide.y <= 0
    assert wide.y + wide.side >= 300


def test_points_there_and_back_are_the_same():
    square = SquareCrop(-12.5, 33.25, 411.0)
    points = np.random.default_rng(0).uniform(-50, 500, (100, 2))
    assert np.allclose(square.points_to_picture(square.points_to_crop(points)), points)
    assert np.allclose(square.points_to_crop(np.array([-12.5, 33.25])), [0, 0])
    assert np.allclose(square.points_to_crop(np.array([-12.5 + 411, 33.25 + 411])), [256, 256])


@pytest.mark.parametrize(
    "square", [SquareCrop(40.3, 20.7, 120.5), SquareCrop(-30, 10, 200), SquareCrop(50, 60, 64)]
)
def test_a_dot_in_the_picture_is_found_where_its_point_is_moved_to(square):
    picture = np.zeros((200, 240, 3), np.uint8)
    picture[80:84, 70:74] = 255  # centre (72, 82)
    rows, columns = np.nonzero(square.cut(Image.fromarray(picture))[..., 0] > 127)
    found = np.array([columns.mean() + 0.5, rows.mean() + 0.5])
    assert np.abs(found - square.points_to_crop(np.array([72.0, 82.0]))).max() < 0.5


def test_what_lies_outside_the_picture_is_black_and_nothing_is_stretched():
    cut = SquareCrop(-50, 0, 100).cut(Image.new("RGB", (50, 100), "white"))
    assert cut.shape == (256, 256, 3)
    assert not cut[:, :127].any()
    assert (cut[:, 129:] == 255).all()


def whole_square(square: SquareCrop, picture: Image.Image) -> np.ndarray:
    """The same cut with all of the padding made first, however much that is."""
    left, top = math.floor(square.x), math.floor(square.y)
    right, bottom = math.ceil(square.x + square.side), math.ceil(square.y + square.side)
    x, y = square.x - left, square.y - top
    around = picture.crop((left, top, right, bottom))
    return np.asarray(
        around.resize((256, 256), Image.Resampling.BILINEAR, box=(x, y, x + square.side, y + square.side))
    )


@pytest.mark.parametrize(
    ("x", "y", "side"),
    [
        (10.4, 5.2, 60.3),
        (-20.7, 10.1, 90.9),
        (-300.2, -200.6, 1000.5),
        (55.5, -3.3, 7.7),
        (79.2, 59.1, 2.5),
        (-1500.0, -900.0, 3000.0),
    ],
)
def test_leaving_far_padding_out_changes_nothing(x, y, side):
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    square, picture = SquareCrop(x, y, side), Image.fromarray(noise)
    difference = square.cut(picture).astype(int) - whole_square(square, picture)
    assert np.abs(difference).max() <= 1  # the last digit of the filter's weights


def test_a_square_far_larger_than_a_long_picture_is_cut_in_little_memory():
    # The whole square would take 4.8 GB. The picture is one of 256 * 100 / 40,000 = 0.64 rows high.
    cut = SquareCrop(-10_000, -19_950, 40_000).cut(Image.new("RGB", (20_000, 100), "white"))
    rows, columns = np.nonzero(cut[..., 0])
    assert {*rows} <= {127, 128}
    assert (columns.min(), columns.max()) == (63, 192)


def test_a_square_beside_the_picture_is_black():
    picture = Image.new("RGB", (50, 100), "white")
    for beside in (SquareCrop(60, 0, 50), SquareCrop(-50, 0, 50), SquareCrop(0, 1e12, 50)):
        assert not beside.cut(picture).any()


def test_the_growth_is_cut_to_the_width_too():
    assert crop((5, 100, 290, 100), [(10, 100), (290, 200)], width=300).side == pytest.approx(300)


def test_the_thesis_kept_only_whom_it_could_centre():
    def keeps(*points, width=300):
        return thesis_keeps(np.array(points, float), np.full(len(points), 2), width)

    # Keypoints 200 high: their centre must be at least 100 from both borders.
    assert keeps((50, 50), (150, 250))
    assert not keeps((50, 50), (148, 250))
    assert keeps((150, 50), (250, 250))
    assert not keeps((152, 50), (250, 250))
    # Lying, however long: the height counts.
    assert keeps((0, 100), (150, 110))
    assert keeps((10, 100))  # a single keypoint
    # What is not labelled does not count.
    assert thesis_keeps(np.array([(50.0, 50), (150, 250), (0, 0)]), np.array([1, 2, 0]), 300)


def test_a_drawn_box_is_cropped_as_a_person_s_around_its_own_middle():
    # Box 100 x 200 with its middle at (440, 380): side 220.
    assert box_crop((390, 280, 100, 200), 1000, 800) == SquareCrop(330, 270, pytest.approx(220))
    # At the lower border the square moves up into the picture; at the left one it stays and is padded.
    low = box_crop((-30, 590, 100, 200), 1000, 800)
    assert (low.x, low.y + low.side) == (pytest.approx(20 - 110), pytest.approx(800))
    # A whole picture: the longer side, nothing grown, black above and below.
    assert box_crop((0, 0, 300, 200), 300, 200) == SquareCrop(0, -50, 300)
    assert box_crop((50, 60, 0, 0), 300, 200).side == pytest.approx(1.1)


def test_a_box_around_joints_is_a_fifth_larger_than_they_are():
    points = np.array([(100.0, 50.0), (200.0, 250.0), (150.0, 90.0)])
    assert joints_box(points) == pytest.approx((90, 30, 120, 240))


def test_what_the_network_finds_in_a_crop_lies_there_in_the_picture():
    picture = np.zeros((300, 400, 3), np.uint8)
    picture[120:126, 310:316] = 255  # its middle is (313, 123)
    square = box_crop((250.3, 60.7, 90.1, 140.9), 400, 300)
    cut = square.cut(Image.fromarray(picture))[..., 0].astype(float)
    row, column = np.indices(cut.shape)
    found = [(cut * (axis + 0.5)).sum() / cut.sum() for axis in (column, row)]
    assert square.points_to_picture(np.array(found)) == pytest.approx([313, 123], abs=0.1)
    assert square.points_to_crop(square.points_to_picture(np.array(found))) == pytest.approx(found)
