import contextlib
import io

import numpy as np
import pandas as pd
import pytest

from posecore.keypoints import COCO17, OKS_SIGMAS, K
from posecore.metrics import oks as oks_module
from posecore.metrics.oks import average_precision, oks, picture_points
from posecore.samples import annotated_columns, read_points, read_visibility


def make_table(points, visibility, image_ids=None, area=10_000.0, side=512.0):
    """A prepared table whose crops all start at (30, 40) of their pictures."""
    n = len(points)
    visible = np.asarray(visibility, np.int8)
    annotated = np.where(visible[..., None] > 0, points, np.nan).astype(np.float32)
    return pd.DataFrame(
        {
            "sample_id": [f"val-{i}" for i in range(n)],
            "image_id": np.arange(n) if image_ids is None else image_ids,
            "area": np.broadcast_to(area, n),
            "bbox_x": 30.0,
            "bbox_y": 40.0,
            "bbox_w": 500.0,
            "bbox_h": 500.0,
            "crop_x": 30.0,
            "crop_y": 40.0,
            "crop_side": np.broadcast_to(side, n),
            **annotated_columns(COCO17, annotated, visible),
        }
    )


def random_people(n, noise, seed=0, labelled=0.7):
    rng = np.random.default_rng(seed)
    points = rng.uniform(20, 236, (n, K, 2))
    visibility = rng.choice([0, 1, 2], (n, K), p=[1 - labelled, labelled / 2, labelled / 2])
    predicted = points + rng.normal(0, 1, points.shape) * np.linspace(0, noise, n)[:, None, None]
    return points, visibility, predicted.astype(np.float32), rng.uniform(0.1, 1, n)


def test_points_go_from_the_crop_to_the_picture():
    table = pd.DataFrame({"crop_x": [10.0, 0.0], "crop_y": [20.0, -5.0], "crop_side": [512.0, 128.0]})
    points = np.zeros((2, K, 2))
    points[:, 0] = (100, 50)
    found = picture_points(points, table)
    np.testing.assert_allclose(found[0, 0], [210, 120])
    np.testing.assert_allclose(found[1, 0], [50, 20])
    np.testing.assert_allclose(found[0, 1], [10, 20])


def test_oks_by_hand():
    # Distance = 2 * sigma * sqrt(area) gives exp(-1/2) for any joint.
    area = np.array([400.0, 2500.0, 100.0])
    annotated = np.full((3, K, 2), np.nan)
    annotated[:, [0, 9]] = 50
    predicted = np.full((3, K, 2), 50.0)
    visibility = np.zeros((3, K), int)
    visibility[0, 0], visibility[1, [0, 9]] = 2, (1, 2)
    predicted[0, 0, 0] += 2 * OKS_SIGMAS[0] * 20
    predicted[1, 9, 1] -= 2 * OKS_SIGMAS[9] * 50
    found = oks(predicted, annotated, visibility, area, OKS_SIGMAS)
    np.testing.assert_allclose(found[:2], [np.exp(-0.5), (1 + np.exp(-0.5)) / 2], rtol=1e-9)
    assert np.isnan(found[2])


def test_a_larger_person_is_forgiven_more():
    annotated, visibility = np.zeros((2, K, 2)), np.full((2, K), 2)
    small, large = oks(annotated + 5, annotated, visibility, np.array([1_000.0, 100_000.0]), OKS_SIGMAS)
    assert small < 0.5 < 0.9 < large < 1


def test_oks_equals_what_cocoeval_computes():
    points, visibility, predicted, scores = random_people(12, noise=30)
    table = make_table(points, visibility, area=np.linspace(2_000, 90_000, 12), side=np.linspace(90, 900, 12))
    evaluation = oks_module._evaluation(table, predicted, scores)
    theirs = [evaluation.ious[image, 1][0, 0] for image in range(12)]
    annotated = picture_points(read_points(table, "annotated"), table)
    area = table["area"].to_numpy()
    ours = oks(picture_points(predicted, table), annotated, read_visibility(table), area, OKS_SIGMAS)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert ours.min() < 0.5 < 0.9 < ours.max()


