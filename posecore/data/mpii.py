"""People of a data set in MPII's layout: the JSON that most code trains on, or the .mat as it was published.

annot/{train,valid}.json   lists of {image, center, scale, joints, joints_vis}, one entry a person
mpii_human_pose*.mat       RELEASE, in the folder or one below: the people where there is no JSON; head boxes
annot/gt_valid.mat         head boxes of valid.json's people, in its order
images/NAME

There `joints_vis` says whether a joint is labelled, not whether it is seen. Rendered people add to an entry
`head_box` (left, top, right, bottom), `visibility` (COCO's 0, 1, 2 for each joint) and `attributes`.

All of these count pixels from 1, as MATLAB does, and here they are counted from 0, as COCO's are: joints,
centres and boxes alike, one less along both axes. sample_id is `SPLIT-PLACE` of a JSON's list, from 1, and
`train-PICTURE-PERSON` of the .mat, both places from 1.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.data.attributes import plain_attributes
from posecore.data.crops import SquareCrop
from posecore.data.person import NOWHERE, Person, inside_picture
from posecore.data.pictures import Picture, SourceLayout, name_in_folder
from posecore.errors import DataError
from posecore.imaging import dataset_picture_size
from posecore.keypoints import MPII16
from posecore.samples import HEAD_FROM, HEAD_SIZE, HeadSource

JSON: Final = {"train": "train.json", "val": "valid.json"}
"""Names of the files of a split."""

HEAD_BIAS: Final = 0.6
"""A head's size is this share of the diagonal of its box, by the rules of MPII's own evaluation."""

PERSON_PIXELS: Final = 200
"""A person of scale 1 is as many pixels tall."""

_DOWN, _GROWTH = 15.0, 1.25  # the usual crop: so many pixels of scale 1 lower, and so much larger
_LARGEST: Final = 20.0
"""A crop with a longer side, in those of its picture, is a mistake; people cut off close by have three or
four."""

_UNSEEN: Final = "labelled joint of which nothing says whether it is seen, taken as seen"
_K: Final = len(MPII16)

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class _Entry:
    """A person as a file has them, pixels counted from 1; nan where a number is missing.

    visibility: (16,) COCO 0/1/2. head: of a head box, with where it is from.
    """

    image: str
    sample_id: str
    number: int
    centre: tuple[float, float]
    scale: float
    joints: NDArray[np.float64]
    visibility: NDArray[np.int8]
    mended: tuple[str, ...] = ()
    head: tuple[Box, HeadSource] | None = None
    attributes: Any = None


def json_file(mpii: Path, split: str) -> Path:
    """Where MPII's JSON of a split lies."""
    return mpii / "annot" / JSON[split]


def picture_file(mpii: Path, picture: Picture) -> Path:
    """Where MPII's layout keeps a picture."""
    return mpii / "images" / picture.file_name


def read_pictures(mpii: Path, split: str) -> tuple[list[Picture], Counter[str]]:
    """Pictures with at least one usable person, by name, and how many people were skipped for which reason.

    Raises DataError where a file is missing, unreadable or of another layout.
    """
    path = json_file(mpii, split)
    entries = _json_entries(mpii, split) if path.is_file() else _mat_entries(_mat(mpii) or path)
    skipped: Counter[str] = Counter()
    by_image: dict[str, list[_Entry]] = {}
    for entry in entries:
        if isinstance(entry, str):
            skipped[entry] += 1
        else:
            by_image.setdefault(entry.image, []).append(entry)
    pictures = []
    for number, name in enumerate(sorted(by_image), start=1):
        picture = Picture(
            split, number, name_in_folder(f"{path.parent}: a picture", name, "images"), 0, 0, ()
        )
        size = dataset_picture_size(picture_file(mpii, picture))
        people = []
        for entry in by_image[name]:
            person = _person(entry, size)
            if isinstance(person, str):
                skipped[person] += 1
            else:
                people.append(person)
        if people:
            # One that has no size is told of where it is opened.
            width, height = size or (0, 0)
            pictures.append(replace(picture, width=width, height=height, people=tuple(people)))
    return pictures, skipped


def usual_crop(centre: tuple[float, float], scale: float) -> SquareCrop:
    """The square that MPII's people are usually cropped to: around their centre, somewhat lower, and a
    quarter larger than they are tall."""
    side = PERSON_PIXELS * scale * _GROWTH
    return SquareCrop(centre[0] - side / 2, centre[1] + _DOWN * scale - side / 2, side)


def box_size(box: Box) -> float:
    """The size of a head, pixels, by its box."""
    left, top, right, bottom = box
    return HEAD_BIAS * math.hypot(right - left, bottom - top)


def _annotations(mpii: Path) -> dict[str, tuple[Path, ...]]:
    """By split: the file that says who is there, and those that say how large their heads are."""
    mat = _mat(mpii)
    given = {split: json_file(mpii, split) for split in JSON if json_file(mpii, split).is_file()}
    if not given:
        return {"train": (mat,)} if mat else {}
    heads = [*([mat] if mat else []), *([boxes] if (boxes := _valid_boxes(mpii)).is_file() else [])]
    return {split: (path, *heads) for split, path in given.items()}


