"""From a COCO folder to a prepared data folder: every usable person cropped, tabled and counted.

Work is done picture by picture in a folder beside the destination, .NAME.partial; each finished
picture is one line of its journal, so a killed run goes on where it stopped.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from posecore.data.coco import SPLITS, Picture, annotation_file, picture_file, read_pictures
from posecore.data.crops import SIZE, person_crop, thesis_keeps
from posecore.data.prepared import INFO, SCHEMA_VERSION, fingerprint
from posecore.errors import ConfigError, DataError
from posecore.files import atomic_file, replace_folder, sha256, write_json
from posecore.imaging import open_dataset_picture
from posecore.samples import annotated_columns

MOST_TEST_PEOPLE = 5064
"""As many as the official validation set keeps under the thesis's filter."""


@dataclass(frozen=True)
class Settings:
    """What decides the result. test_size: people; None for 10 % of train, at most 5,064."""

    test_size: int | None = None
    limit: int | None = None
    thesis_filter: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.test_size is not None and self.test_size < 0:
            raise ConfigError(f"--test-size {self.test_size}: expected 0 or more people")
        if self.limit is not None and self.limit < 1:
            raise ConfigError(f"--limit {self.limit}: expected at least 1 person")


def prepare(
    coco: Path, destination: Path, settings: Settings, *, name: str | None = None, workers: int | None = None
) -> dict[str, Any]:
    """Write the prepared data folder `destination`; returns the content of its dataset.json.

    name: of the data set, by default the COCO folder's. workers: processes, by default one per core.
    Raises DataError where no usable person is found, ConfigError where the destination holds something
    else.
    """
    if destination.exists() and not (destination / INFO).is_file() and any(destination.iterdir()):
        raise ConfigError(f"{destination}: holds something else than prepared data; choose another --out")
    if workers is not None and workers < 1:
        raise ConfigError(f"--workers {workers}: expected at least 1")
    files = {
        split: annotation_file(coco, split) for split in SPLITS if annotation_file(coco, split).is_file()
    }
    if not files:
        raise DataError(f"{coco}: no COCO data there; expected {annotation_file(coco, 'train')}")
    skipped: Counter[str] = Counter()
    splits: dict[str, list[Picture]] = {}
    for split in files:
        pictures, reasons = read_pictures(coco, split)
        skipped += reasons
        if settings.thesis_filter:
            pictures, dropped = _thesis_filter(pictures)
            skipped["dropped by the thesis's filter"] += dropped
        splits[split] = _limit(pictures, settings.limit)
    if "train" in splits:
        splits["train"], splits["test"] = _draw_test(splits["train"], settings)
    partial_folder = destination.with_name(f".{destination.name}.partial")
    job = {
        "settings": settings.__dict__,
        "coco": str(coco.resolve()),
        "annotations": {s: sha256(path) for s, path in files.items()},
    }
    results = _crop_all(coco, partial_folder, job, splits, workers or len(os.sched_getaffinity(0)))
    info = _write_tables(partial_folder, splits, results, skipped)
    info = {
        "schema_version": SCHEMA_VERSION,
        "name": name or coco.resolve().name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "thesis_filter": settings.thesis_filter,
        "seed": settings.seed,
        **info,
    }
    write_json(partial_folder / INFO, info)
    for leftover in ("job.json", "journal.jsonl"):
        (partial_folder / leftover).unlink()
    replace_folder(partial_folder, destination)
    return info


def _thesis_filter(pictures: list[Picture]) -> tuple[list[Picture], int]:
    kept = []
    dropped = 0
    for picture in pictures:
        people = tuple(
            person
            for person in picture.people
            if thesis_keeps(person.points, person.visibility, picture.width, picture.height)
        )
        dropped += len(picture.people) - len(people)
        if people:
            kept.append(replace(picture, people=people))
    return kept, dropped


def _limit(pictures: list[Picture], limit: int | None) -> list[Picture]:
    if limit is None:
        return pictures
    kept: list[Picture] = []
    for picture in pictures:
        room = limit - sum(len(p.people) for p in kept)
        if room <= 0:
            break
        kept.append(replace(picture, people=picture.people[:room]))
    return kept


