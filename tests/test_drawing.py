import io

import numpy as np
import pytest
from PIL import Image

from posecore import drawing
from posecore.keypoints import COLOURS, LIMBS, K

LEFT_WRIST, RIGHT_WRIST, NOSE = 9, 10, 0


def empty_maps(size: int = 64) -> np.ndarray:
    return np.zeros((K, size, size), np.float32)


def far_away() -> np.ndarray:
    """Points of nobody: nothing is drawn."""
    return np.full((K, 2), np.nan, np.float32)


def test_fused_maps_show_each_joint_in_its_colour_where_it_is() -> None:
    maps = empty_maps()
    maps[LEFT_WRIST, 10, 20] = 0.5
    maps[RIGHT_WRIST, 30, 40] = 0.25
    fused = drawing.fuse_heatmaps(maps)
    assert fused.shape == (64, 64, 3) and fused.dtype == np.uint8
    assert tuple(fused[10, 20]) == COLOURS[LEFT_WRIST]  # the highest of all maps: full strength
    half = np.rint(drawing.GROUND + 0.5 * (np.array(COLOURS[RIGHT_WRIST]) - drawing.GROUND))
    assert np.array_equal(fused[30, 40], half)
    assert np.array_equal(fused[0, 0], drawing.GROUND.astype(np.uint8))


def test_fused_maps_use_the_scale_given() -> None:
    maps = empty_maps()
    maps[LEFT_WRIST, 10, 20] = 0.5
    assert tuple(drawing.fuse_heatmaps(maps, vmax=0.5)[10, 20]) == COLOURS[LEFT_WRIST]
    dimmer = drawing.fuse_heatmaps(maps, vmax=1.0)[10, 20]
    assert np.array_equal(
        dimmer, np.rint(drawing.GROUND + 0.5 * (np.array(COLOURS[LEFT_WRIST]) - drawing.GROUND))
    )


def test_faint_backgrounds_of_many_maps_do_not_add_up() -> None:
    maps = empty_maps() + 0.1
    maps[LEFT_WRIST, 10, 20] = 1
    assert drawing.fuse_heatmaps(maps)[50, 50].max() < 50


def test_the_black_nose_is_seen_on_the_dark_ground() -> None:
    maps = empty_maps()
    maps[NOSE, 5, 5] = 1
    assert tuple(drawing.fuse_heatmaps(maps)[5, 5]) == (255, 255, 255)


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_maps_without_anything_above_zero_are_the_ground(value: float) -> None:
    assert np.array_equal(drawing.fuse_heatmaps(empty_maps() + value), drawing.ground(64))


def test_a_single_map_runs_from_dark_to_yellow() -> None:
    heatmap = np.zeros((64, 64), np.float32)
    heatmap[3, 7] = 2.0
    image = drawing.heatmap_image(heatmap)
    assert image.shape == (64, 64, 3)
    red, green, blue = (int(value) for value in image[3, 7])
    assert red > 200 and green > 200 and blue < 80  # viridis ends in yellow
    assert image[0, 0].sum() < 200
    assert not np.array_equal(drawing.heatmap_image(heatmap, vmax=4.0)[3, 7], image[3, 7])


def test_an_overlay_keeps_the_picture_where_nothing_is_and_covers_it_where_a_joint_is() -> None:
    picture = np.full((256, 256, 3), 200, np.uint8)
    maps = empty_maps()
    maps[LEFT_WRIST, 30:34, 30:34] = 1
    over = drawing.overlay(picture, maps, alpha=1.0)
    assert over.shape == picture.shape
    assert np.array_equal(over[10, 10], [110, 110, 110])  # dimmed by 0.45, as grey as before
    assert np.abs(over[127, 127].astype(int) - COLOURS[LEFT_WRIST]).max() <= 2
    assert np.array_equal(picture, np.full((256, 256, 3), 200, np.uint8))


def test_a_joint_is_drawn_at_its_point_in_its_colour() -> None:
    points = far_away()
    points[LEFT_WRIST] = [100.5, 60.5]  # the centre of pixel (100, 60)
    drawn = drawing.draw_skeleton(drawing.ground(), points)
    assert tuple(drawn[60, 100]) == COLOURS[LEFT_WRIST]
    changed = np.argwhere((drawn != drawing.ground()).any(axis=2))
    assert np.allclose(changed.mean(axis=0), [60, 100], atol=0.3)


def test_a_skeleton_scales_with_the_picture() -> None:
    points = far_away()
    points[LEFT_WRIST] = [200, 40]
    drawn = drawing.draw_skeleton(drawing.ground(512), points)
    assert tuple(drawn[80, 400]) == COLOURS[LEFT_WRIST]


