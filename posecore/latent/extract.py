"""From a trained network and a prepared data folder to a bundle.

Everything is computed person by person in one pass and written to files beside the bundle while it
is computed, so memory does not grow with the number of people and a killed run goes on.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.ablation import ALL_OFF, ALL_ON, SkipMask, format_mask
from posecore.bundle import check_destination, new_manifest, write_bundle, write_thumbnails
from posecore.bundle.manifest import HISTORY, LATENTS, SAMPLES, SKIP_MEANS, WEIGHTS
from posecore.bundle.reader import LEVEL_KEYS
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import decode
from posecore.data.prepared import PreparedData
from posecore.drawing import fuse_heatmaps
from posecore.errors import ConfigError
from posecore.files import atomic_file, write_json
from posecore.inference import Predictor
from posecore.keypoints import K
from posecore.metrics.evaluate import evaluate
from posecore.metrics.pck import hits, image_scores
from posecore.models.checkpoint import save_checkpoint, weights_digest
from posecore.samples import CROP_COLUMNS, annotated_columns, predicted_columns, read_points, read_visibility

BATCH = 8
"""People encoded at once."""

CHUNK = 16 * BATCH
"""People between two points from which a killed run goes on."""

SOURCE_COLUMNS = ("sample_id", "split", "file_name", "image_width", "image_height", *CROP_COLUMNS)


def choose_people(
    table: pd.DataFrame, samples: int | None, complete_only: bool, seed: int
) -> NDArray[np.int64]:
    """Rows of the people to take, ascending: all of them or `samples` drawn without replacement.

    Raises ConfigError where fewer are there than asked for.
    """
    rows = np.arange(len(table))
    if complete_only:
        rows = rows[(read_visibility(table) > 0).all(axis=1)]
    if samples is None:
        return rows
    if not 1 <= samples <= len(rows):
        kind = "completely annotated people" if complete_only else "people"
        raise ConfigError(
            f"--samples {samples}: this split has {len(rows)} {kind}; ask for 1 to {len(rows)}, or all"
        )
    return np.sort(np.random.default_rng(seed).choice(rows, samples, replace=False))


class LatentFiles:
    """The files a pass over the people fills, beside the bundle: .NAME.partial."""

    def __init__(self, destination: Path, job: Mapping[str, Any], people: int, dimensions: int) -> None:
        self.folder = destination.with_name(f".{destination.name}.partial")
        self._marks = self.folder / "done.npz"
        job_file = self.folder / "job.json"
        job = json.loads(json.dumps(job))
        if not (job_file.is_file() and json.loads(job_file.read_text(encoding="utf-8")) == job):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            try:
                self._reserve(LATENTS, np.float16, (people, dimensions))
                self._reserve("predicted.npy", np.float32, (people, K, 3))
                self._reserve("tiles.npy", np.uint8, (people, 64, 64, 3))
                write_json(job_file, job)
            except OSError:
                shutil.rmtree(self.folder)
                raise

    def _reserve(self, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> None:
        """Make an array's file with all its blocks: a disk that fills under a map would end the process."""
        path = self.folder / name
        open_memmap(path, "w+", dtype, shape)
        if hasattr(os, "posix_fallocate"):
            with path.open("r+b") as file:
                try:
                    os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
                except OSError as error:
                    raise OSError(error.errno, error.strerror, str(path)) from error

    def write(self, name: str, start: int, values: NDArray[Any]) -> None:
        """Write rows from `start` on. The map is opened anew each time, so its pages do not add up."""
        mapped = open_memmap(self.folder / name, "r+")
        mapped[start : start + len(values)] = values
        mapped.flush()

    def read(self, name: str) -> NDArray[Any]:
        """The whole array, mapped."""
        mapped: NDArray[Any] = open_memmap(self.folder / name, "r")
        return mapped

    def done(self) -> tuple[int, list[NDArray[np.float64]]]:
        """How many people are finished, and the sums of their skip features."""
        if not self._marks.is_file():
            return 0, []
        with np.load(self._marks, allow_pickle=False) as marks:
            return int(marks["people"]), [marks[key] for key in LEVEL_KEYS]

    def mark(self, people: int, sums: list[NDArray[np.float64]]) -> None:
        """Everything up to `people` is on disk."""
        with atomic_file(self._marks) as temporary, temporary.open("wb") as file:
            np.savez(file, people=people, **dict(zip(LEVEL_KEYS, sums, strict=True)))  # type: ignore[arg-type]

    def finish(self) -> None:
        """Remove what does not belong to the bundle."""
        for name in ("predicted.npy", "tiles.npy", "done.npz", "job.json"):
            (self.folder / name).unlink()


