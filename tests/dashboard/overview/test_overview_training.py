"""What the Overview says of training and scores."""

import json
from pathlib import Path
from typing import Any

import pytest
from fake_bundle import make_fake_bundle, with_history
from opening import open_page
from planted_studies import plant_control
from reading import figures
from reading import words as text_of

from dashboard.overview import charts, words
from dashboard.overview.words import epochs, why_visible_is_lower
from posecore.bundle import open_bundle
from posecore.bundle.manifest import MANIFEST


@pytest.mark.parametrize(
    ("training", "recorded", "said"),
    [
        ({"epochs": 4}, 4, "4 epochs"),
        ({"epochs": 1, "best_epoch": 1}, 1, "1 epoch; the weights after epoch 1 are the ones kept"),
        (
            {"epochs": 8, "epochs_before": 29, "best_epoch": 37},
            37,
            "37 epochs: 29 in earlier runs and 8 in the last; the weights after epoch 37 are the ones kept",
        ),
        (
            {"epochs": 8, "epochs_before": 17},
            22,
            "22 epochs: 17 in earlier runs and 5 in the last of 8 that were planned",
        ),
        ({"epochs": 8, "epochs_before": 2}, 0, "10 epochs: 2 in earlier runs and 8 in the last"),
    ],
)
def test_epochs_add_up(training: dict[str, Any], recorded: int, said: str) -> None:
    assert epochs(training, recorded) == said


def test_the_second_curve_is_pck_with_all_skips_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = {"validated_on": {"name": "Leeds", "people": 400}, "epochs": 3, "cut_skips": 0.5}
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 12, training=training)
    history = [{"epoch": n, "val_pck": n / 10, "val_loss": 1 / n} for n in (1, 2, 3)]
    history[1]["val_pck_0000"], history[2]["val_pck_0000"] = 0.05, 0.1  # not recorded before
    with_history(path, history)
    app = open_page(monkeypatch, path.parent, "overview")
    pck, loss = figures(app)
    assert [line["name"] for line in pck["data"]] == list(words.PCK_LINES.values())
    assert pck["data"][0]["y"] == [0.1, 0.2, 0.3] and pck["data"][1]["y"] == [None, 0.05, 0.1]
    assert pck["layout"]["showlegend"] and len(loss["data"]) == 1
    bundle = open_bundle(path)
    source = words.validated_on(bundle, 3)
    assert source.startswith("3 epochs · 400 validation people of Leeds · ")
    title = pck["layout"]["title"]["text"].replace("<br>", " ")
    assert title.split() == source.replace(" · hourglass", " hourglass").split()
    trained = words.trained(bundle, bundle.history())
    assert trained in text_of(app) and "50%" in trained


def test_networks_that_never_learned_are_lines_in_grey(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 12)
    lines = figures(open_page(monkeypatch, path.parent, "overview"))[0]["layout"].get("shapes", [])
    plant_control(path, [(0.021, 0.0), (0.034, 0.0)])
    app = open_page(monkeypatch, path.parent, "overview")
    more = figures(app)[0]["layout"]["shapes"]
    assert [line["y0"] for line in more if line not in lines] == pytest.approx([0.021, 0.034])
    said = words.pck_untrained([0.021, 0.034], 12)
    assert said in text_of(app) and "0.034" in said


def test_without_it_there_is_one_curve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 12)
    pck, _ = figures(open_page(monkeypatch, path.parent, "overview"))
    assert [line["name"] for line in pck["data"]] == ["all skips"] and not pck["layout"]["showlegend"]


def test_why_visible_joints_score_lower_is_said_where_they_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = {
        "pck": 0.66,
        "pck_visible": 0.63,
        "per_joint": {"left_ear": 0.95, "right_ear": 0.93, "left_eye": 0.9, "nose": None},
        "per_joint_hidden_n": {"left_ear": 300, "right_ear": 100, "left_eye": 1},
    }
    ears = why_visible_is_lower(scores)
    # 300 of 0.95 and 100 of 0.93 are found.
    assert all(figure in ears for figure in (" 401 ", " 400 are ears", " 94% of the ears"))
    # Where many kinds are hidden, or it is not known which, only what follows from the scores is said.
    for hidden in ({"left_ear": 300, "nose": 200}, {}):
        said = why_visible_is_lower(scores | {"per_joint_hidden_n": hidden})
        assert said and "ears" not in said and "%" not in said
    hard = dict.fromkeys(scores["per_joint"], 0.1)
    assert "ears" not in why_visible_is_lower(scores | {"per_joint": hard})
    assert why_visible_is_lower(scores | {"pck_visible": 0.7}) == ""
    assert why_visible_is_lower({"pck": 0.5, "pck_visible": None}) == ""
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 12)
    assert ears not in text_of(open_page(monkeypatch, path.parent, "overview"))
    manifest = json.loads((path / MANIFEST).read_text())
    manifest["figures"]["fake people val"] |= scores
    (path / MANIFEST).write_text(json.dumps(manifest))
    assert ears in text_of(open_page(monkeypatch, path.parent, "overview"))


def test_curves_mark_where_the_image_size_changes_and_the_epoch_kept() -> None:
    figure = charts.curves(
        [1, 2, 3, 4], {"PCK": [0.1, 0.2, None, 0.4]}, "PCK", "4 epochs", [128, 128, 256, 256], 3
    )
    assert [shape.x0 for shape in figure.layout.shapes] == [2.5, 3]
    assert "256 px" in figure.layout.annotations[0].text
    assert list(figure.data[0].y) == [0.1, 0.2, None, 0.4]


def test_a_curve_says_what_it_is_made_of() -> None:
    source = "n = 5 people · data · network"
    figure = charts.curves([1], {"PCK": [0.5]}, "PCK", source)
    assert figure.layout.title.text == "n = 5 people · data<br>network"
