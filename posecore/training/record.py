"""What a training run leaves behind: its record, one line per epoch, and a state to go on from.

Everything in a state file is a tensor or a plain value, so it is read with weights_only.
"""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import torch

from posecore.config import from_dict
from posecore.errors import CheckpointError, ConfigError, DataError
from posecore.files import atomic_file, write_json
from posecore.models.registry import MODELS

STATE, BEST, LAST, HISTORY, RUN = (
    "last.pt",
    "best.safetensors",
    "last.safetensors",
    "history.jsonl",
    "run.json",
)

ENGINEERED = ".json"
"""Suffix of the file beside weights that scripts/engineer.py made, which says of what."""


class Run(NamedTuple):
    """What a run left: its record, all epochs with those it began with, and the place of the one kept."""

    record: dict[str, Any]
    history: list[dict[str, Any]]
    kept: int


Found = TypeVar("Found")


def read_run(checkpoint: Path) -> Run | None:
    """The run that left the weights `checkpoint`; None where its record or its history is not beside them.

    Those of the name LAST are of its last epoch, all others of its own epoch with the best validation PCK, of
    equal ones the last. Raises DataError, naming the file, where one of the two is not whole.
    """
    folder = checkpoint.parent
    if not ((folder / RUN).is_file() and (folder / HISTORY).is_file()):
        return None
    record, history = read_record(folder / RUN), _read_history(folder / HISTORY)
    # Runs from before this was recorded are taken as their own from the first epoch on.
    before = record.get("epochs_before", 0)
    if not (isinstance(before, int) and 0 <= before < len(history)):
        raise _broken(folder / HISTORY, f"{len(history)} epochs, none of them the run's own")
    if checkpoint.name == LAST:
        return Run(record, history, len(history) - 1)
    own = range(before, len(history))
    return Run(record, history, max(own, key=lambda place: (history[place]["val_pck"], place)))


def read_record(path: Path) -> dict[str, Any]:
    """What a file RUN says of its run. Raises DataError where it is not whole."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(path, "not readable as JSON") from error
    if not isinstance(record, dict):
        raise _broken(path, "no JSON object")
    return record


def _read_history(path: Path) -> list[dict[str, Any]]:
    history = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            epoch = json.loads(line)
            history.append({**epoch, "epoch": int(epoch["epoch"]), "val_pck": float(epoch["val_pck"])})
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _broken(path, f"line {len(history) + 1} is no epoch's record") from error
    return history


def _broken(path: Path, problem: str) -> DataError:
    if (path.parent / STATE).is_file():
        mend = "delete it, and run the same training again with --resume: that writes it anew"
    else:  # what goes on without a state begins anew, and the weights would be lost
        mend = "put it back from a copy, or train into another folder"
    return DataError(f"{path}: {problem}; {mend}")


def found_or_left_out(read: Callable[[Path], Found], path: Path) -> Found | None:
    """`read(path)`, or None where that raises DataError: for work that needs the weights alone.

    What is left out is told in one line on standard error.
    """
    try:
        return read(path)
    except DataError as error:
        print(f"left out: {error}", file=sys.stderr)
        return None


class RunFolder:
    """The folder of one training run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.best = path / BEST
        self.last = path / LAST

    def start(self, settings: dict[str, Any], resume: bool) -> dict[str, Any] | None:
        """Begin or go on; returns the state to go on from, if there is one.

        Raises ConfigError where a run is there already and `resume` is not set, or where it was
        started with other settings; DataError where its record is not whole. Its history, which may be cut
        off, is written anew from the state.
        """
        there = (self.path / RUN).is_file()
        if there and not resume:
            raise ConfigError(
                f"{self.path}: a run is there already; continue it with --resume or choose another --out"
            )
        if there:
            before = read_record(self.path / RUN)
            if "model" in before:
                # One from before a field existed has that field's default.
                before.setdefault("network", "hourglass")
                kind = MODELS[before["network"]].config
                before["model"] = json.loads(json.dumps(asdict(from_dict(kind, before["model"]))))
                before.setdefault("epochs_before", settings["epochs_before"])
                before.setdefault("cut_skips", 0.0)
            for key, value in json.loads(json.dumps(settings)).items():
                if before.get(key) != value:
                    raise ConfigError(
                        f"{self.path}: started with {key} {before.get(key)!r}, now {value!r}; "
                        "give the same options to continue, or choose another --out"
                    )
        write_json(self.path / RUN, settings)
        state = self._load_state()
        if state is not None:
            self._write_history(state["history"])
        return state

    def save_state(self, state: dict[str, Any], history: list[dict[str, Any]]) -> None:
        """Keep the state after an epoch together with the history up to it."""
        # Through memory: torch turns a full disk into an error of its own that names no file.
        buffer = io.BytesIO()
        torch.save({**state, "history": history}, buffer)
        with atomic_file(self.path / STATE) as temporary:
            temporary.write_bytes(buffer.getbuffer())
        self._write_history(history)

    def _write_history(self, history: list[dict[str, Any]]) -> None:
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
