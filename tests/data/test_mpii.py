"""MPII's layout: the JSON and the .mat, crops, head boxes and where they are from."""

import json

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from posecore.data.mpii import MPII, box_size, read_pictures, usual_crop
from posecore.data.pictures import count_mended
from posecore.data.prepare import PrepareSettings, prepare
from posecore.data.prepared import open_prepared
from posecore.errors import DataError
from posecore.keypoints import MPII16
from posecore.samples import read_points, read_visibility

RNG = np.random.default_rng(0)
JOINTS = RNG.uniform(60, 140, (16, 2)).round(1).tolist()
JOINTS[8], JOINTS[9] = [100.0, 80.0], [103.0, 76.0]  # five pixels from upper neck to head top


def entry(**changes) -> dict:
    person = {
        "image": "a.png",
        "center": [101.0, 91.0],
        "scale": 0.4,
        "joints": JOINTS,
        "joints_vis": [1] * 16,
    } | changes
    return {name: value for name, value in person.items() if value is not ...}


def write(folder, people, split="train", name="a.png"):
    (folder / "annot").mkdir(parents=True, exist_ok=True)
    (folder / "images").mkdir(exist_ok=True)
    picture = RNG.integers(0, 256, (150, 200, 3)).astype(np.uint8)
    Image.fromarray(picture).save(folder / "images" / name)
    file = {"train": "train.json", "val": "valid.json"}[split]
    (folder / "annot" / file).write_text(people if isinstance(people, str) else json.dumps(people))
    return folder


def only(pictures):
    (picture,) = pictures
    (person,) = picture.people
    return person


def test_pixels_are_counted_from_0_alike_in_joints_and_crop(tmp_path):
    pictures, skipped = read_pictures(write(tmp_path, [entry()]), "train")
    found = only(pictures)
    assert (found.sample_id, found.annotation_id, skipped) == ("train-1", 1, {})
    np.testing.assert_allclose(found.points, np.array(JOINTS) - 1)
    # Scale 0.4 is a person of 80 pixels: the crop has 100, and its middle is 15 x 0.4 = 6 lower.
    assert found.crop == usual_crop((100.0, 90.0), 0.4)
    assert (found.crop.x, found.crop.y, found.crop.side) == pytest.approx((50, 46, 100))
    # A joint at the centre, 6 above the crop's middle, is there whatever is counted from.
    at_centre = entry(joints=[[101.0, 91.0]] * 16)
    person = only(read_pictures(write(tmp_path, [at_centre]), "train")[0])
    np.testing.assert_allclose(person.crop.points_to_crop(person.points[0]), [128, 128 - 6 * 2.56])


def test_labelled_is_not_seen_and_is_taken_as_seen_and_counted(tmp_path):
    pictures, _ = read_pictures(write(tmp_path, [entry(joints_vis=[1, 0] + [1] * 14)]), "train")
    assert only(pictures).visibility.tolist() == [2, 0] + [2] * 14
    reason = "labelled joint of which nothing says whether it is seen, taken as seen"
    assert count_mended(pictures) == {reason: 15}
    seen = entry(visibility=[2, 1, 0, *[2] * 13])
    pictures, _ = read_pictures(write(tmp_path, [seen]), "train")
    assert only(pictures).visibility.tolist() == seen["visibility"]
    assert count_mended(pictures) == {}


def test_without_joints_vis_joints_that_have_a_place_are_labelled(tmp_path):
    joints = [[-1.0, -1.0], *JOINTS[1:]]
    pictures, _ = read_pictures(write(tmp_path, [entry(joints=joints, joints_vis=...)]), "train")
    assert only(pictures).visibility.tolist() == [0] + [2] * 15


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"center": ...}, "no centre and scale"),
        ({"center": [1]}, "no centre and scale"),
        ({"scale": ...}, "no centre and scale"),
        ({"scale": -1.0}, "no centre and scale"),
        ({"scale": "tall"}, "no centre and scale"),
        ({"scale": 10**400}, "no centre and scale"),
        ({"scale": 1e6}, "scale far from its picture's"),
        ({"scale": 1e-6}, "scale far from its picture's"),
        ({"joints": ...}, "no labelled joint"),
        ({"joints_vis": [0] * 16}, "no labelled joint"),
        ({"joints": JOINTS[:15]}, "joints are not 16 pairs of numbers"),
        ({"joints": [["a", "b"]] * 16}, "joints are not 16 pairs of numbers"),
        ({"joints_vis": [7] * 16}, "joints_vis is not 16 times 0 or 1"),
        ({"joints_vis": [1] * 3}, "joints_vis is not 16 times 0 or 1"),
        ({"visibility": [3] * 16}, "visibility is not 16 times 0, 1 or 2"),
        ({"joints": [[900.0, 900.0]] * 16}, "all labelled joints outside the picture or without a place"),
        ({"joints": [[float("nan")] * 2] * 16}, "all labelled joints outside the picture or without a place"),
        ({"image": ...}, "names no picture"),
        ({"image": 7}, "names no picture"),
    ],
)
def test_people_of_no_use_are_skipped_with_a_reason(changes, reason, tmp_path):
    pictures, skipped = read_pictures(write(tmp_path, [entry(**changes), entry()]), "train")
    assert skipped == {reason: 1}
    assert only(pictures).sample_id == "train-2"


