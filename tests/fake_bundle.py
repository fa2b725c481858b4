"""A complete, valid bundle of people who do not exist, for tests of whatever reads bundles."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from PIL import Image

from posecore.bundle import new_manifest, write_bundle, write_thumbnails
from posecore.bundle.manifest import HISTORY, MANIFEST
from posecore.files import sha256
from posecore.keypoints import COCO17, KeypointSet, set_record
from posecore.models.checkpoint import save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.samples import annotated_columns, predicted_columns

STANDING = np.array(
    [
        [128, 40],
        [134, 34],
        [122, 34],
        [142, 38],
        [114, 38],
        [152, 74],
        [104, 74],
        [164, 110],
        [92, 110],
        [168, 146],
        [88, 146],
        [144, 146],
        [112, 146],
        [146, 192],
        [110, 192],
        [148, 236],
        [108, 236],
    ],
    dtype=np.float32,
)
"""(17, 2) crop pixels; the person's left is at the picture's right, as they face the camera."""

SITTING = STANDING.copy()
SITTING[13:17] = [[186, 160], [156, 166], [188, 216], [158, 222]]


def placed(joints: NDArray[np.floating], keypoints: KeypointSet) -> NDArray[np.float32]:
    """Joints (..., 17, 2) of COCO's set as (..., K, 2) of another: by name, between others, or above them."""
    there = {name: joints[..., k, :] for k, name in enumerate(COCO17.names)}
    middle = {part: (there[f"left_{part}"] + there[f"right_{part}"]) / 2 for part in ("hip", "shoulder")}
    there |= {
        "pelvis": middle["hip"],
        "thorax": middle["shoulder"],
        "upper_neck": (middle["shoulder"] + there["nose"]) / 2,
        "head_top": 2 * there["nose"] - (middle["shoulder"] + there["nose"]) / 2,
    }
    return np.stack([there[name] for name in keypoints.names], axis=-2).astype(np.float32)


def note_change(folder: Path, *names: str) -> None:
    """Note the size and hash of files of a bundle, or of a study, that a test wrote anew."""
    path = folder / "manifest.json"
    values = json.loads(path.read_text())
    for name in names:
        values["files"][name] = {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size}
    path.write_text(json.dumps(values))


