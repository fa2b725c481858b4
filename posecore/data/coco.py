"""People of a data set in COCO's layout: who is usable, and why the others are not."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Final

from posecore.data.annotation_file import AnnotationFile, Entry, integer_id, read_annotation_file
from posecore.data.person import Person, read_person
from posecore.data.pictures import LONGEST_SIDE, Picture, SourceLayout, name_in_folder
from posecore.errors import DataError
from posecore.keypoints import COCO17

SPLITS = ("train", "val")


def annotation_file(coco: Path, split: str) -> Path:
    """Where the COCO layout keeps the keypoints of a split."""
    return coco / "annotations" / f"person_keypoints_{split}2017.json"


def picture_file(coco: Path, picture: Picture) -> Path:
    """Where the COCO layout keeps a picture."""
    return coco / f"{picture.source_split}2017" / picture.file_name


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
    name_in_folder(f"{path}: picture {number}", name, f"{split}2017")
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
        f"{picture.source_split}-{f'{picture.image_id}-{place}' if own is None else own}",
        place if number is None else number,
    )
    if own is None and not isinstance(person, str):
        said = "annotation id missing, no integer or not the only one: called by picture and place"
        person = replace(person, mended=(*person.mended, said))
    return person


def _annotations(coco: Path) -> dict[str, tuple[Path, ...]]:
    files = {split: annotation_file(coco, split) for split in SPLITS}
    return {split: (path,) for split, path in files.items() if path.is_file()}


COCO: Final = SourceLayout(
    title="COCO",
    expected=str(annotation_file(Path(), "train")),
    keypoints=COCO17,
    annotations=_annotations,
    read=read_pictures,
    picture_file=picture_file,
)
