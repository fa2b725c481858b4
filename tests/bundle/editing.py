"""A bundle spoilt in one place, and what is said of it."""

import json

import pandas as pd
import pytest
from fake_bundle import note_change

from posecore.bundle import open_bundle
from posecore.errors import BundleError

PEOPLE = 300  # two sheets of thumbnails


def edit_manifest(folder, change):
    path = folder / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def rewrite(folder, name, change):
    """Let `change(path)` rewrite a file, then note its new size and hash: only the content is then wrong."""
    change(folder / name)
    note_change(folder, name)


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