def make_fake_bundle(
    folder: Path,
    people: int = 40,
    channels: int = 8,
    annotations: bool = False,
    pictures: bool = False,
    seed: int = 0,
    truth: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    keypoints: KeypointSet = COCO17,
    skips: str = "1111",
) -> Path:
    """Write a bundle to `folder` and return it.

    Half the people stand, half sit: their latents lie in two clusters and the first component tells
    them apart. The network is random. pictures: a 256 x 256 picture of everyone. truth: how they were made,
    a value or a list of values per name. training: what else is recorded of it. keypoints: whose joints;
    skips: those that the network is built with.
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    config = HourglassConfig(channels=channels, joints=len(keypoints), skips=skips)
    work = folder.with_name(f".{folder.name}.partial")
    work.mkdir(parents=True)
    save_checkpoint(work / "model.safetensors", StackedHourglass(config), half=True)

    sits = np.arange(people) % 2 == 1
    joints = len(keypoints)
    poses = placed(SITTING, keypoints), placed(STANDING, keypoints)
    points = np.where(sits[:, None, None], *poses) + rng.normal(0, 3, (people, joints, 2))
    points = np.clip(points, 2, 254).astype(np.float32)
    peaks = rng.uniform(0.2, 0.9, (people, joints)).astype(np.float32)
    dimensions = channels * 16
    direction = rng.normal(0, 1, dimensions)
    latents = rng.normal(0, 0.5, (people, dimensions)) + np.where(sits, 1, -1)[:, None] * direction
    np.save(work / "latents.npy", latents.astype(np.float16))
    ids = [f"train-{1000 + 7 * i}" for i in range(people)]
    table = pd.DataFrame(
        {
            "sample_id": ids,
            "split": "train",
            "file_name": [f"{i:012d}.jpg" for i in range(people)],
            "image_width": 640,
            "image_height": 480,
            "crop_x": rng.uniform(0, 200, people),
            "crop_y": rng.uniform(0, 100, people),
            "crop_side": rng.uniform(100, 300, people),
            "pck": rng.integers(0, joints + 1, people) / joints,
            **predicted_columns(keypoints, points, peaks),
        }
    )
    if annotations:
        annotated = np.clip(points + rng.normal(0, 4, points.shape), 0, 255.9).astype(np.float32)
        visibility = rng.choice([0, 1, 2], (people, joints), p=[0.1, 0.2, 0.7]).astype(np.int8)
        annotated[visibility == 0] = np.nan
        table = table.assign(**annotated_columns(keypoints, annotated, visibility))
    table = table.assign(**{f"truth_{name}": values for name, values in (truth or {}).items()})
    table.to_parquet(work / "samples.parquet", index=False)

    write_thumbnails(work, (_dots(person, 64, keypoints) for person in points))
    if pictures:
        (work / "pictures").mkdir()
        for sample_id, person in zip(ids, points, strict=True):
            Image.fromarray(_dots(person, 256, keypoints)).save(work / f"pictures/{sample_id}.webp")
    shapes = {f"level_{cells}": (channels, cells, cells) for cells in (64, 32, 16, 8)}
    means = {key: rng.normal(0, 1, shape).astype(np.float16) for key, shape in shapes.items()}
    np.savez(work / "skip_means.npz", **means)
    (work / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in _history(4)))

    unseen = keypoints.names[3]
    oks = {"oks_mean": 0.6, "oks_ap": 0.4, "oks_ap50": 0.7, "oks_ap75": 0.35, "oks_ar": 0.5}
    scores = {
        "images": people,
        "pck": 0.54,
        "pck_visible": 0.56,
        "per_joint": {name: 0.3 + 0.02 * k for k, name in enumerate(keypoints.names)} | {unseen: None},
        "per_joint_n": dict.fromkeys(keypoints.names, people) | {unseen: 0},
        "per_group": {name: 0.4 + 0.03 * k for k, name in enumerate(keypoints.groups)},
        **(oks if keypoints.sigmas else {"pckh": 0.5, "pckh_heads": {"rendered": people}}),
        "skips": "1111",
    }
    manifest = new_manifest(
        name=folder.name,
        created="2026-01-02T03:04:05+00:00",
        dataset={
            "name": "fake people",
            "split": "train",
            "people": people,
            "fingerprint": "0" * 64,
            "annotations": annotations,
            "pictures": people if pictures else 0,
            **set_record(keypoints),
        },
        model={"name": "hourglass", "config": dataclasses.asdict(config)},
        precision="fp32",
        training={"preset": "fast", "epochs": 4, "seed": seed, "best_epoch": 3} | dict(training or {}),
        figures={"fake people val": scores},
        versions={"torch": torch.__version__.split("+")[0]},
    )
    write_bundle(work, manifest, folder)
    return folder


def with_history(path: Path, history: Iterable[Mapping[str, Any]]) -> None:
    """Give a bundle another record of epochs."""
    (path / HISTORY).write_text("".join(json.dumps(line) + "\n" for line in history))
    note_change(path, HISTORY)


def take_pictures(path: Path, sample_ids: Iterable[str]) -> None:
    """Take these people's pictures out of a bundle."""
    manifest = json.loads((path / MANIFEST).read_text())
    for name in [f"pictures/{sample_id}.webp" for sample_id in sample_ids]:
        (path / name).unlink()
        del manifest["files"][name]
        manifest["dataset"]["pictures"] -= 1
    (path / MANIFEST).write_text(json.dumps(manifest))


def _dots(points: NDArray[np.float32], size: int, keypoints: KeypointSet) -> NDArray[np.uint8]:
    """(size, size, 3) uint8: one coloured square per joint on a dark ground."""
    picture = np.full((size, size, 3), 12, np.uint8)
    reach = size // 64
    for (x, y), colour in zip((points * size / 256).astype(int), keypoints.colours, strict=True):
        picture[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1] = colour
    return picture


def _history(epochs: int) -> list[dict[str, float]]:
    return [
        {
            "epoch": epoch + 1,
            "image_size": 128 if epoch < epochs // 2 else 256,
            "learning_rate": 0.001 * (epochs - epoch) / epochs,
            "train_loss": 0.01 / (epoch + 1),
            "val_loss": 0.011 / (epoch + 1),
            "val_pck": 0.6 * (epoch + 1) / epochs,
            "seconds": 60.0,
        }
        for epoch in range(epochs)
    ]
