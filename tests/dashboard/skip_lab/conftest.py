"""A bundle of people with pictures and labels."""

from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from lab import PEOPLE

from posecore.bundle import Bundle, open_bundle


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tests must not write there."""
    folder = tmp_path_factory.mktemp("lab")
    make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True, seed=6)
    return folder


@pytest.fixture
def bundle(artifacts: Path) -> Bundle:
    return open_bundle(artifacts / "people")
