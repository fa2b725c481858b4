"""A bundle spoilt in one place, and what is said of it."""

import json

import pandas as pd
import pytest

from posecore.bundle import open_bundle
from posecore.errors import BundleError
from posecore.files import sha256

PEOPLE = 300  # two sheets of thumbnails


def edit_manifest(folder, change):
    path = folder / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def rewrite(folder, name, change):
    """Let `change(path)` rewrite a file, then note its new size and hash: only the content is then wrong."""
    change(folder / name)
    info = {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size}
    edit_manifest(folder, lambda values: values["files"].update({name: info}))


def edit_table(folder, change):
    rewrite(
        folder, "samples.parquet", lambda path: change(pd.read_parquet(path)).to_parquet(path, index=False)
    )


def refused(folder):
    """The one-line message with which a bundle is refused."""
    with pytest.raises(BundleError) as caught:
        open_bundle(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{folder}: ")
    assert "scripts/extract_latents.py" in message
    return message
