import json
from dataclasses import replace

import numpy as np
import pytest

from posecore.data.coco import annotation_file, read_pictures
from posecore.data.crops import SquareCrop, person_crop
from posecore.data.person import Person
from posecore.data.pictures import (
    Picture,
    count_mended,
    count_people,
    first_people,
    hold_out,
    keep_people,
)
from posecore.errors import ConfigError, DataError

NAN = float("nan")
KEYPOINTS = [50.0, 60.0, 2, 55.0, 70.0, 1] + [0, 0, 0] * 15


def person(**changes) -> dict:
    return {
        "id": 7,
        "image_id": 1,
        "iscrowd": 0,
        "area": 900.0,
        "bbox": [40.0, 50.0, 30.0, 60.0],
        "keypoints": KEYPOINTS,
    } | changes


def without(name: str) -> dict:
    return {key: value for key, value in person().items() if key != name}


def write(folder, annotations, images=None, text=None):
    path = annotation_file(folder, "train")
    path.parent.mkdir(exist_ok=True)
    images = images or [{"id": 1, "file_name": "a.jpg", "width": 200, "height": 150}]
    path.write_text(text or json.dumps({"images": images, "annotations": annotations}))
    return folder


def test_a_person_is_read_as_annotated_and_nothing_is_printed(tmp_path, capsys):
    (picture,), skipped = read_pictures(write(tmp_path, [person()]), "train")
    assert (picture.source_split, picture.image_id, picture.file_name) == ("train", 1, "a.jpg")
    assert (picture.width, picture.height) == (200, 150)
    (found,) = picture.people
    assert found.annotation_id == 7
    assert found.measures == {"area": 900.0, "bbox_x": 40.0, "bbox_y": 50.0, "bbox_w": 30.0, "bbox_h": 60.0}
    assert found.crop == person_crop((40, 50, 30, 60), found.points, found.visibility, 200, 150)
    assert found.points[:2].tolist() == [[50, 60], [55, 70]]
    assert found.visibility.tolist() == [2, 1] + [0] * 15
    assert (found.sample_id, found.mended, skipped) == ("train-7", (), {})
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        (person(iscrowd=1), "crowd box"),
        (person(keypoints=[0] * 51), "no labelled keypoint"),
        (person(keypoints=[]), "no labelled keypoint"),
        (without("keypoints"), "no labelled keypoint"),
        (person(bbox=[40, 50, 0, 60]), "empty box"),
        (person(bbox=[40, 50, 30, 0]), "empty box"),
        (person(bbox=[40, 50, -30, 60]), "empty box"),
        (person(bbox=[40, 50, 0.3, 0.4]), "empty box"),
        (person(bbox=[40, 50, 30, 401]), "box far larger than its picture"),
        (person(iscrowd="1"), "crowd box"),
        (person(bbox=[40, 50, NAN, 60]), "box is not four numbers"),
        (person(bbox=[40, 50, float("inf"), 60]), "box is not four numbers"),
        (person(bbox=[40, 50, 30]), "box is not four numbers"),
        (person(bbox=[40, 50, 30, 10**400]), "box is not four numbers"),
        (person(bbox={"left": 40}), "box is not four numbers"),
        (person(bbox=None, keypoints=[50, 60, 2] + [0] * 48), "no box, and joints that span none"),
        (person(keypoints=KEYPOINTS[:-1]), "50 numbers as keypoints, expected 51"),
        (person(keypoints=KEYPOINTS[:42]), "14 keypoints, expected 17"),
        (person(keypoints=["left", *KEYPOINTS[1:]]), "keypoints are no numbers"),
        (person(keypoints={"nose": [50, 60, 2]}), "keypoints are no numbers"),
        (person(keypoints=[10**400, *KEYPOINTS[1:]]), "keypoints are no numbers"),
        (person(keypoints=[50, 60, 3, *KEYPOINTS[3:]]), "visibility neither 0, 1 nor 2"),
        (person(keypoints=[50, 60, 258, *KEYPOINTS[3:]]), "visibility neither 0, 1 nor 2"),
        (person(keypoints=[50, 60, -1, *KEYPOINTS[3:]]), "visibility neither 0, 1 nor 2"),
        (
            person(keypoints=[50, 60, 0.87, *KEYPOINTS[3:]]),
            "visibility a fraction, perhaps a confidence; expected 0, 1 or 2",
        ),
        (
            person(keypoints=[50, 60, True, *KEYPOINTS[3:]]),
            "visibility true or false, expected 0, 1 or 2",
        ),
        (person(keypoints=[50, 60, None, *KEYPOINTS[3:]]), "visibility is no number, expected 0, 1 or 2"),
        (
            person(keypoints=[-3, 60, 2, 50, NAN, 1, 0, 0, 0] + [0] * 42),
            "all labelled joints outside the picture or without a place",
        ),
        (person(image_id=99), "picture not listed"),
        (person(image_id="1"), "picture not listed"),
        (person(image_id=True), "picture not listed"),
        (person(image_id=[1]), "picture not listed"),
        (without("image_id"), "picture not listed"),
    ],
)
def test_who_cannot_be_used_is_counted_by_reason(annotation, reason, tmp_path):
    pictures, skipped = read_pictures(write(tmp_path, [annotation]), "train")
    assert pictures == []
    assert skipped == {reason: 1}


