"""scripts/control_study.py, scripts/probe_study.py and extract_latents.py --untrained as people run them."""

import shutil

import numpy as np
import pytest
import torch
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.bundle.exposure import exposure
from posecore.clustering.sweep import SweepSettings
from posecore.models.checkpoint import save_checkpoint, weights_digest
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.studies.control import explanations, run
from posecore.studies.control import study as control
from posecore.studies.control.results import load_control_study
from posecore.studies.probe.results import load_probe_study
from scripts import control_study, extract_latents, probe_study


@pytest.fixture(autouse=True)
def same_threads():
    """Scripts set how many cores PyTorch takes."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "net.safetensors"
    torch.manual_seed(0)
    save_checkpoint(path, StackedHourglass(HourglassConfig(channels=8)))
    return path


def extracted(checkpoint, prepared_dir, out, *options):
    arguments = ["--checkpoint", checkpoint, "--data", prepared_dir, "--out", out, "--threads", 1, *options]
    assert extract_latents.main([str(argument) for argument in arguments]) == 0
    return open_bundle(out)


def test_a_whole_bundle_of_a_network_that_never_learned(checkpoint, prepared_dir, tmp_path):
    options = ("--samples", 12, "--annotations", "--pictures", 12)
    trained = extracted(checkpoint, prepared_dir, tmp_path / "trained", *options)
    made = [
        extracted(checkpoint, prepared_dir, tmp_path / f"{name}", *options, "--untrained", "--seed", seed)
        for name, seed in (("one", 1), ("again", 1), ("two", 2))
    ]
    for bundle in made:
        assert verify(bundle.path) == []
        # The same people, of whom none was learned from, and a network of the same shape.
        assert list(bundle.rows) == list(trained.rows) and exposure(bundle.manifest) == "new"
        assert bundle.manifest.untrained and not bundle.history()
        assert np.isfinite(np.asarray(bundle.latents, np.float32)).all()
        assert bundle.manifest.model["config"]["channels"] == 8
    assert [bundle.manifest.training["seed"] for bundle in made] == [1, 1, 2]
    assert not trained.manifest.untrained
    one, again, two = (weights_digest(bundle.network()) for bundle in made)
    assert one == again != two != weights_digest(trained.network())
    np.testing.assert_array_equal(made[0].latents, made[1].latents)
    assert (made[0].latents != made[2].latents).any()
    other = extract_latents.main(
        ["--bundle", str(made[0].path), "--data", str(prepared_dir), "--out", str(tmp_path / "of-bundle")]
    )
    assert other == 0 and open_bundle(tmp_path / "of-bundle").manifest.untrained


def test_both_studies_say_what_they_found_and_what_comes_next(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(run, "EACH", 2)
    for name in ("SKIP_PEOPLE", "CURVE_PEOPLE", "TESTED", "DRAWS"):
        monkeypatch.setattr(explanations, name, 2)
    monkeypatch.setattr(
        explanations, "SweepSettings", lambda seed: SweepSettings(most=3, restarts=1, seed=seed)
    )
    monkeypatch.setattr(control, "SweepSettings", lambda: SweepSettings(most=3, restarts=1))
    path = make_fake_bundle(tmp_path / "fake", people=26, annotations=True, pictures=True)
    arguments = ["--bundle", str(path), "--networks", "1", "--limit", "25", "--threads", "1"]
    assert control_study.main(arguments) == 0
    printed = capsys.readouterr().out
    assert "studies/control: 25 people, own, untrained-0" in printed
    assert "best mean silhouette: 0." in printed and "next: make dashboard" in printed
    assert probe_study.main(arguments) == 0
    printed = capsys.readouterr().out
    assert "studies/probe: 25 people" in printed and "permuted, 128 numbers: R² " in printed
    bundle = open_bundle(path)
    assert load_control_study(bundle).info["networks"] == load_probe_study(bundle).info["networks"] == 1
    assert verify(path) == []


@pytest.mark.parametrize("script", [control_study, probe_study])
def test_bad_input_gets_a_sentence(script, tmp_path, capsys):
    path = make_fake_bundle(tmp_path / "fake", people=26, annotations=True)
    for arguments, words in (
        (["--bundle", str(path)], "26 of 26 people have no picture in the bundle"),
        (["--bundle", str(tmp_path / "nowhere")], "no such folder, expected a bundle"),
        (["--bundle", str(path), "--data", str(tmp_path)], "no prepared data there"),
    ):
        assert script.main(arguments) == 2
        err = capsys.readouterr().err
        assert words in err and err.count("\n") == 1
    shutil.rmtree(path)
