"""How to make the report again: the code's commit, the commands, the packages."""

import shlex
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Final

import posecore
from dashboard.report import words
from dashboard.report.content import Again
from posecore.bundle import Bundle
from posecore.bundle.studies import FOLDER, open_study, study_command
from posecore.errors import BundleError

ROOT: Final = Path(__file__).resolve().parents[2]

PACKAGES: Final = (
    *("torch", "numpy", "scipy", "scikit-learn", "pandas", "opencv-python-headless", "pillow"),
    *("plotly", "streamlit", "jinja2"),
)
"""On which figures and pictures depend."""


def again(bundle: Bundle, ledger: Path | None) -> Again:
    """ledger: the file that was given."""
    made = f"python scripts/report.py --bundle {shlex.quote(str(bundle.path))}"
    if ledger is not None:
        made += f" --ledger {shlex.quote(str(ledger))}"
    commands = [("this report", f"{made} --out report.html")]
    for folder in sorted((bundle.path / FOLDER).glob("[!.]*")):
        try:
            study = open_study(bundle, folder.name)
            commands.append((words.study_made(study), study_command(bundle, folder.name)))
        except (BundleError, KeyError):
            continue
    commands.append((words.CHECKS, f"python -m posecore.bundle verify {shlex.quote(str(bundle.path))}"))
    facts = {
        "Report made": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Code": commit() or words.NO_COMMIT,
        "Bundle's packages": ", ".join(f"{name} {one}" for name, one in bundle.manifest.versions.items()),
        "Bundle's data": bundle.manifest.dataset["fingerprint"][:16],
    }
    versions = {"python": python_version(), "pose-explainability": posecore.__version__}
    return Again(facts, tuple(commands), versions | {name: _version(name) for name in PACKAGES})


def commit() -> str:
    """Of the code that runs, and whether it was changed since; empty where that is not known."""
    found = _git("rev-parse", "HEAD")
    if not found:
        return ""
    return f"commit {found}{words.CHANGED if _git('status', '--porcelain', '--untracked-files=no') else ''}"


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return words.NO_VERSION
