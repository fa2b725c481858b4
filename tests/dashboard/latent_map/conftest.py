"""Bundles for the Latent map, without a projection and with one."""

from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from many_people import make_many_people
from sent_map import PEOPLE

from posecore.bundle import Bundle, open_bundle


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("map")
    make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True, seed=6)
    return folder


@pytest.fixture(scope="session")
def projected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projected")
    make_many_people(folder / "people", 300)
    return folder


@pytest.fixture
def bundle(artifacts: Path) -> Bundle:
    return open_bundle(artifacts / "people")
