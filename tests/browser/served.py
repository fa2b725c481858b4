"""A dashboard that is served for tests of the browser, and what they are told about it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from posecore.bundle import Bundle, open_bundle
from posecore.bundle.manifest import read_manifest

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Served:
    """A running dashboard. process: its id. bundle: the one its pages open on. temporary: where it may leave
    files."""

    url: str
    process: int
    bundle: Bundle
    temporary: Path
    log: Path


@contextmanager
def serving(artifacts: Path, folder: Path, entry: str = "dashboard/app.py") -> Iterator[Served]:
    """Serve the bundles in `artifacts` on a free port; log and temporary files go to `folder`."""
    temporary, log = folder / "tmp", folder / "log.txt"
    temporary.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", entry, "--server.port", str(port)]
    environment = {**os.environ, "POSE_ARTIFACTS": str(artifacts), "TMPDIR": str(temporary)}
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    url = f"http://localhost:{port}"
    try:
        _wait_for(f"{url}/_stcore/health", server, log)
        yield Served(url, server.pid, _first(artifacts), temporary, log)
    finally:
        server.terminate()
        server.wait(20)


def _first(artifacts: Path) -> Bundle:
    """The one that pages open on: of a network as it was trained, not compressed, before the names decide."""
    folders = [path.parent for path in artifacts.glob("*/manifest.json")]
    return open_bundle(min(folders, key=lambda path: (read_manifest(path).network_config.compressed, path)))


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers."""
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the dashboard did not start: {log.read_text()}")
