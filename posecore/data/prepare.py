"""From a data set's folder to a prepared data folder: every usable person cropped, tabled and counted.

Work is done picture by picture in a folder beside the destination, .NAME.partial; each finished
picture is one line of its journal, so a killed run goes on where it stopped.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from posecore.claims import claimed
from posecore.data.coco import COCO
from posecore.data.crops import thesis_keeps
from posecore.data.cutting import Result, cut_pictures
from posecore.data.pictures import (
    Picture,
    SourceLayout,
    alike_attributes,
    count_mended,
    count_people,
    first_people,
    hold_out,
    keep_people,
)
from posecore.data.prepared import INFO, SCHEMA_VERSION, check_replaceable, fingerprint
from posecore.errors import ConfigError, DataError
from posecore.files import atomic_file, replace_folder, sha256, write_json
from posecore.keypoints import KeypointSet, set_record
from posecore.printable import printable
from posecore.processes import cores
from posecore.samples import HEAD_FROM, annotated_columns

MOST_TEST_PEOPLE = 5064
"""As many as the official validation set keeps under the thesis's filter."""


@dataclass(frozen=True)
class PrepareSettings:
    """What decides the result. test_size: people drawn from train; None for 10 % of it, at most 5,064.
    val_size: people drawn from train where there is no val file; None for none."""

    test_size: int | None = None
    val_size: int | None = None
    limit: int | None = None
    thesis_filter: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.test_size is not None and self.test_size < 0:
            raise ConfigError(f"--test-size {self.test_size}: expected 0 or more people")
        if self.val_size is not None and self.val_size < 0:
            raise ConfigError(f"--val-size {self.val_size}: expected 0 or more people")
        if self.limit is not None and self.limit < 1:
            raise ConfigError(f"--limit {self.limit}: expected at least 1 person")
        if self.seed < 0:
            raise ConfigError(f"--seed {self.seed}: expected 0 or more")


