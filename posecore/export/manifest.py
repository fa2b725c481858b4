"""networks.json: which exported networks lie in a folder. Needs none of the packages that made them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from posecore.errors import DataError
from posecore.files import write_json

NAME: Final = "networks.json"
SCHEMA: Final = 1


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; an empty one where nothing was exported yet. Raises DataError for another."""
    path = folder / NAME
    if not path.exists():
        return {"schema": SCHEMA, "networks": [], "people": []}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        networks = manifest["networks"]
        fits = manifest["schema"] == SCHEMA and all(isinstance(row["name"], str) for row in networks)
    except (OSError, ValueError, TypeError, KeyError):
        fits = False
    if not fits:
        raise DataError(f"{path}: not a list of exported networks that this version reads; remove {folder}")
    return dict(manifest)


def put_rows(folder: Path, *rows: Mapping[str, Any], people: list[str] | None = None) -> Path:
    """Write the manifest anew with these networks in place of those of the same names, the rest kept.

    people: pictures that lie in the folder, if they are to be listed instead of those listed before.
    """
    manifest = read_manifest(folder)
    names = {row["name"] for row in rows}
    manifest["networks"] = [row for row in manifest["networks"] if row["name"] not in names] + [*rows]
    if people is not None:
        manifest["people"] = people
    write_json(folder / NAME, manifest)
    return folder / NAME
