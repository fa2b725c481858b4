"""How many clusters there are: studies of known outcome."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from planted import DIMENSIONS, GROUPS, PEOPLE, open_clusters, plant
from reading import figures, numbers

from dashboard.clusters.verdict import named_by_silhouettes, sentences
from dashboard.shared.clustering import stored
from dashboard.shared.clustering.answers import cohort
from dashboard.shared.clustering.questions import RESTARTED, Question
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_command
from posecore.clustering.gap import Gap
from posecore.clustering.sweep import Sweep, SweepSettings
from posecore.studies.clusters import results
from posecore.studies.clusters.results import ClusterStudy
from posecore.studies.clusters.study import ClusterSettings, run_cluster_study


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
    over_k, gap, found_again = figures(app)[2:]
    real = [study.sweep.silhouettes[study.sweep.ks == k].max() for k in range(2, 7)]
    assert numbers(over_k["data"][0]["y"]) == pytest.approx(real)
    assert len(over_k["data"]) == 3  # with both controls
    assert numbers(gap["data"][0]["y"]) == pytest.approx(study.gap.gaps)
    assert numbers(found_again["data"][0]["y"]) == pytest.approx(study.stability.ari.mean(axis=1))


def fake_study(real: list[float], nothing: list[float], by_gap: int) -> ClusterStudy:
    """A study of K = 2, 3, 4 with these best silhouettes, the worst restart 0.02 below, and this gap."""
    ks = np.repeat([2, 3, 4], 2)
    means = [np.ravel([[one, one - 0.02] for one in values]) for values in (real, nothing)]
    labels = np.zeros((6, 5), np.uint8)
    gaps = np.array([0.0, 1.0, 2.0, 3.0])
    gaps[by_gap:] = gaps[by_gap - 1]
    gap = Gap(np.arange(1, 5), gaps, np.full(4, 0.01), 5, "3 components", 5)
    sweep = Sweep(ks, labels, np.ones(6), means[0], np.zeros((3, 5), np.float32))
    ids = np.array(list("abcde"))
    return ClusterStudy(ids, ids[:0], sweep, gap, None, {"gaussian": means[1]}, "space", {})


@pytest.mark.parametrize(
    ("real", "nothing", "by_gap", "silhouettes_name", "says"),
    [
        ([0.30, 0.50, 0.4], [0.29, 0.2, 0.2], 3, 3, "Both name **K = 3**"),
        ([0.30, 0.20, 0.1], [0.29, 0.2, 0.2], 1, None, "Both agree: **there is no cluster structure**"),
        ([0.30, 0.20, 0.1], [0.29, 0.2, 0.2], 3, None, "do not take these clusters for separate groups"),
        ([0.30, 0.50, 0.4], [0.29, 0.2, 0.2], 1, 3, "regions of one cloud"),
        ([0.30, 0.50, 0.4], [0.29, 0.2, 0.2], 2, 3, "disagree about how many"),
        # Above nothing by less than the restarts of nothing differ: that is no sign.
        ([0.315, 0.2, 0.1], [0.30, 0.2, 0.2], 1, None, "stands out nowhere"),
    ],
)
def test_where_the_answers_disagree_it_is_said(
    real: list[float], nothing: list[float], by_gap: int, silhouettes_name: int | None, says: str
) -> None:
    study = fake_study(real, nothing, by_gap)
    assert study.gap is not None and study.gap.count == by_gap
    named = named_by_silhouettes(study)
    assert (named and named.k) == silhouettes_name
    assert says in " ".join(sentences(study))


def test_a_study_of_one_cloud_names_no_clusters(copied: Path) -> None:
    plant(copied, np.random.default_rng(3).normal(0, 1, (PEOPLE, DIMENSIONS)))
    bundle = open_bundle(copied)
    run_cluster_study(bundle, ClusterSettings(SweepSettings(2, 4, restarts=5), draws=10, resamples=0))
    said = " ".join(sentences(stored.study(bundle)))
    assert "no cluster structure" in said


def test_planted_groups_stand_out_against_nothing(copied: Path, studied: Path) -> None:
    rng = np.random.default_rng(1)
    centres = rng.normal(0, 3, (GROUPS, DIMENSIONS))
    plant(copied, centres[np.arange(PEOPLE) % GROUPS] + rng.normal(0, 1, (PEOPLE, DIMENSIONS)))
    bundle = open_bundle(copied)
    run_cluster_study(bundle, ClusterSettings(SweepSettings(2, 6, restarts=5), draws=5, resamples=0))
    named = named_by_silhouettes(stored.study(bundle))
    assert named is not None and named.k == GROUPS
    # Groups along two components, crossed: shuffling the components leaves them as they are.
    said = " ".join(sentences(stored.study(open_bundle(studied / "studied"))))
    assert "At K = 2 it is above a normal cloud's" in said and "differ along single components" in said
