"""A bundle with planted studies, and what a report of it holds."""

import shutil

import pytest
from fake_bundle import make_fake_bundle
from fake_networks import make_study, planted, write_fake_study
from planted_causes import plant_causes
from planted_studies import plant_control, plant_probe
from written import Written, write

from posecore.bundle import Bundle, open_bundle
from posecore.clustering.sweep import SweepSettings
from posecore.studies.clusters.study import ClusterSettings, run_cluster_study
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.probe.results import BOTTLENECK, SKIPS
from posecore.studies.projection.study import ProjectionSettings, project
from posecore.studies.skips.study import SkipSettings, run_study

PEOPLE = 24
NETWORKS = ("plain-0", "plain on-0", "none-0")


@pytest.fixture(scope="session")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """All that a page of the report may rest on, beside a twin."""
    folder = tmp_path_factory.mktemp("reported")
    path = make_fake_bundle(folder / "one", PEOPLE, annotations=True, pictures=True)
    plant_control(path, [(0.02, 0.01), (0.03, 0.01)])
    shutil.copytree(path, folder / "twin")
    plant_probe(path, {BOTTLENECK: 0.6, **dict.fromkeys(SKIPS, 0.3), "untrained-0": 0.05}, noise=0.1)
    plant_causes(path, {"turn": [0.9, 0.0], "left_knee": [0.0, 0.5]})
    one = open_bundle(path)
    project(one, ProjectionSettings(draws=2))
    run_study(one, None, SkipSettings(("zero", "mean"), limit=4))
    few = SweepSettings(2, 4, restarts=4)
    run_cluster_study(one, ClusterSettings(few, draws=2, resamples=2))
    compare_bundles(one, open_bundle(folder / "twin"), None, PairSettings())
    runs = {name: run for name, run in planted().items() if name in NETWORKS}
    write_fake_study(one, make_study(tmp_path_factory.mktemp("runs"), runs))
    return open_bundle(path)


@pytest.fixture(scope="session")
def whole(studied: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Its report, without a ledger."""
    return write(studied.path, tmp_path_factory.mktemp("report") / "report.html")
