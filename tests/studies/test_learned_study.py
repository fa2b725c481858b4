"""The study of learned clusters: what it holds, that it goes on after a stop, what it refuses."""

import dataclasses

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change

from posecore.bundle import open_bundle, verify
from posecore.bundle.studies import study_folder
from posecore.clustering import controls, learned
from posecore.clustering.density import LEAST_PEOPLE
from posecore.clustering.verdict import REQUIRED, Kind, Reason
from posecore.errors import BundleError, ConfigError
from posecore.files import read_arrays, write_arrays
from posecore.studies.learned import study as learned_study
from posecore.studies.learned.results import load_learned_study
from posecore.studies.learned.study import LearnedSettings, run_learned_study
from scripts import learned_study as script

FEW = LearnedSettings(most=4, seeds=2, resamples=2, draws=2)
PEOPLE = 60


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr("posecore.inference.use_threads", lambda _: None)  # it is the whole process's
    monkeypatch.setattr(learned, "STEPS", 10)
    monkeypatch.setattr(learned, "TARGETS", 2)
    monkeypatch.setattr(learned, "PER_TARGET", 5)


@pytest.fixture
def bundle(tmp_path):
    """Half the people stand, half sit."""
    return open_bundle(make_fake_bundle(tmp_path / "fake", people=PEOPLE))


def test_a_study_holds_what_was_found(bundle):
    run_learned_study(bundle, FEW)
    for method in learned.KEPT:
        study = load_learned_study(bundle, method)
        assert study.sample_ids.tolist() == list(bundle.rows) and not len(study.left_out)
        assert study.ks.tolist() == [2, 3, 4] and study.labels.shape == (2, 3, PEOPLE)
        assert study.info["space"] == "the 128 numbers of the latent"
        assert study.over_draws.ari.shape == (3, 2) and study.over_seeds.ari.shape == (3, 1)
        assert study.evidence is None and study.verdict.reason == Reason.TOO_FEW
        sits = np.arange(PEOPLE) % 2
        assert all((own == sits).all() or (own == 1 - sits).all() for own in study.labels[:, 0])
        for own in (False, True):
            values = study.own_values if own else study.values
            sweep = study.sweep(own)
            assert sweep.silhouettes[sweep.ks == 3] == pytest.approx(values[:, 1].mean(axis=1), abs=1e-2)
            np.testing.assert_array_equal(sweep.labels[sweep.ks == 3], study.labels[:, 1])
    assert verify(bundle.path) == []


def test_of_enough_people_it_holds_the_evidence_for_a_verdict(tmp_path, monkeypatch):
    monkeypatch.setattr(learned_study, "RESTARTS", 1)
    monkeypatch.setattr(learned_study, "CONTROLS", {name: controls.CONTROLS[name] for name in REQUIRED})
    monkeypatch.setattr(controls, "critical_bandwidth", lambda _: 1.0)  # which takes long to search for
    bundle = open_bundle(make_fake_bundle(tmp_path / "fake", people=LEAST_PEOPLE))
    run_learned_study(bundle, dataclasses.replace(FEW, seeds=1, resamples=1))
    study = load_learned_study(bundle, "dec")
    assert study.evidence.density.ks.tolist() == [2, 3, 4] and study.over_seeds is None
    assert set(study.own_controls) == set(study.evidence.controls) == set(REQUIRED)
    assert all(draws.shape == (2, 3) for draws in study.own_controls.values())
    assert study.verdict.kind != Kind.REGIONS  # who stands and who sits
    path = study_folder(bundle, "learned") / "dec.npz"
    write_arrays(path, **read_arrays(path) | {"draws": np.zeros((2, 1))})
    note_change(path.parent, path.name)
    with pytest.raises(
        BundleError, match=r"dec.npz does not hold .* make it with `python scripts/learned_st"
    ):
        load_learned_study(bundle, "dec")


def test_a_stopped_study_goes_on_with_what_is_done(bundle, monkeypatch):
    run_learned_study(bundle, FEW)
    whole = load_learned_study(bundle, "idec")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(learned_study, "_draw", killed)
        run_learned_study(bundle, FEW)
    partial = study_folder(bundle, "learned").with_name(".learned.partial")
    assert len(list(partial.glob("seed-*.npz"))) == 2
    monkeypatch.setattr(learned_study, "_seed", killed)  # done already
    run_learned_study(bundle, FEW)
    again = load_learned_study(bundle, "idec")
    np.testing.assert_array_equal(again.labels, whole.labels)
    np.testing.assert_array_equal(again.draws, whole.draws)
    assert not partial.exists()


def test_people_with_nan_are_left_out_and_named(bundle):
    latents = np.array(bundle.latents)
    latents[[3, 9]] = np.nan
    broken = dataclasses.replace(bundle, latents=latents)
    run_learned_study(broken, FEW)
    study = load_learned_study(broken, "dec")
    assert study.left_out.tolist() == [list(bundle.rows)[row] for row in (3, 9)]
    assert study.labels.shape[2] == PEOPLE - 2


def test_bad_input_gets_a_sentence(bundle, tmp_path, capsys):
    with pytest.raises(BundleError, match=r"no such study; make it with `python scripts/learned_study.py"):
        load_learned_study(bundle, "dec")
    with pytest.raises(ConfigError, match="K up to 3: expected 4 to 20"):
        LearnedSettings(most=3)
    few = make_fake_bundle(tmp_path / "few", people=20)
    assert script.main(["--bundle", str(few), "--most", "4", "--threads", "1"]) == 2
    assert "error: 20 people: clusters are learned of 50 or more" in capsys.readouterr().err


def test_the_script_says_what_it_found_and_what_comes_next(bundle, capsys):
    options = ["--most", "4", "--seeds", "1", "--resamples", "1", "--draws", "2", "--threads", "1"]
    assert script.main(["--bundle", str(bundle.path), *options]) == 0
    said = capsys.readouterr().out
    assert "dec: 60 people, 1 seeds" in said and "in the learned space, found again" in said
    assert "verdict: cannot be told, as there are too few people" in said and "next: make dashboard" in said
