"""A folder of rendered people in COCO's layout or in MPII's; it appears whole or not at all.

People are rendered into .NAME.partial beside the destination. Of each there is a picture and then a record;
who has a record is finished, so a killed run goes on where it stopped.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
from tqdm import tqdm

from posecore.claims import claimed
from posecore.data import mpii
from posecore.data.coco import annotation_file
from posecore.errors import ConfigError
from posecore.files import atomic_file, replace_folder, write_json
from posecore.keypoints import COCO17
from posecore.processes import cores, in_processes
from posecore.synthetic.drawn import encode
from posecore.synthetic.mpii import mpii_entry
from posecore.synthetic.people import Rendered, render_person
from posecore.unfinished import read_json

INFO: Final = "rendered.json"
"""Says how the folder was made, and that it may be replaced."""

MOST: Final = 300_000
"""People of a split: more than COCO has. Without a bound they would fill the memory before one is drawn."""

MOST_WORKERS: Final = 256
"""Each is a process of a few hundred MB, and more than there are cores gain nothing."""

_JOB: Final = "job.json"
_RECORDS: Final = "records"
_MOST_PER_PICTURE: Final = 100
"""Ids of one picture's annotations count from a hundred times its own."""


@dataclass(frozen=True)
class RenderSettings:
    """What decides the result. people: pictures of train, each with one annotated person; val: of val.
    layout: one of LAYOUTS; pictures and people are the same in all."""

    people: int
    val: int = 0
    seed: int = 0
    layout: str = "coco"

    def __post_init__(self) -> None:
        if not 1 <= self.people <= MOST:
            raise ConfigError(f"--people {self.people}: expected at least 1 and at most {MOST:,}")
        if not 0 <= self.val <= MOST:
            raise ConfigError(f"--val {self.val}: expected 0 or more people and at most {MOST:,}")
        if self.seed < 0:
            raise ConfigError(f"--seed {self.seed}: expected 0 or more")
        if self.layout not in LAYOUTS:
            raise ConfigError(f"--layout {self.layout!r:.40}: expected {' or '.join(LAYOUTS)}")

    def record(self) -> dict[str, Any]:
        """The settings as the folder keeps them; of COCO's layout nothing is said, as there was no other
        once."""
        values = asdict(self)
        if self.layout == "coco":
            del values["layout"]
        return values


def make_people(destination: Path, settings: RenderSettings, workers: int | None = None) -> dict[str, int]:
    """Render the people of `settings` into `destination`; returns how many are in each split.

    The same settings give the same bytes with any number of workers (default: one per core). Raises
    ConfigError where the destination holds something else or another process writes it.
    """
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise ConfigError(f"--workers {workers}: expected at least 1 and at most {MOST_WORKERS}")
    destination = destination.resolve()
    check_replaceable(destination)
    with claimed(destination):
        return _make(destination, settings, workers or cores())


def _make(destination: Path, settings: RenderSettings, workers: int) -> dict[str, int]:
    folder = destination.with_name(f".{destination.name}.partial")
    _begin(folder, settings)
    counts = {split: n for split, n in (("train", settings.people), ("val", settings.val)) if n}
    everybody = [(split, index) for split, n in counts.items() for index in range(n)]
    layout = LAYOUTS[settings.layout]
    todo = [person for person in everybody if not _is_done(layout, folder, *person)]
    rendered = in_processes(partial(_render, settings.layout, folder, settings.seed), todo, workers)
    for _ in tqdm(rendered, total=len(everybody), initial=len(everybody) - len(todo), desc="people"):
        pass
    for split, n in counts.items():
        records = [read_json(_record(folder, split, index)) for index in range(n)]
        write_json(layout.file(folder, split), layout.content(records, settings))
    shutil.rmtree(folder / _RECORDS)
    (folder / _JOB).unlink()
    write_json(folder / INFO, settings.record())
    replace_folder(folder, destination)
    return counts


def check_replaceable(path: Path) -> None:
    """Raise ConfigError unless `path` is free: not there, an empty folder, or rendered people."""
    if path.is_dir() and ((path / INFO).is_file() or not any(path.iterdir())):
        return
    if path.exists() or path.is_symlink():
        raise ConfigError(
            f"{path}: is there and holds no rendered people, so it is left alone; choose another --out"
        )


