"""Changes of any picture: what is in it and its joints go together."""

import numpy as np
import pytest

from posecore.causes.cause import Labelled
from posecore.causes.change import change_picture
from posecore.causes.picture import COVERED, GREY
from posecore.causes.table import CAUSES, IMAGE
from posecore.data.crops import SIZE
from posecore.errors import ChangeError, ConfigError
from posecore.keypoints import FLIP, KEYPOINTS

MOVING = {"mirror", "shift_x", "shift_y", "scale", "rotate"}
"""Causes that move what is in the picture; the others must not."""


@pytest.fixture(scope="module")
def given() -> Labelled:
    rng = np.random.default_rng(0)
    joints = rng.uniform(70, 186, (17, 2)).round() + 0.5
    return Labelled(rng.integers(0, 256, (SIZE, SIZE, 3), np.uint8), joints, np.full(17, 2))


def one_light(place: np.ndarray) -> np.ndarray:
    """A dark picture with a light of five pixels around a place."""
    crop = np.zeros((SIZE, SIZE, 3), np.uint8)
    x, y = place.astype(int)
    crop[y - 2 : y + 3, x - 2 : x + 3] = 200
    return crop


@pytest.mark.parametrize("cause", IMAGE, ids=lambda cause: cause.key)
def test_joints_go_where_the_picture_goes(cause, given: Labelled) -> None:
    for value in (*cause.strengths, cause.high):
        for k in (0, 9, 16):
            lit = Labelled(one_light(given.joints[k]), given.joints, given.visibility)
            # Whatever is covered is another joint.
            made = change_picture(lit, cause, value, joint=5)
            light = made.crop.astype(float).sum(axis=2) - made.crop.min()
            at = FLIP[k] if cause.key == "mirror" else k
            if cause.key in MOVING and light.max() > 0:
                rows, columns = np.nonzero(light > light.max() / 2)
                middle = np.array([columns.mean(), rows.mean()]) + 0.5
                assert np.abs(made.joints[at] - middle).max() < 0.8
            elif cause.key not in MOVING:
                assert np.array_equal(made.joints, given.joints)


@pytest.mark.parametrize("cause", IMAGE, ids=lambda cause: cause.key)
def test_a_change_of_nothing_is_the_same_picture_and_any_other_is_not(cause, given: Labelled) -> None:
    before = given.crop.copy()
    assert change_picture(given, cause, cause.neutral) is given
    for value in cause.strengths:
        assert not np.array_equal(change_picture(given, cause, value).crop, before)
    assert np.array_equal(given.crop, before)


def test_the_mean_and_the_spread_follow_brightness_and_contrast(given: Labelled) -> None:
    dark = change_picture(given, CAUSES["brightness"], 0.5).crop
    assert dark.mean() == pytest.approx(given.crop.mean() / 2, abs=0.5)
    flat = change_picture(given, CAUSES["contrast"], 0.5).crop
    assert flat.mean() == pytest.approx(given.crop.mean(), abs=0.5)
    assert flat.std() == pytest.approx(given.crop.std() / 2, abs=0.5)


def test_a_square_covers_the_joint_that_is_chosen_and_hides_it(given: Labelled) -> None:
    nose = KEYPOINTS.index("nose")
    made = change_picture(given, CAUSES["square"], 24, joint=nose)
    x, y = given.joints[nose].astype(int)
    assert (made.crop[y - 11 : y + 12, x - 11 : x + 12] == GREY).all()
    assert (made.crop != given.crop).any(axis=2).sum() <= 25 * 25
    assert made.visibility[nose] == 1
    far = np.abs(given.joints - given.joints[nose]).max(axis=1) > 12
    assert (made.visibility[far] == 2).all()


def test_what_leaves_the_picture_is_not_there(given: Labelled) -> None:
    wide = Labelled(given.crop, (given.joints - 128) * 2 + 128, given.visibility)
    made = change_picture(wide, CAUSES["scale"], 1.5)
    outside = ((made.joints < 0) | (made.joints >= SIZE)).any(axis=1)
    assert outside.any() and np.array_equal(made.visibility == 0, outside)


def test_what_cannot_be_done_is_one_line(given: Labelled) -> None:
    unknown = Labelled(given.crop, np.full((17, 2), np.nan), np.zeros(17, np.int64))
    with pytest.raises(ChangeError, match="Where the left wrist is in this picture is not known"):
        change_picture(unknown, CAUSES["square"], 24, COVERED)
    for cause, value, joint, words in (
        ("turn", 20, 0, "only a rendered person"),
        ("scale", 9, 0, "is outside; expected a number from 0.5 to 1.5"),
        ("square", 24, 17, "joint 17: expected 0 to 16"),
    ):
        with pytest.raises(ConfigError, match=words) as error:
            change_picture(given, CAUSES[cause], value, joint)
        assert "\n" not in str(error.value)
