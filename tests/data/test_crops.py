import numpy as np
import pytest
from PIL import Image

from posecore.data.crops import SquareCrop, person_crop, thesis_keeps


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
    assert np.abs(found - square.points_to_crop(np.array([72.0, 82.0]))).max() < 0.6


def test_what_lies_outside_the_picture_is_black_and_nothing_is_stretched():
    cut = SquareCrop(-50, 0, 100).cut(Image.new("RGB", (50, 100), "white"))
    assert cut.shape == (256, 256, 3)
    assert not cut[:, :127].any()
    assert (cut[:, 129:] == 255).all()


def test_the_thesis_kept_only_whom_it_could_centre():
    def keeps(*points, width=300, height=300):
        return thesis_keeps(np.array(points, float), np.full(len(points), 2), width, height)

    assert keeps((100, 50), (200, 250))  # side 220, centre 150: from 40 to 260
    assert not keeps((10, 50), (60, 250))  # centre 35: from -75
    assert not keeps((240, 50), (290, 250))  # up to 375
    assert not keeps((100, 5), (200, 295))  # side 319 in 300 rows
    assert not keeps((100, 100))  # no extent, no crop
