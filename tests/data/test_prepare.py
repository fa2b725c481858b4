import json

import cv2
import numpy as np
import pandas as pd
import pytest

import posecore.data.prepare as module
from posecore.data.coco import annotation_file
from posecore.data.prepare import Settings, prepare
from posecore.data.prepared import open_prepared
from posecore.errors import ConfigError, DataError
from posecore.samples import CROP_COLUMNS, read_points, read_visibility

ALL_TRAIN = Settings(test_size=0)


def edit(coco_dir, change, split="train"):
    path = annotation_file(coco_dir, split)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_people_are_cropped_tabled_and_counted(coco_dir, tmp_path):
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["splits"] == {"train": {"people": 24, "pictures": 23}, "val": {"people": 8, "pictures": 7}}
    assert info["skipped"] == {"crowd box": 2, "no labelled keypoint": 2}
    data = open_prepared(tmp_path / "out")
    table = data.table("train")
    assert table["sample_id"].is_unique
    assert table["sample_id"][0] == "train-101"
    for sample_id in table["sample_id"]:
        assert cv2.imread(str(data.picture_path("train", sample_id))).shape == (256, 256, 3)


def test_crop_points_go_back_to_the_annotated_ones(coco_dir, tmp_path):
    prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    table = open_prepared(tmp_path / "out").table("train")
    truth = {a["id"]: a for a in json.loads(annotation_file(coco_dir, "train").read_text())["annotations"]}
    left, top, side = (table[name].to_numpy()[:, None] for name in CROP_COLUMNS)
    points = read_points(table, "annotated") * (side / 256)[..., None] + np.stack([left, top], axis=-1)
    for row, number in enumerate(table["annotation_id"]):
        keypoints = np.array(truth[number]["keypoints"]).reshape(17, 3)
        labelled = read_visibility(table)[row] > 0
        assert np.array_equal(labelled, keypoints[:, 2] > 0)
        assert np.allclose(points[row][labelled], keypoints[labelled, :2], atol=1e-3)


def test_test_people_come_from_train_by_whole_pictures(coco_dir, tmp_path):
    prepare(coco_dir, tmp_path / "out", Settings(test_size=6), workers=1)
    data = open_prepared(tmp_path / "out")
    train, test = data.table("train"), data.table("test")
    assert (len(train), len(test), len(data.table("val"))) == (18, 6, 8)
    assert not set(train["image_id"]) & set(test["image_id"])
    assert set(test["split"]) == {"test"}
    assert test["sample_id"].str.startswith("train-").all()


def test_by_default_a_tenth_is_held_out(coco_dir, tmp_path):
    assert prepare(coco_dir, tmp_path / "out", Settings(), workers=1)["splits"]["test"]["people"] == 2


def test_any_number_of_workers_gives_equal_tables(coco_dir, tmp_path):
    infos = [prepare(coco_dir, tmp_path / str(n), Settings(), name="same", workers=n) for n in (1, 2)]
    assert infos[0] | {"created": 0} == infos[1] | {"created": 0}
    for split in ("train", "val", "test"):
        first, second = (open_prepared(tmp_path / n).table(split) for n in ("1", "2"))
        pd.testing.assert_frame_equal(first, second)


def test_a_killed_run_goes_on_and_ends_with_the_same(coco_dir, tmp_path, monkeypatch):
    whole = prepare(coco_dir, tmp_path / "whole", ALL_TRAIN, name="same", workers=1)
    real, made = module._crop_picture, []

    def dies(coco, folder, task):
        made.append(task)
        if len(made) == 10:
            raise KeyboardInterrupt
        return real(coco, folder, task)

    monkeypatch.setattr(module, "_crop_picture", dies)
    with pytest.raises(KeyboardInterrupt):
        prepare(coco_dir, tmp_path / "parts", ALL_TRAIN, name="same", workers=1)
    assert not (tmp_path / "parts").exists()
    with (tmp_path / ".parts.partial" / "journal.jsonl").open("a") as journal:
        journal.write('{"split": "train", "image')  # a line cut off in the middle
    again = []
    monkeypatch.setattr(module, "_crop_picture", lambda *a: (again.append(a), real(*a))[1])
    parts = prepare(coco_dir, tmp_path / "parts", ALL_TRAIN, name="same", workers=1)
    assert len(again) == 30 - 9
    assert parts | {"created": 0} == whole | {"created": 0}
    assert sorted(p.name for p in (tmp_path / "parts").rglob("*")) == sorted(
        p.name for p in (tmp_path / "whole").rglob("*")
    )


