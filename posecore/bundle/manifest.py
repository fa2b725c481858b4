"""manifest.json: what a bundle holds, where it comes from, and the size and hash of every file."""

import json
import os
import shlex
import stat
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from re import fullmatch
from typing import Any, Final, Literal, NotRequired, TypedDict, get_args, is_typeddict

from posecore.ablation import SkipMask, parse_mask
from posecore.config import from_dict
from posecore.errors import BundleError, ConfigError
from posecore.files import sha256
from posecore.keypoints import KeypointSet, named_set
from posecore.models.configs import CONFIGS, PoseConfig, read_config

SCHEMA_VERSION: Final = 1
FILE_NAME: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
"""What a sample_id, a split and a neighbouring bundle look like, as all become names of files and folders."""

MANIFEST: Final = "manifest.json"
SAMPLES: Final = "samples.parquet"
LATENTS: Final = "latents.npy"
WEIGHTS: Final = "model.safetensors"
SKIP_MEANS: Final = "skip_means.npz"
HISTORY: Final = "history.jsonl"
PICTURES: Final = "pictures/"
THUMBNAIL_INDEX: Final = "thumbnails/index.json"
WHOLE_LATENTS: Final = "whole_latents.npy"
"""Only of a network whose bottleneck is averaged to make a latent."""
REQUIRED: Final = (SAMPLES, LATENTS, WEIGHTS, SKIP_MEANS, HISTORY, THUMBNAIL_INDEX)

WHOLE_PEOPLE: Final = 1000
"""People at most, from the first on, whose whole latents a bundle holds: they are large."""

LatentSpace = Literal["bottleneck", "autoencoder"]
"""What a bundle's latents are: the output of the last bottleneck residual, or of an encoder, averaged to
4 x 4 cells where it has more; or what the network's autoencoder squeezes it to."""


class DatasetInfo(TypedDict):
    """The people. annotations: the table holds annotated keypoints. pictures: how many are shipped.
    keypoints: the key of their set, left out where it is COCO's."""

    name: str
    split: str
    people: int
    fingerprint: str
    annotations: bool
    pictures: int
    keypoints: NotRequired[str]


class ModelInfo(TypedDict):
    """The network: a row of posecore.models.configs.CONFIGS and its configuration."""

    name: str
    config: dict[str, Any]


class FileInfo(TypedDict):
    """A file as it was written."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """A bundle's description.

    created: ISO 8601, UTC. training: preset, epochs, seed, best_epoch and what else is known.
    figures: per data set and split, what posecore.metrics.evaluate found. versions: of packages.
    files: by path relative to the bundle, with forward slashes. latent: what the latents are.
    pictures_in: name of the bundle beside this one in whose folder this one's pictures lie, so that networks
    shown to the same people share them; empty where they lie in its own.
    """

    schema_version: int
    name: str
    created: str
    dataset: DatasetInfo
    model: ModelInfo
    precision: Literal["bf16", "fp32"]
    training: dict[str, Any]
    figures: dict[str, dict[str, Any]]
    versions: dict[str, str]
    files: dict[str, FileInfo]
    latent: LatentSpace = "bottleneck"
    pictures_in: str = ""

    def folder_of(self, path: Path, name: str) -> Path:
        """The bundle's folder in which its file `name` lies; `path` is the bundle's own."""
        elsewhere = self.pictures_in and name.startswith(PICTURES)
        return path.parent / self.pictures_in if elsewhere else path

    @property
    def people(self) -> int:
        """N, the rows of the table and of the latents."""
        return self.dataset["people"]

    @property
    def network_config(self) -> PoseConfig:
        """The network's configuration; a field that older bundles do not name has its default."""
        return read_config(self.model["name"], self.model["config"])

    @property
    def dimensions(self) -> int:
        """D, how many numbers a latent has: an hourglass's 4,096 for 256 channels, 50 of the thesis's
        autoencoder, a pose_resnet's 32,768 for 2,048 channels."""
        config = self.network_config
        return config.autoencoder if self.latent == "autoencoder" else config.latent_numbers

    @property
    def averaged(self) -> bool:
        """Whether latents are averages of a larger bottleneck: the decoder takes whole ones only."""
        config = self.network_config
        return self.latent == "bottleneck" and config.latent_numbers != config.bottleneck_numbers

    @property
    def whole_people(self) -> int:
        """M, of how many people, from the first on, there are whole latents beside averaged ones."""
        return min(self.people, WHOLE_PEOPLE) if self.averaged else 0

    @property
    def keypoints(self) -> KeypointSet:
        """The set of the people's joints, and of the network's."""
        return named_set(self.dataset, "dataset")

    @property
    def untrained(self) -> bool:
        """Whether the network never learned: posecore.models.untrained."""
        return bool(self.training.get("untrained"))

    @property
    def built_skips(self) -> SkipMask:
        """The skip connections the network was built and trained with; the others do not exist in it."""
        return parse_mask(self.network_config.skips)


def broken(path: Path, problem: str) -> BundleError:
    """The error for a bundle that is not as it was written: what is wrong, and how to mend it."""
    return BundleError(
        f"{path}: {problem}; restore it with `git checkout -- {path}` if it came with the project, "
        f"or make it anew with `{bundle_command(path)}`"
    )


def bundle_command(path: Path) -> str:
    """The command that makes the bundle in folder `path`."""
    out = shlex.quote(str(path))
    return f"python scripts/extract_latents.py --checkpoint FILE --data DIR --out {out}"