def prepare(
    source: Path,
    destination: Path,
    settings: PrepareSettings,
    *,
    layout: SourceLayout = COCO,
    name: str | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Write the prepared data folder `destination`; returns the content of its dataset.json.

    source: the data set's folder, in `layout`. name: of the data set, by default that folder's. workers:
    processes, by default one per core.
    Raises DataError where no usable person is found, ConfigError where the destination holds something
    else or another process writes it, and where people to hold out are not there.
    """
    if workers is not None and workers < 1:
        raise ConfigError(f"--workers {workers}: expected at least 1")
    source, destination = source.resolve(), destination.resolve()
    check_replaceable(destination)
    files = layout.annotations(source)
    if not files:
        raise DataError(f"{source}: no {layout.title} data there; expected {source / layout.expected}")
    for option, people in (("--test-size", settings.test_size), ("--val-size", settings.val_size)):
        if people and "train" not in files:
            raise ConfigError(f"{option} {people}: {source} has no train people to draw from")
    if settings.val_size and "val" in files:
        raise ConfigError(f"--val-size {settings.val_size}: {source} has val people of its own; leave it out")
    splits, skipped = _read(layout, source, files, settings)
    with claimed(destination):
        partial = destination.with_name(f".{destination.name}.partial")
        job = {
            "schema_version": SCHEMA_VERSION,
            "settings": asdict(settings),
            "layout": layout.title,
            "source": printable(str(source)),
            "annotations": {split: [sha256(path) for path in paths] for split, paths in files.items()},
        }
        results = _cut(layout, source, partial, job, splits, workers or cores())
        try:
            summary = _write_tables(layout.keypoints, partial, splits, results, skipped)
        except DataError as error:
            shutil.rmtree(partial)
            raise DataError(f"{source}: {error}") from error
        info = {
            "schema_version": SCHEMA_VERSION,
            "name": printable(name or source.name),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "thesis_filter": settings.thesis_filter,
            "seed": settings.seed,
            **set_record(layout.keypoints),
            **summary,
        }
        for leftover in ("job.json", "journal.jsonl"):
            (partial / leftover).unlink()
        write_json(partial / INFO, info)
        replace_folder(partial, destination)
        return info


def _read(
    layout: SourceLayout, source: Path, files: Iterable[str], settings: PrepareSettings
) -> tuple[dict[str, list[Picture]], Counter[str]]:
    """Pictures and people of each split to write, and the people skipped so far."""
    skipped: Counter[str] = Counter()
    splits: dict[str, list[Picture]] = {}
    for split in files:
        pictures, reasons = layout.read(source, split)
        skipped += reasons
        if settings.thesis_filter:
            pictures, dropped = keep_people(
                pictures,
                lambda picture, person: thesis_keeps(person.points, person.visibility, picture.width),
            )
            skipped["dropped by the thesis's filter"] += dropped
        splits[split] = pictures if settings.limit is None else first_people(pictures, settings.limit)
    if not any(splits.values()):
        raise DataError(f"{source}: no usable person found, skipped: {dict(skipped)}; check the annotations")
    if "train" in splits:
        wanted = settings.test_size
        if wanted is None:
            wanted = min(MOST_TEST_PEOPLE, count_people(splits["train"]) // 10)
        splits["train"], splits["test"] = hold_out(splits["train"], wanted, settings.seed)
        if settings.val_size:
            splits["train"], splits["val"] = hold_out(
                splits["train"], settings.val_size, settings.seed, "--val-size"
            )
    for option, split, asked in (
        ("--test-size", "test", settings.test_size),
        ("--val-size", "val", settings.val_size),
    ):
        if asked and not splits[split]:
            raise ConfigError(f"{option} {asked}: every picture of train has more people; ask for more")
    return alike_attributes(splits), skipped


def _cut(
    layout: SourceLayout,
    source: Path,
    folder: Path,
    job: Mapping[str, Any],
    splits: Mapping[str, list[Picture]],
    workers: int,
) -> dict[tuple[str, int], Result]:
    """One result per picture, by split and picture id; those in the journal are not made again."""
    job_file, journal = folder / "job.json", folder / "journal.jsonl"
    if _read_json(job_file) != job:
        shutil.rmtree(folder, ignore_errors=True)
        write_json(job_file, job)
    results = {(line["split"], line["image_id"]): line for line in _read_journal(journal, folder)}
    # A line cut off by a kill must not be glued to the next one.
    with atomic_file(journal) as temporary:
        temporary.write_text("".join(json.dumps(line) + "\n" for line in results.values()), encoding="utf-8")
    for split in splits:
        (folder / "crops" / split).mkdir(parents=True, exist_ok=True)
    todo = [
        (split, picture)
        for split, pictures in splits.items()
        for picture in pictures
        if (split, picture.image_id) not in results
    ]
    made = cut_pictures(layout, source, folder / "crops", todo, workers)
    with journal.open("a", encoding="utf-8") as file:
        for line in tqdm(
            made, total=len(results) + len(todo), initial=len(results), desc="pictures", mininterval=1
        ):
            file.write(json.dumps(line) + "\n")
            results[line["split"], line["image_id"]] = line
    return results


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _read_journal(path: Path, folder: Path) -> Iterator[Result]:
    """Finished pictures whose crops are all there. Unreadable ones are tried again: they may be mended."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                line: Result = json.loads(text)
                crops = [
                    folder / "crops" / line["split"] / f"{person['row']['sample_id']}.png"
                    for person in line["people"]
                ]
            except (ValueError, KeyError, TypeError):
                return  # the last line of a killed run
            if "unreadable" not in line and all(crop.is_file() for crop in crops):
                yield line


def _write_tables(
    keypoints: KeypointSet,
    folder: Path,
    splits: Mapping[str, list[Picture]],
    results: Mapping[tuple[str, int], Result],
    skipped: Counter[str],
) -> dict[str, Any]:
    """Write the splits' tables; returns what dataset.json says of them. DataError where nobody is left."""
    tables: dict[str, pd.DataFrame] = {}
    means: dict[str, list[float]] = {}
    # In the order of the annotations, whatever order the workers finished in.
    ordered = {split: [results[split, picture.image_id] for picture in splits[split]] for split in splits}
    for split, lines in ordered.items():
        people = [person for line in lines for person in line["people"]]
        if people:
            tables[split] = _table(keypoints, people)
            means[split] = np.mean([person["mean_rgb"] for person in people], axis=0).tolist()
    everything = [line for lines in ordered.values() for line in lines]
    unreadable = [line["unreadable"] for line in everything if "unreadable" in line]
    skipped = sum((Counter(line["skipped"]) for line in everything), skipped)
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
        "mended": dict(sum((count_mended(pictures) for pictures in splits.values()), Counter[str]())),
        "joints_outside": sum(line["outside"] for line in everything),
        "unreadable": unreadable,
        **_heads(tables.values()),
        "mean_rgb": means.get("train") or next(iter(means.values())),
        "fingerprint": fingerprint(tables),
    }


def _heads(tables: Iterable[pd.DataFrame]) -> dict[str, dict[str, int]]:
    """How many heads have their size from where, `none` from nowhere; nothing where no table says."""
    told = [table[HEAD_FROM] for table in tables if HEAD_FROM in table]
    if not told:
        return {}
    counts = pd.concat(told).replace("", "none").value_counts().sort_index()
    return {"heads": {str(source): int(count) for source, count in counts.items()}}


def _table(keypoints: KeypointSet, people: list[Mapping[str, Any]]) -> pd.DataFrame:
    points = np.array([[p or (np.nan, np.nan) for p in person["points"]] for person in people], np.float32)
    visibility = np.array([person["visibility"] for person in people], np.int8)
    rows = pd.DataFrame([person["row"] for person in people])
    return pd.concat([rows, pd.DataFrame(annotated_columns(keypoints, points, visibility))], axis=1)
