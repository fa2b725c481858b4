"""The ledger of a bundle, and the process that tests its claims."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Final, NamedTuple

from dashboard.shared import cache
from dashboard.shared.ledgers import Place, place_of
from posecore.bundle import Bundle
from posecore.ledger.file import Ledger
from posecore.ledger.progress import is_testing

ROOT: Final = Path(__file__).resolve().parents[2]

_NEXT: Final[dict[Path, list[str]]] = {}
"""Commands that were asked for and have not begun, by ledger."""
_RUNNING: Final[set[Path]] = set()
"""Ledgers whose commands are run one after the other."""
_STARTING: Final = Lock()


class Desk(NamedTuple):
    """The ledger of a bundle, and where it lies."""

    ledger: Ledger
    place: Place

    @property
    def testing(self) -> bool:
        """Whether something is tested, or about to be, where this ledger lies."""
        return self.ledger.path in _RUNNING or is_testing(self.ledger.path.parent)


def desk(bundle: Bundle) -> Desk:
    """Of this session, where its ledger is kept for it alone."""
    place = place_of(bundle)
    return Desk(Ledger(place.file), place)


def start(found: Desk, bundle: Bundle) -> None:
    """Have the claims that wait tested by a process of its own, which ends with this server.

    One that runs may have looked for the last time, so another one looks again when it has ended.
    """
    command = [sys.executable, "-m", "posecore.ledger", str(found.ledger.path)]
    command += ["--bundle", str(bundle.path.absolute()), "--with-parent"]
    if held_out := os.environ.get("POSE_HELDOUT"):
        command += ["--held-out", str(Path(held_out).absolute())]
    if (images := cache.images_folder()) is not None:
        command += ["--known", str(images)]
    for trained_on in os.environ.get("POSE_TRAINED_ON", "").split(os.pathsep):
        if trained_on:
            command += ["--known", str(Path(trained_on).absolute())]
    with _STARTING:
        _NEXT[found.ledger.path] = command
        if found.ledger.path not in _RUNNING:
            _RUNNING.add(found.ledger.path)
            Thread(target=_run, args=(found.ledger.path,), daemon=True).start()


def _run(ledger: Path) -> None:
    """All that is asked for, until nothing more is."""
    while command := _next(ledger):
        # Where the system has no room for a process, the page says that testing was interrupted.
        with (
            suppress(OSError),
            subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process,
        ):
            process.wait()


def _next(ledger: Path) -> list[str] | None:
    with _STARTING:
        command = _NEXT.pop(ledger, None)
        if command is None:
            _RUNNING.discard(ledger)
        return command
