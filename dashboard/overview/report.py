"""The report of a bundle, made by a process of its own and offered to the session that asked for it."""

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

import streamlit as st

from dashboard.overview import report_words as words
from dashboard.shared import cache
from dashboard.shared.ledgers import place_of
from posecore.bundle import Bundle

ROOT: Final = Path(__file__).resolve().parents[2]

ASKED: Final = "_overview_report"
"""The report that this session asked for last."""

MOST_FILES: Final = 3 * 20
"""Of reports, of what their processes say and of what is wrong; older ones are thrown away."""

_STARTING: Final = Lock()
_LAST: "subprocess.Popen[bytes] | None" = None


@dataclass(frozen=True)
class Asked:
    """A report that is made, or was. bundle: the folder it is of. file: where it comes to lie, beside what
    its process says of how far it is, and of what is wrong."""

    bundle: Path
    file: Path
    process: "subprocess.Popen[bytes]"

    @property
    def under_way(self) -> bool:
        """Whether it is not there yet, and may still come."""
        return self.process.poll() is None

    @property
    def is_gone(self) -> bool:
        """Whether it was made, and thrown away since."""
        return self.process.poll() == 0 and not self.file.is_file()

    def told(self) -> tuple[int, int, str]:
        """How many parts are done, of how many, and which one comes next."""
        for line in reversed(_read(_said(self.file)).splitlines()):
            count, _, part = line.partition(" ")
            done, slash, of = count.partition("/")
            if slash and done.isdigit() and of.isdigit() and int(of):
                return min(int(done), int(of)), int(of), part
        return 0, 1, ""

    def problem(self) -> str:
        """Why there is none."""
        lines = _read(_wrong(self.file)).strip().splitlines()
        return lines[-1].removeprefix("error: ") if lines else ""


def draw(bundle: Bundle) -> None:
    """The button, how far the report is, and the report."""
    st.subheader(words.TITLE)
    st.markdown(words.ABOUT)
    asked: Asked | None = st.session_state.get(ASKED)
    if asked is not None and (asked.bundle != bundle.path or asked.is_gone):
        asked = None
    if asked is not None and asked.under_way:
        _watch(asked)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        label = words.MAKE if asked is None else words.AGAIN
        if st.button(label, icon=":material/summarize:", key="_ov_report"):
            if _start(bundle):
                st.rerun()
            st.info(words.BUSY, icon=":material/hourglass_empty:")
            return
        if asked is not None and asked.file.is_file():
            st.download_button(
                words.TAKE,
                asked.file.read_bytes,
                f"{bundle.path.name}-report.html",
                "text/html",
                key="_ov_report_file",
                icon=":material/download:",
                type="primary",
                on_click="ignore",
            )
    if asked is not None and not asked.file.is_file():
        st.error(words.failed(asked.problem()), icon=":material/error:")


@st.fragment(run_every=1.0)
def _watch(asked: Asked) -> None:
    """How far it is, looked at now and then; the page is drawn again when it is done."""
    if not asked.under_way:
        st.rerun()
    done, of, part = asked.told()
    st.progress(done / of, words.under_way(part))


def _start(bundle: Bundle) -> bool:
    """Have it made; False where another one is being made, for whomever."""
    global _LAST
    with _STARTING:
        if _LAST is not None and _LAST.poll() is None:
            return False
        folder = Path(_folder().name)
        for old in sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)[:-MOST_FILES]:
            old.unlink()
        file = folder / f"{secrets.token_hex(16)}.html"
        command = [sys.executable, str(ROOT / "scripts" / "report.py"), "--with-parent"]
        command += ["--bundle", str(bundle.path.absolute()), "--out", str(file)]
        if (ledger := place_of(bundle).file).is_file():
            command += ["--ledger", str(ledger), "--any-ledger"]
        with _said(file).open("wb") as said, _wrong(file).open("wb") as wrong:
            _LAST = subprocess.Popen(
                command, cwd=ROOT, env=_environment(), stdin=subprocess.PIPE, stdout=said, stderr=wrong
            )
        st.session_state[ASKED] = Asked(bundle.path, file, _LAST)
    return True


def _environment() -> dict[str, str]:
    """In which the script finds the code that this server runs, and no other one that is installed."""
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), before)))}


@cache.cached(1)
def _folder() -> "TemporaryDirectory[str]":
    """For reports, as long as the server runs."""
    return TemporaryDirectory(prefix="pose-reports-")


def _said(file: Path) -> Path:
    return file.with_suffix(".txt")


def _wrong(file: Path) -> Path:
    return file.with_suffix(".err")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
