"""scripts/networks_study.py as people run it, on runs of train.py."""

import pytest
import torch
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.metrics.pck import pck
from posecore.studies.networks.facts import beginning_of, control_of
from posecore.studies.networks.results import load_networks_study
from scripts import networks_study, train


@pytest.fixture(autouse=True)
def same_threads():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def runs(prepared_dir, tmp_path_factory):
    """A plain network, the same without skips, and each trained on: an epoch of 22 people."""
    folder = tmp_path_factory.mktemp("runs")

    def trained(name, *options):
        where = ["--data", str(prepared_dir), "--out", str(folder / name), "--epochs", "1", "--workers", "0"]
        assert train.main([*where, "--threads", "1", *options]) == 0

    for name, options in (("plain", ()), ("none", ("--skips", "0000"))):
        trained(name, "--channels", "4", *options)
        trained(f"{name}-on", "--init", str(folder / name / "best.safetensors"), "--preset", "onward")
    return folder


def test_from_training_runs_to_a_study_that_knows_the_fair_control(runs, prepared_dir, tmp_path, capsys):
    path = make_fake_bundle(tmp_path / "fake", people=3)
    named = [
        f"{label}={runs / name}"
        for label, name in (("A", "plain"), ("B", "none"), ("A, on", "plain-on"), ("B, on", "none-on"))
    ]
    data = ["--data", str(prepared_dir), "--data", str(prepared_dir), "--split", "val", "--split", "train"]
    command = ["--bundle", str(path), *data, "--network", *named, "--threads", "1"]
    assert networks_study.main(command) == 0
    printed = capsys.readouterr().out
    study = load_networks_study(open_bundle(path))
    assert verify(path) == []
    for network, label in zip(study.networks, ("A", "B", "A, on", "B, on"), strict=True):
        assert network.label == label and network.seed == 0
        assert f"{pck(study.as_built(network, study.data[1])):.4f}" in printed
    plain, none, plain_on, none_on = study.networks
    assert control_of(none, study.networks) == plain and control_of(none_on, study.networks) == plain_on
    assert beginning_of(none_on, study.networks) == none
    # 24 people in batches of 16.
    assert (plain.steps, none_on.steps, none_on.epochs) == (1, 2, 2)
    assert "tiny_coco, val, n = 8" in printed and "none built" in printed
    assert "next: make dashboard, then Compare" in printed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--network", "x={runs}/plain", "--split", "val", "--split", "train"], "--split is given 2 times"),
        (["--network", "x={runs}/nowhere"], "no such file"),
        (["--network", "x={runs}/plain", "x={runs}/plain"], "named twice"),
        (["--network", "x={runs}/plain", "--split", "test"], "no split 'test'"),
    ],
)
def test_bad_input_is_one_line_and_status_two(options, words, runs, prepared_dir, tmp_path, capsys):
    path = make_fake_bundle(tmp_path / "fake", people=2)
    given = [option.format(runs=runs) for option in options]
    assert networks_study.main(["--bundle", str(path), "--data", str(prepared_dir), *given]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and words in error and error.count("\n") == 1
    assert not (path / "studies").exists()


@pytest.mark.parametrize("text", ["plain", "=run", "plain="])
def test_a_network_without_label_or_folder_is_a_usage_error(text, capsys):
    with pytest.raises(SystemExit) as left:
        networks_study.main(["--bundle", "b", "--data", "d", "--network", text])
    assert left.value.code == 2 and "expected LABEL=RUN" in capsys.readouterr().err
