"""How many clusters there are: a study and its figures on the page."""

import shutil
from pathlib import Path

import pytest
from planted import open_clusters
from reading import figures, numbers

from dashboard.shared.clustering import stored
from dashboard.shared.clustering.answers import cohort
from dashboard.shared.clustering.questions import RESTARTED, Question
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_command
from posecore.studies.clusters import results


def test_without_a_study_the_command_is_named(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(monkeypatch, artifacts, clu_tab="How many clusters?")
    bundle = open_bundle(artifacts / "people")
    assert study_command(bundle, results.NAME) in app.info[0].value
    assert len(figures(app)) == 2  # those above the tabs


def test_a_broken_or_half_study_is_not_shown(
    studied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = shutil.copytree(studied / "studied", tmp_path / "all" / "studied")
    (bundle / "studies" / "clusters").rename(bundle / "studies" / ".clusters.partial")
    app = open_clusters(monkeypatch, bundle.parent, clu_tab="How many clusters?")
    assert study_command(open_bundle(bundle), results.NAME) in app.info[0].value and len(figures(app)) == 2
    (bundle / "studies" / ".clusters.partial").rename(bundle / "studies" / "clusters")
    (bundle / "studies" / "clusters" / "results.npz").write_bytes(b"half")
    app = open_clusters(monkeypatch, bundle.parent, clu_tab="How many clusters?")
    assert "results.npz" in app.info[0].value and len(figures(app)) == 2
    assert cohort(open_bundle(bundle)).answer(Question(2)).how == RESTARTED


def test_the_study_s_figures_are_those_stored(studied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(monkeypatch, studied, clu_tab="How many clusters?")
    study = stored.study(open_bundle(studied / "studied"))
    over_k, gap, found_again = figures(app)[2:]  # too few people for a chart of valleys
    real = [study.sweep.silhouettes[study.sweep.ks == k].max() for k in range(2, 7)]
    assert numbers(over_k["data"][0]["y"]) == pytest.approx(real)
    assert numbers(gap["data"][0]["y"]) == pytest.approx(study.gap.gaps)
    assert numbers(found_again["data"][0]["y"]) == pytest.approx(study.stability.ari.mean(axis=1))
