"""From a bundle and a ledger to the file of the report."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.report.content import Tell
from posecore.bundle import open_bundle
from posecore.errors import ConfigError
from posecore.files import atomic_file


def make_report(path: Path, ledger: Path | None, out: Path, tell: Tell, any_ledger: bool = False) -> int:
    """Write the report of the bundle at `path` to `out`; returns its size in bytes.

    Raises BundleError for a broken bundle, ConfigError for a ledger that cannot be read and for an `out` that
    cannot be written, before anything is computed. any_ledger: what is wrong with the ledger is said in the
    report instead.
    """
    _check_out(out)
    bundle = open_bundle(path)
    # Pages look for other networks beside the bundle, where bundles lie.
    os.environ["POSE_ARTIFACTS"] = str(bundle.path.absolute().parent)
    with _quiet():
        from dashboard.report.document import report
        from dashboard.report.html import page
        from dashboard.report.own_claims import read_any
        from posecore.ledger.file import read_ledger

        read = read_any if any_ledger else read_ledger
        entries = None if ledger is None else read(ledger)
        data = page(report(bundle, ledger, entries, tell)).encode()
    with atomic_file(out) as temporary:
        temporary.write_bytes(data)
    return len(data)


@contextmanager
def _quiet() -> Iterator[None]:
    """Streamlit warns of every value that pages keep where there is no server to keep it."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _check_out(out: Path) -> None:
    """Raise ConfigError where no file can be written there."""
    if out.is_dir():
        raise ConfigError(f"--out {out}: is a folder; name a file in it, such as {out / 'report.html'}")
    there = next(folder for folder in (out.absolute().parent, *out.absolute().parents) if folder.exists())
    if not there.is_dir():
        raise ConfigError(f"--out {out}: {there} is no folder; choose another one")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ConfigError(f"--out {out}: the folder {there} cannot be written; choose another one")
