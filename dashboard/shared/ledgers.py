"""Where the ledger of a bundle lies."""

import os
import secrets
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import streamlit as st

from dashboard.shared import cache
from posecore.bundle import Bundle

OWN: Final = "_own_ledger"
"""Names the file of a session whose ledger is kept for it alone."""


class Place(NamedTuple):
    """stored: whether the file stays when the session ends, so that its claims have links. folder: where it
    would lie if that could be written."""

    file: Path
    stored: bool
    folder: Path


def place_of(bundle: Bundle) -> Place:
    """In the folder that POSE_LEDGER names or beside the bundles; where that cannot be written, a file of
    this session's own."""
    folder = Path(os.environ.get("POSE_LEDGER") or cache.artifacts_folder() / "ledgers").absolute()
    if _writable(folder):
        return Place(folder / f"{bundle.path.name}.jsonl", True, folder)
    token = st.session_state.setdefault(OWN, secrets.token_hex(16))
    return Place(Path(_own_folder().name) / f"{token}-{bundle.path.name}.jsonl", False, folder)


def _writable(folder: Path) -> bool:
    """Whether files can be made in a folder, which need not be there yet."""
    try:
        there = next(path for path in (folder, *folder.parents) if path.exists())
    except OSError:  # nobody may look there, or its name is too long
        return False
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


@cache.cached(1)
def _own_folder() -> "TemporaryDirectory[str]":
    """For the ledgers of sessions, as long as the server runs."""
    return TemporaryDirectory(prefix="pose-ledgers-")
