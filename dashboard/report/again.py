"""How to make the report again: the code's commit, the commands, the packages."""

import shlex
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any, Final

import posecore
from dashboard.report import words
from dashboard.report.content import Again, Made
from dashboard.report.recorded import recorded
from posecore.bundle import Bundle
from posecore.bundle.manifest import bundle_command
from posecore.bundle.studies import FOLDER, open_study, study_command
from posecore.errors import BundleError

ROOT: Final = Path(__file__).resolve().parents[2]

TRAIN: Final = "python scripts/train.py --data DIR --out RUN"

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
    every = [
        Made("this report", f"{made} --out report.html"),
        *_studies(bundle),
        _bundle(bundle),
        *_trainings(bundle),
        Made(words.CHECKS, f"python -m posecore.bundle verify {shlex.quote(str(bundle.path))}"),
    ]
    facts = {
        "Report made": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Code": commit() or words.NO_COMMIT,
    }
    versions = {"python": python_version(), "pose-explainability": posecore.__version__}
    return Again(facts, every, versions | {name: _version(name) for name in PACKAGES})


def _studies(bundle: Bundle) -> Iterator[Made]:
    """Those that can be used, by name."""
    for folder in sorted((bundle.path / FOLDER).glob("[!.]*")):
        try:
            study = open_study(bundle, folder.name)
            yield Made(words.study_made(study), study_command(bundle, folder.name), recorded(study.info))
        except (BundleError, KeyError):
            continue


def _bundle(bundle: Bundle) -> Made:
    """The bundle without its network."""
    manifest = bundle.manifest
    settings: dict[str, Any] = {
        "data": manifest.dataset,
        "latent": manifest.latent,
        "precision": manifest.precision,
        "versions": manifest.versions,
    }
    if manifest.pictures_in:
        settings["pictures in"] = manifest.pictures_in
    if manifest.untrained:
        settings["network"] = manifest.training
    return Made(words.bundle_made(manifest), bundle_command(bundle.path), recorded(settings))


def _trainings(bundle: Bundle) -> list[Made]:
    """Every run that made the network's weights, the last one first, as far back as there are records."""
    manifest = bundle.manifest
    run: dict[str, Any] | None = None if manifest.untrained else manifest.training
    runs = []
    while run:
        begun = run.get("init") or {}
        # What it began with is a row of its own.
        before = {"init": {name: value for name, value in begun.items() if name != "run"}} if begun else {}
        runs.append(run | before)
        run = begun.get("run")
    return [
        Made(words.training_made(len(runs) - place, len(runs)), TRAIN, recorded(one))
        for place, one in enumerate(runs)
    ]


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
