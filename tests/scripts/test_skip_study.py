"""scripts/skip_study.py and scripts/bench_skips.py as people run them, on tiny data."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.models.checkpoint import save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.studies.skips.results import load_skip_study
from scripts import bench_skips, extract_latents, skip_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def same_threads():
    """Scripts set how many cores PyTorch takes."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def extracted(prepared_dir, tmp_path_factory):
    """A bundle without pictures and annotations, of seven people of the prepared data."""
    folder = tmp_path_factory.mktemp("extracted")
    torch.manual_seed(0)
    save_checkpoint(folder / "net.safetensors", StackedHourglass(HourglassConfig(channels=8)))
    arguments = ["--checkpoint", str(folder / "net.safetensors"), "--data", str(prepared_dir)]
    assert extract_latents.main([*arguments, "--out", str(folder / "people"), "--samples", "7"]) == 0
    return folder / "people"


@pytest.fixture
def bundle(extracted, tmp_path):
    return shutil.copytree(extracted, tmp_path / "people")


def test_labels_come_from_the_data_and_only_hits_are_kept(bundle, prepared_dir, capsys):
    assert skip_study.main(["--bundle", str(bundle), "--data", str(prepared_dir)]) == 0
    assert "wrote" in capsys.readouterr().out
    assert verify(bundle) == []
    study = load_skip_study(open_bundle(bundle))
    train = pd.read_parquet(prepared_dir / "train.parquet").set_index("sample_id").loc[study.sample_ids]
    labelled = train[[name for name in train if name.endswith("_v")]].to_numpy() > 0
    assert np.array_equal(study.hits[:, 0] >= 0, labelled)
    with np.load(bundle / "studies" / "skips" / "results.npz") as arrays:
        assert set(arrays) == {"sample_ids", "replacements", "donors", "cells", "peaks", "peak_scale", "hits"}


def test_replacements_people_and_seed_can_be_chosen(bundle, prepared_dir):
    arguments = ["--bundle", str(bundle), "--data", str(prepared_dir), "--replacements", "mean,zero"]
    assert skip_study.main([*arguments, "--limit", "3", "--seed", "5", "--split", "train"]) == 0
    study = load_skip_study(open_bundle(bundle))
    assert study.replacements == ("mean", "zero")
    assert len(study.sample_ids) == 3
    assert study.info["seed"] == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bundle", "nowhere"], "nowhere: no such folder"),
        (["--bundle", "{bundle}", "--data", "nowhere"], "nowhere: no prepared data"),
        (["--bundle", "{bundle}", "--data", "{data}", "--replacements", "zero,noise"], "zero, mean, other"),
        (["--bundle", "{bundle}", "--data", "{data}", "--replacements", ""], "zero, mean, other"),
        (["--bundle", "{bundle}", "--data", "{data}", "--split", "val"], "there are: train"),
        (["--bundle", "{bundle}", "--data", "{data}", "--limit", "0"], "expected 1 to 7"),
        (["--bundle", "{bundle}"], "--data"),
        (["--bundle", "{fake}", "--data", "{data}"], "lacks 2 of 2 people"),
    ],
)
def test_bad_input_is_one_line_and_status_two(
    arguments, words, extracted, prepared_dir, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    fake = make_fake_bundle(tmp_path / "fake", people=2)
    names = {"bundle": extracted, "data": prepared_dir, "fake": fake}
    assert skip_study.main([argument.format(**names) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert words in error
    assert error.count("\n") == 1
    assert not (extracted / "studies").exists()
    assert not (fake / "studies").exists()


def test_people_whose_picture_is_gone_are_counted(bundle, prepared_dir, tmp_path, capsys):
    data = shutil.copytree(prepared_dir, tmp_path / "data")
    shutil.rmtree(data / "crops")
    assert skip_study.main(["--bundle", str(bundle), "--data", str(data)]) == 2
    assert "7 of 7 people have no picture" in capsys.readouterr().err


def test_people_who_are_cropped_otherwise_are_refused(bundle, prepared_dir, tmp_path, capsys):
    data = shutil.copytree(prepared_dir, tmp_path / "data")
    table = pd.read_parquet(data / "train.parquet")
    table["crop_x"] += 3
    table.to_parquet(data / "train.parquet")
    assert skip_study.main(["--bundle", str(bundle), "--data", str(data)]) == 2
    assert "cropped otherwise" in capsys.readouterr().err


def test_wrong_usage_has_status_two():
    for arguments in ([], ["--bundle", "b", "--seed", "-1"], ["--bundle", "b", "--limit", "few"]):
        with pytest.raises(SystemExit) as stop:
            skip_study.main(arguments)
        assert stop.value.code == 2


def test_a_killed_process_is_continued(tmp_path):
    bundle = make_fake_bundle(tmp_path / "people", people=50, pictures=True)
    command = [sys.executable, "scripts/skip_study.py", "--bundle", str(bundle), "--threads", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    partial = bundle / "studies" / ".skips.partial"
    end = time.monotonic() + 300  # a machine that has other things to do
    while not (partial / "0000000.npz").is_file() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (bundle / "studies" / "skips").exists()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # The first chunk was taken over: the bar starts there.
    assert "32/50" in done.stderr
    continued = load_skip_study(open_bundle(bundle))
    shutil.rmtree(bundle / "studies")
    assert skip_study.main(["--bundle", str(bundle), "--threads", "1"]) == 0
    whole = load_skip_study(open_bundle(bundle))
    assert np.array_equal(continued.cells, whole.cells)
    assert np.array_equal(continued.peaks, whole.peaks)


def test_the_benchmark_ends_with_its_ratio(tmp_path, capsys, monkeypatch):
    bundle = make_fake_bundle(tmp_path / "people", people=2)
    monkeypatch.setattr(bench_skips, "RUNS", 1)
    # Whether the ratio is good enough depends on the machine and on a larger network than this one.
    assert bench_skips.main(["--bundle", str(bundle), "--threads", "1"]) in (0, 1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("ratio: ")
    assert 0 < float(lines[-1].split()[1]) < 5
    assert any("agree" in line for line in lines)