def test_a_box_up_to_twice_its_picture_is_used(tmp_path):
    pictures, _ = read_pictures(write(tmp_path, [person(bbox=[40, 50, 30, 400])]), "train")
    assert count_people(pictures) == 1


TWO_PICTURES = [{"id": n, "file_name": f"{n}.jpg", "width": 200, "height": 150} for n in (1, 2)]
CALLED = "annotation id missing, no integer or not the only one: called by picture and place"


def sample_ids(pictures) -> list[str]:
    return [found.sample_id for picture in pictures for found in picture.people]


def test_ids_that_start_anew_in_every_picture_lose_nobody(tmp_path):
    # Otherwise two people would share one sample_id and one crop.
    annotations = [person(id=i, image_id=n) for n in (1, 2) for i in (1, 2)] + [person(id=3, image_id=2)]
    pictures, skipped = read_pictures(write(tmp_path, annotations, TWO_PICTURES), "train")
    assert sample_ids(pictures) == ["train-1-1", "train-1-2", "train-2-1", "train-2-2", "train-3"]
    assert [found.annotation_id for picture in pictures for found in picture.people] == [1, 2, 1, 2, 3]
    assert (count_mended(pictures), skipped) == ({CALLED: 4}, {})


@pytest.mark.parametrize("number", [None, "seven", 7.5, True, [7], 2**63, -(2**63) - 1, float("inf")])
def test_who_has_no_id_of_their_own_is_called_by_picture_and_place(number, tmp_path):
    pictures, _ = read_pictures(write(tmp_path, [person(id=5), person(id=number)]), "train")
    assert sample_ids(pictures) == ["train-5", "train-1-2"]
    assert [found.annotation_id for found in pictures[0].people] == [5, 2]


@pytest.mark.parametrize("number", [7, 7.0, "7", 2**63 - 1, -(2**63)])
def test_an_id_that_is_an_integer_is_kept(number, tmp_path):
    pictures, _ = read_pictures(write(tmp_path, [person(id=number)]), "train")
    assert sample_ids(pictures) == [f"train-{int(number)}"]
    assert not count_mended(pictures)


def test_an_annotation_repeated_word_for_word_is_one_person(tmp_path):
    # nan is not equal to itself, but it is the same word.
    one = person(keypoints=[*KEYPOINTS[:48], NAN, NAN, 0])
    pictures, skipped = read_pictures(write(tmp_path, [one, person(id=8), one]), "train")
    assert sample_ids(pictures) == ["train-7", "train-8"]
    assert skipped == {"annotated twice, with the same words": 1}