def _draw_test(pictures: list[Picture], settings: Settings) -> tuple[list[Picture], list[Picture]]:
    """Train and test pictures: whole pictures, so that nobody's neighbour is in the other split."""
    people = sum(len(picture.people) for picture in pictures)
    wanted = min(MOST_TEST_PEOPLE, people // 10) if settings.test_size is None else settings.test_size
    if wanted and wanted >= people:
        raise ConfigError(f"--test-size {wanted}: train has only {people} people; ask for fewer")
    test: set[int] = set()
    for index in np.random.default_rng(settings.seed).permutation(len(pictures)):
        count = len(pictures[index].people)
        if count <= wanted:
            test.add(int(index))
            wanted -= count
    return (
        [picture for i, picture in enumerate(pictures) if i not in test],
        [picture for i, picture in enumerate(pictures) if i in test],
    )


def _crop_all(
    coco: Path,
    folder: Path,
    job: Mapping[str, Any],
    splits: Mapping[str, list[Picture]],
    workers: int,
) -> dict[tuple[str, int], dict[str, Any]]:
    """One result per picture, by split and picture id; those in the journal are not made again."""
    job_file, journal = folder / "job.json", folder / "journal.jsonl"
    job = json.loads(json.dumps(job))
    if not (job_file.is_file() and json.loads(job_file.read_text(encoding="utf-8")) == job):
        shutil.rmtree(folder, ignore_errors=True)
        write_json(job_file, job)
    results = {(line["split"], line["image_id"]): line for line in _read_journal(journal)}
    # A line cut off by a kill must not be glued to the next one.
    with atomic_file(journal) as temporary:
        temporary.write_text("".join(json.dumps(line) + "\n" for line in results.values()), encoding="utf-8")
    for split in splits:
        (folder / "crops" / split).mkdir(parents=True, exist_ok=True)
    todo = [
        (s, picture)
        for s, pictures in splits.items()
        for picture in pictures
        if (s, picture.image_id) not in results
    ]
    total = sum(len(pictures) for pictures in splits.values())
    work = partial(_crop_picture, coco, folder)
    with journal.open("a", encoding="utf-8") as file:
        for line in tqdm(
            _map(work, todo, workers), total=total, initial=len(results), desc="pictures", mininterval=1
        ):
            file.write(json.dumps(line) + "\n")
            results[line["split"], line["image_id"]] = line
    return results


def _map(work: Any, todo: list[tuple[str, Picture]], workers: int) -> Iterator[dict[str, Any]]:
    if workers == 1 or len(todo) < 2:
        yield from map(work, todo)
        return
    # A forked copy of a process with running threads may hang, so workers start afresh.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, todo, chunksize=8)


def _read_journal(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                yield json.loads(line)
            except ValueError:
                return  # the last line of a killed run


def _crop_picture(coco: Path, folder: Path, task: tuple[str, Picture]) -> dict[str, Any]:
    """Crop every person of one picture; the result is plain values, for the journal."""
    split, picture = task
    result: dict[str, Any] = {
        "split": split,
        "image_id": picture.image_id,
        "people": [],
        "outside": 0,
        "lost": 0,
    }
    path = picture_file(coco, picture)
    try:
        source = open_dataset_picture(path, picture.width, picture.height)
    except DataError as error:
        return result | {"unreadable": str(error)}
    for person in picture.people:
        crop = person_crop(person.bbox, person.points, person.visibility, picture.width, picture.height)
        points = crop.points_to_crop(person.points).astype(np.float32)
        inside = ((points >= 0) & (points < SIZE)).all(axis=-1)
        visibility = np.where(inside, person.visibility, 0).astype(np.int8)
        result["outside"] += int(((person.visibility > 0) & ~inside).sum())
        if not visibility.any():
            result["lost"] += 1
            continue
        sample_id = f"{picture.coco_split}-{person.annotation_id}"
        pixels = crop.cut(source)
        with atomic_file(folder / "crops" / split / f"{sample_id}.png") as temporary:
            Image.fromarray(pixels).save(temporary, format="PNG", compress_level=1)
        left, top, width, height = person.bbox
        result["people"].append(
            {
                "row": {
                    "sample_id": sample_id,
                    "split": split,
                    "image_id": picture.image_id,
                    "annotation_id": person.annotation_id,
                    "file_name": picture.file_name,
                    "image_width": picture.width,
                    "image_height": picture.height,
                    "area": person.area,
                    "bbox_x": left,
                    "bbox_y": top,
                    "bbox_w": width,
                    "bbox_h": height,
                    "crop_x": crop.x,
                    "crop_y": crop.y,
                    "crop_side": crop.side,
                },
                "points": [
                    [float(x), float(y)] if v else None for (x, y), v in zip(points, visibility, strict=True)
                ],
                "visibility": visibility.tolist(),
                "mean_rgb": (pixels.reshape(-1, 3).mean(axis=0) / 255).tolist(),
            }
        )
    return result


def _write_tables(
    folder: Path,
    splits: Mapping[str, list[Picture]],
    results: Mapping[tuple[str, int], Mapping[str, Any]],
    skipped: Counter[str],
) -> dict[str, Any]:
    tables: dict[str, pd.DataFrame] = {}
    means: dict[str, list[float]] = {}
    # In the order of the annotations, whatever order the workers finished in.
    ordered = {split: [results[split, picture.image_id] for picture in splits[split]] for split in splits}
    for split, lines in ordered.items():
        people = [person for line in lines for person in line["people"]]
        if people:
            tables[split] = _table(people)
            means[split] = np.mean([person["mean_rgb"] for person in people], axis=0).tolist()
    everything = [line for lines in ordered.values() for line in lines]
    unreadable = [line["unreadable"] for line in everything if "unreadable" in line]
    skipped = skipped + Counter({"all keypoints outside the crop": sum(line["lost"] for line in everything)})
    if not tables:
        why = f"; {len(unreadable)} pictures are missing or unreadable, {unreadable[0]}" if unreadable else ""
        raise DataError(f"no usable person found, skipped: {dict(skipped)}{why}")
    for split, table in tables.items():
        table.to_parquet(folder / f"{split}.parquet", index=False)
    return {
        "splits": {
            split: {"people": len(table), "pictures": int(table["image_id"].nunique())}
            for split, table in tables.items()
        },
        "skipped": dict(skipped),
        "joints_outside": sum(line["outside"] for line in everything),
        "unreadable": unreadable,
        "mean_rgb": means.get("train") or next(iter(means.values())),
        "fingerprint": fingerprint(tables),
    }


def _table(people: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    people = list(people)
    points = np.array([[p or (np.nan, np.nan) for p in person["points"]] for person in people], np.float32)
    visibility = np.array([person["visibility"] for person in people], np.int8)
    rows = pd.DataFrame([person["row"] for person in people])
    return pd.concat([rows, pd.DataFrame(annotated_columns(points, visibility))], axis=1)
