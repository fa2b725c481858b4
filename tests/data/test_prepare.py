import json
import shutil

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import posecore.data.cutting as cutting
import posecore.data.prepare as module
import posecore.processes as processes
from posecore.data.coco import annotation_file
from posecore.data.crops import SquareCrop
from posecore.data.prepare import Settings, prepare
from posecore.data.prepared import fingerprint, open_prepared
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
    colours = []
    for row in table.itertuples():
        source = Image.open(coco_dir / "train2017" / row.file_name).convert("RGB")
        expected = SquareCrop(row.crop_x, row.crop_y, row.crop_side).cut(source)
        stored = cv2.imread(str(data.picture_path("train", row.sample_id)), cv2.IMREAD_COLOR_RGB)
        assert np.array_equal(stored, expected)
        colours.append(stored.mean(axis=(0, 1)) / 255)
    assert np.allclose(info["mean_rgb"], np.mean(colours, axis=0))


def test_everybody_annotated_is_either_prepared_or_counted(coco_dir, tmp_path):
    (coco_dir / "train2017" / "000000000001.jpg").unlink()
    edit(coco_dir, lambda content: content["annotations"][5]["bbox"].__setitem__(2, -1))
    info = prepare(coco_dir, tmp_path / "out", Settings(test_size=3), workers=1)
    annotated = sum(
        len(json.loads(annotation_file(coco_dir, split).read_text())["annotations"])
        for split in ("train", "val")
    )
    people = sum(split["people"] for split in info["splits"].values())
    assert people + sum(info["skipped"].values()) == annotated == 24 + 8 + 2 * 2


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


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.p*") if path.is_file()}


def test_a_killed_run_goes_on_and_ends_with_the_same(coco_dir, tmp_path, monkeypatch):
    whole = prepare(coco_dir, tmp_path / "whole", ALL_TRAIN, name="same", workers=1)
    real, made = cutting._cut_picture, []

    def dies(coco, folder, task):
        made.append(task)
        if len(made) == 10:
            raise KeyboardInterrupt
        return real(coco, folder, task)

    monkeypatch.setattr(cutting, "_cut_picture", dies)
    with pytest.raises(KeyboardInterrupt):
        prepare(coco_dir, tmp_path / "parts", ALL_TRAIN, name="same", workers=1)
    assert not (tmp_path / "parts").exists()
    with (tmp_path / ".parts.partial" / "journal.jsonl").open("a") as journal:
        journal.write('{"split": "train", "image')  # a line cut off in the middle
    (tmp_path / ".parts.partial" / "crops" / "train" / "train-104.png").unlink()
    again = []
    monkeypatch.setattr(cutting, "_cut_picture", lambda *a: (again.append(a), real(*a))[1])
    parts = prepare(coco_dir, tmp_path / "parts", ALL_TRAIN, name="same", workers=1)
    assert len(again) == 30 - 9 + 1
    assert parts | {"created": 0} == whole | {"created": 0}
    assert files(tmp_path / "parts") == files(tmp_path / "whole")
    assert len(files(tmp_path / "parts")) == 32 + 2
    assert {path.name for path in tmp_path.iterdir()} == {"tiny_coco", "whole", "parts"}


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
    assert info["unreadable"] == [
        "train2017/000000000003.jpg: no such file",
        "train2017/000000000004.jpg: not a readable picture",
        "train2017/000000000005.jpg: not a readable picture",
    ]
    assert info["skipped"]["picture missing or unreadable"] == 3


def test_a_picture_is_not_turned_and_must_have_its_annotated_size(coco_dir, tmp_path):
    pictures = coco_dir / "train2017"
    turned = Image.Exif()
    turned[0x0112] = 6
    upright = Image.open(pictures / "000000000003.jpg")
    upright.save(pictures / "000000000003.jpg", quality=100, exif=turned)
    upright.rotate(90, expand=True).save(pictures / "000000000004.jpg")
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["unreadable"] == [
        "train2017/000000000004.jpg: 150 x 200 pixels, annotated as 200 x 150",
    ]
    data = open_prepared(tmp_path / "out")
    row = data.table("train").set_index("image_id").loc[3]
    expected = SquareCrop(row.crop_x, row.crop_y, row.crop_side).cut(upright)
    stored = cv2.imread(str(data.picture_path("train", row.sample_id)), cv2.IMREAD_COLOR_RGB)
    assert np.abs(stored.astype(int) - expected).mean() < 3


