"""How far a test is, for whoever looks on, and whose turn it is; nothing here needs a network."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from posecore.unfinished import read_json

RUN: Final = "run.json"
PROBLEM: Final = "problem.json"
_TURN: Final = ".testing.lock"


@dataclass(frozen=True)
class Progress:
    """done, of: people. seconds: that it will still take; None where that is not known yet. problem: why the
    last try gave nothing; empty where nothing went wrong."""

    done: int
    of: int
    seconds: float | None
    problem: str


def work_folder(ledger: Path, claim: str) -> Path:
    """Where the files of a claim's test lie."""
    return ledger.with_name(f".{ledger.name}.testing") / claim


def piece_file(folder: Path, place: int) -> Path:
    """The file of person `place`, from 0."""
    return folder / f"{place:05d}.npz"


def progress(ledger: Path, claim: str) -> Progress | None:
    """How far a claim's test is; None where it was not begun."""
    folder = work_folder(ledger, claim)
    run, problem = read_json(folder / RUN), read_json(folder / PROBLEM)
    said = problem if isinstance(problem, str) else ""
    try:
        began, before, of = float(run["began"]), int(run["done"]), int(run["of"])
    except (TypeError, KeyError, ValueError):
        return Progress(0, 0, None, said) if said else None
    done = min(sum(1 for _ in folder.glob("[0-9]*.npz")), of)
    took, new = time.time() - began, done - before
    return Progress(done, of, took / new * (of - done) if new > 0 else None, said)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Wait until nothing else is tested in a folder, and have the others wait meanwhile.

    The system gives the turn of a process that ends to the next, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _TURN).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_testing(folder: Path) -> bool:
    """Whether something is tested in a folder just now."""
    try:
        with (folder / _TURN).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
