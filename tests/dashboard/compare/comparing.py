"""The page Compare as a browser opens it, on people who do not exist, and what it shows."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from opening import open_page
from streamlit.testing.v1 import AppTest

from dashboard.compare.pair import Pair
from dashboard.shared import links
from posecore.bundle import open_bundle, write_bundle
from posecore.bundle.manifest import LATENTS, MANIFEST, WEIGHTS
from posecore.models.checkpoint import save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.studies.pair.people import common_people
from posecore.studies.skips.certainty import Limit

PEOPLE = 12


HALF, UNKNOWN = Limit(0.5, True, ""), Limit(None, False, "nobody knows")


ONE, EVERYBODY, LATENTS_TAB = links.COMPARE_TABS[1:]


def retrained(path: Path, destination: Path, **config: object) -> Path:
    """The bundle's people with another network, whose latents are the old ones turned and shrunk."""
    bundle = open_bundle(path)
    work = shutil.copytree(path, destination.with_name(f".{destination.name}.work"))
    shutil.rmtree(work / "studies", ignore_errors=True)
    (work / MANIFEST).unlink()
    torch.manual_seed(1)
    network = StackedHourglass(HourglassConfig(channels=8, **config))
    save_checkpoint(work / WEIGHTS, network, half=True)
    model = {"name": "hourglass", "config": dataclasses.asdict(network.config)}
    manifest = dataclasses.replace(bundle.manifest, name=destination.name, model=model)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(bundle.manifest.dimensions,) * 2))[0]
    turned = (np.asarray(bundle.latents, np.float32) @ turn)[:, : manifest.dimensions] / 4
    np.save(work / LATENTS, turned.astype(np.float16))
    write_bundle(work, manifest, destination)
    return destination


def open_compare(monkeypatch: pytest.MonkeyPatch, artifacts: Path, tab: str, **link: str) -> AppTest:
    app = open_page(monkeypatch, artifacts, "compare", **link | {links.COMPARE_TAB: tab})
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    assert all(picture.alt for images in app.image for picture in images.proto.imgs)
    return app


def table_of(app: AppTest, column: str) -> pd.DataFrame:
    """The table that begins with this column."""
    return next(frame.value for frame in app.dataframe if frame.value.columns[0] == column)


def trace(figure: dict, name: str) -> dict:
    """The series whose name begins like this."""
    return next(one for one in figure["data"] if one["name"].startswith(name))


def pair_of(artifacts: Path, other: str = "other") -> Pair:
    """`one` beside another bundle of these."""
    bundles = [open_bundle(artifacts / name) for name in ("one", other)]
    return Pair(*bundles, common_people(*bundles))


def trained(artifacts: Path, one: dict, other: dict) -> Pair:
    """`one` and its twin, as if their networks had been trained like this."""
    bundles = [open_bundle(artifacts / name) for name in ("one", "twin")]
    sides = [
        dataclasses.replace(
            bundle,
            manifest=dataclasses.replace(
                bundle.manifest, training=bundle.manifest.training | more if more else {}
            ),
        )
        for bundle, more in zip(bundles, (one, other), strict=True)
    ]
    return Pair(sides[0], sides[1], common_people(*bundles))


CUTS, NONE = {"cut_skips": 0.5}, {"cut_skips": 0.0}
