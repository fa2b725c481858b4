"""People standing and sitting, and what the player is given."""

import shutil
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from walking import PEOPLE


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People standing and sitting, with pictures and without a projection."""
    folder = tmp_path_factory.mktemp("artifacts")
    make_fake_bundle(folder / "people", PEOPLE, pictures=True)
    return folder


@pytest.fixture
def copied(artifacts: Path, tmp_path: Path) -> Path:
    """The same bundle, for tests that change it."""
    return shutil.copytree(artifacts / "people", tmp_path / "copied" / "people")


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list:
    """What the player was given, filled when a page is opened: its titles and its frames."""
    given: list = []
    monkeypatch.setattr(
        "dashboard.pc_walk.view.player", lambda titles, frames, key: given.extend((titles, frames))
    )
    return given