MPII: Final = SourceLayout(
    title="MPII",
    expected=str(json_file(Path(), "train")),
    keypoints=MPII16,
    annotations=_annotations,
    read=read_pictures,
    picture_file=picture_file,
)


def _person(entry: _Entry, size: tuple[int, int] | None) -> Person | str:
    """The person, or the reason why there is none. size: of the picture, None where it cannot be read."""
    if not (all(map(math.isfinite, (*entry.centre, entry.scale))) and entry.scale > 0):
        return "no centre and scale"
    x, y = entry.centre
    crop = usual_crop((x - 1, y - 1), entry.scale)
    if crop.side < 1 or (size and crop.side > _LARGEST * max(size)):
        return "scale far from its picture's"
    if not entry.visibility.any():
        return "no labelled joint"
    points, visibility, lost = inside_picture(
        entry.joints - 1, entry.visibility, size or (math.inf, math.inf)
    )
    if not visibility.any():
        return NOWHERE
    head, source = _head(entry)
    attributes, left_out = plain_attributes(entry.attributes)
    lost += ["attribute without a plain name and value, left out"] * left_out
    measures = {"scale": entry.scale, HEAD_SIZE: head, HEAD_FROM: source}
    mended = (*entry.mended, *lost)
    return Person(entry.sample_id, entry.number, points, visibility, crop, measures, attributes, mended)


def _head(entry: _Entry) -> tuple[float, HeadSource]:
    """The head's size, picture pixels, and where it is from; nan where nothing tells it."""
    if entry.head is not None and math.isfinite(found := box_size(entry.head[0])) and found > 0:
        return found, entry.head[1]
    assert MPII16.head is not None
    ends = list(MPII16.head)
    apart = float(np.linalg.norm(np.subtract(*entry.joints[ends])))
    known = (entry.visibility[ends] > 0).all() and math.isfinite(apart) and apart > 0
    return (apart, "stand-in") if known else (math.nan, "")


def _json_entries(mpii: Path, split: str) -> Iterator[_Entry | str]:
    """Everybody in a split's JSON, or the reason why somebody is no use."""
    path = json_file(mpii, split)
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{path}: not MPII's JSON ({type(error).__name__}); expected a list of people"
        ) from error
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        raise DataError(f"{path}: not MPII's JSON; expected a list of people, an object each")
    boxes = _valid_head_boxes(mpii, len(content)) if split == "val" else {}
    others = _mat_heads(_mat(mpii))
    for place, given in enumerate(content, start=1):
        entry = _json_entry(given, split, place)
        if isinstance(entry, _Entry) and entry.head is None:
            box = boxes.get(place) or others.get(_place_in_picture(entry))
            entry = entry if box is None else replace(entry, head=(box, "mat"))
        yield entry


def _json_entry(given: Mapping[str, Any], split: str, place: int) -> _Entry | str:
    image = given.get("image")
    if not isinstance(image, str) or not image:
        return "names no picture"
    joints = _numbers(given.get("joints"), (_K, 2))
    if joints is None:
        return "joints are not 16 pairs of numbers" if given.get("joints") else "no labelled joint"
    told = given.get("joints_vis")
    labels = (joints > 0).all(axis=1).astype(np.float64) if told is None else _numbers(told, (_K,))
    if labels is None or not np.isin(labels, (0, 1)).all():
        return "joints_vis is not 16 times 0 or 1"
    visibility, mended = np.where(labels == 1, 2, 0).astype(np.int8), [_UNSEEN] * int(labels.sum())
    if given.get("visibility") is not None:
        seen = _numbers(given["visibility"], (_K,))
        if seen is None or not np.isin(seen, (0, 1, 2)).all():
            return "visibility is not 16 times 0, 1 or 2"
        visibility, mended = np.where(labels == 1, seen, 0).astype(np.int8), []
    centre, box = _numbers(given.get("center"), (2,)), _numbers(given.get("head_box"), (4,))
    return _Entry(
        image,
        f"{split}-{place}",
        place,
        (math.nan, math.nan) if centre is None else (float(centre[0]), float(centre[1])),
        _number(given.get("scale")),
        joints,
        visibility,
        tuple(mended),
        None if box is None else ((float(box[0]), float(box[1]), float(box[2]), float(box[3])), "rendered"),
        given.get("attributes"),
    )


def _place_in_picture(entry: _Entry) -> tuple[str, float, float]:
    """By what the JSON and the .mat tell the same people: the picture, and their centre to a pixel."""
    x, y = (round(value) if math.isfinite(value) else math.nan for value in entry.centre)
    return entry.image, x, y


def _mat(mpii: Path) -> Path | None:
    """The .mat as it was published, in the folder or in one below."""
    found = [path for pattern in ("", "*/") for path in sorted(mpii.glob(f"{pattern}mpii_human_pose*.mat"))]
    return found[0] if found else None