def test_other_settings_start_clean(coco_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_write_tables", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    monkeypatch.undo()
    info = prepare(coco_dir, tmp_path / "out", Settings(test_size=0, limit=5), workers=1)
    assert (
        len(list((tmp_path / "out" / "crops").rglob("*.png")))
        == sum(s["people"] for s in info["splits"].values())
        == 10
    )


def test_unreadable_pictures_are_counted_listed_and_skipped(coco_dir, tmp_path):
    pictures = coco_dir / "train2017"
    (pictures / "000000000003.jpg").unlink()
    (pictures / "000000000004.jpg").write_text("these are words")
    whole = (pictures / "000000000005.jpg").read_bytes()
    (pictures / "000000000005.jpg").write_bytes(whole[: len(whole) // 2])
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["splits"]["train"]["people"] == 21
    assert [line.split(": ")[1] for line in info["unreadable"]] == [
        "no such file",
        *["not a readable picture"] * 2,
    ]


def test_people_with_unusable_boxes_or_keypoints_are_counted_by_reason(coco_dir, tmp_path):
    def spoil(content):
        first, second, third, fourth = content["annotations"][2:6]
        first["bbox"][2] = 0
        second["keypoints"] = second["keypoints"][:-1]
        third["keypoints"] = [-5000.0, -5000.0, 2] * 17
        third["bbox"] = [0, 0, 10, 10]
        fourth["keypoints"][15:18] = [100000, 10, 2]  # a shoulder far outside the picture

    edit(coco_dir, spoil)
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["skipped"]["empty box"] == 1
    assert info["skipped"]["malformed annotation"] == 1
    assert info["splits"]["train"]["people"] + info["skipped"].get("all keypoints outside the crop", 0) == 22
    assert info["joints_outside"] >= 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not a COCO keypoints file"),
        ("[]", "not a COCO"),
        ('{"a": 1}', "images and annotations"),
        (None, "no COCO data"),
    ],
)
def test_a_broken_or_missing_annotation_file_is_named(content, words, tmp_path):
    folder = tmp_path / "coco"
    (folder / "annotations").mkdir(parents=True)
    if content is not None:
        annotation_file(folder, "train").write_text(content)
    with pytest.raises(DataError, match=words) as error:
        prepare(folder, tmp_path / "out", ALL_TRAIN, workers=1)
    assert "person_keypoints_train2017.json" in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_picture_named_outside_its_folder_is_refused(coco_dir, tmp_path):
    edit(coco_dir, lambda content: content["images"][0].update(file_name="../../etc/passwd"))
    with pytest.raises(DataError, match="expected a name below train2017"):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)


def test_nobody_usable_is_an_error_and_leaves_nothing(coco_dir, tmp_path):
    for split in ("train", "val"):
        edit(coco_dir, lambda c: [a.update(iscrowd=1) for a in c["annotations"]], split)
    with pytest.raises(DataError, match="no usable person found"):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_things_is_never_touched(coco_dir, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear")
    with pytest.raises(ConfigError, match="something else"):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert (tmp_path / "out" / "letter.txt").read_text() == "dear"


def test_prepared_data_of_another_version_or_without_the_split_is_refused(prepared_dir, tmp_path):
    with pytest.raises(DataError, match="no split 'test'; there are: train, val"):
        open_prepared(prepared_dir).table("test")
    with pytest.raises(DataError, match="prepare_coco"):
        open_prepared(tmp_path)
    (tmp_path / "dataset.json").write_text('{"schema_version": 99}')
    with pytest.raises(DataError, match="schema version 99, expected 1"):
        open_prepared(tmp_path)
