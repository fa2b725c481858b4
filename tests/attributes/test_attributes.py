"""Skeletons drawn for the purpose: an upright torso 60 pixels long, everything else measured by hand."""

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle

from posecore.attributes.skeletons import PEAK, skeletons
from posecore.attributes.table import ATTRIBUTES, attributes_of
from posecore.bundle import open_bundle
from posecore.keypoints import FLIP, KEYPOINTS

STANDING = {
    "nose": (128, 30),
    "left_eye": (132, 26),
    "right_eye": (124, 26),
    "left_ear": (138, 28),
    "right_ear": (118, 28),
    "left_shoulder": (143, 60),
    "right_shoulder": (113, 60),
    "left_elbow": (150, 85),
    "right_elbow": (106, 85),
    "left_wrist": (158, 120),
    "right_wrist": (98, 120),
    "left_hip": (143, 120),
    "right_hip": (113, 120),
    "left_knee": (143, 180),
    "right_knee": (113, 180),
    "left_ankle": (143, 240),
    "right_ankle": (113, 240),
}


def points(**changed):
    return np.array([(STANDING | changed)[name] for name in KEYPOINTS], np.float64)


def measure(name, person, visibility=None, frame=None):
    """One attribute of one person (17, 2)."""
    visibility = np.full(17, 2) if visibility is None else visibility
    found = ATTRIBUTES[name].measure(skeletons(person[None], visibility[None], frame))
    assert found.shape == (1,) and found.dtype == np.float64
    return found[0]


def without(*names):
    """Visibility (17,) with these joints missing."""
    return np.where(np.isin(KEYPOINTS, names), 0, 2)


def rotated(person, degrees, about=(128, 128)):
    """Clockwise as one sees it, as y points down."""
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return (person - about) @ matrix + about


BY_HAND = [
    ("torso_angle", {}, 0),
    # Hips 45 degrees below and to the side of the shoulders.
    ("torso_angle", {"left_hip": (203, 120), "right_hip": (173, 120)}, 45),
    ("torso_angle", {"left_hip": (203, 60), "right_hip": (173, 60)}, 90),
    ("torso_angle", {"left_hip": (143, 20), "right_hip": (113, 20)}, 180),
    ("left_knee_angle", {}, 180),
    ("left_knee_angle", {"left_ankle": (203, 180)}, 90),
    ("left_knee_angle", {"left_ankle": (83, 120)}, 45),
    ("left_knee_angle", {"right_ankle": (203, 180)}, 180),
    ("right_knee_angle", {"right_ankle": (53, 180)}, 90),
    ("knee_angle", {"right_ankle": (53, 180)}, 135),
    ("left_hip_angle", {"left_knee": (203, 120)}, 90),
    ("right_hip_angle", {"right_knee": (173, 60)}, 45),
    ("hip_angle", {"left_knee": (203, 120)}, 135),
    ("knee_drop", {}, 1),
    ("knee_drop", {"left_knee": (203, 120), "right_knee": (173, 120)}, 0),
    ("knee_drop", {"left_knee": (143, 150), "right_knee": (113, 180)}, 0.75),
    ("arm_spread", {}, 1),
    ("arm_spread", {"left_wrist": (218, 120)}, 2),
    ("leg_spread", {}, 0.5),
    ("leg_spread", {"left_ankle": (203, 240)}, 1.5),
    ("arms_raised", {}, -1),
    ("arms_raised", {"left_wrist": (143, 30), "right_wrist": (113, 0)}, 0.75),
    ("facing", {}, 0.5),
    ("facing", {"left_shoulder": (113, 60), "right_shoulder": (143, 60)}, -0.5),
    ("turned", {}, 0),
    ("turned", {"nose": (158, 30)}, 0.5),
    ("turned", {"nose": (98, 30)}, -0.5),
    ("size", {}, 214),
    ("aspect", {}, 214 / 60),
    ("height", {}, 214),
    ("width", {}, 60),
    ("share_of_crop", {}, 214 * 60 / 256**2),
    ("middle_x", {}, 128),
    ("middle_x", {"left_shoulder": (198, 60)}, 128 + 55 / 4),
    ("middle_y", {}, 90),
    ("off_centre", {}, 38),
    ("off_centre", {"left_hip": (143, 160)}, 28),
    ("cut_off", {}, 0),
    ("labelled_joints", {}, 17),
]


