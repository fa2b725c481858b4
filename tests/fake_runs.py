"""Folders as scripts/train.py leaves them, of networks that nobody trained."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from posecore.models.checkpoint import load_checkpoint, save_checkpoint, weights_digest
from posecore.models.hourglass import HourglassConfig, StackedHourglass


def make_fake_run(
    folder: Path,
    seed: int = 0,
    epochs: int = 3,
    kept: int | None = None,
    init: Path | None = None,
    autoencoder_epochs: int = 0,
    preset: str = "fast",
    data: tuple[str, ...] = ("fake people",),
    cut_skips: float | None = None,
    **config: Any,
) -> Path:
    """Write random weights, their record and their history to `folder`, and return it.

    kept: the own epoch, from 1, with the best validation PCK; the last one by default. init: the folder of
    the run that this one goes on from. cut_skips: left out where it is None, as in older records. config: of
    HourglassConfig.
    """
    torch.manual_seed(seed + sum(folder.name.encode()))
    # The other initialisation starts with empty heatmaps, whose joints all lie in the first cell.
    network = StackedHourglass(HourglassConfig(**{"channels": 4, "initialisation": "glorot"} | config))
    save_checkpoint(folder / "best.safetensors", network)
    before: list[dict[str, Any]] = []
    began = None
    if init is not None:
        record = json.loads((init / "run.json").read_text())
        lines = [json.loads(line) for line in (init / "history.jsonl").read_text().splitlines()]
        before = lines[: max(range(len(lines)), key=lambda i: (lines[i]["val_pck"], i)) + 1]
        began = {"weights": weights_digest(load_checkpoint(init / "best.safetensors")), "run": record}
        if autoencoder_epochs:
            began["autoencoder"] = {"weights": "0" * 16, "run": {"epochs": autoencoder_epochs}}
    best = epochs if kept is None else kept
    own = [
        {"epoch": len(before) + i, "val_pck": 0.1 + 0.1 * len(before) + 0.05 * (i if i <= best else best - 1)}
        for i in range(1, epochs + 1)
    ]
    (folder / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*before, *own]))
    record = {
        "preset": preset,
        "recipe": {"optimiser": "adamw", "batch_size": 16, "epochs": 17 if preset == "fast" else 8},
        "epochs": epochs,
        "epochs_before": len(before),
        "seed": seed,
        "processes": 1,
        "init": began,
        "model": asdict(network.config),
        "data": [{"name": name, "fingerprint": f"of {name}", "train": 100} for name in data],
        "validated_on": {"name": data[0], "people": 8},
    }
    if cut_skips is not None:
        record["cut_skips"] = cut_skips
    (folder / "run.json").write_text(json.dumps(record))
    return folder
