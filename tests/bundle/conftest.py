"""Bundles of people who do not exist."""

import shutil

import pytest
from editing import PEOPLE
from fake_bundle import make_fake_bundle


@pytest.fixture(scope="package")
def whole(tmp_path_factory):
    return make_fake_bundle(tmp_path_factory.mktemp("artifacts") / "fake", people=PEOPLE)


@pytest.fixture(scope="package")
def with_pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("artifacts") / "pictures"
    return make_fake_bundle(folder, people=6, annotations=True, pictures=True)


@pytest.fixture
def copy(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "copy")
