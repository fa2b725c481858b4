"""Studies: what later scripts find out about a bundle's network and people, in `studies/NAME/` of the bundle.

A study is written after the bundle, so it has a small manifest of its own. That holds the size and hash of
the study's files, and of which weights and people it speaks: of others it says nothing, so it is refused.
"""

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from re import fullmatch
from typing import Any, Final

from numpy.typing import NDArray

from posecore.bundle.manifest import FILE_NAME, MANIFEST, WEIGHTS, FileInfo, check_file, check_hash
from posecore.bundle.reader import Bundle
from posecore.config import from_dict
from posecore.errors import BundleError, ConfigError
from posecore.files import read_arrays, replace_folder, sha256, write_json

SCHEMA_VERSION: Final = 1
FOLDER: Final = "studies"

COMMANDS: Final[Mapping[str, str]] = {
    "skips": "python scripts/skip_study.py --bundle {bundle} --data DIR",
    "projection": "python scripts/project.py --bundle {bundle}",
    "components": "python scripts/component_study.py --bundle {bundle} --data DIR",
    "clusters": "python scripts/cluster_sweep.py --bundle {bundle}",
    "learned": "python scripts/learned_study.py --bundle {bundle}",
    "belonging": "python scripts/belonging_study.py --bundle {bundle}",
    "networks": "python scripts/networks_study.py --bundle {bundle} --data DIR --network LABEL=RUN",
    "control": "python scripts/control_study.py --bundle {bundle}",
    "probe": "python scripts/probe_study.py --bundle {bundle}",
    "causes": "python scripts/cause_study.py --bundle {bundle}",
    "compression": "python scripts/compression_study.py --bundle {bundle} --data DIR --ranking RUN "
    "--tuned RUN",
    "phone": "python scripts/phone_times.py FILE --bundle {bundle}",
    "saliency": "python scripts/saliency_study.py --bundle {bundle}",
    "claims": "python scripts/claims_study.py --bundle {bundle}",
    "compare": "python scripts/compare.py --bundle {bundle} --with {other} --data DIR",
}
"""How every study is made, by name. Of those that speak of another bundle, too, there may be several: their
name goes on with a dash and the other bundle's, which lies beside the first."""


@dataclass(frozen=True)
class Study:
    """A study's manifest, and where it lies.

    created: ISO 8601, UTC. weights, people: what the bundle held when the study was made, see `subject`.
    info: what the study itself tells of its settings and versions. files: by name, all in `path`.
    """

    schema_version: int
    name: str
    created: str
    weights: str
    people: str
    info: dict[str, Any]
    files: dict[str, FileInfo]
    path: Path


def study_folder(bundle: Bundle, name: str) -> Path:
    """Where the study `name` of a bundle lies."""
    return bundle.path / FOLDER / name


def study_command(bundle: Bundle, name: str) -> str:
    """The command that makes the study `name` of a bundle."""
    kind, _, other = name.partition("-")
    beside = bundle.path.parent / other
    return COMMANDS[kind].format(bundle=shlex.quote(str(bundle.path)), other=shlex.quote(str(beside)))


def _is_known(name: str) -> bool:
    """Whether there is a command that makes the study `name`."""
    kind, _, other = name.partition("-")
    return kind in COMMANDS and bool(other) == ("{other}" in COMMANDS[kind])