@pytest.mark.parametrize("area", [None, 0, -900, NAN, float("inf"), 1e12, 10**400, "large", True, "without"])
def test_an_area_that_was_not_measured_is_the_usual_share_of_the_box_and_counted(area, tmp_path):
    annotation = without("area") if area == "without" else person(area=area)
    pictures, _ = read_pictures(write(tmp_path, [annotation]), "train")
    assert pictures[0].people[0].measures["area"] == pytest.approx(0.53 * 30 * 60)
    assert count_mended(pictures) == {"area not measured, 0.53 of the box instead": 1}


@pytest.mark.parametrize("crowd", ["0", 0, 0.0, False, "false", None, ""])
def test_every_way_to_say_no_crowd_is_read(crowd, tmp_path):
    assert count_people(read_pictures(write(tmp_path, [person(iscrowd=crowd)]), "train")[0]) == 1


@pytest.mark.parametrize("nowhere", [[NAN, NAN, 0], [None, None, 0], [NAN, 40, 0.0], [-50, 900, 0]])
def test_where_an_unlabelled_joint_would_be_does_not_matter(nowhere, tmp_path):
    annotation = person(keypoints=[*KEYPOINTS[:48], *nowhere])
    pictures, skipped = read_pictures(write(tmp_path, [annotation]), "train")
    assert pictures[0].people[0].visibility.tolist() == [2, 1] + [0] * 15
    assert np.isfinite(pictures[0].people[0].points).all()
    assert not count_mended(pictures) and not skipped


def test_labelled_joints_without_a_place_or_outside_the_picture_are_unlabelled_and_counted(tmp_path):
    # The picture is 200 x 150; its border belongs to it.
    joints = [NAN, 60, 2, -0.5, 70, 1, 200.5, 70, 2, 50, 151, 2, 200, 150, 2, 0, 0, 1, 50, 60, 2]
    annotation = person(keypoints=joints + [0, 0, 0] * 10)
    pictures, skipped = read_pictures(write(tmp_path, [annotation]), "train")
    assert pictures[0].people[0].visibility.tolist() == [0, 0, 0, 0, 2, 1, 2] + [0] * 10
    assert not skipped
    assert count_mended(pictures) == {
        "labelled joint without a place (nan), taken as unlabelled": 1,
        "labelled joint outside its picture, taken as unlabelled": 3,
    }


@pytest.mark.parametrize("box", [None, [], [0, 0, 0, 0], "without"])
def test_without_a_box_one_is_drawn_around_the_labelled_joints(box, tmp_path):
    annotation = person(bbox=box, keypoints=[50, 60, 2, 60, 100, 1, -90, 60, 2] + [0] * 42, area=None)
    if box == "without":
        del annotation["bbox"]
    pictures, _ = read_pictures(write(tmp_path, [annotation]), "train")
    (found,) = pictures[0].people
    area, *box = found.measures.values()
    assert box == pytest.approx((49, 56, 12, 48))
    assert area == pytest.approx(0.53 * 12 * 48)
    assert count_mended(pictures)["no box, one around the labelled joints instead"] == 1


