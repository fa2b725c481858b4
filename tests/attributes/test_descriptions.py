import numpy as np
import pandas as pd
from fake_bundle import make_fake_bundle

from posecore.attributes.descriptions import joints_of, truth_of
from posecore.bundle import open_bundle


def test_joints_are_those_labelled_or_found(tmp_path):
    table = open_bundle(make_fake_bundle(tmp_path / "b", people=9, annotations=True)).samples
    found = joints_of(table)
    assert found.shape == (9, 17) and found.index.tolist() == table["sample_id"].tolist()
    np.testing.assert_array_equal(found["left_knee found"], table["annotated_left_knee_v"] > 0)
    predicted = joints_of(table, "predicted")["left_knee found"]
    np.testing.assert_array_equal(predicted, table["predicted_left_knee_peak"] >= 0.2)
    assert truth_of(table).shape == (9, 0)


def test_how_people_were_made_becomes_quantities_and_kinds():
    table = pd.DataFrame(
        {
            "sample_id": ["a", "b", "c"],
            "truth_torso_lean": [1.0, 2, 3],
            "truth_child": [True, False, True],
            "truth_family": ["running", "sitting", "running"],
            "truth_view_degrees": [0.0, 90, 180],
            "truth_hair": ["long"] * 3,
            "truth_seed": [1, 2, 3],
        }
    )
    found = truth_of(table)
    assert list(found.columns) == [
        "truth_torso_lean",
        "truth_child",
        "truth_family: running",
        "truth_family: sitting",
        "truth_view_degrees, cosine",
        "truth_view_degrees, sine",
    ]
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["truth_family: running"].tolist() == [True, False, True]
    assert found.dtypes[["truth_child", "truth_family: sitting"]].tolist() == [bool, bool]
    np.testing.assert_allclose(found["truth_view_degrees, cosine"], [1, 0, -1], atol=1e-12)
    np.testing.assert_allclose(found["truth_view_degrees, sine"], [0, 1, 0], atol=1e-12)
