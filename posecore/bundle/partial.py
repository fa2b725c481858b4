"""The unfinished work of a long run, kept in a folder so that a killed run goes on where it stopped."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import study_folder
from posecore.files import write_json
from posecore.unfinished import read_json

JOB: Final = "job.json"


def open_partial(bundle: Bundle, name: str, job: Mapping[str, Any]) -> Path:
    """The folder of the unfinished study `name`: as it was left if it was for the same job, else empty.

    job: everything the work depends on, as JSON: the same job gives the same files.
    """
    folder = study_folder(bundle, name).with_name(f".{name}.partial")
    job = json.loads(json.dumps(job))
    if read_json(folder / JOB) != job:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_json(folder / JOB, job)
    return folder


def empty_partial(folder: Path) -> Path:
    """The same folder without anything in it, for the files of the finished study."""
    shutil.rmtree(folder)
    folder.mkdir()
    return folder