@pytest.mark.parametrize(("name", "changed", "expected"), BY_HAND)
def test_by_hand(name, changed, expected):
    assert measure(name, points(**changed)) == pytest.approx(expected, abs=1e-9)


def test_every_attribute_is_tested_by_hand_and_says_how_it_is_computed():
    assert {row[0] for row in BY_HAND} == set(ATTRIBUTES)
    for attribute in ATTRIBUTES.values():
        assert len(attribute.how) > 30 and attribute.how.endswith(".") and "\n" not in attribute.how


MIRRORED = {"left_knee_angle": "right_knee_angle", "left_hip_angle": "right_hip_angle"}
MIRRORED |= {right: left for left, right in MIRRORED.items()}


def test_a_mirrored_person_has_the_mirrored_attributes():
    person = points(nose=(150, 33), left_ankle=(190, 200), right_knee=(90, 170), left_wrist=(180, 40))
    mirror = (person * [-1, 1] + [256, 0])[list(FLIP)]
    for name in ATTRIBUTES:
        expected = measure(MIRRORED.get(name, name), person)
        moved = 256 if name == "middle_x" else 0
        sign = -1 if name in ("turned", "middle_x") else 1
        assert measure(name, mirror) == pytest.approx(moved + sign * expected), name


def test_the_unit_is_the_torso_and_the_direction_its_own():
    """Twice as large, moved and lying on the side, people raise, spread and turn as before."""
    person = points(nose=(150, 33), left_ankle=(190, 200), left_wrist=(180, 40))
    other = rotated(person, 90) * 2 + 11
    for name in (
        "knee_angle",
        "hip_angle",
        "knee_drop",
        "arm_spread",
        "leg_spread",
        "arms_raised",
        "facing",
        "turned",
    ):
        assert measure(name, other) == pytest.approx(measure(name, person)), name
    assert measure("torso_angle", other) == pytest.approx(90)
    assert measure("size", other) == pytest.approx(2 * measure("size", person))
    assert measure("aspect", other) == pytest.approx(1 / measure("aspect", person))


def test_from_behind_and_from_the_side():
    assert measure("facing", points()[list(FLIP)]) == pytest.approx(-0.5)
    side = points(
        left_shoulder=(128, 60), right_shoulder=(128, 60), left_hip=(128, 120), right_hip=(128, 120)
    )
    assert measure("facing", side) == 0


