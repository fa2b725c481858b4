"""From a trained network and a prepared data folder to a bundle.

Everything is computed person by person in one pass and written to files beside the bundle while it
is computed, so memory does not grow with the number of people and a killed run goes on.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from posecore.ablation import ALL_OFF, ALL_ON, SkipMask
from posecore.bundle import (
    Bundle,
    FileInfo,
    check_destination,
    new_manifest,
    open_bundle,
    write_bundle,
    write_thumbnails,
)
from posecore.bundle.manifest import (
    HISTORY,
    LATENTS,
    PICTURES,
    SAMPLES,
    SKIP_MEANS,
    WEIGHTS,
    WHOLE_LATENTS,
    WHOLE_PEOPLE,
    DatasetInfo,
    LatentSpace,
)
from posecore.bundle.reader import LEVEL_KEYS
from posecore.config import to_dict
from posecore.data.dataset import CropDataset
from posecore.data.heatmaps import decode
from posecore.data.prepared import PreparedData
from posecore.drawing import fuse_heatmaps
from posecore.errors import ConfigError
from posecore.extraction.files import LatentFiles
from posecore.files import atomic_file
from posecore.inference import Predictor
from posecore.keypoints import set_record
from posecore.metrics.evaluate import evaluate
from posecore.metrics.pck import hits, scores
from posecore.models.checkpoint import round_weights, save_checkpoint, weights_digest
from posecore.models.configs import name_of
from posecore.prediction import BATCH, figures_name, predict
from posecore.samples import (
    CROP_COLUMNS,
    annotated_columns,
    predicted_columns,
    read_points,
    read_visibility,
    truth_columns,
)
from posecore.subsample import subsample

CHUNK = 16 * BATCH
"""People between two points from which a killed run goes on."""

PICTURE_QUALITY = 75
"""Of the lossy WebP that shipped pictures are."""

SOURCE_COLUMNS = ("sample_id", "split", "file_name", "image_width", "image_height", *CROP_COLUMNS)


def choose_people(
    table: pd.DataFrame, samples: int | None, complete_only: bool, seed: int
) -> NDArray[np.int64]:
    """Rows of the people to take, ascending: `samples` drawn without replacement, or all who are there.

    Raises ConfigError where nobody would be taken.
    """
    if samples is not None and samples < 1:
        raise ConfigError(f"--samples {samples}: expected 1 or more people, or all")
    rows = np.arange(len(table))
    if complete_only:
        labelled = read_visibility(table) > 0
        rows = rows[labelled.all(axis=1)]
        if not len(rows):
            raise ConfigError(
                f"--complete-only: none of the {len(table)} people of this split has all "
                f"{labelled.shape[1]} joints labelled; leave it out, or take another --split"
            )
    return rows if samples is None else subsample(rows, samples, seed)


def extract(
    predictor: Predictor,
    data: PreparedData,
    split: str,
    destination: Path,
    *,
    samples: int | None = None,
    complete_only: bool = False,
    annotations: bool = False,
    pictures: int = 0,
    pictures_in: Path | None = None,
    latent: LatentSpace = "bottleneck",
    training: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, Any]] = (),
    figures: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int = 0,
) -> int:
    """Write the bundle `destination`; returns the number of people in it.

    samples: how many people, drawn with `seed`; None or more than there are for all. annotations: keep the
    annotated keypoints in the bundle, and what else is known of the people; pictures: how many of them to
    show, from the first on. Both are for data that may be passed on. pictures_in: a bundle beside
    `destination`, of the same data, whose pictures are shown to the network and are this bundle's too.
    latent: what the latents are. training, history: what is known of the network's training, and one record
    per epoch. figures: scores of the same weights on other data. Raises ConfigError for people or an
    autoencoder that are not there, and a network of other joints than the people's.

    The network is used with the weights that are stored, which are rounded to float16. A picture that is
    shown is what the network saw: it is compressed first.
    """
    check_destination(destination)
    data.check_network(predictor.network.config.joints)
    keypoints = data.keypoints
    crops = CropDataset(data, split)
    rows = choose_people(crops.table, samples, complete_only, seed)
    table = crops.table.iloc[rows].reset_index(drop=True)
    if not 0 <= pictures <= len(rows):
        raise ConfigError(
            f"--pictures {pictures}: the bundle has {len(rows)} people; ask for 0 to {len(rows)}"
        )
    if latent == "autoencoder" and not predictor.network.config.autoencoder:
        raise ConfigError(
            "--latent autoencoder: this network has no autoencoder; leave it out, or put one in with "
            "`python scripts/train.py --init FILE --autoencoder FILE`"
        )
    shared = None if pictures_in is None else _neighbour(pictures_in, destination, data, pictures)
    network = round_weights(predictor.network)
    job = {
        "weights": weights_digest(network),
        "data": data.info["fingerprint"],
        "precision": predictor.precision,
        "pictures": pictures,
        "pictures_in": None if shared is None else shared.manifest.name,
        "latent": latent,
        "people": hashlib.sha256("\n".join(table["sample_id"]).encode()).hexdigest(),
    }
    config = network.config
    dimensions = config.autoencoder if latent == "autoencoder" else config.latent_numbers
    whole = None
    if latent == "bottleneck" and config.latent_numbers != config.bottleneck_numbers:
        whole = min(len(rows), WHOLE_PEOPLE), config.bottleneck_numbers
    files = LatentFiles(destination, job, len(rows), dimensions, config.joints, whole)
    sums = _fill(files, predictor, crops, rows, pictures, shared, latent, 0 if whole is None else whole[0])

    predicted = np.asarray(files.read("predicted.npy"))
    points, peaks = predicted[..., :2], predicted[..., 2]
    annotated, visibility = read_points(table, "annotated"), read_visibility(table)
    columns = {
        **{name: table[name] for name in SOURCE_COLUMNS},
        "pck": scores(hits(points, annotated, visibility)),
        **predicted_columns(keypoints, points, peaks),
        **(annotated_columns(keypoints, annotated, visibility) if annotations else {}),
        **(truth_columns(table) if annotations else {}),
    }
    pd.DataFrame(columns).to_parquet(files.folder / SAMPLES, index=False)
    write_thumbnails(files.folder, (np.asarray(tile) for tile in files.read("tiles.npy")))
    means = {key: (total / len(rows)).astype(np.float16) for key, total in zip(LEVEL_KEYS, sums, strict=True)}
    np.savez_compressed(files.folder / SKIP_MEANS, **means)  # type: ignore[arg-type]
    save_checkpoint(files.folder / WEIGHTS, network, half=True)
    (files.folder / HISTORY).write_text(
        "".join(json.dumps(record) + "\n" for record in history), encoding="utf-8"
    )
    found = {f"{data.info['name']} {split}, the people of this bundle": _scores(points, peaks, table, ALL_ON)}
    if split != "val" and data.has_split("val"):
        validation = CropDataset(data, "val")
        for mask, (val_points, val_peaks) in predict(predictor, validation, (ALL_ON, ALL_OFF)).items():
            found[figures_name(data.info["name"], "val", mask)] = _scores(
                val_points, val_peaks, validation.table, mask
            )
    files.finish()
    theirs = {} if shared is None else _pictures_of(shared, table["sample_id"])
    dataset: DatasetInfo = {
        "name": data.info["name"],
        "split": split,
        "people": len(rows),
        "fingerprint": data.info["fingerprint"],
        "annotations": annotations,
        "pictures": len(theirs) if shared is not None else pictures,
    }
    if record := set_record(keypoints):
        dataset["keypoints"] = record["keypoints"]
    manifest = new_manifest(
        name=destination.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        dataset=dataset,
        model={"name": name_of(config), "config": to_dict(config)},
        precision=predictor.precision,
        training=dict(training or {}),
        figures=dict(figures or {}) | found,
        versions={name: version(name) for name in ("torch", "numpy", "scikit-learn", "lightning-fabric")},
        latent=latent,
    )
    if shared is not None:
        manifest = replace(manifest, pictures_in=shared.path.name, files=theirs)
    write_bundle(files.folder, manifest, destination)
    return len(rows)


def _neighbour(path: Path, destination: Path, data: PreparedData, pictures: int) -> Bundle:
    """The bundle whose pictures are shared. Raises ConfigError where it cannot be this one's neighbour."""
    bundle = open_bundle(path, trust_latents=True)
    if pictures:
        raise ConfigError(
            "--pictures and --pictures-in: the pictures are those of the other bundle; give one"
        )
    if bundle.manifest.pictures_in or path.resolve().parent != destination.resolve().parent:
        raise ConfigError(
            f"--pictures-in {path}: expected a bundle beside {destination} with pictures of its own"
        )
    if bundle.manifest.dataset["fingerprint"] != data.info["fingerprint"]:
        raise ConfigError(
            f"--pictures-in {path}: its people are not those of {data.path}; name its own --data"
        )
    return bundle