def test_limbs_join_joints_and_take_the_colour_of_the_outer_one() -> None:
    elbow, wrist = 7, 9
    assert (elbow, wrist) in LIMBS
    points = far_away()
    points[elbow], points[wrist] = [60, 100], [140, 100]
    drawn = drawing.draw_skeleton(drawing.ground(), points)
    assert np.abs(drawn[99, 100].astype(int) - COLOURS[wrist]).max() <= 60


def test_joints_that_are_not_sure_are_hollow_and_their_limbs_thin() -> None:
    shoulder, elbow, wrist = 5, 7, 9
    points = far_away()
    points[shoulder], points[elbow], points[wrist] = [60.5, 20.5], [60.5, 100.5], [140.5, 100.5]
    sure = np.zeros(K, np.bool_)
    sure[[shoulder, elbow]] = True
    drawn, full = (drawing.draw_skeleton(drawing.ground(), points, given) for given in (sure, None))
    changed = (drawn != drawing.ground()).any(axis=2)
    assert tuple(drawn[100, 60]) == COLOURS[elbow]
    # Inside the ring of the wrist there is nothing, of its limb neither, but around it there is its colour.
    assert tuple(full[100, 140]) == COLOURS[wrist] and not changed[99:102, 139:142].any()
    assert np.abs(drawn[95:106, 135:146].astype(int) - COLOURS[wrist]).sum(axis=2).min() < 60
    # The limb to the wrist is a pixel or two wide, that to the elbow as wide as ever.
    assert 1 <= changed[90:111, 100].sum() <= 3 < (full[90:111, 100] != drawing.GROUND).any(axis=1).sum() + 1
    assert np.array_equal(drawn[30:80], full[30:80])
    assert np.array_equal(drawing.draw_skeleton(drawing.ground(), points, np.ones(K, np.bool_)), full)


def test_no_joint_that_is_not_sure_covers_one_that_is() -> None:
    points, sure = far_away(), np.zeros(K, np.bool_)
    points[LEFT_WRIST] = points[RIGHT_WRIST] = [100.5, 60.5]
    for first, colour in ((LEFT_WRIST, COLOURS[LEFT_WRIST]), (RIGHT_WRIST, COLOURS[RIGHT_WRIST])):
        sure[:] = False
        sure[first] = True
        assert tuple(drawing.draw_skeleton(drawing.ground(), points, sure)[60, 100]) == colour


def test_an_arrow_that_is_not_sure_is_fainter_and_begins_in_a_ring() -> None:
    before, after = far_away(), far_away()
    before[LEFT_WRIST], after[LEFT_WRIST] = [160.5, 160.5], [560.5, 160.5]
    black = np.zeros((1024, 1024, 3), np.uint8)
    sure, unsure = (
        drawing.draw_moves(black, before, after, np.full(K, given), unit=1024) for given in (True, False)
    )
    wide = [int((picture[140:181, 360].sum(axis=1) > 0).sum()) for picture in (sure, unsure)]
    assert 0 < wide[1] < wide[0]
    assert sure[155, 160].any() and not unsure[155, 160].any()
    assert np.array_equal(sure, drawing.draw_moves(black, before, after, unit=1024))


def test_nobody_leaves_the_picture_as_it_was() -> None:
    picture = drawing.ground()
    assert np.array_equal(drawing.draw_skeleton(picture, far_away()), picture)


def test_a_stick_figure_is_dark_on_nothing_and_hides_little() -> None:
    points = np.linspace((100, 40), (140, 200), K).astype(np.float32)
    points[5], points[6] = (90, 80), (150, 80)
    figure = drawing.stick_figure(points, (10, 20, 30), (255, 255, 255), 96)
    assert figure.shape == (96, 96, 4) and figure.dtype == np.uint8
    cover = figure[..., 3] / 255
    assert 0.05 < cover.mean() < 0.5  # What lies below is seen.
    inside = figure[cover == 1][:, :3]
    assert (inside == (10, 20, 30)).all(axis=1).any() and (inside == (255, 255, 255)).all(axis=1).any()
    # As large as fits, however small the person is, and wherever.
    small = drawing.stick_figure(points / 4 + 150, (10, 20, 30), (255, 255, 255), 96)
    assert np.array_equal(small, figure)
    rows = np.flatnonzero(cover.any(axis=1))
    assert 0.75 * 96 < rows[-1] - rows[0] < 96 and rows[0] > 0 and rows[-1] < 95


def test_a_stick_figure_leaves_out_what_is_not_known() -> None:
    points = far_away()
    points[[5, 7, 9]] = [(50, 50), (60, 80), (90, 110)]
    arm = drawing.stick_figure(points, (0, 0, 0), (255, 255, 255), 96)
    points[0] = (60, 60)
    assert arm[..., 3].any() and not np.array_equal(
        arm, drawing.stick_figure(points, (0, 0, 0), (255, 255, 255), 96)
    )


