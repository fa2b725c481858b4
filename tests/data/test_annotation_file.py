import json

import pytest

from posecore.data.annotation_file import Layout, read_annotation_file
from posecore.data.coco import annotation_file, read_pictures
from posecore.data.pictures import count_mended
from posecore.errors import DataError
from posecore.keypoints import KEYPOINTS

PICTURE = {"id": 1, "file_name": "a.jpg", "width": 200, "height": 150}
H36M = [f"h36m_{i}" for i in range(11)] + [
    f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "wrist")
]


def person(names=KEYPOINTS, **changes) -> dict:
    """Each joint lies where its name says: the joint i of COCO at x = 10 + i."""
    places = [KEYPOINTS.index(name) if name in KEYPOINTS else 50 for name in names]
    keypoints = [number for place in places for number in (10 + place, 20 + place, 1 + place % 2)]
    return {
        "id": 1,
        "image_id": 1,
        "category_id": 1,
        "area": 900.0,
        "bbox": [5, 5, 100, 90],
        "keypoints": keypoints,
    } | changes


def write(tmp_path, annotations, images=(PICTURE,), categories=None, encoding="utf-8"):
    path = annotation_file(tmp_path, "train")
    path.parent.mkdir(exist_ok=True)
    content = {"images": list(images), "annotations": annotations}
    if categories is not None:
        content["categories"] = categories
    path.write_text(json.dumps(content), encoding=encoding)
    return path


def category(names=(), number=1, name="person", **more) -> dict:
    return {"id": number, "name": name, "keypoints": list(names), **more}


def read(tmp_path):
    pictures, skipped = read_pictures(tmp_path, "train")
    return [found for picture in pictures for found in picture.people], skipped, count_mended(pictures)


def in_order(found) -> bool:
    return found.points.tolist() == [[10 + i, 20 + i] for i in range(17)] and found.visibility.tolist() == [
        1 + i % 2 for i in range(17)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_passed_over(encoding, tmp_path):
    write(tmp_path, [person()], encoding=encoding)
    assert in_order(read(tmp_path)[0][0])


@pytest.mark.parametrize(
    "categories",
    [
        None,
        [],
        [category()],
        [category(KEYPOINTS)],
        [category(KEYPOINTS, name="player")],
        [category(KEYPOINTS), category(number=7, name="ball")],
        [category(name="player"), category(number=7, name="ball")],
        [category(name="woman", supercategory="person"), category(number=7, name="ball")],
    ],
)
def test_coco_s_own_order_is_taken_as_it_is(categories, tmp_path):
    write(tmp_path, [person()], categories=categories)
    people, skipped, mended = read(tmp_path)
    assert in_order(people[0])
    assert not skipped and not mended


@pytest.mark.parametrize(
    "names",
    [
        KEYPOINTS[::-1],
        [*KEYPOINTS, "neck", "pelvis"],
        ["neck", *KEYPOINTS[5:], *KEYPOINTS[:5], "pelvis"],
    ],
    ids=["reversed", "more", "both"],
)
def test_another_order_is_put_right_by_the_names(names, tmp_path):
    write(tmp_path, [person(names)], categories=[category(names)])
    people, skipped, mended = read(tmp_path)
    assert in_order(people[0])
    assert not skipped
    assert mended == {"keypoints put in COCO's order by their names": 1}


@pytest.mark.parametrize(
    "spell", [str.upper, str.title, lambda name: name.replace("_", " "), lambda n: n.replace("_", "-")]
)
def test_names_are_read_however_they_are_spelt(spell, tmp_path):
    names = [spell(name) for name in KEYPOINTS[::-1]]
    write(tmp_path, [person(KEYPOINTS[::-1])], categories=[category(names)])
    assert in_order(read(tmp_path)[0][0])


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (H36M, "'person' has 17 keypoints: nose, left_eye, right_eye, left_ear, right_ear, left_hip, "),
        (KEYPOINTS[:14], "14 keypoints, expected 17: right_knee, left_ankle, right_ankle are missing"),
        (KEYPOINTS[1:], "16 keypoints, expected 17: nose is missing"),
        ([*KEYPOINTS, "nose"], "18 keypoints: nose named twice"),
    ],
)
def test_keypoints_that_are_not_coco_s_are_refused_by_name(names, words, tmp_path):
    path = write(tmp_path, [person(names)], categories=[category(names)])
    with pytest.raises(DataError) as error:
        read_pictures(tmp_path, "train")
    assert str(error.value).startswith(str(path))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_other_categories_are_left_out_and_counted(tmp_path):
    horse = [f"horse_{i}" for i in range(17)]
    write(
        tmp_path,
        [
            person(),
            person(id=2, category_id=7, keypoints=[]),
            person(id=3, category_id=8),
            person(id=4, category_id=9),
            person(id=5, category_id=[1]),
            {key: value for key, value in person(id=6).items() if key != "category_id"},
        ],
        categories=[category(KEYPOINTS), category(number=7, name="ball"), category(horse, 8, "horse")],
    )
    people, skipped, _ = read(tmp_path)
    assert [found.sample_id for found in people] == ["train-1"]
    assert skipped == {
        "of another category than people": 1,
        "of a category with other keypoints": 1,
        "category not listed": 3,
    }


def test_where_there_is_one_category_it_need_not_be_named_again(tmp_path):
    annotation = {key: value for key, value in person(KEYPOINTS[::-1]).items() if key != "category_id"}
    write(tmp_path, [annotation], categories=[category(KEYPOINTS[::-1])])
    assert in_order(read(tmp_path)[0][0])


def test_the_number_of_keypoints_is_the_category_s(tmp_path):
    names = [*KEYPOINTS, "neck"]
    write(tmp_path, [person()], categories=[category(names)])
    assert read(tmp_path)[1] == {"17 keypoints, expected 18": 1}


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (
            [PICTURE, PICTURE | {"file_name": "b.jpg"}],
            "picture id 1 is listed twice, 'a.jpg' of 200 x 150 and 'b.jpg'",
        ),
        ([PICTURE, PICTURE | {"width": 20}], "'a.jpg' of 20 x 150"),
        ([PICTURE | {"id": 2**63}], "9223372036854775808 is beyond 64 bits"),
    ],
)
def test_pictures_that_cannot_be_told_apart_are_refused(images, words, tmp_path):
    write(tmp_path, [person()], images)
    with pytest.raises(DataError, match=r"number the pictures anew|an id of its own") as error:
        read_pictures(tmp_path, "train")
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_picture_listed_twice_alike_is_one_picture(tmp_path):
    write(tmp_path, [person()], [PICTURE, PICTURE | {"license": 3}])
    assert len(read(tmp_path)[0]) == 1


def test_a_category_listed_twice_differently_is_refused(tmp_path):
    write(tmp_path, [person()], categories=[category(KEYPOINTS), category(KEYPOINTS[::-1])])
    with pytest.raises(DataError, match="category id 1 is listed twice"):
        read_annotation_file(annotation_file(tmp_path, "train"))
    path = write(tmp_path, [person()], categories=[category(KEYPOINTS), category(KEYPOINTS)])
    assert read_annotation_file(path).layouts == {1: Layout()}
