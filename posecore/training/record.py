"""What a training run leaves behind: its record, one line per epoch, and a state to go on from.

Everything in a state file is a tensor or a plain value, so it is read with weights_only.
"""

import io
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import torch

from posecore.config import from_dict
from posecore.errors import CheckpointError, ConfigError
from posecore.files import atomic_file, write_json
from posecore.models.hourglass import HourglassConfig

STATE, BEST, LAST, HISTORY, RUN = (
    "last.pt",
    "best.safetensors",
    "last.safetensors",
    "history.jsonl",
    "run.json",
)


class Run(NamedTuple):
    """What a run left: its record, all epochs with those it began with, and the place of the one kept."""

    record: dict[str, Any]
    history: list[dict[str, Any]]
    kept: int


def read_run(checkpoint: Path) -> Run | None:
    """The run that left the weights `checkpoint`; None where its record or its history is not beside them.

    Those of the name LAST are of its last epoch, all others of its own epoch with the best validation PCK, of
    equal ones the last.
    """
    folder = checkpoint.parent
    if not ((folder / RUN).is_file() and (folder / HISTORY).is_file()):
        return None
    record = json.loads((folder / RUN).read_text(encoding="utf-8"))
    history = [json.loads(line) for line in (folder / HISTORY).read_text(encoding="utf-8").splitlines()]
    # Runs from before this was recorded are taken as their own from the first epoch on.
    own = range(record.get("epochs_before", 0), len(history))
    if checkpoint.name == LAST:
        return Run(record, history, len(history) - 1)
    return Run(record, history, max(own, key=lambda place: (history[place]["val_pck"], place)))


class RunFolder:
    """The folder of one training run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.best = path / BEST
        self.last = path / LAST

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
            if "model" in before:
                # One from before a field existed has that field's default.
                before["model"] = json.loads(json.dumps(asdict(from_dict(HourglassConfig, before["model"]))))
                before.setdefault("epochs_before", settings["epochs_before"])
                before.setdefault("cut_skips", 0.0)
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
