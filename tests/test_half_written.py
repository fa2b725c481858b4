"""A killed run goes on to the same end whatever became of the files it left."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from fake_runs import make_fake_run
from harming import HARMS

from posecore.bundle import Bundle, open_bundle
from posecore.bundle.partial import JOB
from posecore.bundle.studies import Study
from posecore.clustering import silhouette
from posecore.clustering.sweep import SweepSettings
from posecore.data.prepared import open_prepared
from posecore.studies.claims import study as claims_study
from posecore.studies.clusters import study as cluster_study
from posecore.studies.components import study as component_study
from posecore.studies.networks import study as networks_study
from posecore.studies.pair import study as pair_study
from posecore.studies.probe import study as probe_study
from posecore.studies.projection import study as project
from posecore.studies.skips import study as skip_study

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 20


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    return make_fake_bundle(
        tmp_path_factory.mktemp("source") / "fake", PEOPLE, annotations=True, pictures=True
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    return make_fake_run(tmp_path_factory.mktemp("runs") / "plain-0")


@pytest.fixture
def studies(run, prepared_dir, monkeypatch) -> dict[str, tuple[object, Callable[[Bundle], Study]]]:
    """Every study that is made piece by piece: the module that makes it, and how."""
    monkeypatch.setattr(silhouette, "SAVED_EVERY", 0.0)
    sweep = SweepSettings(most=3, restarts=2)
    clusters = cluster_study.ClusterSettings(sweep, draws=2, resamples=2)
    data = [(open_prepared(prepared_dir), "val")]
    return {
        "skips": (skip_study, lambda b: skip_study.run_study(b, None, skip_study.SkipSettings(limit=3))),
        "components": (
            component_study,
            lambda b: component_study.run_component_study(
                b, None, component_study.ComponentSettings(limit=9)
            ),
        ),
        "compare": (pair_study, lambda b: pair_study.compare_bundles(b, b, None, pair_study.PairSettings(4))),
        "networks": (
            networks_study,
            lambda b: networks_study.run_networks_study(b, [("plain", run)], data),
        ),
        "probe": (probe_study, lambda b: probe_study.run_probe_study(b, None, probe_study.ProbeSettings(1))),
        "claims": (
            claims_study,
            lambda b: claims_study.run_claims_study(b, None, claims_study.ClaimsSettings(1)),
        ),
        "projection": (project, lambda b: project.project(b, project.ProjectionSettings(draws=3))),
        "clusters": (cluster_study, lambda b: cluster_study.run_cluster_study(b, clusters)),
    }


STUDIES = ("skips", "components", "compare", "networks", "probe", "claims", "projection", "clusters")


def left_by_a_killed_run(module, make: Callable[[Bundle], Study], bundle: Bundle) -> list[Path]:
    """The pieces of a run that was killed when all of them were written, without its job."""

    def killed(*_):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "empty_partial", killed)
        make(bundle)
    (partial,) = (bundle.path / "studies").glob(".*.partial")
    pieces = [path for path in partial.rglob("*") if path.is_file() and path.name != JOB]
    assert pieces and {path.suffix for path in pieces} == {".npz"}
    return pieces


def results(study: Study) -> dict[str, bytes]:
    return {name: (study.path / name).read_bytes() for name in study.files}


@pytest.mark.parametrize("name", STUDIES)
def test_pieces_that_cannot_be_read_are_made_anew(name, studies, source, tmp_path) -> None:
    module, make = studies[name]
    whole = results(make(open_bundle(shutil.copytree(source, tmp_path / "whole"))))
    # A study is bound to its bundle's name where it is compared with itself.
    for number, harm in enumerate(HARMS.values()):
        bundle = open_bundle(shutil.copytree(source, tmp_path / str(number) / "whole"))
        for piece in left_by_a_killed_run(module, make, bundle):
            harm(piece)
        assert results(make(bundle)) == whole
        assert not list((bundle.path / "studies").glob(".*"))


def test_a_job_that_cannot_be_read_is_begun_anew(studies, source, tmp_path) -> None:
    module, make = studies["networks"]
    for number, harm in enumerate(HARMS.values()):
        bundle = open_bundle(shutil.copytree(source, tmp_path / str(number)))
        pieces = left_by_a_killed_run(module, make, bundle)
        written = [path.stat().st_mtime_ns for path in pieces]
        harm(pieces[0].parent / JOB)
        assert left_by_a_killed_run(module, make, bundle) == pieces
        assert not {path.stat().st_mtime_ns for path in pieces} & {*written}


@pytest.mark.parametrize("name", STUDIES)
def test_pieces_that_can_be_read_are_kept(name, studies, source, tmp_path) -> None:
    module, make = studies[name]
    bundle = open_bundle(shutil.copytree(source, tmp_path / "whole"))
    pieces = left_by_a_killed_run(module, make, bundle)
    written = {path: path.stat().st_mtime_ns for path in pieces}
    broken = max(pieces)
    broken.write_bytes(b"")
    left_by_a_killed_run(module, make, bundle)
    anew = {path for path, time in written.items() if path.stat().st_mtime_ns != time}
    # A sweep of clusters writes what it is made of beside it.
    assert broken in anew and all(path.parent == broken.parent for path in anew)
    if name not in ("projection", "clusters"):
        assert anew == {broken}
