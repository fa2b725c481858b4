"""PCKh against numbers worked out by hand, and against known faults of other implementations."""

import numpy as np
import pandas as pd
import pytest

from posecore.keypoints import COCO17, MPII16
from posecore.metrics.evaluate import evaluate
from posecore.metrics.pckh import evaluate_heads, head_hits, heads_in_words, mean
from posecore.samples import annotated_columns

NAMES = MPII16.names
JOINT = {name: k for k, name in enumerate(NAMES)}


def people(*labelled: dict[str, tuple[float, float]], heads=None, origins=None, side=512.0):
    """A table of people who have these joints, crop pixels. heads: sizes in picture pixels."""
    points = np.full((len(labelled), 16, 2), np.nan, np.float32)
    for n, joints in enumerate(labelled):
        for name, place in joints.items():
            points[n, JOINT[name]] = place
    visibility = np.where(np.isnan(points[..., 0]), 0, 2).astype(np.int8)
    table = pd.DataFrame(
        {
            "sample_id": [f"val-{n}" for n in range(len(labelled))],
            "crop_x": 0.0,
            "crop_y": 0.0,
            "crop_side": side,
            **annotated_columns(MPII16, points, visibility),
        }
    )
    if heads is not None:
        table = table.assign(head_size=heads, head_from=origins or ["mat"] * len(labelled))
    return table, points


def moved(points, changes):
    """Predictions: everything where it is annotated but for (person, joint): how far to the right."""
    predicted = np.nan_to_num(points)
    for (n, name), distance in changes.items():
        predicted[n, JOINT[name], 0] += distance
    return predicted


def test_by_hand():
    # Crops of 512 pixels are shown at 256: heads of 40 and 20 pixels have 20 and 10 there, so joints within
    # 10 and within 5 are found, those at exactly as much, too.
    table, points = people(
        dict.fromkeys(("right_ankle", "left_hip", "head_top", "pelvis", "thorax"), (100, 100)),
        {"right_ankle": (50, 50)},
        {"right_ankle": (50, 50), "left_wrist": (60, 60)},
        heads=[40.0, 20.0, np.nan],
        origins=["mat", "stand-in", ""],
    )
    predicted = moved(
        points,
        {
            (0, "right_ankle"): 10.0,  # just found
            (0, "left_hip"): 10.5,  # just not
            (0, "head_top"): 3.0,
            (0, "pelvis"): 99.0,  # left out
            (0, "thorax"): 99.0,
            (1, "right_ankle"): 5.5,  # not, with the smaller head
            (2, "right_ankle"): 0.0,  # of a person without a head
        },
    )
    found = evaluate_heads(predicted, table)
    assert found["pckh"] == pytest.approx(2 / 4)
    assert found["pckh_n"] == 4
    assert found["pckh_per_joint"]["right_ankle"] == pytest.approx(1 / 2)
    assert found["pckh_per_joint"]["left_hip"] == 0
    assert found["pckh_per_joint"]["left_wrist"] is None
    assert list(found["pckh_per_joint"]) == [name for name in NAMES if name not in ("pelvis", "thorax")]
    assert found["pckh_heads"] == {"mat": 1, "none": 1, "stand-in": 1}
    assert found["pckh_boxes"] == pytest.approx(2 / 3)


def test_every_joint_counts_as_much_not_every_kind_of_joint_and_not_every_person():
    # Three ankles found, one wrist not: 3 / 4, where the mean of kinds is 1 / 2, of people (1 + 1 + 1/2) / 3.
    table, points = people(
        *[{"left_ankle": (90, 90)}] * 2, {"left_ankle": (90, 90), "left_wrist": (70, 70)}, heads=[20.0] * 3
    )
    assert evaluate_heads(moved(points, {(2, "left_wrist"): 50.0}), table)["pckh"] == pytest.approx(3 / 4)


@pytest.mark.parametrize(("share", "found"), [(0.1, 1 / 2), (0.11, 1), (0.09, 0)])
def test_a_tenth_of_a_head_is_not_eleven_hundredths(share, found):
    points, predicted = np.zeros((1, 16, 2)), np.zeros((1, 16, 2))
    predicted[0, JOINT["left_knee"], 0], predicted[0, JOINT["left_hip"], 0] = 10, 10.5
    visibility = np.zeros((1, 16), np.int8)
    visibility[0, [JOINT["left_knee"], JOINT["left_hip"]]] = 2
    hits = head_hits(predicted, points, visibility, np.array([100.0]), MPII16, share)
    assert mean(hits) == pytest.approx(found)


def test_a_head_is_in_pixels_of_the_picture():
    for side, found in ((256.0, 1), (1024.0, 0)):  # a head of 20 has 20 pixels of the crop, and 5
        table, points = people({"left_ankle": (90, 90)}, heads=[20.0], side=side)
        assert evaluate_heads(moved(points, {(0, "left_ankle"): 10.0}), table)["pckh"] == found


def test_left_and_right_swapped_are_not_found():
    apart = {name: (20.0 * k, 10.0 * k) for k, name in enumerate(NAMES)}
    table, points = people(apart, heads=[20.0])
    assert evaluate_heads(points, table)["pckh"] == 1
    found = evaluate_heads(points[:, list(MPII16.flip)], table)
    assert [name for name, share in found["pckh_per_joint"].items() if share] == ["upper_neck", "head_top"]


def test_one_pixel_is_seen():
    """A whole pixel between predictions and joints, which small heads do not forgive."""
    table, points = people({"left_ankle": (90, 90)}, heads=[1.9], side=256.0)
    assert evaluate_heads(points, table)["pckh"] == 1
    assert evaluate_heads(points + 1, table)["pckh"] == 0


def test_beside_pck_and_without_oks_where_nobody_published_spreads():
    table, points = people({"left_ankle": (90, 90)}, heads=[20.0])
    scores = evaluate(np.nan_to_num(points), np.ones((1, 16)), table)
    assert scores["pck"] == scores["pckh"] == 1
    assert list(scores["per_joint"]) == list(NAMES)
    assert not [key for key in scores if key.startswith("oks")]


def test_a_table_without_heads_has_no_pckh():
    table, points = people({"left_ankle": (90, 90)})
    assert evaluate_heads(points, table) == {}
    table, points = people({"left_ankle": (90, 90)}, heads=[np.nan], origins=[""])
    assert evaluate_heads(points, table)["pckh"] is None


def test_a_stand_in_is_named():
    assert "stand-in is about a third more lenient" in heads_in_words({"mat": 3, "stand-in": 2})
    assert heads_in_words({"rendered": 3}) == "sizes of heads by 3 rendered head boxes"


def test_nothing_is_left_out_of_cocos_set():
    assert (COCO17.not_in_pckh, COCO17.head) == ((), None)