def _valid_boxes(mpii: Path) -> Path:
    return mpii / "annot" / "gt_valid.mat"


def _valid_head_boxes(mpii: Path, people: int) -> dict[int, Box]:
    """Head boxes of valid.json's people by their places, from 1; none without annot/gt_valid.mat."""
    path = _valid_boxes(mpii)
    if not path.is_file():
        return {}
    boxes = _numbers(_load_mat(path, "headboxes_src"), (2, 2, people))
    if boxes is None:
        raise DataError(
            f"{path}: expected headboxes_src of 2 x 2 x {people} numbers, a box for each of {JSON['val']}; "
            "remove it, or put the one there that belongs to it"
        )
    first, last = boxes
    corners = np.concatenate([first, last]).T.tolist()
    return {place: tuple(corner) for place, corner in enumerate(corners, start=1)}


def _mat_heads(path: Path | None) -> dict[tuple[str, float, float], Box]:
    """Head boxes of a .mat by picture and centre; where two people share both, nobody is sure whose it is."""
    if path is None:
        return {}
    found: dict[tuple[str, float, float], Box] = {}
    twice = set()
    for entry in _mat_entries(path):
        if isinstance(entry, _Entry) and entry.head is not None:
            place = _place_in_picture(entry)
            twice.update({place} & found.keys())
            found[place] = entry.head[0]
    return {place: box for place, box in found.items() if place not in twice}


def _mat_entries(path: Path) -> Iterator[_Entry | str]:
    """Everybody in the training pictures of a .mat, or the reason why somebody is no use."""
    release = _load_mat(path, "RELEASE")
    pictures = _structures(getattr(release, "annolist", None))
    if not pictures:
        raise DataError(
            f"{path}: no RELEASE.annolist in it; expected MPII's annotations as they were published"
        )
    train = np.ravel(getattr(release, "img_train", ()))
    for number, picture in enumerate(pictures, start=1):
        if len(train) == len(pictures) and train[number - 1] != 1:
            continue  # of the others MPII keeps the joints to itself
        image = getattr(getattr(picture, "image", None), "name", None)
        for place, person in enumerate(_structures(getattr(picture, "annorect", None)), start=1):
            yield (
                _mat_entry(person, image, f"train-{number}-{place}", place)
                if isinstance(image, str) and image
                else "names no picture"
            )


def _mat_entry(person: Any, image: str, sample_id: str, number: int) -> _Entry | str:
    joints = np.full((_K, 2), math.nan)
    visibility, mended = np.zeros(_K, np.int8), []
    for point in _structures(getattr(getattr(person, "annopoints", None), "point", None)):
        k = _number(getattr(point, "id", None))
        if k not in range(_K):
            return "a joint of another number than 0 to 15"
        seen = _number(getattr(point, "is_visible", None))
        joints[int(k)] = _number(getattr(point, "x", None)), _number(getattr(point, "y", None))
        visibility[int(k)] = 1 if seen == 0 else 2
        mended += [_UNSEEN] * (seen not in (0, 1))
    centre = getattr(person, "objpos", None)
    box = tuple(_number(getattr(person, side, None)) for side in ("x1", "y1", "x2", "y2"))
    return _Entry(
        image,
        sample_id,
        number,
        (_number(getattr(centre, "x", None)), _number(getattr(centre, "y", None))),
        _number(getattr(person, "scale", None)),
        joints,
        visibility,
        tuple(mended),
        (box, "mat") if len(box) == 4 and all(map(math.isfinite, box)) else None,
    )


def _load_mat(path: Path, name: str) -> Any:
    """A variable of a .mat file, structures as objects. Raises DataError where it is not there."""
    from scipy.io import loadmat

    if not path.is_file():
        raise DataError(f"{path}: no such file; expected MPII's annotations")
    try:
        return loadmat(path, struct_as_record=False, squeeze_me=True, variable_names=[name])[name]
    except NotImplementedError as error:
        raise DataError(f"{path}: saved as MATLAB 7.3; save it with -v7") from error
    except Exception as error:  # scipy raises many kinds for a broken file
        raise DataError(
            f"{path}: no readable {name} in it ({type(error).__name__}); fetch it anew"
        ) from error


def _structures(value: Any) -> list[Any]:
    """The structures of a field that holds one, several or none."""
    return [one for one in np.ravel(np.array(value, object)) if hasattr(one, "_fieldnames")]


def _numbers(given: Any, shape: Sequence[int]) -> NDArray[np.float64] | None:
    """Numbers of this shape; None where they are not."""
    try:
        numbers = np.array(given, np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if numbers.shape == tuple(shape) else None


def _number(given: Any) -> float:
    """A number, also one that is written as text; nan where there is none."""
    try:
        return math.nan if given is None or isinstance(given, bool) else float(given)
    except (TypeError, ValueError, OverflowError):
        return math.nan
