import json
import shutil

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import posecore.data.cutting as cutting
import posecore.data.prepare as module
from posecore.claims import claimed
from posecore.data.coco import annotation_file
from posecore.data.crops import SquareCrop
from posecore.data.prepare import PrepareSettings, prepare
from posecore.data.prepared import fingerprint, open_prepared
from posecore.errors import ConfigError, DataError
from posecore.samples import CROP_COLUMNS, read_points, read_visibility

ALL_TRAIN = PrepareSettings(test_size=0)


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
    info = prepare(coco_dir, tmp_path / "out", PrepareSettings(test_size=3), workers=1)
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
    prepare(coco_dir, tmp_path / "out", PrepareSettings(test_size=6), workers=1)
    data = open_prepared(tmp_path / "out")
    train, test = data.table("train"), data.table("test")
    assert (len(train), len(test), len(data.table("val"))) == (18, 6, 8)
    assert not set(train["image_id"]) & set(test["image_id"])
    assert set(test["split"]) == {"test"}
    assert test["sample_id"].str.startswith("train-").all()


def test_by_default_a_tenth_is_held_out(coco_dir, tmp_path):
    assert prepare(coco_dir, tmp_path / "out", PrepareSettings(), workers=1)["splits"]["test"]["people"] == 2


def test_any_number_of_workers_gives_equal_tables(coco_dir, tmp_path):
    infos = [prepare(coco_dir, tmp_path / str(n), PrepareSettings(), name="same", workers=n) for n in (1, 2)]
    assert infos[0] | {"created": 0} == infos[1] | {"created": 0}
    for split in ("train", "val", "test"):
        first, second = (open_prepared(tmp_path / n).table(split) for n in ("1", "2"))
        pd.testing.assert_frame_equal(first, second)


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.p*") if path.is_file()}


def test_a_killed_run_goes_on_and_ends_with_the_same(coco_dir, tmp_path, monkeypatch):
    whole = prepare(coco_dir, tmp_path / "whole", ALL_TRAIN, name="same", workers=1)
    real, made = cutting._cut_picture, []

    def dies(layout, source, folder, task):
        made.append(task)
        if len(made) == 10:
            raise KeyboardInterrupt
        return real(layout, source, folder, task)

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
    info = prepare(coco_dir, tmp_path / "out", PrepareSettings(test_size=0, limit=5), workers=1)
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
        # Centred on (100, 75): a crop of 11 pixels between two keypoints 190 apart holds neither.
        lost["keypoints"] = [5, 75, 2, 195, 75, 2] + [0] * 45
        lost["bbox"] = [0, 0, 10, 10]
        # Where the picture has ended there is nothing to see.
        beside["keypoints"] = [900, 75, 2] + [0] * 48
        # Side 110 centred on (75, 50): from 20 to 130; two are outside, the third is inside.
        partly["keypoints"] = [10, 50, 1, 140, 50, 2, 75, 60, 2] + [0] * 42
        partly["bbox"] = [30, 0, 100, 50]

    edit(coco_dir, spoil)
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["skipped"]["all keypoints outside the crop"] == 1
    assert info["skipped"]["all labelled joints outside the picture or without a place"] == 1
    assert info["splits"]["train"]["people"] == 22
    assert info["joints_outside"] == 2 + 2
    table = open_prepared(tmp_path / "out").table("train").set_index("annotation_id", drop=False)
    row = table.loc[[105]]
    assert read_visibility(row)[0].tolist() == [0, 0, 2] + [0] * 14
    points = read_points(row, "annotated")[0]
    assert np.isnan(points[[0, 1, 3]]).all()
    assert np.allclose(points[2], [(75 - 20) * 256 / 110, 60 * 256 / 110])


def test_what_is_mended_is_counted_for_the_people_that_are_written(coco_dir, tmp_path):
    def spoil(content):
        for annotation in content["annotations"][2:5]:
            annotation["area"] = None
        content["annotations"][2]["keypoints"][15:18] = [-12, 100, 2]

    edit(coco_dir, spoil)
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    moved = "labelled joint outside its picture, taken as unlabelled"
    assert info["mended"] == {"area not measured, 0.53 of the box instead": 3, moved: 1}
    assert json.loads((tmp_path / "out" / "dataset.json").read_text())["mended"] == info["mended"]
    table = open_prepared(tmp_path / "out").table("train").set_index("annotation_id", drop=False)
    assert read_visibility(table.loc[[103]])[0, 5] == 0
    assert np.isnan(read_points(table.loc[[103]], "annotated")[0, 5]).all()
    few = prepare(coco_dir, tmp_path / "few", PrepareSettings(test_size=0, limit=3), workers=1)
    assert few["mended"] == {"area not measured, 0.53 of the box instead": 1, moved: 1}


