import dataclasses

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change

from posecore.bundle import open_bundle, verify
from posecore.bundle.studies import study_folder
from posecore.clustering.density import LEAST_PEOPLE
from posecore.clustering.methods import cluster
from posecore.clustering.sweep import SweepSettings
from posecore.clustering.verdict import Kind, Reason
from posecore.errors import BundleError, ConfigError
from posecore.files import read_arrays, write_arrays
from posecore.studies.clusters import study as cluster_study
from posecore.studies.clusters.results import load_cluster_study
from posecore.studies.clusters.study import ClusterSettings, run_cluster_study

FEW = ClusterSettings(SweepSettings(most=4, restarts=2), draws=3, resamples=3)


@pytest.fixture
def bundle(tmp_path):
    """Half the people stand, half sit."""
    return open_bundle(make_fake_bundle(tmp_path / "fake", people=40))


def test_a_study_holds_what_was_found(bundle):
    run_cluster_study(bundle, FEW)
    study = load_cluster_study(bundle)
    assert study.sample_ids.tolist() == list(bundle.rows) and not len(study.left_out)
    assert study.space == "the 128 numbers of the latent"
    labels = study.sweep.labels[study.sweep.best(2)]
    sits = np.arange(40) % 2
    assert (labels == sits).all() or (labels == 1 - sits).all()
    assert study.gap.count == 2 and study.gap.space == "the first 39 components"
    assert study.stability.mean[0] == 1
    assert (study.info["sweep"]["most"], study.info["left_out"]) == (4, 0)
    assert verify(bundle.path) == []
    # What a page computes anew, with the same seed, is the same.
    again = cluster(bundle.latents, k=4, restarts=2)
    np.testing.assert_array_equal(again.labels, study.sweep.labels[study.sweep.tightest(4)])


def test_of_enough_people_a_study_holds_the_evidence_for_a_verdict(tmp_path, monkeypatch):
    bundle = open_bundle(make_fake_bundle(tmp_path / "fake", people=LEAST_PEOPLE))
    settings = ClusterSettings(SweepSettings(most=4, restarts=2), draws=0, resamples=0, control_draws=3)
    run_cluster_study(bundle, settings)
    evidence = load_cluster_study(bundle).evidence
    assert evidence.people == LEAST_PEOPLE and evidence.space == "the first 50 components"
    assert evidence.density.ks.tolist() == [2, 3, 4]
    assert evidence.silhouettes[0] > 0.3 and evidence.controls["smoothed"].shape == (3, 3)
    said = load_cluster_study(bundle).verdict
    assert (said.kind, said.groups) == (Kind.GROUPS, 2)  # who stands and who sits
    assert verify(bundle.path) == []
    # A file whose evidence does not fit together is not believed.
    path = study_folder(bundle, "clusters") / "results.npz"
    arrays = read_arrays(path)
    write_arrays(path, **arrays | {"test_silhouettes": arrays["test_silhouettes"][:2]})
    note_change(path.parent, path.name)
    with pytest.raises(BundleError, match=r"results.npz is not readable .* make it with"):
        load_cluster_study(bundle)


def test_of_few_people_nothing_can_be_told(bundle):
    run_cluster_study(bundle, FEW)
    study = load_cluster_study(bundle)
    assert study.evidence is None and study.verdict.reason == Reason.TOO_FEW


def test_what_is_not_asked_for_is_not_there(bundle):
    run_cluster_study(bundle, ClusterSettings(SweepSettings(most=3, restarts=1), 5, 0, 0, False))
    study = load_cluster_study(bundle)
    assert (study.gap, study.stability, study.evidence, study.verdict.kind) == (
        None,
        None,
        None,
        Kind.UNKNOWN,
    )
    assert study.space == "the first 5 components" and study.info["components"] == 5


def test_people_with_nan_are_left_out_and_named(bundle):
    latents = np.array(bundle.latents)
    latents[[3, 9]] = np.nan
    broken = dataclasses.replace(bundle, latents=latents)
    run_cluster_study(broken, FEW)
    study = load_cluster_study(broken)
    ids = list(bundle.rows)
    assert study.left_out.tolist() == [ids[3], ids[9]] and study.info["left_out"] == 2
    assert study.sample_ids.tolist() == [name for i, name in enumerate(ids) if i not in (3, 9)]
    assert study.sweep.labels.shape[1] == 38


def test_a_stopped_study_goes_on(bundle, monkeypatch):
    run_cluster_study(bundle, FEW)
    whole = load_cluster_study(bundle)
    with monkeypatch.context() as patch:
        patch.setattr(cluster_study, "stability", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            run_cluster_study(bundle, FEW)
    for name in ("sweep", "gap_statistic"):  # done already
        monkeypatch.setattr(cluster_study, name, None)
    run_cluster_study(bundle, FEW)
    again = load_cluster_study(bundle)
    np.testing.assert_array_equal(again.sweep.labels, whole.sweep.labels)
    np.testing.assert_array_equal(again.stability.ari, whole.stability.ari)
    np.testing.assert_array_equal(again.gap.gaps, whole.gap.gaps)


def test_a_study_that_is_absent_or_broken_says_how_to_make_it(bundle):
    with pytest.raises(BundleError, match=r"no such study; make it with `python scripts/cluster_sweep.py"):
        load_cluster_study(bundle)
    run_cluster_study(bundle, FEW)
    path = study_folder(bundle, "clusters") / "results.npz"
    size = path.stat().st_size
    path.write_bytes(b"x" * size)
    note_change(path.parent, path.name)
    with pytest.raises(BundleError, match=r"results.npz is not readable .* make it with"):
        load_cluster_study(bundle)


def test_impossible_settings_are_refused(bundle):
    with pytest.raises(ConfigError, match="41 clusters of 40 people"):
        run_cluster_study(bundle, ClusterSettings(SweepSettings(most=41)))
    with pytest.raises(ConfigError, match="500 components: 39 are kept"):
        run_cluster_study(bundle, ClusterSettings(components=500))
