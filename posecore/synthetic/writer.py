"""A folder of rendered people in COCO's layout; it appears whole or not at all.

People are rendered into .NAME.partial beside the destination. Of each there is a picture and then a record;
who has a record is finished, so a killed run goes on where it stopped.
"""

import shutil
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
from tqdm import tqdm

from posecore.claims import claimed
from posecore.data.coco import annotation_file
from posecore.errors import ConfigError
from posecore.files import atomic_file, replace_folder, write_json
from posecore.keypoints import KEYPOINTS, LIMBS
from posecore.processes import cores, in_processes
from posecore.synthetic.drawn import encode
from posecore.synthetic.people import render_person
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
    """What decides the result. people: pictures of train, each with one annotated person; val: of val."""

    people: int
    val: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.people <= MOST:
            raise ConfigError(f"--people {self.people}: expected at least 1 and at most {MOST:,}")
        if not 0 <= self.val <= MOST:
            raise ConfigError(f"--val {self.val}: expected 0 or more people and at most {MOST:,}")
        if self.seed < 0:
            raise ConfigError(f"--seed {self.seed}: expected 0 or more")


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
    todo = [person for person in everybody if not _is_done(folder, *person)]
    rendered = in_processes(partial(_render, folder, settings.seed), todo, workers)
    for _ in tqdm(rendered, total=len(everybody), initial=len(everybody) - len(todo), desc="people"):
        pass
    for split, n in counts.items():
        records = [read_json(_record(folder, split, index)) for index in range(n)]
        write_json(annotation_file(folder, split), _content(records, settings))
    shutil.rmtree(folder / _RECORDS)
    (folder / _JOB).unlink()
    write_json(folder / INFO, asdict(settings))
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
    if read_json(job) != asdict(settings):
        shutil.rmtree(folder, ignore_errors=True)
        write_json(job, asdict(settings))


def _record(folder: Path, split: str, index: int) -> Path:
    return folder / _RECORDS / f"{split}-{index}.json"


def _picture(folder: Path, split: str, index: int) -> Path:
    return folder / f"{split}2017" / f"{index + 1:012d}.jpg"


def _is_done(folder: Path, split: str, index: int) -> bool:
    """Whether a person's record and picture are whole; a JPEG that was cut lacks the mark of its end."""
    record, picture = read_json(_record(folder, split, index)), _picture(folder, split, index)
    has_record = isinstance(record, dict) and record.keys() >= {"image", "annotations"}
    return has_record and picture.is_file() and picture.read_bytes().endswith(b"\xff\xd9")


def _render(folder: Path, seed: int, person: tuple[str, int]) -> None:
    """Write one person's picture and record: a function of the module, as workers need it."""
    cv2.setNumThreads(1)  # there is a worker per core already
    split, index = person
    rendered = render_person(seed, index, split)
    number, picture = index + 1, _picture(folder, split, index)
    with atomic_file(picture) as temporary:
        temporary.write_bytes(encode(rendered.image, rendered.drawn.lens.quality))
    height, width = rendered.image.shape[:2]
    annotations = [rendered.annotation, *rendered.others]
    record = {
        "image": {"id": number, "file_name": picture.name, "width": width, "height": height, "license": 1},
        "annotations": [
            {"id": number * _MOST_PER_PICTURE + i, "image_id": number, **annotation}
            for i, annotation in enumerate(annotations)
        ],
    }
    write_json(_record(folder, split, index), record)


def _content(records: list[dict[str, Any]], settings: RenderSettings) -> dict[str, Any]:
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
                "keypoints": list(KEYPOINTS),
                "skeleton": [[a + 1, b + 1] for a, b in LIMBS],
            }
        ],
    }
