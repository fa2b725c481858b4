"""networks.json: what lies in a folder of exported networks, and what is known of each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch.utils.flop_counter import FlopCounterMode

from posecore.ablation import ALL_MASKS, ALL_ON
from posecore.bundle.reader import Bundle
from posecore.data.crops import SIZE
from posecore.errors import DataError
from posecore.export.agreement import Agreement
from posecore.files import sha256, write_json
from posecore.keypoints import COLOURS, KEYPOINTS, LIMBS, label
from posecore.metrics.paired import Comparison
from posecore.models.hourglass import StackedHourglass
from posecore.studies.skips.certainty import joint_limit

NAME: Final = "networks.json"
SCHEMA: Final = 1


def describe_network(name: str, network: StackedHourglass, bundle: Bundle | None) -> dict[str, Any]:
    """What is true of a network whatever its numbers are stored in: its size, its joints, when they are sure.

    sure_above: by mask, the peak above which a joint is sure, None where none is; absent where the bundle has
    no study that tells. person_above: the median peak that shows a person.
    """
    counter = FlopCounterMode(display=False)
    with torch.inference_mode(), counter:
        network(torch.zeros(1, 3, SIZE, SIZE))
    row: dict[str, Any] = {
        "name": name,
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "macs": int(counter.get_total_flops()) // 2,
        "joints": {
            "names": [label(name) for name in KEYPOINTS],
            "limbs": [list(limb) for limb in LIMBS],
            "colours": ["#{:02x}{:02x}{:02x}".format(*colour) for colour in COLOURS],
        },
        "sure_above": None,
        "person_above": None,
    }
    if bundle is not None:
        limits = {mask.title: joint_limit(bundle, mask, "zero") for mask in ALL_MASKS}
        if all(limit.known for limit in limits.values()):
            row["sure_above"] = {title: limit.above for title, limit in limits.items()}
            row["person_above"] = limits[ALL_ON.title].person
    return row


def of_file(path: Path) -> dict[str, Any]:
    """A file's name, size and hash."""
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)}


def of_scores(bundle: Bundle | None) -> dict[str, Any] | None:
    """The PCK of a bundle's own people, as it was computed when the bundle was made; None where unknown."""
    scores = None if bundle is None else bundle.samples["pck"].dropna()
    if scores is None or scores.empty:
        return None
    return {"value": round(float(scores.mean()), 4), "people": len(scores)}


def of_agreement(agreement: Agreement) -> dict[str, Any]:
    """Plain values, with the difference to three digits."""
    return {**agreement._asdict(), "largest_difference": float(f"{agreement.largest_difference:.3g}")}


def of_judgement(judged: Comparison) -> dict[str, Any]:
    """PCK of both networks over the same people, and the difference with its ends."""
    difference = judged.difference
    numbers = {
        "dense": judged.one.mean,
        "value": judged.other.mean,
        "difference": difference.mean,
        "low": difference.low,
        "high": difference.high,
    }
    return {**{name: round(float(value), 4) for name, value in numbers.items()}, "people": int(difference.n)}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; an empty one where nothing was exported yet. Raises DataError for another."""
    path = folder / NAME
    if not path.exists():
        return {"schema": SCHEMA, "networks": [], "people": []}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        networks = manifest["networks"]
        fits = manifest["schema"] == SCHEMA and all(isinstance(row["name"], str) for row in networks)
    except (OSError, ValueError, TypeError, KeyError):
        fits = False
    if not fits:
        raise DataError(f"{path}: not a list of exported networks that this version reads; remove {folder}")
    return dict(manifest)


def put_rows(folder: Path, *rows: Mapping[str, Any], people: list[str] | None = None) -> Path:
    """Write the manifest anew with these networks in place of those of the same names, the rest kept.

    people: pictures that lie in the folder, if they are to be listed instead of those listed before.
    """
    manifest = read_manifest(folder)
    names = {row["name"] for row in rows}
    manifest["networks"] = [row for row in manifest["networks"] if row["name"] not in names] + [*rows]
    if people is not None:
        manifest["people"] = people
    write_json(folder / NAME, manifest)
    return folder / NAME
