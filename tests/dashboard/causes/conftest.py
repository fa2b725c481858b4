"""A bundle in which some were rendered and some were not, and how the page is opened."""

import shutil
from pathlib import Path

import pytest
from changing import PEOPLE, RENDERED, Open
from opening import open_page
from rendered_bundle import make_rendered_bundle
from streamlit.testing.v1 import AppTest

from posecore.bundle import Bundle, open_bundle


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tests must not write there."""
    folder = tmp_path_factory.mktemp("causes")
    make_rendered_bundle(folder / "people", PEOPLE, RENDERED, seed=6)
    return folder


@pytest.fixture
def copied(artifacts: Path, tmp_path: Path) -> Path:
    """A bundle to write into."""
    shutil.copytree(artifacts / "people", tmp_path / "copied" / "people")
    return tmp_path / "copied" / "people"


@pytest.fixture
def bundle(artifacts: Path) -> Bundle:
    return open_bundle(artifacts / "people")


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list:
    """What the player was given, filled when the page is opened: titles, frames, and the stop shown first."""
    given: list = []
    monkeypatch.setattr(
        "dashboard.causes.way.player", lambda titles, stops, key, first: given.extend((titles, stops, first))
    )
    return given


@pytest.fixture
def open_causes(monkeypatch: pytest.MonkeyPatch, artifacts: Path, bundle: Bundle) -> Open:
    """The page, on a rendered person where the link names nobody."""

    def opened(folder: Path = artifacts, **link: str) -> AppTest:
        name = str(bundle.samples["sample_id"].iloc[RENDERED[0]])
        return open_page(monkeypatch, folder, "causes", **{"cause_person": name, **link})

    return opened
