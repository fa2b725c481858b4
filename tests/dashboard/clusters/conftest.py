"""Bundles of people in planted groups, without a study and with one."""

import shutil
from pathlib import Path

import pytest
import streamlit as st
from fake_bundle import make_fake_bundle
from planted import PEOPLE, in_groups, plant

from dashboard.shared.clustering.answers import Cohort
from posecore.bundle import open_bundle
from posecore.clustering.sweep import SweepSettings
from posecore.studies.clusters.study import ClusterSettings, run_cluster_study


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clusters")
    make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True, seed=6)
    plant(folder / "people", in_groups())
    return folder


@pytest.fixture(scope="session")
def studied(artifacts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same people with a study of few draws."""
    folder = tmp_path_factory.mktemp("studied")
    bundle = open_bundle(shutil.copytree(artifacts / "people", folder / "studied"))
    run_cluster_study(bundle, ClusterSettings(SweepSettings(2, 6, restarts=10), draws=5, resamples=4))
    return folder


@pytest.fixture
def copied(artifacts: Path, tmp_path: Path) -> Path:
    """The bundle in a folder of its own, for tests that change it."""
    return shutil.copytree(artifacts / "people", tmp_path / "copied" / "people")


@pytest.fixture(autouse=True)
def nothing_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bundles of these tests differ in their latents only, which their manifests do not say; so nothing may
    be left over from the one before, nor still be coming from it."""
    st.cache_resource.clear()
    monkeypatch.setattr(Cohort, "_answer_ahead", lambda *_: None)
