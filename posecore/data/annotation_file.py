"""What a COCO keypoints file says of itself: its pictures, its annotations, its categories and their joints.

Identity is checked here, before anybody is keyed by it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from posecore.errors import DataError
from posecore.keypoints import KEYPOINTS, K

Entry = dict[str, Any]
"""One object of the file, as it was written there."""

_PEOPLE: Final = {"person", "persons", "people", "human", "humans", "pedestrian"}
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1  # what a table can hold


@dataclass(frozen=True)
class Layout:
    """How the keypoints of a category are laid out: how many there are, and where each of COCO's 17 is."""

    keypoints: int = K
    order: tuple[int, ...] = tuple(range(K))

    @property
    def is_coco(self) -> bool:
        """Whether they are COCO's 17 in COCO's order."""
        return self == Layout()


@dataclass(frozen=True)
class AnnotationFile:
    """pictures: by id. annotations: by picture id, in the file's order, those of listed pictures alone.

    skipped: how many annotations were left out for which reason. layouts: by category id, or the reason why
    its annotations are nobody's; empty where the file lists no categories. ids: how many annotations have
    each id.
    """

    pictures: Mapping[int, Entry]
    annotations: Mapping[int, list[Entry]]
    skipped: Counter[str]
    layouts: Mapping[Any, Layout | str]
    ids: Counter[int | None]

    def layout(self, annotation: Entry) -> Layout | str:
        """How the annotation's keypoints are laid out, or the reason why it is nobody's."""
        category = annotation.get("category_id")
        if not self.layouts or (category is None and len(self.layouts) == 1):
            return next(iter(self.layouts.values()), Layout())
        if isinstance(category, list | dict):
            return "category not listed"
        return self.layouts.get(category, "category not listed")

    def own_id(self, annotation: Entry) -> int | None:
        """The annotation's id, if it is an integer that no other annotation of the file has."""
        number = integer_id(annotation)
        return number if self.ids[number] == 1 else None


def integer_id(annotation: Entry) -> int | None:
    """The annotation's id; None where it is missing, no integer or beyond 64 bits."""
    given = annotation.get("id")
    try:
        number = None if given is None or isinstance(given, bool) else int(given)
    except (TypeError, ValueError, OverflowError):
        return None
    if (
        number is None
        or not _SMALLEST <= number <= _LARGEST
        or (isinstance(given, float) and number != given)
    ):
        return None
    return number


def read_annotation_file(path: Path) -> AnnotationFile:
    """Read a COCO keypoints file; a byte order mark is passed over.

    Raises DataError where it is missing, no JSON or not in COCO's layout; where two pictures share an id; and
    where no category has COCO's keypoints.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected COCO's keypoint annotations")
    try:
        content = json.loads(path.read_bytes())
        if not {"images", "annotations"} <= set(content):
            raise KeyError("images, annotations")
        pictures = _pictures(path, content["images"])
        annotations, repeated = _without_repeats(content["annotations"])
        layouts = _layouts(path, content.get("categories") or [])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(
            f"{path}: not a COCO keypoints file ({type(error).__name__}: {error}); "
            "expected JSON with images and annotations"
        ) from error
    by_picture: defaultdict[int, list[Entry]] = defaultdict(list)
    unlisted = 0
    for annotation in annotations:
        number = annotation.get("image_id")
        if isinstance(number, int | float) and not isinstance(number, bool) and number in pictures:
            by_picture[int(number)].append(annotation)
        else:
            unlisted += 1
    return AnnotationFile(
        pictures,
        by_picture,
        +Counter({"annotated twice, with the same words": repeated, "picture not listed": unlisted}),
        layouts,
        Counter(map(integer_id, annotations)),
    )


def _pictures(path: Path, images: Iterable[Entry]) -> dict[int, Entry]:
    listed: dict[int, Entry] = {}
    for image in images:
        number = image["id"]
        if type(number) is not int:
            raise TypeError("an image's id is no integer")
        if not _SMALLEST <= number <= _LARGEST:
            raise DataError(f"{path}: picture id {number!s:.30} is beyond 64 bits; number the pictures anew")
        known = listed.setdefault(number, image)
        if any(known.get(fact) != image.get(fact) for fact in ("file_name", "width", "height")):
            raise DataError(
                f"{path}: picture id {number} is listed twice, {_said(known)} and {_said(image)}; "
                "give each picture an id of its own, also in its annotations"
            )
    return listed


def _said(image: Entry) -> str:
    return f"{image.get('file_name')!r:.80} of {image.get('width')!r:.20} x {image.get('height')!r:.20}"


def _without_repeats(annotations: Iterable[Entry]) -> tuple[list[Entry], int]:
    """The annotations, each once, and how many repeated another one word for word."""
    everything = list(annotations)
    if not all(isinstance(annotation, dict) for annotation in everything):
        raise TypeError("an annotation is no object")
    ids = Counter(map(integer_id, everything))
    seen: set[str] = set()
    kept = []
    for annotation in everything:
        if ids[integer_id(annotation)] > 1:
            text = json.dumps(annotation, sort_keys=True)
            if text in seen:
                continue
            seen.add(text)
        kept.append(annotation)
    return kept, len(everything) - len(kept)


def _layouts(path: Path, categories: Iterable[Entry]) -> dict[Any, Layout | str]:
    """By category id, how people's keypoints are laid out, or why its annotations are nobody's.

    Categories that name COCO's 17 keypoints are people, and those called so that name none; in a file where
    none names any or is called so, all are.
    """
    listed: dict[Any, Entry] = {}
    for category in categories:
        if listed.setdefault(category["id"], category) != category:
            raise DataError(f"{path}: category id {category['id']!r:.30} is listed twice; name it once")
    laid_out = {number: _layout(category) for number, category in listed.items() if category.get("keypoints")}
    people = {number: layout for number, layout in laid_out.items() if isinstance(layout, Layout)}
    people |= {
        number: Layout()
        for number, category in listed.items()
        if number not in laid_out
        and _PEOPLE & {_word(category.get(key)) for key in ("name", "supercategory")}
    }
    if not people and laid_out:
        number, problem = next(iter(laid_out.items()))
        raise DataError(
            f"{path}: category {listed[number].get('name')!r:.40} has {problem}; "
            "expected COCO's keypoints by their names, in any order"
        )
    if not people:
        return dict.fromkeys(listed, Layout())
    return {
        number: people.get(
            number,
            "of a category with other keypoints" if number in laid_out else "of another category than people",
        )
        for number in listed
    }


def _layout(category: Entry) -> Layout | str:
    """Where the category has COCO's joints, or what is wrong with it."""
    names = [_word(name) for name in category["keypoints"]]
    wanted = [_word(name) for name in KEYPOINTS]
    missing = [name for name, word in zip(KEYPOINTS, wanted, strict=True) if word not in names]
    if missing:
        found = f"{K} keypoints" if len(names) == K else f"{len(names)} keypoints, expected {K}"
        return f"{found}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    twice = [name for name, word in zip(KEYPOINTS, wanted, strict=True) if names.count(word) > 1]
    if twice:
        return f"{len(names)} keypoints: {', '.join(twice)} named twice"
    return Layout(len(names), tuple(names.index(word) for word in wanted))


def _word(name: object) -> str:
    """`left_eye`, `Left Eye` and `leftEye` are one word."""
    return "".join(letter for letter in str(name).lower() if letter.isalnum())
