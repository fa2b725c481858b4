import json

import numpy as np
import pytest

from posecore.data.coco import (
    Person,
    Picture,
    annotation_file,
    count_people,
    first_people,
    hold_out,
    keep_people,
    read_pictures,
)
from posecore.errors import ConfigError, DataError

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
    assert (picture.coco_split, picture.image_id, picture.file_name) == ("train", 1, "a.jpg")
    assert (picture.width, picture.height) == (200, 150)
    (found,) = picture.people
    assert (found.annotation_id, found.area, found.bbox) == (7, 900.0, (40.0, 50.0, 30.0, 60.0))
    assert found.points[:2].tolist() == [[50, 60], [55, 70]]
    assert found.visibility.tolist() == [2, 1] + [0] * 15
    assert not skipped
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
        (person(bbox=[40, 50, float("nan"), 60]), "malformed annotation"),
        (person(bbox=[40, 50, float("inf"), 60]), "malformed annotation"),
        (person(bbox=[40, 50, 30]), "malformed annotation"),
        (without("bbox"), "malformed annotation"),
        (person(area=None), "malformed annotation"),
        (person(id="seven"), "malformed annotation"),
        (person(keypoints=KEYPOINTS[:-1]), "malformed annotation"),
        (person(keypoints=[float("nan"), *KEYPOINTS[1:]]), "malformed annotation"),
        (person(keypoints=[50, 60, 3, *KEYPOINTS[3:]]), "malformed annotation"),
        (person(keypoints=[50, 60, 1.5, *KEYPOINTS[3:]]), "malformed annotation"),
        (person(keypoints=[50, 60, 258, *KEYPOINTS[3:]]), "malformed annotation"),
        (person(image_id=99), "picture not listed"),
    ],
)
def test_who_cannot_be_used_is_counted_by_reason(annotation, reason, tmp_path):
    pictures, skipped = read_pictures(write(tmp_path, [annotation | {"id": annotation["id"]}]), "train")
    assert pictures == []
    assert skipped == {reason: 1}


def test_a_box_up_to_twice_its_picture_is_used(tmp_path):
    pictures, _ = read_pictures(write(tmp_path, [person(bbox=[40, 50, 30, 400])]), "train")
    assert count_people(pictures) == 1


def test_an_annotation_id_is_used_once(tmp_path):
    # Otherwise two people would share one sample_id and one crop.
    (picture,), skipped = read_pictures(write(tmp_path, [person(), person(area=1.0)]), "train")
    assert [found.area for found in picture.people] == [900.0]
    assert skipped == {"annotation id used before": 1}


def test_without_an_area_the_usual_share_of_the_box_stands_in(tmp_path):
    (picture,), _ = read_pictures(write(tmp_path, [without("area")]), "train")
    assert picture.people[0].area == pytest.approx(0.53 * 30 * 60)


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
            tuple(Person(next(numbers), 1.0, (0, 0, 1, 1), *nobody) for _ in range(count)),
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


def test_somebody_must_be_left_to_train_on():
    with pytest.raises(ConfigError, match="train has only 6 people"):
        hold_out(pictures_of(2, 1, 3), 6, seed=0)