def _pictures_of(bundle: Bundle, sample_ids: Iterable[str]) -> dict[str, FileInfo]:
    """What a bundle lists of the pictures of these people, as far as it shows them."""
    names = (f"{PICTURES}{sample_id}.webp" for sample_id in sample_ids)
    return {name: bundle.manifest.files[name] for name in names if name in bundle.manifest.files}


def _scores(
    points: NDArray[np.float32], peaks: NDArray[np.float32], table: pd.DataFrame, mask: SkipMask
) -> dict[str, Any]:
    return evaluate(points, peaks, table) | {"skips": mask.title}


def _fill(
    files: LatentFiles,
    predictor: Predictor,
    crops: CropDataset,
    rows: NDArray[np.int64],
    shown: int,
    shared: Bundle | None,
    latent: LatentSpace,
    whole: int,
) -> list[NDArray[np.float64]]:
    """One pass over the people, the first of whom are `shown`, or those that the bundle `shared` shows; of
    the first `whole` the whole latents are kept too.

    Returns the sum of each skip branch, (C, H, W) from fine to coarse.
    """
    done, sums = files.done()
    for row in rows[: min(done, shown)]:
        # Those of people who are done are made anew where a killed run or a full disk left none.
        if not _is_readable(path := _shipped(files, crops, row)):
            _ship(path, crops.picture(int(row)))
    progress = tqdm(total=len(rows), initial=done, desc="latents", unit=" people", mininterval=1)
    for start in range(done, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        pictures = np.stack([crops.picture(int(row)) for row in batch])
        for i, row in enumerate(batch[: max(0, shown - start)]):
            pictures[i] = _ship(_shipped(files, crops, row), pictures[i])
        if shared is not None:
            for i, sample_id in enumerate(crops.table["sample_id"].iloc[batch]):
                if sample_id in shared.rows and (theirs := shared.picture_path(sample_id)):
                    pictures[i] = np.asarray(Image.open(theirs).convert("RGB"))
        encoded = predictor.encode(pictures)
        heatmaps = predictor.decode(encoded, (ALL_ON,))[0]
        points, peaks = decode(heatmaps)
        files.write(LATENTS, start, predictor.latents(encoded, latent).astype(np.float16))
        if start < whole:
            files.write(
                WHOLE_LATENTS, start, predictor.whole_latents(encoded)[: whole - start].astype(np.float16)
            )
        files.write("predicted.npy", start, np.concatenate([points, peaks[..., None]], axis=-1))
        files.write("tiles.npy", start, np.stack([fuse_heatmaps(h) for h in heatmaps]))
        batch_sums = [skip.float().sum(dim=0).cpu().numpy().astype(np.float64) for skip in encoded.skips]
        sums = [total + part for total, part in zip(sums, batch_sums, strict=True)] if sums else batch_sums
        progress.update(len(batch))
        if (start + BATCH) % CHUNK == 0 or start + BATCH >= len(rows):
            files.mark(start + len(batch), sums)
    progress.close()
    return sums


def _shipped(files: LatentFiles, crops: CropDataset, row: np.int64) -> Path:
    """Where the picture of a person lies who is shown."""
    return files.folder / "pictures" / f"{crops.table['sample_id'].iloc[row]}.webp"


def _is_readable(path: Path) -> bool:
    try:
        Image.open(path).load()
    except (OSError, SyntaxError, ValueError):  # Pillow's for a broken file
        return False
    return True


def _ship(path: Path, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Write a picture as WebP; returns what a reader of that file sees."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="WEBP", quality=PICTURE_QUALITY, method=6)
    with atomic_file(path) as temporary:
        temporary.write_bytes(buffer.getvalue())
    return np.asarray(Image.open(buffer).convert("RGB"))