def test_pictures_put_in_their_place_are_read_by_the_next_run(coco_dir, tmp_path):
    for split in ("train2017", "val2017"):
        (coco_dir / split).rename(tmp_path / split)
    with pytest.raises(DataError, match="30 pictures are missing or unreadable, train2017/0") as error:
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert "\n" not in str(error.value)
    assert not (tmp_path / ".out.partial").exists()
    (tmp_path / "train2017").rename(coco_dir / "train2017")
    assert prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)["splits"] == {
        "train": {"people": 24, "pictures": 23}
    }


def test_unreadable_pictures_of_a_killed_run_are_tried_again(coco_dir, tmp_path, monkeypatch):
    path = coco_dir / "train2017" / "000000000003.jpg"
    path.rename(tmp_path / "away.jpg")
    monkeypatch.setattr(module, "_write_tables", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    monkeypatch.undo()
    (tmp_path / "away.jpg").rename(path)
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert (info["unreadable"], info["splits"]["train"]["people"]) == ([], 24)


def test_keypoints_and_people_outside_their_crop_are_counted(coco_dir, tmp_path):
    def spoil(content):
        lost, beside, partly = content["annotations"][2:5]
        # Centred on (0, 75): a crop of 11 pixels between two keypoints 2000 apart holds neither.
        lost["keypoints"] = [-1000, 75, 2, 1000, 75, 2] + [0] * 45
        lost["bbox"] = [0, 0, 10, 10]
        # The crop follows the keypoint out of the picture, where there is nothing to see.
        beside["keypoints"] = [900, 75, 2] + [0] * 48
        # Side 110 centred on (75, 50): from 20 to 130; two are outside, the third is inside.
        partly["keypoints"] = [10, 50, 1, 140, 50, 2, 75, 60, 2] + [0] * 42
        partly["bbox"] = [30, 0, 100, 50]

    edit(coco_dir, spoil)
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["skipped"]["all keypoints outside the crop"] == 1
    assert info["skipped"]["crop outside the picture"] == 1
    assert info["splits"]["train"]["people"] == 22
    assert info["joints_outside"] == 2 + 2
    table = open_prepared(tmp_path / "out").table("train").set_index("annotation_id", drop=False)
    row = table.loc[[105]]
    assert read_visibility(row)[0].tolist() == [0, 0, 2] + [0] * 14
    points = read_points(row, "annotated")[0]
    assert np.isnan(points[[0, 1, 3]]).all()
    assert np.allclose(points[2], [(75 - 20) * 256 / 110, 60 * 256 / 110])


def test_the_thesis_filter_drops_people_near_the_border_and_counts_them(coco_dir, tmp_path):
    def move(content):
        content["annotations"][2]["keypoints"] = [10, 20, 2, 30, 120, 2] + [0] * 45

    edit(coco_dir, move)
    plain = prepare(coco_dir, tmp_path / "plain", ALL_TRAIN, workers=1)
    info = prepare(coco_dir, tmp_path / "out", Settings(test_size=0, thesis_filter=True), workers=1)
    dropped = info["skipped"]["dropped by the thesis's filter"]
    assert dropped >= 1
    assert sum(split["people"] for split in info["splits"].values()) == 32 - dropped
    assert "train-103" in set(open_prepared(tmp_path / "plain").table("train")["sample_id"])
    assert "train-103" not in set(open_prepared(tmp_path / "out").table("train")["sample_id"])
    assert (plain["thesis_filter"], info["thesis_filter"]) == (False, True)


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


@pytest.mark.parametrize("name", ["letter.txt", "dataset.json", "train.parquet"])
def test_a_folder_with_other_things_is_never_touched(name, coco_dir, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text('{"name": "somebody else\'s"}')
    with pytest.raises(ConfigError, match="something else"):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert (tmp_path / "out" / name).read_text() == '{"name": "somebody else\'s"}'


def test_prepared_data_is_replaced_unless_something_lies_beside_it(coco_dir, tmp_path):
    prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    old = json.loads((tmp_path / "out" / "dataset.json").read_text())
    (tmp_path / "out" / "dataset.json").write_text(json.dumps(old | {"schema_version": 0}))
    assert prepare(coco_dir, tmp_path / "out", Settings(limit=10), workers=1)["splits"]["test"]["people"] == 1
    assert len(open_prepared(tmp_path / "out").table("train")) == 9
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match=r"notes\.txt"):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert (tmp_path / "out" / "notes.txt").exists()


def test_a_file_or_the_coco_folder_itself_is_no_destination(coco_dir, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="file: is a file"):
        prepare(coco_dir, tmp_path / "file", ALL_TRAIN, workers=1)
    with pytest.raises(ConfigError, match="something else"):
        prepare(coco_dir, coco_dir, ALL_TRAIN, workers=1)
    assert annotation_file(coco_dir, "train").is_file()


def test_test_people_need_a_train_file(coco_dir, tmp_path):
    annotation_file(coco_dir, "train").unlink()
    with pytest.raises(ConfigError, match="no train people to draw from"):
        prepare(coco_dir, tmp_path / "out", Settings(test_size=2), workers=1)
    info = prepare(coco_dir, tmp_path / "out", Settings(), workers=1)
    assert list(info["splits"]) == ["val"]


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(coco_dir, tmp_path, monkeypatch):
    real, saved = Image.Image.save, []

    def full(image, path, **options):
        if len(saved) == 5:
            raise OSError(28, "No space left on device", str(path))
        real(image, path, **options)
        saved.append(path)

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OSError, match="No space left"):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    monkeypatch.undo()
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.rglob("*.tmp"))
    assert prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)["splits"]["train"]["people"] == 24


