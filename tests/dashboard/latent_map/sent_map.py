"""The page Latent map opened, and what it sends to the browser, unpacked."""

import io
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from opening import open_page
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.shared import latents as latent_loaders
from posecore.bundle import Bundle
from posecore.bundle.manifest import LATENTS, MANIFEST, SAMPLES
from posecore.files import sha256

PEOPLE = 40


def open_map(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, "latent_map", **link)


def unpacked(data: bytes) -> SimpleNamespace:
    """What canvas_js/packet.js reads."""
    length = int.from_bytes(data[:8], "little")
    text, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    arrays = {
        name: np.frombuffer(body[place["at"] : place["at"] + place["bytes"]], place["kind"])
        for name, place in text["arrays"].items()
    }
    return SimpleNamespace(header=text["header"], **arrays)


def sent(app: AppTest, name: str) -> SimpleNamespace:
    """The packet of the first component of this name: latent_map, latent_map_courier, latent_map_gallery."""
    found = [element.proto for element in app.get("bidi_component") if element.proto.component_name == name]
    return unpacked(found[0].bytes)


def ids_of(app: AppTest) -> list[str]:
    return sent(app, "latent_map_courier").header["ids"].split("\n")


def selected(app: AppTest) -> list[str]:
    mask = np.unpackbits(sent(app, "latent_map").chosen, bitorder="little")
    return [sample_id for sample_id, on in zip(ids_of(app), mask, strict=False) if on]


def standing(bundle: Bundle) -> tuple[str, list[str]]:
    """An area of the plane of the first two components, and who lies in it: those who stand."""
    scores = latent_loaders.components(bundle)[1]
    stands = np.arange(PEOPLE) % 2 == 0
    side = np.sign(scores[stands, 0].mean())
    left, right = sorted((0.0, float(side * 999)))
    return f"1-2:{left},-999,{right},-999,{right},999,{left},999", [
        sample_id for sample_id, on in zip(bundle.samples["sample_id"], stands, strict=True) if on
    ]


def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def rewritten(artifacts: Path, folder: Path, samples=None, latents=None) -> Path:
    """A copy of the bundle with another table or other latents."""
    copy = folder / "people"
    shutil.copytree(artifacts / "people", copy)
    manifest = json.loads((copy / MANIFEST).read_text())
    if samples is not None:
        samples(pd.read_parquet(copy / SAMPLES)).to_parquet(copy / SAMPLES, index=False)
    if latents is not None:
        np.save(copy / LATENTS, latents(np.load(copy / LATENTS)))
    for name in (SAMPLES, LATENTS):
        path = copy / name
        manifest["files"][name] = {"sha256": sha256(path), "bytes": path.stat().st_size}
    (copy / MANIFEST).write_text(json.dumps(manifest))
    return copy