def test_people_whose_annotation_ids_start_anew_have_a_crop_each(coco_dir, tmp_path):
    def number_anew(content):
        for annotation in content["annotations"]:
            annotation["id"] = 1

    edit(coco_dir, number_anew)
    prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    data = open_prepared(tmp_path / "out")
    table = data.table("train")
    assert len(table) == 24 and table["sample_id"].is_unique
    assert table["sample_id"].tolist()[:3] == ["train-1-1", "train-1-2", "train-2-1"]
    crops = {data.picture_path("train", name).read_bytes() for name in table["sample_id"]}
    assert len(crops) == 24


def test_attributes_of_mixed_kinds_are_text_everywhere_and_known_before_a_crop_is_cut(coco_dir, tmp_path):
    def describe(content):
        for i, annotation in enumerate(content["annotations"]):
            annotation["attributes"] = {
                "age": "unknown" if i == 2 else 30 + i,
                "track": i,
                "seen": i % 2 == 0,
            }
        content["annotations"][3]["attributes"] |= {"seen": None, "parts": [1, 2]}

    def number(content):
        for annotation in content["annotations"]:
            annotation["attributes"] = {"age": 20, "large": 2**70}

    edit(coco_dir, describe)
    edit(coco_dir, number, "val")
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    data = open_prepared(tmp_path / "out")
    assert data.table("train")["truth_age"].tolist()[:3] == ["30", "31", "unknown"]
    assert data.table("train")["truth_track"].tolist() == list(range(24))
    assert data.table("train")["truth_seen"].tolist()[:4] == [True, False, True, None]
    assert data.table("val")["truth_age"].tolist() == ["20"] * 8
    assert data.table("val")["truth_large"].tolist() == [str(2**70)] * 8
    assert info["mended"] == {
        "attribute age of mixed kinds, kept as text": 32,
        "attribute large of mixed kinds, kept as text": 8,
        "attribute without a plain name and value, left out": 1,
    }


def test_names_that_are_no_utf_8_are_kept_where_the_file_opens_and_escaped(coco_dir, tmp_path):
    pictures = coco_dir / "train2017"
    names = {
        3: "caf\udce9.jpg",
        4: "gone\udce9.jpg",
        5: "half\ud800.jpg",
        6: "sub dir/ä b.jpg",
        7: "a\nb.jpg",
    }
    (pictures / "sub dir").mkdir()
    for number, name in names.items():
        if number not in (4, 5):
            (pictures / f"{number:012d}.jpg").rename(pictures / name)

    def rename(content):
        for image in content["images"]:
            image["file_name"] = names.get(image["id"], image["file_name"])

    edit(coco_dir, rename)
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, name="caf\udce9", workers=1)
    assert info["unreadable"] == [
        "train2017/gone\\udce9.jpg: no such file",
        "train2017/half\\ud800.jpg: not a readable picture",
    ]
    assert open_prepared(tmp_path / "out").info["name"] == "caf\\udce9"
    table = open_prepared(tmp_path / "out").table("train").set_index("image_id")
    assert table["file_name"].loc[[3, 6, 7]].tolist() == ["caf\\udce9.jpg", "sub dir/ä b.jpg", "a\\nb.jpg"]


def test_a_picture_too_large_is_named_with_its_size_and_what_is_taken(coco_dir, tmp_path):
    path = coco_dir / "train2017" / "000000000003.jpg"
    Image.new("1", (15_000, 13_000)).save(path, format="PNG")
    Image.new("1", (15_000, 13_000)).save(path.with_name("000000000004.jpg"), format="PNG")
    edit(coco_dir, lambda content: content["images"][2].update(width=15_000, height=13_000))
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["splits"]["train"]["people"] == 22
    large, larger = info["unreadable"]
    assert large.startswith("train2017/000000000003.jpg: 15000 x 13000 pixels; at most 178 million are taken")
    assert "far more pixels than 200 x 150, as annotated; at most 178 million" in larger


def test_a_crop_of_too_many_pixels_is_counted(coco_dir, tmp_path, monkeypatch):
    real, cropped = Image.Image.crop, []

    def crop(image, box=None):
        cropped.append(box)
        if len(cropped) == 3:
            raise Image.DecompressionBombError("too large")
        return real(image, box)

    monkeypatch.setattr(Image.Image, "crop", crop)
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["skipped"]["crop of too many pixels"] == 1
    assert info["splits"]["train"]["people"] == 23


