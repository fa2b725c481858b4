"""One process at a time writes to a destination."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from posecore.errors import ConfigError
from posecore.printable import printable


@contextmanager
def claimed(destination: Path) -> Iterator[None]:
    """Keep other processes from writing to `destination` meanwhile, by a lock on .NAME.lock beside it.

    The system frees the lock of a process that ends, however it ends. Raises ConfigError where another
    process holds it, and where the name is one that tables cannot be written under.
    """
    name = str(destination)
    if name.encode(errors="replace").decode() != name:
        raise ConfigError(f"{printable(name)}: a name that is not UTF-8; choose another --out")
    destination.parent.mkdir(parents=True, exist_ok=True)
    path = destination.with_name(f".{destination.name}.lock")
    lock = _lock(path)
    if lock is None:
        raise ConfigError(
            f"{destination}: another process is writing it; wait for it, or choose another --out"
        )
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def _lock(path: Path) -> int | None:
    """The locked file, or None where another process has locked it."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        except OSError:
            return lock  # a drive without locks: two runs cannot be told apart there
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock), path.stat()):
                return lock
        os.close(lock)  # removed by the process that held it, between our opening and our locking it
