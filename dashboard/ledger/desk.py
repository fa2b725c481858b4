"""Where the ledger of a bundle lies, and the process that tests its claims."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final, NamedTuple

import streamlit as st

from dashboard.shared import cache
from posecore.bundle import Bundle
from posecore.ledger.file import Ledger
from posecore.ledger.progress import is_testing

ROOT: Final = Path(__file__).resolve().parents[2]

OWN: Final = "_led_own"
"""Names the file of a session whose ledger is kept for it alone."""

_RUNNING: Final[dict[Path, "subprocess.Popen[bytes]"]] = {}
_STARTING: Final = Lock()


class Desk(NamedTuple):
    """stored: whether the ledger stays when the session ends, so that its claims have links. folder: where it
    would lie if that could be written."""

    ledger: Ledger
    stored: bool
    folder: Path

    @property
    def testing(self) -> bool:
        """Whether something is tested, or about to be, where this ledger lies."""
        running = _RUNNING.get(self.ledger.path)
        return (running is not None and running.poll() is None) or is_testing(self.ledger.path.parent)


def desk(bundle: Bundle) -> Desk:
    """The ledger of a bundle: in the folder that POSE_LEDGER names or beside the bundles; where that cannot
    be written, one of this session's own."""
    folder = cache.ledger_folder()
    if _writable(folder):
        return Desk(Ledger(cache.ledger_file(bundle)), True, folder)
    token = st.session_state.setdefault(OWN, secrets.token_hex(16))
    return Desk(Ledger(Path(_own_folder().name) / f"{token}-{bundle.path.name}.jsonl"), False, folder)


def start(found: Desk, bundle: Bundle) -> None:
    """Have the claims that wait tested by a process of its own, which ends with this server."""
    command = [sys.executable, "-m", "posecore.ledger", str(found.ledger.path)]
    command += ["--bundle", str(bundle.path.absolute()), "--with-parent"]
    if held_out := os.environ.get("POSE_HELDOUT"):
        command += ["--held-out", str(Path(held_out).absolute())]
    if (images := cache.images_folder()) is not None:
        command += ["--known", str(images)]
    with _STARTING:
        running = _RUNNING.get(found.ledger.path)
        if running is not None and running.poll() is None:
            return
        _RUNNING[found.ledger.path] = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


def _writable(folder: Path) -> bool:
    """Whether files can be made in a folder, which need not be there yet."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


@cache.cached(1)
def _own_folder() -> "TemporaryDirectory[str]":
    """For the ledgers of sessions, as long as the server runs."""
    return TemporaryDirectory(prefix="pose-ledgers-")
