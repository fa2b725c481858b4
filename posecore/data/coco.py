"""People of a COCO keypoints file: who is usable, why the others are not, and who is held out."""

import contextlib
import io
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO

from posecore.errors import ConfigError, DataError
from posecore.keypoints import K

SPLITS = ("train", "val")

LONGEST_BOX = 2.0
"""A box longer than this many times its picture's longer side is a mistake: COCO's stay inside."""


@dataclass(frozen=True)
class Person:
    """One annotated person, in pixels of the source picture.

    bbox: left, top, width, height. points: (17, 2), x then y. visibility: (17,), COCO 0/1/2.
    attributes: what else the file says of the person, as rendered people have it; none in COCO's own.
    """

    annotation_id: int
    area: float
    bbox: tuple[float, float, float, float]
    points: NDArray[np.float64]
    visibility: NDArray[np.int8]
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """One picture and its usable people. `coco_split` is the split of the file it comes from."""

    coco_split: str
    image_id: int
    file_name: str
    width: int
    height: int
    people: tuple[Person, ...]


def annotation_file(coco: Path, split: str) -> Path:
    """Where the COCO layout keeps the keypoints of a split."""
    return coco / "annotations" / f"person_keypoints_{split}2017.json"


def picture_file(coco: Path, picture: Picture) -> Path:
    """Where the COCO layout keeps a picture."""
    return coco / f"{picture.coco_split}2017" / picture.file_name


def read_pictures(coco: Path, split: str) -> tuple[list[Picture], Counter[str]]:
    """Pictures with at least one usable person, by id, and how many people were skipped for which reason.

    Raises DataError where the file is missing, no JSON, or not in COCO's layout.
    """
    path = annotation_file(coco, split)
    index = _index(path)
    skipped: Counter[str] = Counter()
    pictures = []
    seen: set[int] = set()
    for image_id in sorted(index.imgs):
        annotations = index.imgToAnns[image_id]
        if not annotations:
            continue
        picture = _picture(path, split, index.imgs[image_id])
        people = []
        for annotation in annotations:
            person = _person(annotation, LONGEST_BOX * max(picture.width, picture.height))
            if not isinstance(person, str) and person.annotation_id in seen:
                person = "annotation id used before"
            if isinstance(person, str):
                skipped[person] += 1
            else:
                seen.add(person.annotation_id)
                people.append(person)
        if people:
            pictures.append(replace(picture, people=tuple(people)))
    skipped["picture not listed"] = sum(
        len(annotations) for image_id, annotations in index.imgToAnns.items() if image_id not in index.imgs
    )
    return pictures, +skipped


def keep_people(
    pictures: list[Picture], keep: Callable[[Picture, Person], bool]
) -> tuple[list[Picture], int]:
    """Pictures with only the people `keep` is true for, none without any; and how many were dropped."""
    kept = [
        replace(picture, people=tuple(person for person in picture.people if keep(picture, person)))
        for picture in pictures
    ]
    return [picture for picture in kept if picture.people], count_people(pictures) - count_people(kept)


def first_people(pictures: list[Picture], limit: int) -> list[Picture]:
    """The first `limit` people with their pictures."""
    kept: list[Picture] = []
    for picture in pictures:
        if limit <= 0:
            break
        kept.append(replace(picture, people=picture.people[:limit]))
        limit -= len(picture.people)
    return kept


def hold_out(pictures: list[Picture], people: int, seed: int) -> tuple[list[Picture], list[Picture]]:
    """Draw pictures with `people` people in all, or as many below as whole pictures allow.

    Returns the pictures that stay and those drawn, both in their order: nobody's neighbour is in the
    other part. Raises ConfigError where nobody would stay.
    """
    if people and people >= count_people(pictures):
        raise ConfigError(
            f"--test-size {people}: train has only {count_people(pictures)} people; ask for fewer"
        )
    drawn: set[int] = set()
    for index in np.random.default_rng(seed).permutation(len(pictures)).tolist():
        if len(pictures[index].people) <= people:
            drawn.add(index)
            people -= len(pictures[index].people)
    return (
        [picture for i, picture in enumerate(pictures) if i not in drawn],
        [picture for i, picture in enumerate(pictures) if i in drawn],
    )


def count_people(pictures: list[Picture]) -> int:
    """People in all the pictures."""
    return sum(len(picture.people) for picture in pictures)


def _index(path: Path) -> COCO:
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected COCO's keypoint annotations")
    index = COCO()
    try:
        with path.open(encoding="utf-8") as file:
            index.dataset = json.load(file)
        if not {"images", "annotations"} <= set(index.dataset):
            raise KeyError("images, annotations")
        with contextlib.redirect_stdout(io.StringIO()):  # pycocotools reports its progress there
            index.createIndex()
        if not all(type(image_id) is int for image_id in index.imgs):
            raise TypeError("an image's id is no integer")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(
            f"{path}: not a COCO keypoints file ({type(error).__name__}: {error}); "
            "expected JSON with images and annotations"
        ) from error
    return index


def _picture(path: Path, split: str, image: dict[str, Any]) -> Picture:
    """The listed picture, nobody in it yet."""
    number = image["id"]
    try:
        name, width, height = str(image["file_name"]), int(image["width"]), int(image["height"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: picture {number} lacks file_name, width or height") from error
    if min(width, height) < 1:
        raise DataError(f"{path}: picture {number} has {width} x {height} pixels; expected at least 1 x 1")
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise DataError(f"{path}: picture {number} is named {name!r}; expected a name below {split}2017")
    return Picture(split, number, name, width, height, ())


def _person(annotation: dict[str, Any], longest: float) -> Person | str:
    """The person, or the reason why there is none. longest: pixels a box may have along a side."""
    if annotation.get("iscrowd"):
        return "crowd box"
    if not annotation.get("keypoints"):
        return "no labelled keypoint"
    try:
        keypoints = np.array(annotation["keypoints"], np.float64).reshape(K, 3)
        left, top, width, height = (float(value) for value in annotation["bbox"])
        # 0.53 of the box where no segment was measured: the usual stand-in, for OKS alone.
        annotation_id, area = int(annotation["id"]), float(annotation.get("area", 0.53 * width * height))
    except (KeyError, TypeError, ValueError, OverflowError):
        return "malformed annotation"
    if not (np.isfinite(keypoints).all() and np.isin(keypoints[:, 2], (0, 1, 2)).all()):
        return "malformed annotation"
    if not keypoints[:, 2].any():
        return "no labelled keypoint"
    if not all(map(math.isfinite, (left, top, width, height, area))):
        return "malformed annotation"
    if min(width, height) <= 0 or max(width, height) < 1:
        return "empty box"
    if max(width, height) > longest:
        return "box far larger than its picture"
    return Person(
        annotation_id,
        area,
        (left, top, width, height),
        keypoints[:, :2],
        keypoints[:, 2].astype(np.int8),
        _attributes(annotation.get("attributes")),
    )


def _attributes(given: object) -> dict[str, str | int | float | bool]:
    """Those with a plain name and a plain value; names become column names."""
    if not isinstance(given, dict):
        return {}
    return {
        name: value
        for name, value in given.items()
        if isinstance(name, str) and name.isidentifier() and isinstance(value, str | int | float | bool)
    }