def _begin(folder: Path, settings: RenderSettings) -> None:
    """Keep what a run with the same settings left, remove what another did."""
    job = folder / _JOB
    if read_json(job) != settings.record():
        shutil.rmtree(folder, ignore_errors=True)
        write_json(job, settings.record())


def _record(folder: Path, split: str, index: int) -> Path:
    return folder / _RECORDS / f"{split}-{index}.json"


def _is_done(layout: "Layout", folder: Path, split: str, index: int) -> bool:
    """Whether a person's record and picture are whole; a JPEG that was cut lacks the mark of its end."""
    record, picture = read_json(_record(folder, split, index)), layout.picture(folder, split, index)
    has_record = isinstance(record, dict) and record.keys() >= layout.keys
    return has_record and picture.is_file() and picture.read_bytes().endswith(b"\xff\xd9")


def _render(layout: str, folder: Path, seed: int, person: tuple[str, int]) -> None:
    """Write one person's picture and record: a function of the module, as workers need it."""
    cv2.setNumThreads(1)  # there is a worker per core already
    split, index = person
    rendered = render_person(seed, index, split)
    chosen = LAYOUTS[layout]
    picture = chosen.picture(folder, split, index)
    with atomic_file(picture) as temporary:
        temporary.write_bytes(encode(rendered.image, rendered.drawn.lens.quality))
    write_json(_record(folder, split, index), chosen.record(rendered, index, picture.name))


def _coco_picture(folder: Path, split: str, index: int) -> Path:
    return folder / f"{split}2017" / f"{index + 1:012d}.jpg"


def _coco_record(rendered: Rendered, index: int, name: str) -> dict[str, Any]:
    number = index + 1
    height, width = rendered.image.shape[:2]
    annotations = [rendered.annotation, *rendered.others]
    return {
        "image": {"id": number, "file_name": name, "width": width, "height": height, "license": 1},
        "annotations": [
            {"id": number * _MOST_PER_PICTURE + i, "image_id": number, **annotation}
            for i, annotation in enumerate(annotations)
        ],
    }


def _coco_content(records: list[dict[str, Any]], settings: RenderSettings) -> dict[str, Any]:
    """One split's annotation file."""
    return {
        "info": {"description": f"Rendered people, seed {settings.seed}", "version": "1.0"},
        "licenses": [
            {"id": 1, "name": "CC0 1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"}
        ],
        "images": [record["image"] for record in records],
        "annotations": [annotation for record in records for annotation in record["annotations"]],
        "categories": [
            {
                "id": 1,
                "name": "person",
                "supercategory": "person",
                "keypoints": list(COCO17.names),
                "skeleton": [[a + 1, b + 1] for a, b in COCO17.limbs],
            }
        ],
    }


def _mpii_picture(folder: Path, split: str, index: int) -> Path:
    return folder / "images" / f"{split}-{index + 1:09d}.jpg"


def _mpii_record(rendered: Rendered, index: int, name: str) -> dict[str, Any]:
    return mpii_entry(rendered, name)


def _mpii_content(records: list[dict[str, Any]], settings: RenderSettings) -> list[dict[str, Any]]:
    return records


@dataclass(frozen=True)
class Layout:
    """How rendered people lie in a folder.

    picture: of a folder, a split and a person's number from 0, where their picture lies. record: of a
    rendered person, their number and the picture's name, what is kept of them; keys: some of what it holds.
    file: of a folder and a split, where its annotations lie. content: those, of all records.
    """

    picture: Callable[[Path, str, int], Path]
    record: Callable[[Rendered, int, str], dict[str, Any]]
    keys: frozenset[str]
    file: Callable[[Path, str], Path]
    content: Callable[[list[dict[str, Any]], RenderSettings], Any]


LAYOUTS: Final[Mapping[str, Layout]] = {
    "coco": Layout(
        _coco_picture, _coco_record, frozenset({"image", "annotations"}), annotation_file, _coco_content
    ),
    "mpii": Layout(
        _mpii_picture, _mpii_record, frozenset({"image", "head_box"}), mpii.json_file, _mpii_content
    ),
}
"""By the name that make_people.py knows them by."""