def write_study(bundle: Bundle, name: str, folder: Path, info: Mapping[str, Any]) -> Study:
    """Make the temporary folder `folder`, which holds every file but the manifest, the study `name`.

    An older study of that name is replaced. `info` goes into the manifest, as JSON. Raises BundleError where
    the result would not open.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    files: dict[str, FileInfo] = {
        path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in sorted(folder.iterdir())
    }
    weights, people = subject(bundle)
    # What is derived from a study is kept by when it was made, so one made a moment later must differ.
    created = datetime.now(UTC).isoformat(timespec="microseconds")
    study = Study(SCHEMA_VERSION, name, created, weights, people, dict(info), files, folder)
    values = asdict(study)
    del values["path"]
    write_json(folder / MANIFEST, values)
    _read(bundle, name, folder)
    replace_folder(folder, study_folder(bundle, name))
    return open_study(bundle, name)


def add_info(bundle: Bundle, name: str, more: Mapping[str, Any]) -> Study:
    """Add to what the study `name` tells of itself, without touching its files or when it was made.

    more: as JSON; what is there under the same names is replaced. Raises BundleError where the study is
    absent or broken.
    """
    study = open_study(bundle, name)
    values = asdict(study) | {"info": study.info | dict(more)}
    del values["path"]
    write_json(study.path / MANIFEST, values)
    return open_study(bundle, name)


def open_study(bundle: Bundle, name: str) -> Study:
    """The study `name` of a bundle; sizes are checked, hashes when `study_arrays` reads a file.

    It is read and checked anew only after its manifest was written anew: pages ask for it again and again.
    Raises BundleError, with the command that mends it, where it is absent or broken, or speaks of other
    weights or people than the bundle holds now.
    """
    folder = study_folder(bundle, name)
    try:
        now = (folder / MANIFEST).stat()
    except OSError:
        return _read(bundle, name, folder)  # which tells why
    written = now.st_ino, now.st_mtime_ns, now.st_size
    kept: tuple[tuple[int, ...], Study] | None = bundle.studies.get(name)
    if kept is None or kept[0] != written:
        kept = bundle.studies[name] = written, _read(bundle, name, folder)
    return kept[1]


def study_problems(bundle: Bundle) -> list[str]:
    """What is wrong with the studies of a bundle, one line each; every file is read and its hash compared."""
    problems: list[str] = []
    for folder in sorted((bundle.path / FOLDER).glob("*")):
        if folder.name.startswith("."):
            continue  # of a run that has not finished
        if not _is_known(folder.name):
            problems.append(f"{folder}: no study of this name is known; expected {', '.join(COMMANDS)}")
            continue
        try:
            study = open_study(bundle, folder.name)
        except BundleError as error:
            problems.append(str(error))
            continue
        for file, info in study.files.items():
            if problem := check_hash(folder, file, info):
                problems.append(str(broken_study(bundle, folder.name, problem)))
    return problems


@contextmanager
def study_arrays(bundle: Bundle, study: Study, file: str) -> Iterator[dict[str, NDArray[Any]]]:
    """All arrays of an .npz file of a study by name, for as long as something is made of them.

    Raises BundleError, with the command that makes the study, where the file is not as it was written, or
    where nothing can be made of what it holds: an array is not there, or of another shape or type.
    """
    try:
        if problem := check_hash(study.path, file, study.files[file]):
            raise broken_study(bundle, study.name, problem)
        yield read_arrays(study.path / file)
    except BundleError:
        raise
    except Exception as error:  # hostile values raise many kinds
        raise broken_study(bundle, study.name, f"{file} is not readable ({type(error).__name__})") from error


def broken_study(bundle: Bundle, name: str, problem: str) -> BundleError:
    """The error for a study that cannot be used: what is wrong, and how to make it anew."""
    return BundleError(
        f"{study_folder(bundle, name)}: {problem}; make it with `{study_command(bundle, name)}`"
    )


def subject(bundle: Bundle) -> tuple[str, str]:
    """Hashes of what a study speaks of: the weights' file, and the people with the data they come from."""
    people = "\n".join([bundle.manifest.dataset["fingerprint"], *bundle.rows])
    return bundle.manifest.files[WEIGHTS]["sha256"], hashlib.sha256(people.encode()).hexdigest()


def _read(bundle: Bundle, name: str, folder: Path) -> Study:
    if (bundle.path / FOLDER).is_symlink() or folder.is_symlink():
        raise broken_study(bundle, name, "is a link; a bundle holds plain folders only")
    try:
        values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise broken_study(bundle, name, "no such study") from error
    except (OSError, ValueError, RecursionError) as error:
        raise broken_study(bundle, name, f"{MANIFEST} is not readable JSON") from error
    found = values.get("schema_version") if isinstance(values, dict) else None
    if found != SCHEMA_VERSION:
        raise broken_study(bundle, name, f"schema version {found!r:.20}, this program's is {SCHEMA_VERSION}")
    try:
        study = from_dict(Study, values | {"path": folder})
        _check_fields(study, name)
    except ConfigError as error:
        raise broken_study(bundle, name, f"{MANIFEST} is not as expected: {error}") from error
    for file, info in study.files.items():
        if problem := check_file(folder, file, info):
            raise broken_study(bundle, name, problem)
    weights, people = subject(bundle)
    if study.weights != weights:
        raise broken_study(bundle, name, "was made with other weights than the bundle holds now")
    if study.people != people:
        raise broken_study(bundle, name, "speaks of other people than the bundle holds now")
    return study


def _check_fields(study: Study, name: str) -> None:
    """Raise ConfigError where a value has the wrong type, or a file lies outside the study."""
    for field in ("name", "created", "weights", "people"):
        if not isinstance(getattr(study, field), str):
            raise ConfigError(f"{field} is {getattr(study, field)!r:.60}, expected a text")
    if study.name != name:
        raise ConfigError(f"it is of the study {study.name!r:.60}")
    if not isinstance(study.info, dict) or not isinstance(study.files, dict):
        raise ConfigError("info and files are not both JSON objects")
    for file, values in study.files.items():
        if not fullmatch(FILE_NAME, file):
            raise ConfigError(f"the file {file!r:.60} does not lie inside the study")
        if not (
            isinstance(values, dict)
            and type(values.get("bytes")) is int
            and type(values.get("sha256")) is str
        ):
            raise ConfigError(f"files.{file} has no size and hash")