def extract(
    predictor: Predictor,
    data: PreparedData,
    split: str,
    destination: Path,
    *,
    samples: int | None = None,
    complete_only: bool = False,
    annotations: bool = False,
    training: Mapping[str, Any] | None = None,
    history: Path | None = None,
    seed: int = 0,
) -> int:
    """Write the bundle `destination`; returns the number of people in it.

    samples: how many people, drawn with `seed`; None for all. annotations: keep the annotated
    keypoints in the bundle, for data that may be passed on. training, history: what is known of the
    network's training, and its record of epochs.
    """
    check_destination(destination)
    crops = CropDataset(data, split)
    rows = choose_people(crops.table, samples, complete_only, seed)
    table = crops.table.iloc[rows].reset_index(drop=True)
    network = predictor.network
    job = {
        "weights": weights_digest(network),
        "data": data.info["fingerprint"],
        "precision": predictor.precision,
        "people": hashlib.sha256("\n".join(table["sample_id"]).encode()).hexdigest(),
    }
    files = LatentFiles(destination, job, len(rows), network.config.channels * 16)
    sums = _fill(files, predictor, crops, rows)

    predicted = np.asarray(files.read("predicted.npy"))
    points, peaks = predicted[..., :2], predicted[..., 2]
    annotated, visibility = read_points(table, "annotated"), read_visibility(table)
    columns = {
        **{name: table[name] for name in SOURCE_COLUMNS},
        "pck": image_scores(hits(points, annotated, visibility)),
        **predicted_columns(points, peaks),
        **(annotated_columns(annotated, visibility) if annotations else {}),
    }
    pd.DataFrame(columns).to_parquet(files.folder / SAMPLES, index=False)
    write_thumbnails(files.folder, (np.asarray(tile) for tile in files.read("tiles.npy")))
    means = {key: (total / len(rows)).astype(np.float16) for key, total in zip(LEVEL_KEYS, sums, strict=True)}
    np.savez(files.folder / SKIP_MEANS, **means)  # type: ignore[arg-type]
    save_checkpoint(files.folder / WEIGHTS, network, half=True)
    (files.folder / HISTORY).write_text(
        history.read_text(encoding="utf-8") if history is not None and history.is_file() else "",
        encoding="utf-8",
    )
    figures = {
        f"{data.info['name']} {split}, the people of this bundle": _scores(points, peaks, table, ALL_ON)
    }
    if split != "val" and data.has_split("val"):
        validation = CropDataset(data, "val")
        for mask, (val_points, val_peaks) in predict(predictor, validation, (ALL_ON, ALL_OFF)).items():
            name = f"{data.info['name']} val" + ("" if mask == ALL_ON else ", all skips cut")
            figures[name] = _scores(val_points, val_peaks, validation.table, mask)
    files.finish()
    manifest = new_manifest(
        name=destination.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        dataset={
            "name": data.info["name"],
            "split": split,
            "people": len(rows),
            "fingerprint": data.info["fingerprint"],
            "annotations": annotations,
            "pictures": 0,
        },
        model={"name": "hourglass", "config": asdict(network.config)},
        precision=predictor.precision,
        training=dict(training or {}),
        figures=figures,
        versions={name: version(name) for name in ("torch", "numpy", "scikit-learn", "lightning-fabric")},
    )
    write_bundle(files.folder, manifest, destination)
    return len(rows)


def predict(
    predictor: Predictor, crops: CropDataset, masks: tuple[SkipMask, ...]
) -> dict[SkipMask, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Points (N, 17, 2) in crop pixels and peaks (N, 17) under each mask; a picture is encoded once.

    With more than one stack every mask needs its own pass, as it holds for the earlier stacks too.
    """
    found: dict[SkipMask, list[tuple[NDArray[np.float32], NDArray[np.float32]]]] = {
        mask: [] for mask in masks
    }
    for start in tqdm(range(0, len(crops), BATCH), desc=f"{len(crops)} people", mininterval=1):
        pictures = np.stack([crops.picture(i) for i in range(start, min(start + BATCH, len(crops)))])
        if predictor.network.config.stacks == 1:
            for mask, heatmaps in zip(
                masks, predictor.decode(predictor.encode(pictures), masks), strict=True
            ):
                found[mask].append(decode(heatmaps))
        else:
            for mask in masks:
                found[mask].append(decode(predictor.heatmaps(pictures, mask)))
    return {
        mask: (np.concatenate([p for p, _ in parts]), np.concatenate([h for _, h in parts]))
        for mask, parts in found.items()
    }


def _scores(
    points: NDArray[np.float32], peaks: NDArray[np.float32], table: pd.DataFrame, mask: SkipMask
) -> dict[str, Any]:
    return evaluate(points, peaks, table) | {"skips": format_mask(mask)}


def _fill(
    files: LatentFiles, predictor: Predictor, crops: CropDataset, rows: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """One pass over the people; returns the sum of each skip branch, (C, H, W) from fine to coarse."""
    done, sums = files.done()
    progress = tqdm(total=len(rows), initial=done, desc="latents", unit=" people", mininterval=1)
    for start in range(done, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        pictures = np.stack([crops.picture(int(row)) for row in batch])
        encoded = predictor.encode(pictures)
        heatmaps = predictor.decode(encoded, (ALL_ON,))[0]
        points, peaks = decode(heatmaps)
        files.write(LATENTS, start, encoded.bottleneck.flatten(1).half().cpu().numpy())
        files.write("predicted.npy", start, np.concatenate([points, peaks[..., None]], axis=-1))
        files.write("tiles.npy", start, np.stack([fuse_heatmaps(h) for h in heatmaps]))
        batch_sums = [skip.float().sum(dim=0).cpu().numpy().astype(np.float64) for skip in encoded.skips]
        sums = [total + part for total, part in zip(sums, batch_sums, strict=True)] if sums else batch_sums
        progress.update(len(batch))
        if (start + BATCH) % CHUNK == 0 or start + BATCH >= len(rows):
            files.mark(start + len(batch), sums)
    progress.close()
    return sums