@pytest.mark.parametrize("text", ["{", "{}", "[1]", "[[]]", '{"images": []}', "[" * 100_000, "\x00"])
def test_a_file_that_is_no_list_of_people_is_one_line(text, tmp_path):
    with pytest.raises(DataError, match=r"train.json: not MPII's JSON") as error:
        read_pictures(write(tmp_path, text), "train")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["../a.png", "/etc/passwd", "x/../../a.png"])
def test_a_picture_outside_the_folder_is_refused(name, tmp_path):
    with pytest.raises(DataError, match="expected a name below images"):
        read_pictures(write(tmp_path, [entry(image=name)]), "train")


def test_the_size_of_a_head_says_where_it_is_from(tmp_path):
    box = [91.0, 61.0, 121.0, 101.0]  # 30 x 40: a diagonal of 50
    cases = (
        (entry(head_box=box), 30.0, "rendered"),
        (entry(), 5.0, "stand-in"),
        (entry(head_box=[1, 1, 1, 1]), 5.0, "stand-in"),
        (entry(head_box=["a"] * 4), 5.0, "stand-in"),
        (entry(joints_vis=[1] * 9 + [0] + [1] * 6), np.nan, ""),
    )
    for person, size, source in cases:
        found = only(read_pictures(write(tmp_path, [person]), "train")[0]).measures
        assert found["head_size"] == pytest.approx(size, nan_ok=True)
        assert found["head_from"] == source
    assert box_size((0, 0, 3, 4)) == 0.6 * 5


def structure(*rows: dict) -> np.ndarray:
    """A struct array of MATLAB's, one element a row."""
    names = list(rows[0])
    found = np.empty((1, len(rows)), [(name, object) for name in names])
    for i, row in enumerate(rows):
        for name in names:
            found[0, i][name] = row[name]
    return found


NOTHING = np.empty((0, 0))


def points(*triples, **more):
    return {"point": structure(*({"id": k, "x": x, "y": y} | more for k, x, y in triples))}


def save_release(path, annorects, train=None):
    pictures = [
        {"image": {"name": f"{name}.png"}, "annorect": annorect} for name, annorect in annorects.items()
    ]
    release = {"annolist": structure(*pictures), "img_train": train or [1] * len(pictures)}
    savemat(path, {"RELEASE": release})


PLACE = {"objpos": {"x": 101, "y": 91}, "scale": 0.4}
HEAD = {"x1": 91, "y1": 61, "x2": 121, "y2": 101}


def test_the_mat_as_it_was_published(tmp_path):
    folder = write(tmp_path, [])
    for name in "bcd":
        write(tmp_path, [], name=f"{name}.png")
    (folder / "annot" / "train.json").unlink()
    said = [
        {"id": 0, "x": 70, "y": 140, "is_visible": 1},
        {"id": 1, "x": 71, "y": 120, "is_visible": "0"},
        {"id": 2, "x": 72, "y": 100, "is_visible": "1"},
        {"id": 9, "x": 90, "y": 70, "is_visible": NOTHING},
    ]
    without = {"annopoints": NOTHING}
    save_release(
        folder / "mpii_human_pose_v1_u12_1.mat",
        {
            "a": structure(
                HEAD | PLACE | {"annopoints": {"point": structure(*said)}}, HEAD | PLACE | without
            ),
            "b": structure(PLACE | {"annopoints": points((15, 60, 60))}),
            "c": structure(HEAD | PLACE | {"annopoints": points((15, 60, 60))}),
            "d": NOTHING,
        },
        train=[1, 1, 0, 1],
    )
    pictures, skipped = read_pictures(folder, "train")
    assert skipped == {"no labelled joint": 1}
    assert [picture.file_name for picture in pictures] == ["a.png", "b.png"]  # c is no picture of train
    one, other = (picture.people[0] for picture in pictures)
    assert (one.sample_id, other.sample_id) == ("train-1-1", "train-2-1")
    assert one.visibility.tolist() == [2, 1, 2, *[0] * 6, 2, *[0] * 6]
    assert one.points[1].tolist() == [70, 119]
    assert one.measures == {"scale": 0.4, "head_size": 30.0, "head_from": "mat"}
    assert other.visibility.tolist() == [0] * 15 + [2]  # no is_visible at all
    assert other.measures["head_from"] == ""