def test_the_thesis_filter_drops_people_near_the_border_and_counts_them(coco_dir, tmp_path):
    def move(content):
        content["annotations"][2]["keypoints"] = [10, 20, 2, 30, 120, 2] + [0] * 45

    edit(coco_dir, move)
    plain = prepare(coco_dir, tmp_path / "plain", ALL_TRAIN, workers=1)
    info = prepare(coco_dir, tmp_path / "out", PrepareSettings(test_size=0, thesis_filter=True), workers=1)
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
    assert (
        prepare(coco_dir, tmp_path / "out", PrepareSettings(limit=10), workers=1)["splits"]["test"]["people"]
        == 1
    )
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
        prepare(coco_dir, tmp_path / "out", PrepareSettings(test_size=2), workers=1)
    info = prepare(coco_dir, tmp_path / "out", PrepareSettings(), workers=1)
    assert list(info["splits"]) == ["val"]


def test_a_train_file_alone_can_be_split_in_three(coco_dir, tmp_path):
    annotation_file(coco_dir, "val").unlink()
    (coco_dir / "val2017").rename(tmp_path / "val2017")
    info = prepare(coco_dir, tmp_path / "out", PrepareSettings(test_size=4, val_size=5), workers=1)
    data = open_prepared(tmp_path / "out")
    tables = [data.table(split) for split in ("train", "test", "val")]
    assert [len(table) for table in tables] == [15, 4, 5]
    assert list(info["splits"]) == ["train", "test", "val"]
    assert pd.concat(tables)["sample_id"].is_unique
    pictures = [set(table["image_id"]) for table in tables]
    assert sum(map(len, pictures)) == len(set.union(*pictures)) == 23
    assert set(tables[2]["split"]) == {"val"}
    assert all(data.picture_path("val", name).is_file() for name in tables[2]["sample_id"])
    # Drawn by the seed, and the test people are the same with and without them.
    again = prepare(coco_dir, tmp_path / "again", PrepareSettings(test_size=4, val_size=5), workers=1)
    assert again["fingerprint"] == info["fingerprint"]
    prepare(coco_dir, tmp_path / "two", PrepareSettings(test_size=4), workers=1)
    assert open_prepared(tmp_path / "two").table("test")["sample_id"].equals(tables[1]["sample_id"])
    prepare(coco_dir, tmp_path / "other", PrepareSettings(test_size=4, val_size=5, seed=1), workers=1)
    other = open_prepared(tmp_path / "other").table("val")["sample_id"]
    assert set(other) != set(tables[2]["sample_id"])


def test_people_to_validate_on_come_from_train_and_only_where_there_are_no_others(coco_dir, tmp_path):
    with pytest.raises(ConfigError, match=r"--val-size 2: .* has val people of its own"):
        prepare(coco_dir, tmp_path / "out", PrepareSettings(val_size=2), workers=1)
    annotation_file(coco_dir, "val").rename(tmp_path / "val.json")
    with pytest.raises(ConfigError, match="--val-size 20: train has only 20 people; ask for fewer"):
        prepare(coco_dir, tmp_path / "out", PrepareSettings(test_size=4, val_size=20), workers=1)
    annotation_file(coco_dir, "train").rename(annotation_file(coco_dir, "val"))
    with pytest.raises(ConfigError, match=r"--val-size 2: .* has no train people to draw from"):
        prepare(coco_dir, tmp_path / "out", PrepareSettings(val_size=2), workers=1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("settings", [{"test_size": 1}, {"test_size": 0, "val_size": 1}])
def test_where_no_picture_holds_so_few_people_nobody_is_held_out_in_silence(settings, coco_dir, tmp_path):
    def pair(content):
        for number, annotation in enumerate(content["annotations"][:24]):
            annotation["image_id"] = 1 + number // 2

    edit(coco_dir, pair)
    annotation_file(coco_dir, "val").unlink()
    with pytest.raises(ConfigError, match="size 1: every picture of train has more people; ask for more"):
        prepare(coco_dir, tmp_path / "out", PrepareSettings(**settings), workers=1)
    # Nobody asked for the default, a tenth of the 24: one picture of two people.
    assert prepare(coco_dir, tmp_path / "out", PrepareSettings(), workers=1)["splits"]["test"]["people"] == 2


def test_another_process_that_writes_the_same_folder_is_waited_for(coco_dir, tmp_path):
    with claimed(tmp_path / "out"), pytest.raises(ConfigError, match="out: another process is writing it"):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert not (tmp_path / ".out.partial").exists()
    prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert {path.name for path in tmp_path.iterdir()} == {"tiny_coco", "out"}


def test_a_journal_of_other_bytes_is_begun_anew(coco_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_write_tables", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    monkeypatch.undo()
    journal = tmp_path / ".out.partial" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:3], b"7\n", b"\xff\xfe{\n", *lines[3:]]))
    info = prepare(coco_dir, tmp_path / "out", ALL_TRAIN, workers=1)
    assert info["splits"]["train"]["people"] == 24


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
