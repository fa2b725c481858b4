"""Two bundles of the same people with different networks, compared and not."""

import shutil
from pathlib import Path

import pytest
from comparing import (
    PEOPLE,
    retrained,
)
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.projection.study import ProjectionSettings, project
from posecore.studies.skips.study import SkipSettings, run_study


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`one`; `other`, trained without the finest skip, everything compared; `twin`, a copy of `one`."""
    folder = tmp_path_factory.mktemp("artifacts")
    one = make_fake_bundle(folder / "one", PEOPLE, annotations=True, pictures=True)
    other = retrained(one, folder / "other", skips="0111")
    for path in (one, other):
        bundle = open_bundle(path)
        project(bundle, ProjectionSettings(draws=2))
        run_study(bundle, None, SkipSettings(replacements=("zero",)))
    shutil.copytree(one, folder / "twin")
    for name in ("other", "twin"):
        compare_bundles(open_bundle(one), open_bundle(folder / name), None, PairSettings())
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Two bundles of the same people without any study, and one of others."""
    one = make_fake_bundle(tmp_path / "artifacts" / "one", 5)
    retrained(one, one.with_name("other"))
    make_fake_bundle(one.with_name("strangers"), 5, seed=3)
    return one.parent
