"""Pictures of a data set with their people, whatever its layout: kept, held out and counted."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from posecore.data.attributes import as_text, mixed_names
from posecore.data.person import Person
from posecore.errors import ConfigError, DataError
from posecore.keypoints import KeypointSet

LONGEST_SIDE = 2**31 - 1
"""Pixels along a side of a picture: more than any picture has, and what every table can hold."""


@dataclass(frozen=True)
class Picture:
    """One picture and its usable people. `source_split` is the split of the file it comes from."""

    source_split: str
    image_id: int
    file_name: str
    width: int
    height: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class SourceLayout:
    """How a data set lies in its folder, and how it is read.

    title: for people. expected: a file that tells it, below the folder. annotations: of a folder, by split,
    the files that say who is there; only splits that are there. read: of a folder and a split, its pictures
    with at least one usable person, and how many people were skipped for which reason. picture_file: of a
    folder, where a picture lies.
    """

    title: str
    expected: str
    keypoints: KeypointSet
    annotations: Callable[[Path], dict[str, tuple[Path, ...]]]
    read: Callable[[Path, str], tuple[list[Picture], Counter[str]]]
    picture_file: Callable[[Path, Picture], Path]


def name_in_folder(where: str, name: str, folder: str) -> str:
    """The name of a picture's file below `folder`. Raises DataError, telling `where`, of one that leads
    out."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise DataError(f"{where} is named {name!r:.80}; expected a name below {folder}")
    return name


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


def _in_words(person: Person, names: list[str]) -> Person:
    found = [name for name in names if name in person.attributes]
    return replace(
        person,
        attributes=as_text(person.attributes, found),
        mended=(*person.mended, *(f"attribute {name} of mixed kinds, kept as text" for name in found)),
    )
