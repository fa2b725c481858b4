"""Rendered people in MPII's layout: the same pictures, sixteen joints and the true box of the head."""

import json
from pathlib import Path

import numpy as np
import pytest

from posecore.data.mpii import MPII
from posecore.data.prepare import PrepareSettings, prepare
from posecore.data.prepared import open_prepared
from posecore.keypoints import COCO17, MPII16
from posecore.metrics.evaluate import evaluate
from posecore.samples import read_points, read_visibility
from posecore.synthetic.people import render_person
from posecore.synthetic.writer import RenderSettings, make_people
from scripts import make_people as script
from scripts import prepare_mpii

PEOPLE = RenderSettings(people=4, val=2, seed=4, layout="mpii")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered") / "people"
    make_people(folder, PEOPLE, workers=1)
    return folder


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered") / "coco"
    make_people(folder, RenderSettings(people=4, seed=4), workers=1)
    return folder


def entries(folder: Path) -> list[dict]:
    return json.loads((folder / "annot" / "train.json").read_text())


def test_pictures_and_shared_joints_are_those_of_cocos_layout_counted_from_1(
    rendered: Path, coco: Path
) -> None:
    content = json.loads((coco / "annotations" / "person_keypoints_train2017.json").read_text())
    theirs = {a["image_id"]: a for a in content["annotations"] if a["num_keypoints"]}
    for number, entry in enumerate(entries(rendered), start=1):
        picture = coco / "train2017" / f"{number:012d}.jpg"
        assert (rendered / "images" / entry["image"]).read_bytes() == picture.read_bytes()
        keypoints = np.array(theirs[number]["keypoints"]).reshape(17, 3)
        for k, name in enumerate(MPII16.names):
            if name in COCO17.names:
                x, y, v = keypoints[COCO17.names.index(name)]
                assert (entry["visibility"][k], entry["joints_vis"][k]) == (v, v > 0)
                np.testing.assert_allclose(entry["joints"][k], (x + 1, y + 1) if v else (-1, -1), atol=0.006)
        assert entry["attributes"] == theirs[number]["attributes"]
    assert not (rendered / "annotations").exists()
    assert "layout" not in json.loads((coco / "rendered.json").read_text())
    assert json.loads((rendered / "rendered.json").read_text())["layout"] == "mpii"


def test_the_box_of_the_head_is_around_the_face_and_heads_are_that_large(rendered: Path) -> None:
    """A box is about as wide as a head and reaches from the chin to the crown."""
    for index, entry in enumerate(entries(rendered)):
        person = render_person(4, index)
        left, top, right, bottom = np.array(entry["head_box"]) - 1
        figure, camera = person.scene.main, person.scene.camera
        face, _ = camera.project(np.stack([figure.marks[name] for name in COCO17.names[:5]]))
        assert (face >= (left, top)).all() and (face <= (right, bottom)).all()
        ends = [entry["joints"][k] for k in MPII16.head]
        if all(entry["joints_vis"][k] for k in MPII16.head):
            apart = np.linalg.norm(np.subtract(*ends))
            assert 0.5 < apart / np.hypot(right - left, bottom - top) < 1.05
        # A head is an eighth of a grown body, or more of a child's.
        assert 0.08 < np.hypot(right - left, bottom - top) / (200 * entry["scale"]) < 0.35


def test_they_are_prepared_and_scored_with_heads_that_say_where_they_are_from(
    rendered: Path, tmp_path: Path
) -> None:
    info = prepare(rendered, tmp_path / "data", PrepareSettings(test_size=0), layout=MPII, workers=1)
    assert info["heads"] == {"rendered": 6}
    assert info["splits"]["val"]["people"] == 2
    table = open_prepared(tmp_path / "data").table("train")
    assert table["truth_family"].nunique() == 4
    assert {1, 2} <= set(np.unique(read_visibility(table)))  # which joints are hidden is known
    scores = evaluate(np.nan_to_num(read_points(table, "annotated")), np.ones((4, 16)), table)
    assert scores["pckh"] == scores["pck"] == 1
    assert scores["pckh_heads"] == {"rendered": 4}


def test_the_scripts_name_each_other_and_another_layout_is_refused(tmp_path: Path, capsys) -> None:
    people, data = str(tmp_path / "people"), str(tmp_path / "data")
    arguments = ["--out", people, "--people", "2", "--workers", "1"]
    assert script.main([*arguments, "--layout", "lsp"]) == 2
    assert capsys.readouterr().err == "error: --layout 'lsp': expected coco or mpii\n"
    assert script.main([*arguments, "--layout", "mpii"]) == 0
    assert f"next: python scripts/prepare_mpii.py --mpii {people}" in capsys.readouterr().out
    assert prepare_mpii.main(["--mpii", people, "--out", data, "--workers", "1", "--test-size", "0"]) == 0
    printed = capsys.readouterr().out
    assert "for PCKh: sizes of heads by 2 rendered head boxes" in printed
    assert printed.splitlines()[-1] == f"next: python scripts/train.py --data {data} --out runs/mine"
    assert prepare_mpii.main(["--mpii", str(tmp_path / "none"), "--out", data]) == 2
    assert capsys.readouterr().err.count("\n") == 1