def test_nested_keypoints_are_read(tmp_path):
    nested = [KEYPOINTS[i : i + 3] for i in range(0, 51, 3)]
    (picture,), _ = read_pictures(write(tmp_path, [person(keypoints=nested)]), "train")
    assert picture.people[0].points[:2].tolist() == [[50, 60], [55, 70]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "JSONDecodeError"),
        ("\x00\x01", "JSONDecodeError"),
        ("[" * 100_000, "RecursionError"),
        ("[]", "images and annotations"),
        ("7", "images and annotations"),
        ('{"images": []}', "images and annotations"),
        ('{"images": null, "annotations": null}', "TypeError"),
        ('{"images": [{"file_name": "a"}], "annotations": []}', "'id'"),
        ('{"images": [{"id": "one"}], "annotations": []}', "no integer"),
        ('{"images": [], "annotations": [7]}', "TypeError"),
    ],
    ids=["cut", "binary", "deep", "list", "number", "half", "null", "no id", "word as id", "no dict"],
)
def test_what_is_no_coco_file_is_one_line_that_names_it(text, words, tmp_path, capsys):
    write(tmp_path, [], text=text)
    with pytest.raises(DataError, match="not a COCO keypoints file") as error:
        read_pictures(tmp_path, "train")
    message = str(error.value)
    assert message.startswith(str(annotation_file(tmp_path, "train")))
    assert words in message
    assert "\n" not in message
    assert capsys.readouterr() == ("", "")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"person_keypoints_val2017\.json: no such file"):
        read_pictures(tmp_path, "val")


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ({"id": 1, "width": 200, "height": 150}, "lacks file_name"),
        ({"id": 1, "file_name": "a.jpg", "width": None, "height": 150}, "lacks"),
        ({"id": 1, "file_name": "a.jpg", "width": float("inf"), "height": 150}, "lacks"),
        ({"id": 1, "file_name": "a.jpg", "width": 200, "height": 0}, "200 x 0 pixels"),
        ({"id": 1, "file_name": "a.jpg", "width": 200, "height": 10**400}, "at most 2147483647 along"),
        ({"id": 1, "file_name": "/etc/passwd", "width": 200, "height": 150}, "below train2017"),
        ({"id": 1, "file_name": "../b/a.jpg", "width": 200, "height": 150}, "below train2017"),
    ],
)
def test_a_picture_listed_wrongly_is_named(image, words, tmp_path):
    with pytest.raises(DataError, match=words) as error:
        read_pictures(write(tmp_path, [person()], [image]), "train")
    assert "picture 1" in str(error.value)


def pictures_of(*counts: int) -> list[Picture]:
    """Pictures numbered from 0 with as many people each; annotation ids count through."""
    numbers = iter(range(sum(counts)))
    nobody = np.zeros((17, 2)), np.zeros(17, np.int8)
    return [
        Picture(
            "train",
            i,
            f"{i}.jpg",
            9,
            9,
            tuple(Person(str(n := next(numbers)), n, *nobody, SquareCrop(0, 0, 1)) for _ in range(count)),
        )
        for i, count in enumerate(counts)
    ]


def ids(pictures: list[Picture]) -> list[list[int]]:
    return [[found.annotation_id for found in picture.people] for picture in pictures]


def test_people_are_kept_one_by_one_and_empty_pictures_go():
    kept, dropped = keep_people(pictures_of(2, 1, 3), lambda picture, found: found.annotation_id in (1, 3))
    assert ids(kept) == [[1], [3]]
    assert dropped == 4


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(1, [[0]]), (2, [[0, 1]]), (4, [[0, 1], [2], [3]]), (99, [[0, 1], [2], [3, 4, 5]])],
)
def test_a_limit_keeps_the_first_people(limit, expected):
    assert ids(first_people(pictures_of(2, 1, 3), limit)) == expected


@pytest.mark.parametrize("people", [0, 1, 5, 17])
def test_held_out_are_whole_pictures_with_the_wanted_number_of_people(people):
    pictures = pictures_of(*[1, 2, 3] * 10)
    rest, drawn = hold_out(pictures, people, seed=0)
    assert count_people(drawn) == people
    assert sorted([*ids(rest), *ids(drawn)]) == ids(pictures)


def test_the_draw_depends_on_the_seed_alone():
    pictures = pictures_of(*[1] * 50)
    first, again, other = (ids(hold_out(pictures, 10, seed)[1]) for seed in (3, 3, 4))
    assert first == again != other
    assert first != ids(pictures[:10])


def test_never_more_than_wanted_are_held_out():
    assert count_people(hold_out(pictures_of(3, 3, 3), 2, seed=0)[1]) == 0
    assert count_people(hold_out(pictures_of(3, 3, 3), 5, seed=0)[1]) == 3


def test_a_picture_listed_under_two_ids_is_held_out_as_one():
    pictures = [replace(found, file_name=f"{found.image_id // 2}.jpg") for found in pictures_of(*[1] * 40)]
    rest, drawn = hold_out(pictures, 20, seed=0)
    assert len(drawn) == 20
    assert not {found.file_name for found in rest} & {found.file_name for found in drawn}


def test_somebody_must_be_left_to_train_on():
    with pytest.raises(ConfigError, match="train has only 6 people"):
        hold_out(pictures_of(2, 1, 3), 6, seed=0)