def test_perfect_predictions_score_one_in_every_figure():
    points, visibility, _, scores = random_people(9, noise=0)
    table = make_table(points, visibility, image_ids=np.arange(9) // 3)
    assert average_precision(table, points, scores) == pytest.approx({"ap": 1, "ap50": 1, "ap75": 1, "ar": 1})


def test_predictions_far_off_score_zero():
    points, visibility, _, scores = random_people(6, noise=0)
    found = average_precision(make_table(points, visibility, area=100.0), 255 - points, scores)
    assert found == pytest.approx({"ap": 0, "ap50": 0, "ap75": 0, "ar": 0})


def test_average_precision_equals_cocos_own_summary():
    points, visibility, predicted, scores = random_people(60, noise=25)
    table = make_table(points, visibility, image_ids=np.arange(60) // 4, area=np.linspace(4_000, 90_000, 60))
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = oks_module._evaluation(table, predicted, scores)
        evaluation.params.areaRng = [[0, 1e10], [32**2, 96**2], [96**2, 1e10]]
        evaluation.params.areaRngLbl = ["all", "medium", "large"]
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    ap, ap50, ap75, _, _, ar = evaluation.stats[:6]
    assert average_precision(table, predicted, scores) == pytest.approx(
        {"ap": ap, "ap50": ap50, "ap75": ap75, "ar": ar}
    )
    assert 0 < ap < ap50 < 1
    assert len({ap, ap50, ap75, ar}) == 4


def test_ap_by_hand_half_the_people_found():
    # Two pictures, one person each; the surer detection is right, the other far off: precision 1 up to
    # recall 0.5, which is 51 of COCO's 101 recall points. Ranked the other way round it is 1/2.
    points, visibility, _, _ = random_people(2, noise=0, labelled=1)
    table = make_table(points, visibility, area=400.0)
    predicted = points.copy()
    predicted[1] = 0
    right_first = average_precision(table, predicted, np.array([0.9, 0.1]))
    wrong_first = average_precision(table, predicted, np.array([0.1, 0.9]))
    assert right_first["ap"] == pytest.approx(51 / 101)
    assert wrong_first["ap"] == pytest.approx(51 / 101 / 2)
    assert right_first["ar"] == wrong_first["ar"] == pytest.approx(0.5)


def test_people_of_one_picture_are_matched_to_each_other():
    # The two predictions are swapped: within one picture each still finds a person, across two it does not.
    points, visibility, _, scores = random_people(2, noise=0, labelled=1)
    together = make_table(points, visibility, image_ids=[7, 7], area=400.0)
    apart = make_table(points, visibility, image_ids=[7, 8], area=400.0)
    assert average_precision(together, points[::-1], scores)["ap"] == pytest.approx(1)
    assert average_precision(apart, points[::-1], scores)["ap"] == pytest.approx(0)


def test_as_in_coco_twenty_detections_of_a_picture_count():
    points, visibility, _, scores = random_people(25, noise=0, labelled=1)
    found = average_precision(make_table(points, visibility, image_ids=np.zeros(25, int)), points, scores)
    assert found["ar"] == pytest.approx(20 / 25)


def test_a_person_without_labels_is_left_out():
    points, visibility, _, scores = random_people(3, noise=0, labelled=1)
    visibility[1] = 0
    predicted = points.copy()
    found = average_precision(make_table(points, visibility), predicted, scores)
    assert found["ap"] == pytest.approx(1)
    nobody = average_precision(make_table(points, np.zeros_like(visibility)), predicted, scores)
    assert nobody == {"ap": None, "ap50": None, "ap75": None, "ar": None}


def test_an_empty_table_has_no_figures():
    points, visibility, _, scores = random_people(1, noise=0)
    table = make_table(points, visibility).iloc[:0]
    assert average_precision(table, points[:0], scores[:0]) == {
        "ap": None,
        "ap50": None,
        "ap75": None,
        "ar": None,
    }


def test_nothing_is_printed_and_nothing_is_changed(capsys):
    points, visibility, predicted, scores = random_people(4, noise=9)
    table = make_table(points, visibility)
    kept = table.copy(), predicted.copy(), scores.copy()
    average_precision(table, predicted, scores)
    assert capsys.readouterr() == ("", "")
    pd.testing.assert_frame_equal(table, kept[0])
    np.testing.assert_array_equal(predicted, kept[1])
    np.testing.assert_array_equal(scores, kept[2])
