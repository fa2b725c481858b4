"""Walks as a browser opens them, on people who do not exist, and what they show."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_bundle import note_change
from opening import open_page
from streamlit.testing.v1 import AppTest

from posecore.ablation import ALL_MASKS
from posecore.bundle import Bundle
from posecore.bundle.studies import add_info
from posecore.studies.skips.study import SkipSettings, run_study

PEOPLE = 25


DIMENSIONS = 128


def page() -> None:
    from dashboard.pc_walk import view
    from dashboard.shared import bundles

    view.show(bundles.current_bundle())


def plant(path: Path, latents: np.ndarray) -> None:
    """Give the people of a bundle other latents; their file keeps its size."""
    np.save(path / "latents.npy", latents.astype(np.float16))
    note_change(path, "latents.npy")


def on_a_line(people: int = PEOPLE) -> np.ndarray:
    """People evenly along one direction, in the order of the table, hardly apart in any other."""
    rng = np.random.default_rng(0)
    direction = np.zeros(DIMENSIONS)
    direction[3] = 1
    along = np.linspace(-10, 10, people)[:, None] * direction
    return along + rng.normal(0, 0.002, (people, DIMENSIONS))


def open_walk(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, page, **link)


def people_met(app: AppTest) -> list[str]:
    """Whom the captions under the stops name, in order."""
    captions = [caption.value.split("  \n") for caption in app.caption]
    return [lines[0] for lines in captions if len(lines) == 3 and lines[2].startswith("distance")]


def stops_table(app: AppTest) -> pd.DataFrame:
    return next(one.value for one in app.dataframe if "verdict" in one.value)


def decide(bundle: Bundle, height: float | None) -> None:
    """From which height on a joint is sure of which the decoder sees the latent alone; None for never."""
    run_study(bundle, None, SkipSettings(("zero", "mean"), limit=2))
    heights = dict.fromkeys((mask.title for mask in ALL_MASKS), 0.0)
    alone = {"zero": heights | {"0000": height}, "mean": heights}
    add_info(bundle, "skips", {"sure_above": alone, "labelled_joints": 34})
