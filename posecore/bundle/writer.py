"""Finishing a bundle: hash the files, write the manifest last, check it all, rename the folder."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from posecore.bundle.manifest import (
    MANIFEST,
    SCHEMA_VERSION,
    DatasetInfo,
    FileInfo,
    LatentSpace,
    Manifest,
    ModelInfo,
    read_manifest,
)
from posecore.bundle.reader import open_bundle
from posecore.errors import BundleError
from posecore.files import replace_folder, sha256, write_json


def new_manifest(
    *,
    name: str,
    created: str,
    dataset: DatasetInfo,
    model: ModelInfo,
    precision: Literal["bf16", "fp32"],
    training: Mapping[str, Any],
    figures: Mapping[str, Mapping[str, Any]],
    versions: Mapping[str, str],
    latent: LatentSpace = "bottleneck",
) -> Manifest:
    """A manifest of the current schema; `write_bundle` adds the files."""
    return Manifest(
        schema_version=SCHEMA_VERSION,
        name=name,
        created=created,
        dataset=dataset,
        model=model,
        precision=precision,
        training=dict(training),
        figures={key: dict(values) for key, values in figures.items()},
        versions=dict(versions),
        files={},
        latent=latent,
    )


def check_destination(destination: Path) -> None:
    """Raise BundleError where `destination` is something other than a bundle, which must not be replaced."""
    if destination.is_dir() and ((destination / MANIFEST).is_file() or not any(destination.iterdir())):
        return
    if destination.exists() or destination.is_symlink():
        raise BundleError(f"{destination}: is there and no bundle, so it is left alone; choose another --out")


def write_bundle(folder: Path, manifest: Manifest, destination: Path) -> None:
    """Make the temporary folder `folder`, which holds every file but the manifest, the bundle `destination`.

    manifest: its `files` that lie elsewhere (`pictures_in`) are kept; what is in the folder is added.
    An older bundle there is replaced. What an interrupted run left under a temporary name is removed.
    Raises BundleError where the result would not open, or `destination` is no bundle; it is then as before.
    """
    check_destination(destination)
    for left_over in folder.rglob(".*.tmp"):
        left_over.unlink()
    (folder / MANIFEST).unlink(missing_ok=True)
    elsewhere = {
        name: info for name, info in manifest.files.items() if manifest.folder_of(folder, name) != folder
    }
    files: dict[str, FileInfo] = elsewhere | {
        path.relative_to(folder).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    write_json(folder / MANIFEST, dataclasses.asdict(dataclasses.replace(manifest, files=files)))
    open_bundle(folder, trust_latents=True)
    replace_folder(folder, destination)


def add_figures(path: Path, name: str, scores: Mapping[str, Any]) -> None:
    """Keep `scores` of the network on other data in the manifest of the bundle in `path`, under `name`."""
    manifest = read_manifest(path)
    figures = {**manifest.figures, name: dict(scores)}
    write_json(path / MANIFEST, dataclasses.asdict(dataclasses.replace(manifest, figures=figures)))
