"""What a training run leaves behind: its record, one line per epoch, and a state to go on from.

Everything in a state file is a tensor or a plain value, so it is read with weights_only.
"""

import io
import json
import os
from pathlib import Path
from typing import Any

import torch

from posecore.errors import CheckpointError, ConfigError
from posecore.files import atomic_file, write_json
from posecore.models.checkpoint import load_checkpoint, weights_digest
from posecore.models.hourglass import StackedHourglass

STATE, BEST, HISTORY, RUN = "last.pt", "best.safetensors", "history.jsonl", "run.json"


class Beginning:
    """Weights to train on, and the run that made them as far as it lies beside them.

    network: trainable. history: its epochs up to the one that was kept. record: for the next run's record.
    """

    def __init__(self, checkpoint: Path) -> None:
        self.network: StackedHourglass = load_checkpoint(checkpoint).requires_grad_(True)
        self.history: list[dict[str, Any]] = []
        run, history = checkpoint.parent / RUN, checkpoint.parent / HISTORY
        self.record: dict[str, Any] = {"weights": weights_digest(self.network), "run": None}
        if run.is_file() and history.is_file():
            epochs = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
            kept = max(range(len(epochs)), key=lambda i: epochs[i]["val_pck"]) + 1
            self.history = epochs[:kept]
            self.record["run"] = json.loads(run.read_text(encoding="utf-8"))


class RunFolder:
    """The folder of one training run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.best = path / BEST

    def start(self, settings: dict[str, Any], resume: bool) -> dict[str, Any] | None:
        """Begin or go on; returns the state to go on from, if there is one.

        Raises ConfigError where a run is there already and `resume` is not set, or where it was
        started with other settings.
        """
        there = (self.path / RUN).is_file()
        if there and not resume:
            raise ConfigError(
                f"{self.path}: a run is there already; continue it with --resume or choose another --out"
            )
        if there:
            before = json.loads((self.path / RUN).read_text(encoding="utf-8"))
            for key, value in json.loads(json.dumps(settings)).items():
                if before.get(key) != value:
                    raise ConfigError(
                        f"{self.path}: started with {key} {before.get(key)!r}, now {value!r}; "
                        "give the same options to continue, or choose another --out"
                    )
        write_json(self.path / RUN, settings)
        return self._load_state()

    def save_state(self, state: dict[str, Any], history: list[dict[str, Any]]) -> None:
        """Keep the state after an epoch together with the history up to it."""
        # Through memory: torch turns a full disk into an error of its own that names no file.
        buffer = io.BytesIO()
        torch.save({**state, "history": history}, buffer)
        with atomic_file(self.path / STATE) as temporary, temporary.open("wb") as file:
            file.write(buffer.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        with atomic_file(self.path / HISTORY) as temporary:
            temporary.write_text("".join(json.dumps(line) + "\n" for line in history), encoding="utf-8")

    def _load_state(self) -> dict[str, Any] | None:
        path = self.path / STATE
        if not path.is_file():
            return None
        try:
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # torch raises many kinds for a broken file
            raise CheckpointError(
                f"{path}: not readable ({type(error).__name__}); delete the folder and train anew"
            ) from error
        return state
