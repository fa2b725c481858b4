import json

import numpy as np
import pandas as pd
import pytest

from posecore.errors import DataError
from posecore.keypoints import COCO17, GROUPS, KEYPOINTS, OKS_SIGMAS, K
from posecore.metrics.evaluate import evaluate
from posecore.samples import annotated_columns

KEYS = [
    "images",
    "pck",
    "pck_visible",
    "per_joint",
    "per_joint_n",
    "per_joint_hidden_n",
    "per_group",
    "oks_mean",
    "oks_ap",
    "oks_ap50",
    "oks_ap75",
    "oks_ar",
]


@pytest.fixture
def table():
    """Person 0: nose (v=2) and left hip (v=1); person 1: nose (v=2); person 2: nothing labelled."""
    points = np.full((3, K, 2), np.nan, np.float32)
    visibility = np.zeros((3, K), np.int8)
    points[[0, 1], 0], points[0, 11] = (64, 64), (128, 128)
    visibility[[0, 1], 0], visibility[0, 11] = 2, 1
    return pd.DataFrame(
        {
            "sample_id": ["val-1", "val-2", "val-3"],
            "image_id": [1, 2, 2],
            "area": 40_000.0,
            "bbox_x": 0.0,
            "bbox_y": 0.0,
            "bbox_w": 512.0,
            "bbox_h": 512.0,
            "crop_x": 0.0,
            "crop_y": 0.0,
            "crop_side": 512.0,
            **annotated_columns(COCO17, points, visibility),
        }
    )


def test_figures_by_hand(table):
    predicted = np.full((3, K, 2), 64, np.float32)
    predicted[0, 11] = (128, 148)  # a miss by 20 crop pixels, 40 of the picture
    peaks = np.full((3, K), 0.5, np.float32)
    figures = evaluate(predicted, peaks, table)
    assert list(figures) == KEYS
    assert figures["images"] == 2
    assert figures["pck"] == pytest.approx((0.5 + 1) / 2)
    assert figures["pck_visible"] == 1
    assert list(figures["per_joint"]) == list(figures["per_joint_n"]) == list(KEYPOINTS)
    assert figures["per_joint"]["nose"] == 1
    assert figures["per_joint"]["left_hip"] == 0
    assert figures["per_joint"]["right_hip"] is None
    assert (figures["per_joint_n"]["nose"], figures["per_joint_n"]["right_hip"]) == (2, 0)
    hidden = figures["per_joint_hidden_n"]
    assert (hidden["left_hip"], hidden["nose"], sum(hidden.values())) == (1, 0, 1)
    assert list(figures["per_group"]) == list(GROUPS)
    assert (figures["per_group"]["hips"], figures["per_group"]["knees"]) == (0, None)
    hip = np.exp(-(40**2) / (2 * 40_000 * (2 * OKS_SIGMAS[11]) ** 2))
    assert figures["oks_mean"] == pytest.approx(((1 + hip) / 2 + 1) / 2)
    assert figures["oks_ap50"] == pytest.approx(1)


def test_the_surest_person_is_the_one_with_the_highest_mean_peak(table):
    table = table.iloc[:2]
    predicted = np.full((2, K, 2), 64, np.float32)
    predicted[0] = 250  # person 0 is wrong
    sure_of_the_wrong_one = np.full((2, K), 0.5, np.float32)
    sure_of_the_wrong_one[1, :9] = 0.4
    sure_of_the_right_one = np.full((2, K), 0.5, np.float32)
    sure_of_the_right_one[0, :9] = 0.4
    assert evaluate(predicted, sure_of_the_right_one, table)["oks_ap"] == pytest.approx(51 / 101)
    assert evaluate(predicted, sure_of_the_wrong_one, table)["oks_ap"] == pytest.approx(51 / 202)


def test_figures_are_json_even_where_nothing_is_labelled(table):
    figures = evaluate(np.zeros((1, K, 2)), np.zeros((1, K)), table.iloc[2:])
    text = json.dumps(figures, allow_nan=False)
    assert json.loads(text) == figures
    assert figures["images"] == 0
    assert [figures[key] for key in KEYS if key != "images" and not key.startswith("per_")] == [None] * 7


def test_predictions_of_another_table_are_refused(table):
    with pytest.raises(DataError, match="2 predictions and 3 rows of peaks for 3 people"):
        evaluate(np.zeros((2, K, 2)), np.zeros((3, K)), table)


def test_predictions_that_are_not_finite_are_refused(table):
    predicted = np.zeros((3, K, 2))
    predicted[1, 2, 0] = np.nan
    with pytest.raises(DataError, match="not finite"):
        evaluate(predicted, np.zeros((3, K)), table)
