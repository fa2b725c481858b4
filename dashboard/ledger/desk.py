"""The ledger of a bundle, and the process that tests its claims."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from dashboard.shared import cache
from dashboard.shared.ledgers import Place, place_of
from posecore.bundle import Bundle
from posecore.ledger.file import Ledger
from posecore.ledger.progress import is_testing

ROOT: Final = Path(__file__).resolve().parents[2]

_RUNNING: Final[dict[Path, "subprocess.Popen[bytes]"]] = {}
_STARTING: Final = Lock()


class Desk(NamedTuple):
    """The ledger of a bundle, and where it lies."""

    ledger: Ledger
    place: Place

    @property
    def testing(self) -> bool:
        """Whether something is tested, or about to be, where this ledger lies."""
        running = _RUNNING.get(self.ledger.path)
        return (running is not None and running.poll() is None) or is_testing(self.ledger.path.parent)


def desk(bundle: Bundle) -> Desk:
    """Of this session, where its ledger is kept for it alone."""
    place = place_of(bundle)
    return Desk(Ledger(place.file), place)


def start(found: Desk, bundle: Bundle) -> None:
    """Have the claims that wait tested by a process of its own, which ends with this server."""
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
        running = _RUNNING.get(found.ledger.path)
        if running is not None and running.poll() is None:
            return
        _RUNNING[found.ledger.path] = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