NEEDS = {
    "torso_angle": ["left_hip", "right_hip"],
    "left_knee_angle": ["left_ankle"],
    "right_knee_angle": ["right_hip"],
    "knee_angle": ["left_knee", "right_ankle"],
    "left_hip_angle": ["left_shoulder"],
    "right_hip_angle": ["right_knee"],
    "hip_angle": ["left_knee", "right_shoulder"],
    "knee_drop": ["left_knee", "right_hip"],
    "arm_spread": ["left_wrist"],
    "leg_spread": ["right_ankle"],
    "arms_raised": ["left_wrist", "right_wrist"],
    "facing": ["left_shoulder"],
    "turned": ["nose"],
    "size": KEYPOINTS[1:],
    "aspect": KEYPOINTS[1:],
    "height": KEYPOINTS[1:],
    "width": KEYPOINTS[1:],
    "share_of_crop": KEYPOINTS[1:],
    "middle_x": ["left_shoulder", "right_shoulder", "left_hip", "right_hip"],
    "middle_y": ["left_shoulder", "right_shoulder", "left_hip", "right_hip"],
    "off_centre": ["left_shoulder", "right_shoulder", "left_hip", "right_hip"],
    "cut_off": ["left_elbow", "right_elbow", "left_knee", "right_knee", "left_shoulder", "right_shoulder"],
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_what_needs_a_missing_joint_is_nan_without_a_warning(name, recwarn):
    if name in NEEDS:
        assert np.isnan(measure(name, points(), without(*NEEDS[name])))
    nobody = measure(name, np.full((17, 2), np.nan), np.zeros(17, int))
    assert nobody == 0 if name == "labelled_joints" else np.isnan(nobody)
    assert np.isfinite(measure(name, points()))
    assert measure(name, points(left_knee=(np.nan, 3))) is not None
    assert not recwarn.list


def test_one_side_is_enough_where_the_mean_of_both_is_taken():
    person = points(left_ankle=(203, 180), left_wrist=(158, 30))
    assert measure("knee_angle", person, without("right_knee")) == 90
    assert measure("arms_raised", person, without("right_wrist")) == 0.5
    # The mean of hips and shoulders would lean; each side's own direction does not.
    assert measure("torso_angle", person, without("right_hip")) == 0


def test_a_torso_that_points_at_the_camera_measures_nothing():
    person = points(left_hip=(143, 70), right_hip=(113, 70))
    for name in ("torso_angle", "arm_spread", "facing", "knee_drop"):
        assert np.isnan(measure(name, person)), name


def test_limbs_that_leave_the_picture_are_counted():
    legs = ("left_ankle", "right_ankle", "left_knee", "right_knee")
    # From hips at 120, half a torso further down is 150: in the crop, but below a picture that ends at 140.
    assert measure("cut_off", points(), without(*legs)) == 0
    assert measure("cut_off", points(), without(*legs), np.array([[0, 0, 256, 140]])) == 2
    assert measure("cut_off", points(), without("left_ankle"), np.array([[0, 0, 256, 200]])) == 1
    # A hidden knee of a leg whose ankle is seen is not cut off.
    assert measure("cut_off", points(), without("left_knee"), np.array([[0, 0, 256, 140]])) == 0
    arm = points(left_elbow=(200, 70), left_wrist=(250, 75))
    assert measure("cut_off", arm, without("left_wrist"), np.array([[0, 0, 220, 256]])) == 1


def test_a_table_of_people_by_annotated_and_by_predicted_joints(tmp_path):
    bundle = open_bundle(make_fake_bundle(tmp_path / "b", people=12, annotations=True))
    table = bundle.samples.sample(frac=1, random_state=0)
    found = attributes_of(table)
    assert list(found.columns) == list(ATTRIBUTES) and found.index.tolist() == table["sample_id"].tolist()
    columns = [f"annotated_{name}_v" for name in KEYPOINTS]
    np.testing.assert_array_equal(found["labelled_joints"], (table[columns] > 0).sum(axis=1))
    by_prediction = attributes_of(table.drop(columns=[c for c in table if c.startswith("annotated")]))
    pd.testing.assert_frame_equal(by_prediction, attributes_of(table, "predicted"))
    peaks = [f"predicted_{name}_peak" for name in KEYPOINTS]
    np.testing.assert_array_equal(by_prediction["labelled_joints"], (table[peaks] >= PEAK).sum(axis=1))
    # Half of them sit.
    sits = [bundle.row(name) % 2 == 1 for name in found.index]
    assert attributes_of(table, "predicted")["knee_drop"].groupby(sits).median().diff().iloc[1] < -0.2


def test_the_picture_s_border_is_found_in_the_crop():
    table = pd.DataFrame(
        {f"annotated_{name}_{axis}": [xy["xy".index(axis)]] for name, xy in STANDING.items() for axis in "xy"}
    )
    table = table.assign(**{f"annotated_{name}_v": [int("ankle" not in name)] for name in KEYPOINTS})
    # The crop shows 512 picture pixels on 256; the picture ends 400 below the crop's top: 200 crop pixels.
    table = table.assign(
        sample_id="a-1", crop_x=10.0, crop_y=20.0, crop_side=512.0, image_width=900, image_height=420
    )
    assert attributes_of(table)["cut_off"].tolist() == [2]
    assert attributes_of(table.assign(image_height=900))["cut_off"].tolist() == [0]
