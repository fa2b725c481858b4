"""People of a COCO keypoints file: who is usable, and why the others are not."""

import contextlib
import io
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO

from posecore.errors import DataError
from posecore.keypoints import K

SPLITS = ("train", "val")


@dataclass(frozen=True)
class Person:
    """One annotated person, in pixels of the source picture.

    bbox: left, top, width, height. points: (17, 2), x then y. visibility: (17,), COCO 0/1/2.
    """

    annotation_id: int
    area: float
    bbox: tuple[float, float, float, float]
    points: NDArray[np.float64]
    visibility: NDArray[np.int8]


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
    for image_id in sorted(index.getImgIds()):
        image = index.imgs[image_id]
        people = []
        for annotation in index.imgToAnns[image_id]:
            person = _person(annotation)
            if isinstance(person, str):
                skipped[person] += 1
            else:
                people.append(person)
        if not people:
            continue
        try:
            name, width, height = str(image["file_name"]), int(image["width"]), int(image["height"])
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}: picture {image_id} lacks file_name, width or height") from error
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise DataError(
                f"{path}: picture {image_id} is named {name!r}; expected a name below {split}2017"
            )
        pictures.append(Picture(split, image_id, name, width, height, tuple(people)))
    orphans = {a["image_id"] for a in index.anns.values()} - set(index.imgs)
    if orphans:
        skipped["picture not listed"] += sum(len(index.imgToAnns[image_id]) for image_id in orphans)
    return pictures, skipped


def _index(path: Path) -> COCO:
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected COCO's keypoint annotations")
    index = COCO()
    try:
        with path.open(encoding="utf-8") as file:
            index.dataset = json.load(file)
        with contextlib.redirect_stdout(io.StringIO()):  # pycocotools reports its progress there
            index.createIndex()
        if not {"images", "annotations"} <= set(index.dataset):
            raise KeyError("images, annotations")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: not a COCO keypoints file ({type(error).__name__}: {error}); "
            "expected JSON with images and annotations"
        ) from error
    return index


def _person(annotation: dict[str, Any]) -> Person | str:
    """The person, or the reason why there is none."""
    if annotation.get("iscrowd"):
        return "crowd box"
    try:
        keypoints = np.array(annotation["keypoints"], np.float64).reshape(K, 3)
        left, top, width, height = (float(value) for value in annotation["bbox"])
        visibility = keypoints[:, 2].astype(np.int8)
        annotation_id, area = int(annotation["id"]), float(annotation["area"])
    except (KeyError, TypeError, ValueError):
        return "malformed annotation"
    if not np.isfinite([left, top, width, height, area]).all() or not np.isfinite(keypoints).all():
        return "malformed annotation"
    if not set(visibility.tolist()) <= {0, 1, 2}:
        return "malformed annotation"
    if not visibility.any():
        return "no labelled keypoint"
    if width <= 0 or height <= 0:
        return "empty box"
    return Person(annotation_id, area, (left, top, width, height), keypoints[:, :2], visibility)