def read_manifest(path: Path) -> Manifest:
    """Read and check the manifest of the bundle in folder `path`; the files it lists are not looked at.

    Raises BundleError where the folder or the manifest is missing or broken, or of another schema.
    """
    if not path.is_dir():
        raise broken(path, "no such folder, expected a bundle")
    try:
        values = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise broken(path, f"no {MANIFEST} in it, so it is no bundle or was never finished") from error
    except (OSError, ValueError, RecursionError) as error:
        raise broken(path, f"{MANIFEST} is not readable JSON ({_one_line(error)})") from error
    if not isinstance(values, dict) or type(values.get("schema_version")) is not int:
        raise broken(path, f"{MANIFEST} has no schema_version, so it is no bundle's")
    version = values["schema_version"]
    if version > SCHEMA_VERSION:
        raise BundleError(
            f"{path}: schema version {version} is newer than this program's {SCHEMA_VERSION}; "
            f"update the program with `git pull`, or make the bundle anew with `{bundle_command(path)}`"
        )
    if version < SCHEMA_VERSION:
        raise BundleError(
            f"{path}: schema version {version} is older than this program's {SCHEMA_VERSION}; "
            f"make the bundle anew with `{bundle_command(path)}`"
        )
    try:
        manifest = from_dict(Manifest, values)
        _check_fields(manifest)
    except ConfigError as error:
        raise broken(path, f"{MANIFEST} is not as expected: {error}") from error
    return manifest


def check_file(path: Path, name: str, info: FileInfo) -> str | None:
    """What is wrong with the place or the size of a bundle's file, in words; None if nothing is.

    A link is refused: it could lead out of the bundle.
    """
    try:
        found = os.lstat(path / name)
    except OSError as error:
        return f"{name} is missing" if isinstance(error, FileNotFoundError) else f"{name}: {error.strerror}"
    if not stat.S_ISREG(found.st_mode):
        return f"{name} is a link or no file; a bundle holds plain files only"
    if found.st_size != info["bytes"]:
        return f"{name} has {found.st_size} bytes, expected {info['bytes']}"
    return None


def check_hash(path: Path, name: str, info: FileInfo) -> str | None:
    """What is wrong with the bytes of a bundle's file, in words; None if nothing is. The file is read whole.

    Raises OSError where it cannot be read.
    """
    if sha256(path / name) != info["sha256"]:
        return f"{name} is not as it was written, its SHA-256 differs"
    return None


def linked_folder(path: Path, names: list[str]) -> str | None:
    """The first folder of the files `names` that is a link, in words; None if none is."""
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    for folder in sorted(folders):
        if folder != "." and (path / folder).is_symlink():
            return f"{folder} is a link; a bundle holds plain folders only"
    return None


def _check_fields(manifest: Manifest) -> None:
    """Raise ConfigError where a value has the wrong type or range, or a file lies outside the bundle."""
    choices = ("precision", "latent")
    for field, kind in Manifest.__annotations__.items():
        value = getattr(manifest, field)
        if is_typeddict(kind):
            _check_mapping(field, value, kind)
        elif kind in (str, int):
            _check_type(field, value, kind)
        elif field not in choices:
            _check_type(field, value, dict)
    for field in choices:
        expected = get_args(Manifest.__annotations__[field])
        if getattr(manifest, field) not in expected:
            raise ConfigError(
                f"{field} is {getattr(manifest, field)!r:.60}, expected {' or '.join(expected)}"
            )
    for field, least in (("people", 1), ("pictures", 0)):
        if manifest.dataset[field] < least:  # type: ignore[literal-required]
            raise ConfigError(f"dataset.{field} is {manifest.dataset[field]}, expected at least {least}")  # type: ignore[literal-required]
    _check_network(manifest)
    if manifest.pictures_in and not fullmatch(FILE_NAME, manifest.pictures_in):
        raise ConfigError(f"pictures_in is {manifest.pictures_in!r:.60}, expected the name of a bundle")
    for field, figures in manifest.figures.items():
        _check_type(f"figures.{field}", figures, dict)
    for name, info in manifest.files.items():
        _check_mapping(f"files.{name}", info, FileInfo)
        # PurePosixPath drops '.' and doubled slashes, so a plain path is its own normal form.
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or str(pure) != name or "\\" in name or "\0" in name:
            raise ConfigError(f"the file {name!r} does not lie inside the bundle")
    required = (*REQUIRED, WHOLE_LATENTS) if manifest.averaged else REQUIRED
    if absent := [name for name in required if name not in manifest.files]:
        raise ConfigError(f"it does not list {', '.join(absent)}")


def _check_network(manifest: Manifest) -> None:
    """Raise ConfigError where the network's configuration is none, or does not fit people and latents."""
    name, values = manifest.model["name"], manifest.model["config"]
    known = {field.name: field.type for field in fields(CONFIGS[name])} if name in CONFIGS else {}
    for key, value in values.items():
        for kind in (int, str):
            if known.get(key) == kind or (known.get(key) == kind | None and value is not None):
                _check_type(f"model.config.{key}", value, kind)
    config = manifest.network_config
    if config.joints != len(manifest.keypoints):
        raise ConfigError(
            f"model.config.joints is {config.joints}, but dataset has {manifest.keypoints.title}"
        )
    if manifest.latent == "autoencoder" and not config.autoencoder:
        raise ConfigError("latent is 'autoencoder', but the network has none")


def _check_mapping(field: str, value: object, kind: Any) -> None:
    _check_type(field, value, dict)
    assert isinstance(value, dict)
    for key in kind.__required_keys__:
        expected = kind.__annotations__[key]
        if key not in value:
            raise ConfigError(f"{field} has no {key}")
        _check_type(f"{field}.{key}", value[key], getattr(expected, "__origin__", expected))


def _check_type(field: str, value: object, kind: object) -> None:
    # `type`, not isinstance: True is an int.
    if type(value) is not kind:
        raise ConfigError(f"{field} is {value!r:.60}, expected {getattr(kind, '__name__', kind)}")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