def test_heads_of_a_json_come_from_the_mats_beside_it(tmp_path):
    people = [entry(), entry(center=[50.0, 60.0])]
    write(tmp_path, people, "train")
    write(tmp_path, people, "val")
    save_release(
        tmp_path / "mpii_human_pose.mat",
        {"a": structure(HEAD | PLACE | {"annopoints": NOTHING})},
    )
    boxes = np.array([[[1, 1], [1, 1]], [[4, 31], [5, 41]]], float)  # 3 x 4 and 30 x 40
    savemat(tmp_path / "annot" / "gt_valid.mat", {"headboxes_src": boxes})
    sizes = {
        split: [
            (round(person.measures["head_size"], 6), person.measures["head_from"])
            for picture in read_pictures(tmp_path, split)[0]
            for person in picture.people
        ]
        for split in ("train", "val")
    }
    assert sizes == {"train": [(30, "mat"), (5, "stand-in")], "val": [(3, "mat"), (30, "mat")]}


def test_head_boxes_of_others_and_broken_mats_are_one_line(tmp_path):
    write(tmp_path, [entry()], "val")
    boxes = tmp_path / "annot" / "gt_valid.mat"
    savemat(boxes, {"headboxes_src": np.ones((2, 2, 7))})
    with pytest.raises(DataError, match="expected headboxes_src of 2 x 2 x 1 numbers"):
        read_pictures(tmp_path, "val")
    for content in (b"", b"MATLAB 5.0 MAT-file" + bytes(200), b"\x89HDF\r\n\x1a\n" + bytes(600)):
        boxes.write_bytes(content)
        with pytest.raises(DataError, match=r"gt_valid\.mat: ") as error:
            read_pictures(tmp_path, "val")
        assert "\n" not in str(error.value)
    boxes.unlink()
    savemat(tmp_path / "mpii_human_pose.mat", {"RELEASE": {"version": "1"}})
    with pytest.raises(DataError, match=r"no RELEASE.annolist"):
        read_pictures(tmp_path, "val")


def test_one_person_in_one_picture_is_still_a_list(tmp_path):
    """A structure of one element is read as that element."""
    write(tmp_path, [])
    (tmp_path / "annot" / "train.json").unlink()
    one = PLACE | HEAD | {"annopoints": points((3, 90, 90), is_visible=1)}
    save_release(tmp_path / "mpii_human_pose.mat", {"a": structure(one)})
    person = only(read_pictures(tmp_path, "train")[0])
    assert np.flatnonzero(person.visibility).tolist() == [3]


def test_a_data_folder_is_made_and_says_whose_joints_and_heads_it_has(tmp_path):
    source = write(tmp_path / "mpii", [entry(), entry(image="gone.png"), entry(head_box=[9, 9, 39, 49])])
    write(source, [entry(attributes={"family": "dance"})], "val")
    info = prepare(source, tmp_path / "out", PrepareSettings(test_size=0), layout=MPII, workers=1)
    assert info["keypoints"] == "mpii16"
    assert info["heads"] == {"rendered": 1, "stand-in": 2}
    assert info["skipped"] == {"picture missing or unreadable": 1}
    assert info["unreadable"] == ["images/gone.png: no such file"]
    data = open_prepared(tmp_path / "out")
    assert data.keypoints == MPII16
    table = data.table("train")
    assert table["sample_id"].tolist() == ["train-1", "train-3"]
    assert table["image_width"].tolist() == [200, 200]
    crop = usual_crop((100.0, 90.0), 0.4)
    np.testing.assert_allclose(
        read_points(table, "annotated")[0], crop.points_to_crop(np.array(JOINTS) - 1), rtol=1e-5
    )
    assert read_visibility(table).tolist() == [[2] * 16] * 2
    assert data.table("val")["truth_family"].tolist() == ["dance"]
    again = prepare(source, tmp_path / "again", PrepareSettings(test_size=0), layout=MPII, workers=2)
    assert again["fingerprint"] == info["fingerprint"]


def test_another_folder_is_said_to_hold_nothing(tmp_path):
    with pytest.raises(DataError, match=r"no MPII data there; expected .*annot/train.json"):
        prepare(tmp_path, tmp_path / "out", PrepareSettings(), layout=MPII, workers=1)


def test_a_folder_of_an_unknown_set_is_refused_and_one_that_names_none_is_cocos(prepared_dir, tmp_path):
    assert open_prepared(prepared_dir).keypoints.key == "coco17"
    assert "keypoints" not in json.loads((prepared_dir / "dataset.json").read_text())
    info = json.loads((prepared_dir / "dataset.json").read_text())
    for key in ("mpii17", 16, ["coco17"]):
        (tmp_path / "dataset.json").write_text(json.dumps(info | {"keypoints": key}))
        with pytest.raises(DataError, match="expected coco17 or mpii16"):
            open_prepared(tmp_path)
