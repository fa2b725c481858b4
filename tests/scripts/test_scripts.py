"""The scripts as people run them, one after the other, on tiny data."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from posecore.bundle import open_bundle, verify
from posecore.claims import claimed
from scripts import bench_forward, evaluate, extract_latents, prepare_coco, train

ROOT = Path(__file__).parents[2]
TINY = ["--channels", "8", "--workers", "0", "--threads", "1"]


@pytest.fixture(scope="module")
def run(prepared_dir, tmp_path_factory):
    """A finished training run of one epoch."""
    out = tmp_path_factory.mktemp("run") / "run"
    threads = torch.get_num_threads()
    assert train.main(["--data", str(prepared_dir), "--out", str(out), "--epochs", "1", *TINY]) == 0
    torch.set_num_threads(threads)
    return out


def test_from_coco_to_a_bundle_each_script_names_the_next(coco_dir, tmp_path, capsys, run):
    data, bundle = tmp_path / "data", tmp_path / "bundle"
    assert (
        prepare_coco.main(["--coco", str(coco_dir), "--out", str(data), "--test-size", "4", "--workers", "1"])
        == 0
    )
    printed = capsys.readouterr().out
    assert "test: 4 people" in printed
    assert f"wrote {data}" in printed
    assert "scripts/train.py" in printed
    checkpoint = str(run / "best.safetensors")
    arguments = ["--checkpoint", checkpoint, "--data", str(data), "--out", str(bundle), "--samples", "7"]
    assert extract_latents.main(arguments) == 0
    assert f"wrote {bundle}: 7 people" in capsys.readouterr().out
    manifest = open_bundle(bundle).manifest
    assert verify(bundle) == []
    assert "--samples" not in printed
    assert extract_latents.main([*arguments[:-1], "10000"]) == 0
    assert "--samples 10000: this split has 20 people, and all were taken" in capsys.readouterr().out
    assert extract_latents.main(arguments) == 0
    assert "--samples" not in capsys.readouterr().out
    assert (manifest.training["preset"], manifest.training["best_epoch"]) == ("fast", 1)
    assert [line["epoch"] for line in open_bundle(bundle).history()] == [1]
    for source in (["--checkpoint", checkpoint], ["--bundle", str(bundle)]):
        assert (
            evaluate.main([*source, "--data", str(data), "--split", "test", "--skips", "1010", "--json"]) == 0
        )
        scores = json.loads(capsys.readouterr().out)  # the only thing on standard output
        assert {"images", "pck", "pck_visible", "per_joint", "oks_ap", "skips"} <= set(scores)
        assert (scores["images"], scores["skips"]) == (4, "1010")
    assert evaluate.main(["--bundle", str(bundle), "--data", str(data)]) == 0
    assert "left_wrist" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("main", "arguments", "words"),
    [
        (prepare_coco.main, ["--coco", "nowhere", "--out", "o"], "nowhere"),
        (prepare_coco.main, ["--coco", ".", "--out", "o", "--limit", "0"], "--limit 0"),
        (train.main, ["--data", "nowhere", "--out", "o"], "nowhere: no prepared data"),
        (train.main, ["--data", "{data}", "--out", "o", "--preset", "slow"], "thesis, fast"),
        (train.main, ["--data", "{data}", "--out", "o", "--epochs", "0"], "--epochs 0"),
        (train.main, ["--data", "{data}", "--out", "o", "--channels", "7"], "channels is 7"),
        (
            evaluate.main,
            ["--checkpoint", "none.safetensors", "--data", "{data}"],
            "none.safetensors: no such file",
        ),
        (evaluate.main, ["--bundle", "none", "--data", "{data}"], "none: no such folder"),
        (evaluate.main, ["--checkpoint", "x", "--data", "{data}", "--skips", "2"], "four digits"),
        (
            evaluate.main,
            ["--checkpoint", "x", "--data", "{data}", "--split", "test"],
            "there are: train, val",
        ),
        (extract_latents.main, ["--checkpoint", "x", "--data", "{data}", "--out", "o"], "x: no such file"),
    ],
)
def test_bad_input_is_one_line_and_status_two(
    main, arguments, words, prepared_dir, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    assert main([argument.format(data=prepared_dir) for argument in arguments]) == 2
    torch.set_num_threads(threads)
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert words in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_two_extractions_at_once_into_one_bundle_are_one_line(run, prepared_dir, tmp_path, capsys):
    checkpoint, out = str(run / "best.safetensors"), tmp_path / "bundle"
    with claimed(out):
        arguments = ["--checkpoint", checkpoint, "--data", str(prepared_dir), "--out", str(out)]
        assert extract_latents.main(arguments) == 2
    assert "bundle: another process is writing it" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_benchmark_ends_with_its_ratio(run, capsys, monkeypatch):
    monkeypatch.setattr(bench_forward, "RUNS", 2)
    threads = torch.get_num_threads()
    # Whether the ratio is good enough depends on the machine and on a larger network than this one.
    assert bench_forward.main(["--checkpoint", str(run / "best.safetensors")]) in (0, 1)
    torch.set_num_threads(threads)
    lines = capsys.readouterr().out.splitlines()
    assert float(lines[-1].split()[1]) > 0
    assert lines[-1].startswith("ratio: ")
    assert "agree" in lines[-2]
    (other,) = [line for line in lines if line.startswith("onnxruntime float32")]
    assert float(other.split("ratio ")[1].split(",")[0]) > 0
    assert other.endswith("1.0000 of the cells agree")


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        *(
            (main, ["--unknown"])
            for main in (prepare_coco.main, train.main, evaluate.main, extract_latents.main)
        ),
        (train.main, ["--data", "d", "--out", "o", "--threads", "0"]),
        (train.main, ["--data", "d", "--out", "o", "--workers", "-1"]),
        (extract_latents.main, ["--checkpoint", "c", "--data", "d", "--out", "o", "--seed", "-1"]),
        (extract_latents.main, ["--checkpoint", "c", "--data", "d", "--out", "o", "--samples", "few"]),
        (evaluate.main, ["--data", "d"]),
    ],
)
def test_wrong_usage_has_status_two(main, arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_a_full_disk_is_one_line_and_leaves_nothing(coco_dir, tmp_path, capsys, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("pathlib.Path.replace", full)
    assert prepare_coco.main(["--coco", str(coco_dir), "--out", str(tmp_path / "o"), "--workers", "1"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: somewhere: No space left on device")
    assert not (tmp_path / "o").exists()
    assert not list(tmp_path.rglob("*.tmp"))


def test_training_killed_without_mercy_goes_on_to_the_same_weights(prepared_dir, tmp_path, capsys):
    def arguments(out):
        return ["--data", str(prepared_dir), "--out", str(out), "--epochs", "4", *TINY]

    threads = torch.get_num_threads()
    assert train.main(arguments(tmp_path / "whole")) == 0
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "train.py"), *arguments(tmp_path / "killed")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    state = tmp_path / "killed" / "last.pt"
    until = time.monotonic() + 120
    while not state.exists() and child.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert state.exists()
    assert train.main([*arguments(tmp_path / "killed"), "--resume"]) == 0
    torch.set_num_threads(threads)
    whole, killed = (
        torch.load(tmp_path / f / "last.pt", weights_only=True)["network"] for f in ("whole", "killed")
    )
    assert all(torch.equal(whole[key], killed[key]) for key in whole)
