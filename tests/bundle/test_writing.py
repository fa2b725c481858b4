"""Bundles written, verified and replaced."""

import dataclasses
import shutil
import subprocess
import sys

import numpy as np
import pytest
from editing import refused

from posecore.bundle import (
    add_figures,
    check_destination,
    check_latents,
    open_bundle,
    verify,
    write_bundle,
)
from posecore.bundle.__main__ import main
from posecore.errors import BundleError


def test_verify_finds_a_flipped_bit_that_trusting_the_latents_does_not(copy, capsys):
    flip(copy / "latents.npy")
    open_bundle(copy, trust_latents=True)
    assert main(["verify", str(copy)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        f"error: {copy}: latents.npy is not as it was written, its SHA-256 differs; "
        f"restore it with `git checkout -- {copy}` if it came with the project, "
        f"or make it anew with `python scripts/extract_latents.py --checkpoint FILE --data DIR --out {copy}`"
    ]


def flip(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["latents.npy", "samples.parquet", "thumbnails/index.json"])
def test_opening_finds_a_flipped_bit(copy, name):
    flip(copy / name)
    assert f"{name} is not as it was written, its SHA-256 differs" in refused(copy)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("model.safetensors", lambda bundle: bundle.network()),
        ("skip_means.npz", lambda bundle: bundle.skip_means()),
        ("history.jsonl", lambda bundle: bundle.history()),
        ("thumbnails/sheet-000.webp", lambda bundle: bundle.thumbnail(next(iter(bundle.rows)))),
        ("latents.npy", check_latents),
    ],
)
def test_reading_finds_a_flipped_bit(copy, name, read):
    flip(copy / name)
    bundle = open_bundle(copy, trust_latents=True)
    with pytest.raises(BundleError, match=f"{name} is not as it was written, its SHA-256 differs"):
        read(bundle)


def test_verify_names_every_broken_file(copy):
    (copy / "history.jsonl").unlink()
    (copy / "latents.npy").write_bytes(b"short")
    problems = verify(copy)
    assert len(problems) == 2
    assert "latents.npy has 5 bytes" in problems[0] + problems[1]
    assert "history.jsonl is missing" in problems[0] + problems[1]


def test_verify_on_the_command_line(whole, tmp_path):
    command = [sys.executable, "-m", "posecore.bundle", "verify"]
    good = subprocess.run([*command, str(whole)], capture_output=True, text=True, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    assert "300 people" in good.stdout
    bad = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith(f"error: {tmp_path}: no manifest.json")
    assert bad.stderr.count("\n") == 1
    usage = subprocess.run(command, capture_output=True, text=True, check=False)
    assert usage.returncode == 2


def unfinished(bundle, folder):
    """A copy of `bundle` as it is before the manifest is written."""
    shutil.copytree(bundle, folder)
    (folder / "manifest.json").unlink()
    return open_bundle(bundle).manifest, folder


def test_writing_replaces_an_older_bundle_and_leaves_nothing_beside_it(whole, tmp_path):
    manifest, folder = unfinished(whole, tmp_path / ".done.partial")
    (folder / ".latents.npy.123.tmp").write_text("left by a killed run")
    done = tmp_path / "done"
    shutil.copytree(whole, done)
    (done / "stale.txt").write_text("")
    write_bundle(folder, dataclasses.replace(manifest, name="renamed"), done)
    assert [path.name for path in tmp_path.iterdir()] == ["done"]
    assert not (done / "stale.txt").exists()
    assert not (done / ".latents.npy.123.tmp").exists()
    assert open_bundle(done).manifest.name == "renamed"
    assert set(open_bundle(done).manifest.files) == set(manifest.files)
    assert verify(done) == []


def test_a_bundle_that_would_not_open_does_not_replace_a_good_one(whole, tmp_path):
    manifest, folder = unfinished(whole, tmp_path / ".done.partial")
    done = shutil.copytree(whole, tmp_path / "done")
    np.save(folder / "latents.npy", np.zeros((3, 128), np.float16))
    with pytest.raises(BundleError, match=r"latents\.npy is float16 \(3, 128\)"):
        write_bundle(folder, manifest, done)
    assert verify(done) == []


def test_figures_on_other_data_stand_beside_those_that_are_there(copy):
    before = open_bundle(copy).manifest
    add_figures(copy, "others val", {"pck": 0.25})
    after = open_bundle(copy).manifest
    assert after.figures == before.figures | {"others val": {"pck": 0.25}}
    assert dataclasses.replace(after, figures=before.figures) == before
    assert verify(copy) == []


def test_nan_in_the_figures_is_refused(whole, tmp_path):
    manifest, folder = unfinished(whole, tmp_path / ".done.partial")
    with pytest.raises(ValueError, match="JSON"):
        write_bundle(
            folder, dataclasses.replace(manifest, figures={"val": {"pck": float("nan")}}), tmp_path / "done"
        )
    assert not (tmp_path / "done").exists()


def test_a_folder_that_is_no_bundle_is_never_replaced(whole, tmp_path):
    manifest, folder = unfinished(whole, tmp_path / ".done.partial")
    home = tmp_path / "home"
    home.mkdir()
    check_destination(home)  # an empty folder may be used
    check_destination(tmp_path / "new")
    check_destination(whole)
    (home / "thesis.tex").write_text("years of work")
    for place in (home, home / "thesis.tex"):
        with pytest.raises(
            BundleError, match="is there and no bundle, so it is left alone; choose another --out"
        ):
            write_bundle(folder, manifest, place)
    assert (home / "thesis.tex").read_text() == "years of work"
