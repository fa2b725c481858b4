"""People of a COCO keypoints file: who is usable, why the others are not, and who is held out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from posecore.data.annotation_file import AnnotationFile, Entry, integer_id, read_annotation_file
from posecore.data.attributes import as_text, mixed_names
from posecore.data.person import Person, read_person
from posecore.errors import ConfigError, DataError

SPLITS = ("train", "val")

LONGEST_SIDE = 2**31 - 1
"""Pixels along a side of a picture: more than any picture has, and what every table can hold."""


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
    file = read_annotation_file(path)
    skipped = file.skipped.copy()
    pictures = []
    for image_id in sorted(file.annotations):
        picture = _picture(path, split, file.pictures[image_id])
        people = []
        for place, annotation in enumerate(file.annotations[image_id], start=1):
            person = _person(file, picture, annotation, place)
            if isinstance(person, str):
                skipped[person] += 1
            else:
                people.append(person)
        if people:
            pictures.append(replace(picture, people=tuple(people)))
    return pictures, skipped


def alike_attributes(splits: Mapping[str, list[Picture]]) -> dict[str, list[Picture]]:
    """The same people; attributes that are numbers for some and words for others are words for all."""
    everybody = [person for pictures in splits.values() for picture in pictures for person in picture.people]
    mixed = mixed_names(person.attributes for person in everybody)
    if not mixed:
        return dict(splits)
    return {
        split: [
            replace(picture, people=tuple(_in_words(person, mixed) for person in picture.people))
            for picture in pictures
        ]
        for split, pictures in splits.items()
    }


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


def hold_out(
    pictures: list[Picture], people: int, seed: int, option: str = "--test-size"
) -> tuple[list[Picture], list[Picture]]:
    """Draw pictures with `people` people in all, or as many below as whole pictures allow.

    Returns the pictures that stay and those drawn, both in their order: nobody's neighbour is in the
    other part, also where a picture is listed under several ids. Raises ConfigError, naming the option that
    asked for them, where nobody would stay.
    """
    if people and people >= count_people(pictures):
        raise ConfigError(f"{option} {people}: train has only {count_people(pictures)} people; ask for fewer")
    by_file: defaultdict[Path, list[int]] = defaultdict(list)
    for index, picture in enumerate(pictures):
        by_file[Path(picture.file_name)].append(index)
    together = list(by_file.values())
    drawn: set[int] = set()
    for choice in np.random.default_rng(seed).permutation(len(together)).tolist():
        size = count_people([pictures[index] for index in together[choice]])
        if size <= people:
            drawn.update(together[choice])
            people -= size
    return (
        [picture for i, picture in enumerate(pictures) if i not in drawn],
        [picture for i, picture in enumerate(pictures) if i in drawn],
    )


def count_people(pictures: list[Picture]) -> int:
    """People in all the pictures."""
    return sum(len(picture.people) for picture in pictures)


def count_mended(pictures: Iterable[Picture]) -> Counter[str]:
    """How often something was not taken as the file has it, by what was done instead."""
    return Counter(reason for picture in pictures for person in picture.people for reason in person.mended)


def _picture(path: Path, split: str, image: Entry) -> Picture:
    """The listed picture, nobody in it yet."""
    number = image["id"]
    try:
        name, width, height = str(image["file_name"]), int(image["width"]), int(image["height"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: picture {number} lacks file_name, width or height") from error
    if not (1 <= width <= LONGEST_SIDE and 1 <= height <= LONGEST_SIDE):
        raise DataError(
            f"{path}: picture {number} has {width!s:.20} x {height!s:.20} pixels; expected at least 1 x 1 "
            f"and at most {LONGEST_SIDE} along a side"
        )
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise DataError(f"{path}: picture {number} is named {name!r}; expected a name below {split}2017")
    return Picture(split, number, name, width, height, ())


def _person(file: AnnotationFile, picture: Picture, annotation: Entry, place: int) -> Person | str:
    """The person, or the reason why there is none. place: among the picture's annotations, from 1."""
    layout = file.layout(annotation)
    if isinstance(layout, str):
        return layout
    number, own = integer_id(annotation), file.own_id(annotation)
    person = read_person(
        annotation,
        layout,
        (picture.width, picture.height),
        f"{picture.coco_split}-{picture.image_id}-{place}" if own is None else f"{picture.coco_split}-{own}",
        place if number is None else number,
    )
    if own is None and not isinstance(person, str):
        said = "annotation id missing, no integer or not the only one: called by picture and place"
        person = replace(person, mended=(*person.mended, said))
    return person


def _in_words(person: Person, names: list[str]) -> Person:
    found = [name for name in names if name in person.attributes]
    return replace(
        person,
        attributes=as_text(person.attributes, found),
        mended=(*person.mended, *(f"attribute {name} of mixed kinds, kept as text" for name in found)),
    )