def test_a_worker_ended_by_the_system_is_one_line(coco_dir, tmp_path, monkeypatch):
    class Broken:
        def __init__(self, *arguments):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *arguments):
            return None

        def map(self, *arguments, **options):
            raise processes.BrokenProcessPool

    monkeypatch.setattr(processes, "ProcessPoolExecutor", Broken)
    with pytest.raises(DataError, match="fewer --workers"):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=2)


def test_the_fingerprint_speaks_of_people_and_keypoints_alone(prepared_dir):
    data = open_prepared(prepared_dir)
    train, val = data.table("train"), data.table("val")
    known = fingerprint({"train": train, "val": val})
    assert known == data.info["fingerprint"]
    assert known == fingerprint({"val": val, "train": train[::-1]})
    moved = train.copy()
    moved.loc[0, "annotated_left_shoulder_x"] += 0.01
    assert known != fingerprint({"train": moved, "val": val})
    assert known != fingerprint({"train": train})
    assert known != fingerprint({"test": train, "val": val})


def test_a_broken_table_is_named(prepared_dir, tmp_path):
    shutil.copytree(prepared_dir, tmp_path / "data", ignore=shutil.ignore_patterns("crops"))
    data = open_prepared(tmp_path / "data")
    path, whole = tmp_path / "data" / "val.parquet", data.table("val")
    for broken, words in (
        (whole.drop(columns="crop_side"), "lacks the column crop_side"),
        (whole[1:], "7 people"),
    ):
        broken.to_parquet(path)
        with pytest.raises(DataError, match=words) as error:
            data.table("val")
        assert str(path) in str(error.value)
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match=r"val\.parquet: not a readable table; make it with"):
        data.table("val")


def test_prepared_data_of_another_version_or_without_the_split_is_refused(prepared_dir, tmp_path):
    with pytest.raises(DataError, match="no split 'test'; there are: train, val"):
        open_prepared(prepared_dir).table("test")
    with pytest.raises(DataError, match="prepare_coco"):
        open_prepared(tmp_path)
    (tmp_path / "dataset.json").write_text('{"schema_version": 99}')
    with pytest.raises(DataError, match="schema version 99, expected 1"):
        open_prepared(tmp_path)
    (tmp_path / "dataset.json").write_text('{"schema_version": 1, "name": "a"}')
    with pytest.raises(DataError, match="lacks fingerprint, mean_rgb, splits, unreadable"):
        open_prepared(tmp_path)
