"""prepare_coco.py as people run it; test_scripts.py has it among the others."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from tiny_coco import write_coco

from posecore.claims import claimed
from posecore.data.coco import annotation_file
from posecore.data.prepared import open_prepared
from scripts import prepare_coco

ROOT = Path(__file__).parents[2]


def test_it_prints_what_it_wrote_what_it_left_out_and_the_next_command(coco_dir, tmp_path, capsys):
    for number in range(2, 9):
        (coco_dir / "train2017" / f"{number:012d}.jpg").unlink()
    out = tmp_path / "data"
    arguments = ["--coco", str(coco_dir), "--out", str(out), "--test-size", "3", "--workers", "1"]
    assert prepare_coco.main([*arguments, "--name", "mine", "--seed", "5"]) == 0
    printed = capsys.readouterr().out
    info = open_prepared(out).info
    assert (info["name"], info["seed"]) == ("mine", 5)
    for split, counts in info["splits"].items():
        assert f"{split}: {counts['people']} people in {counts['pictures']} pictures" in printed
    assert "skipped: 2 x crowd box" in printed
    assert "skipped: 7 x picture missing or unreadable" in printed
    assert printed.count("unreadable: train2017/") == 5
    assert "7 unreadable pictures in all, listed in dataset.json" in printed
    assert f"wrote {out}" in printed
    assert printed.splitlines()[-1].startswith(f"next: python scripts/train.py --data {out}")


def test_what_it_mended_is_printed_and_nobody_to_validate_on_is_said(coco_dir, tmp_path, capsys):
    path = annotation_file(coco_dir, "train")
    content = json.loads(path.read_text())
    for annotation in content["annotations"][:3]:
        annotation["area"] = 0
    path.write_text(json.dumps(content), encoding="utf-8-sig")
    annotation_file(coco_dir, "val").unlink()
    arguments = ["--coco", str(coco_dir), "--out", str(tmp_path / "o"), "--workers", "1"]
    assert prepare_coco.main(arguments) == 0
    printed = capsys.readouterr().out
    assert "mended: 3 x area not measured, 0.53 of the box instead" in printed
    assert "nobody to validate on: to train on this alone, hold some people out with --val-size N" in printed
    assert prepare_coco.main([*arguments, "--val-size", "6", "--test-size", "0"]) == 0
    printed = capsys.readouterr().out
    assert "train: 18 people" in printed and "val: 6 people" in printed and "nobody" not in printed


def test_a_name_that_the_terminal_cannot_print_is_escaped(coco_dir, tmp_path):
    (coco_dir / "train2017" / "000000000003.jpg").rename(coco_dir / "train2017" / "日本.jpg")
    path = annotation_file(coco_dir, "train")
    content = json.loads(path.read_text())
    content["images"][2]["file_name"] = "日本 gone\udce9.jpg"
    path.write_text(json.dumps(content))
    script = [sys.executable, str(ROOT / "scripts" / "prepare_coco.py"), "--coco", str(coco_dir)]
    done = subprocess.run(
        [*script, "--out", str(tmp_path / "日本"), "--workers", "1"],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"unreadable: train2017/\\u65e5\\u672c gone\\udce9.jpg: no such file" in done.stdout
    assert (tmp_path / "日本" / "dataset.json").is_file()


def test_two_at_once_with_one_destination_are_one_line(coco_dir, tmp_path, capsys):
    with claimed(tmp_path / "out"):
        assert prepare_coco.main(["--coco", str(coco_dir), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.splitlines() == [
        f"error: {tmp_path / 'out'}: another process is writing it; wait for it, or choose another --out"
    ]


def test_without_train_people_the_next_command_scores(coco_dir, tmp_path, capsys):
    annotation_file(coco_dir, "train").unlink()
    assert prepare_coco.main(["--coco", str(coco_dir), "--out", str(tmp_path / "o"), "--workers", "1"]) == 0
    assert "next: python scripts/evaluate.py" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--test-size", "-1"], "--test-size -1"),
        (["--test-size", "24"], "train has only 24 people"),
        (["--val-size", "-1"], "--val-size -1"),
        (["--val-size", "2"], "has val people of its own"),
        (["--workers", "0"], "--workers 0"),
        (["--seed", "-1"], "--seed -1"),
        (["--limit", "0"], "--limit 0"),
    ],
)
def test_a_value_out_of_range_is_one_line(options, words, coco_dir, tmp_path, capsys):
    assert prepare_coco.main(["--coco", str(coco_dir), "--out", str(tmp_path / "out"), *options]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"tiny_coco"}


def start(coco: Path, out: Path) -> subprocess.Popen:
    """Two workers, under way: some crops are there."""
    arguments = ["--coco", str(coco), "--out", str(out), "--workers", "2", "--name", "same"]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "prepare_coco.py"), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
        # What a shell runs in the background is deaf to the keyboard, and so is all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    partial = out.with_name(f".{out.name}.partial")
    crops = sum(1 for _ in partial.rglob("*.png"))
    until = time.monotonic() + 300
    while sum(1 for _ in partial.rglob("*.png")) < crops + 10 and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert process.poll() is None
    return process


def test_stopped_and_killed_it_goes_on_and_no_worker_stays_behind(tmp_path):
    coco, out, whole = tmp_path / "coco", tmp_path / "out", tmp_path / "whole"
    people = 900  # three seconds of work, so that a busy machine stops it in time, too
    write_coco(coco, "train", people, seed=1)
    process = start(coco, out)
    os.killpg(process.pid, signal.SIGINT)  # as the keyboard does: every process of the group gets it
    error = process.communicate(timeout=300)[1]
    assert process.returncode == 130
    assert "Traceback" not in error
    assert error.splitlines()[-1].startswith("stopped; run the same command again")
    assert not out.exists()

    process = start(coco, out)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    process.stderr.close()
    left = psutil.wait_procs(workers, timeout=60)[1]
    for worker in left:
        worker.kill()
    assert left == []
    assert not out.exists()

    for folder in (out, whole):
        assert prepare_coco.main(["--coco", str(coco), "--out", str(folder), "--workers", "1"]) == 0
    infos = [json.loads((folder / "dataset.json").read_text()) | {"created": 0} for folder in (out, whole)]
    assert infos[0] == infos[1]
    crops = [{p.name: p.read_bytes() for p in folder.rglob("*.png")} for folder in (out, whole)]
    assert crops[0] == crops[1]
    assert len(crops[0]) == people
    assert {path.name for path in tmp_path.iterdir()} == {"coco", "out", "whole"}
