"""Run the network with every mask and replacement over the people of a bundle, and keep what it says.

A picture is encoded once. People are visited in a drawn order, and each gets the features of the one visited
before: so "another person" is drawn by seed, nobody is their own, and the features needed are still there.
What is done lies in small files of CHUNK people; a run that was killed goes on after the last of them.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from posecore.ablation import REPLACEMENTS
from posecore.bundle.manifest import WEIGHTS
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, study_folder, write_study
from posecore.data.crops import SIZE
from posecore.data.heatmaps import STRIDE, decode
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError, DataError
from posecore.files import atomic_file, write_json
from posecore.inference import Predictor
from posecore.keypoints import GROUPS
from posecore.metrics.pck import PCK_RADIUS, hits
from posecore.models.hourglass import Encoded
from posecore.samples import CROP_COLUMNS, read_points, read_visibility
from posecore.skips.results import NAME, save_results

CHUNK: Final = 32
"""People between two points from which a killed run goes on."""

JOB: Final = "job.json"


@dataclass(frozen=True)
class Settings:
    """What a study covers. split: only people of this split. limit: so many people, drawn with `seed`."""

    replacements: tuple[str, ...] = tuple(REPLACEMENTS)
    split: str | None = None
    limit: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        unknown = [name for name in self.replacements if name not in REPLACEMENTS]
        if unknown or not self.replacements or len(set(self.replacements)) < len(self.replacements):
            raise ConfigError(
                f"replacements {', '.join(self.replacements)!r:.80}: expected some of "
                f"{', '.join(REPLACEMENTS)}, each once"
            )


@dataclass(frozen=True, eq=False)
class People:
    """Who is studied: N people in the bundle's order, their pictures, and what is labelled on them.

    annotated: (N, 17, 2) crop pixels; visibility: (N, 17). Nothing is labelled where nothing is known.
    """

    sample_ids: list[str]
    pictures: list[Path]
    annotated: NDArray[np.float32]
    visibility: NDArray[np.int8]

    def picture(self, index: int) -> NDArray[np.uint8]:
        """(256, 256, 3) RGB. Raises DataError where the file is broken."""
        picture = cv2.imread(str(self.pictures[index]), cv2.IMREAD_COLOR_RGB)
        if picture is None or picture.shape != (SIZE, SIZE, 3):
            raise DataError(
                f"{self.pictures[index]}: expected a {SIZE} x {SIZE} picture, found none or another; "
                "make the data folder or the bundle anew"
            )
        return picture  # type: ignore[return-value]


def run_study(bundle: Bundle, data: PreparedData | None, settings: Settings) -> Study:
    """Write the study `skips` of `bundle` and open it; see posecore.skips.results for what it holds.

    data: the prepared data folder with the pictures that the bundle does not ship and, where the bundle
    holds no annotations, the labels that tell right from wrong; of these only the hits are kept. With
    several stacks the skips of the last one are cut; cutting one that was not built has no effect. Raises
    ConfigError or DataError where people, pictures or settings do not fit.
    """
    people = choose_people(bundle, data, settings)
    predictor = Predictor(bundle.network(), bundle.manifest.precision)
    order = np.random.default_rng(settings.seed).permutation(len(people.sample_ids))
    donors = np.empty_like(order)
    donors[order] = np.roll(order, 1)
    described = {
        "replacements": list(settings.replacements),
        "split": settings.split,
        "limit": settings.limit,
        "seed": settings.seed,
        "precision": bundle.manifest.precision,
        "data": None if data is None else data.info["fingerprint"],
    }
    people_hash = hashlib.sha256("\n".join(people.sample_ids).encode()).hexdigest()
    job = described | {"weights": bundle.manifest.files[WEIGHTS]["sha256"], "people": people_hash}
    partial = _open_partial(study_folder(bundle, NAME).with_name(f".{NAME}.partial"), job)
    _fill(partial, predictor, people, order, _means(bundle, predictor, settings), settings.replacements)

    cells, peaks = _collect(partial, order)
    points = (cells + np.float32(0.5)) * STRIDE
    variants = cells.shape[1]
    right = np.stack(
        [hits(points[:, v], people.annotated, people.visibility) for v in range(variants)], axis=1
    )
    shutil.rmtree(partial)
    partial.mkdir()
    save_results(
        partial, np.array(people.sample_ids), settings.replacements, donors, cells, peaks,
        np.where(np.isnan(right), -1, right).astype(np.int8),
    )  # fmt: skip
    info = described | {
        "count": len(people.sample_ids),
        "stacks": predictor.network.config.stacks,
        "built": predictor.network.config.skips,
        "pck_radius": PCK_RADIUS,
        "labelled_faces": face_patterns(people.visibility),
        "versions": {name: version(name) for name in ("torch", "numpy")},
    }
    return write_study(bundle, NAME, partial, info)


def measure(
    predictor: Predictor, encoded: Encoded, replacement: Sequence[Tensor] | None
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Cells (16, 17, 2), column then row, and peaks (16, 17) of one encoded picture under every mask."""
    points, peaks = decode(predictor.decode_all(encoded, replacement)[:, 0])
    return (points // STRIDE).astype(np.uint8), peaks


def face_patterns(visibility: NDArray[np.integer]) -> dict[str, Any]:
    """How uniformly faces are labelled, of visibility (N, 17): for judging whether only easy ones are.

    people: with any of the five face joints labelled. commonest: the share of these whose five joints carry
    the commonest pattern of not labelled, hidden and visible; None without any.
    """
    faces = visibility[:, list(GROUPS["head"])]
    labelled = faces[(faces > 0).any(axis=1)]
    if not len(labelled):
        return {"people": 0, "commonest": None}
    count = Counter(map(tuple, labelled.tolist())).most_common(1)[0][1]
    return {"people": len(labelled), "commonest": round(count / len(labelled), 4)}


def choose_people(bundle: Bundle, data: PreparedData | None, settings: Settings) -> People:
    """The people a study covers. Raises ConfigError for too few, DataError where one is not at hand."""
    table = bundle.samples
    if settings.split is not None:
        table = table[table["split"] == settings.split]
        if table.empty:
            there = ", ".join(sorted(set(bundle.samples["split"])))
            raise ConfigError(f"--split {settings.split!r:.40}: nobody in {bundle.path}; there are: {there}")
    if settings.limit is not None:
        if not 1 <= settings.limit <= len(table):
            raise ConfigError(f"--limit {settings.limit}: expected 1 to {len(table)}, the people there are")
        drawn = np.random.default_rng(settings.seed).choice(len(table), settings.limit, replace=False)
        table = table.iloc[np.sort(drawn)]
    if "other" in settings.replacements and len(table) < 2:
        raise ConfigError("the replacement 'other' needs two people or more; leave it out or take more")
    labels = None if data is None else _rows_in_data(bundle, data, table)
    if bundle.manifest.dataset["annotations"]:
        labels = table
    images = None if data is None else data.path
    found = {name: bundle.picture_path(name, images) for name in table["sample_id"]}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        where = "in the bundle" if data is None else f"in the bundle or in {data.path}"
        raise DataError(
            f"{bundle.path}: {len(missing)} of {len(found)} people have no picture {where}, {missing[0]} "
            "for one; name the prepared data folder they come from with --data"
        )
    nothing = np.full((len(table), 17, 2), np.nan, np.float32), np.zeros((len(table), 17), np.int8)
    annotated, visibility = (
        nothing if labels is None else (read_points(labels, "annotated"), read_visibility(labels))
    )
    return People(list(found), [path for path in found.values() if path is not None], annotated, visibility)


def _rows_in_data(bundle: Bundle, data: PreparedData, table: pd.DataFrame) -> pd.DataFrame:
    """The same people's rows in the prepared data, in the same order; their crops must be the same."""
    tables = [data.table(split).set_index("sample_id") for split in dict.fromkeys(table["split"])]
    everyone = pd.concat(tables)
    missing = [name for name in table["sample_id"] if name not in everyone.index]
    if missing:
        raise DataError(
            f"{data.path}: lacks {len(missing)} of {len(table)} people of {bundle.path}, {missing[0]} for "
            "one; name the prepared data folder the bundle was made from"
        )
    rows = everyone.loc[table["sample_id"].tolist()]
    same = np.isclose(rows[list(CROP_COLUMNS)], table[list(CROP_COLUMNS)], atol=0.01).all(axis=1)
    if not same.all():
        raise DataError(
            f"{data.path}: {table['sample_id'].iloc[int(np.argmin(same))]} is cropped otherwise than in "
            f"{bundle.path}; name the prepared data folder the bundle was made from"
        )
    return rows


def _means(bundle: Bundle, predictor: Predictor, settings: Settings) -> Sequence[Tensor] | None:
    return predictor.features(bundle.skip_means()) if "mean" in settings.replacements else None


def _open_partial(folder: Path, job: dict[str, Any]) -> Path:
    """The folder of a run's unfinished work: as it was left if the job is the same, else empty."""
    try:
        same = json.loads((folder / JOB).read_text(encoding="utf-8")) == job
    except (OSError, ValueError):
        same = False
    if not same:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_json(folder / JOB, job)
    return folder


def _chunk(folder: Path, start: int) -> Path:
    return folder / f"{start:07d}.npz"


def _fill(
    folder: Path,
    predictor: Predictor,
    people: People,
    order: NDArray[np.int64],
    means: Sequence[Tensor] | None,
    replacements: tuple[str, ...],
) -> None:
    """Visit everybody in `order`, writing a file per chunk; chunks whose file is there are done."""
    starts = range(0, len(order), CHUNK)
    todo = [start for start in starts if not _chunk(folder, start).is_file()]
    done = len(order) - sum(min(CHUNK, len(order) - start) for start in todo)
    progress = tqdm(total=len(order), initial=done, desc="skip study", unit=" people", mininterval=1)
    before: tuple[int, Encoded] | None = None
    for start in todo:
        cells, peaks = [], []
        for place in range(start, min(start + CHUNK, len(order))):
            donor = (place - 1) % len(order)
            if "other" in replacements and (before is None or before[0] != donor):
                before = donor, predictor.encode(people.picture(int(order[donor]))[None])
            encoded = predictor.encode(people.picture(int(order[place]))[None])
            sources = {"zero": None, "mean": means, "other": before and before[1].skips}
            found = [measure(predictor, encoded, sources[name]) for name in replacements]
            # With all skips on every replacement says the same, so that is kept once.
            cells.append(np.concatenate([found[0][0][:1], *(c[1:] for c, _ in found)]))
            peaks.append(np.concatenate([found[0][1][:1], *(p[1:] for _, p in found)]))
            before = place, encoded
            progress.update()
        with atomic_file(_chunk(folder, start)) as temporary, temporary.open("wb") as file:
            np.savez(file, cells=np.stack(cells), peaks=np.stack(peaks))
    progress.close()


def _collect(folder: Path, order: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """All chunks, back in the people's own order."""
    cells, peaks = [], []
    for start in range(0, len(order), CHUNK):
        with np.load(_chunk(folder, start), allow_pickle=False) as arrays:
            cells.append(arrays["cells"])
            peaks.append(arrays["peaks"])
    back = np.argsort(order)
    return np.concatenate(cells)[back], np.concatenate(peaks)[back]