def test_a_png_keeps_colours_and_what_is_not_covered() -> None:
    picture = np.zeros((4, 4, 4), np.uint8)
    picture[1, 2] = (200, 100, 50, 255)
    read = np.asarray(Image.open(io.BytesIO(drawing.png(picture))))
    assert np.array_equal(read, picture)


def test_a_grid_places_pictures_row_by_row() -> None:
    tiles = [np.full((2, 2, 3), value, np.uint8) for value in (10, 20, 30)]
    sheet = drawing.grid(tiles, 2, gap=1)
    assert sheet.shape == (5, 5, 3)
    assert [sheet[0, 0, 0], sheet[0, 3, 0], sheet[3, 0, 0]] == [10, 20, 30]
    assert sheet[0, 2, 0] == 128 and sheet[4, 4, 0] == 128
    assert drawing.grid(tiles[:1], 4).shape == (2, 2, 3)
    with pytest.raises(ValueError, match="at least one"):
        drawing.grid([], 2)


def test_enlarging_keeps_places() -> None:
    tile = np.zeros((64, 64, 3), np.uint8)
    tile[10, 20] = 255
    large = drawing.enlarge(tile)
    assert large.shape == (256, 256, 3)
    row, column = np.unravel_index(large[..., 0].argmax(), (256, 256))
    assert 40 <= row < 44 and 80 <= column < 84


def test_points_may_be_counted_in_other_pixels_than_the_picture_has() -> None:
    points = far_away()
    points[LEFT_WRIST] = [800, 200]  # of a picture 1,000 pixels wide, shown half as large and not square
    drawn = drawing.draw_skeleton(np.zeros((300, 500, 3), np.uint8), points, unit=1000, pen=1.0)
    assert tuple(drawn[100, 400]) == COLOURS[LEFT_WRIST]
    assert np.ptp(np.argwhere(drawn.any(axis=2)), axis=0).max() < 12  # the pen does not grow with the picture


def test_a_difference_is_blue_where_less_and_orange_where_more() -> None:
    change = np.zeros((4, 4), np.float32)
    change[0, 0], change[1, 1], change[2, 2] = -2, 1, 0.5
    image = drawing.difference_image(change, 1.0)
    assert tuple(image[0, 0]) == tuple(drawing.LESS) and tuple(image[1, 1]) == tuple(drawing.MORE)
    assert tuple(image[2, 2]) == tuple(np.rint((drawing.GROUND + drawing.MORE) / 2))
    assert tuple(image[3, 3]) == tuple(drawing.GROUND)
    assert np.array_equal(drawing.difference_image(change, 0.0), drawing.ground(4))


def test_of_all_joints_the_one_that_changed_most_counts_in_each_cell() -> None:
    before, after = empty_maps(), empty_maps()
    before[LEFT_WRIST, 3, 3], after[RIGHT_WRIST, 3, 3] = 0.5, 0.2
    after[NOSE, 9, 9] = 0.4
    change = drawing.strongest_difference(before, after)
    assert change[3, 3] == pytest.approx(-0.5) and change[9, 9] == pytest.approx(0.4) and change[0, 0] == 0


def test_a_move_is_an_arrow_in_the_joint_s_colour_and_a_dot_where_nothing_moves() -> None:
    before, after = far_away(), far_away()
    before[LEFT_WRIST], after[LEFT_WRIST] = [40.5, 40.5], [140.5, 40.5]
    before[RIGHT_WRIST] = after[RIGHT_WRIST] = [200.5, 200.5]
    before[NOSE] = [9, 9]  # not found any more: no arrow
    black = np.zeros((256, 256, 3), np.uint8)
    drawn = drawing.draw_moves(black, before, after)
    assert tuple(drawn[40, 40]) == COLOURS[LEFT_WRIST]
    assert np.abs(drawn[40, 100].astype(int) - COLOURS[LEFT_WRIST]).max() < 40
    assert tuple(drawn[200, 200]) == COLOURS[RIGHT_WRIST] and drawn[200, 206].sum() == 0
    assert drawn[:20, :20].sum() == 0 and drawn[40, 146:].sum() == 0
    # The head of the arrow is at the place the joint moved to.
    assert drawn[36:45, 130:141].any(axis=2).sum() > drawn[36:45, 60:71].any(axis=2).sum()


def test_a_jpeg_shows_what_was_drawn() -> None:
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[:32] = (200, 40, 10)
    read = np.asarray(Image.open(io.BytesIO(drawing.jpeg(picture))))
    assert read.shape == picture.shape and np.abs(read.astype(int) - picture).max() < 40
    assert np.abs(read[8, 8].astype(int) - (200, 40, 10)).max() < 8
