"""How to make it again: below commands stand the settings that manifests record, and nothing is added."""

from pathlib import Path

import numpy as np
from fake_bundle import make_fake_bundle
from written import Written

from dashboard.report import words
from dashboard.report.again import again
from dashboard.report.recorded import recorded
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import FOLDER, open_study


def recorded_of(said: str, what: str) -> str:
    """What stands below a command. what: the name before it."""
    return said.partition(f" {what}")[2].partition("Recorded: ")[2].partition(" python ")[0]


def test_what_manifests_record_stands_below_each_command(whole: Written, studied: Bundle) -> None:
    said = whole.part("again")
    skips = recorded_of(said, "the study skips, of ")
    assert "limit 4 · seed 0" in skips and "replacements (zero, mean)" in skips
    assert f"numpy {np.__version__}" in skips and "data none" in skips
    networks = recorded_of(said, "the study networks, of ")
    assert "label plain on; seed 0" in networks and "name " in networks
    bundle = recorded_of(said, f"the bundle {studied.manifest.name}, of 2026-01-02")
    assert "name fake people; split train; people 24; fingerprint 0000000000000000;" in bundle
    assert "preset fast · epochs 4 · seed 0 · best epoch 3" in recorded_of(said, "its network, run 1 of 1")
    names = [folder.name for folder in (studied.path / FOLDER).glob("[!.]*")]
    telling = [name for name in names if open_study(studied, name).info]  # the planted ones tell nothing
    assert len(telling) > 5 and said.count("Recorded: ") == len(telling) + 2


def test_of_a_network_that_never_learned_there_is_no_run_of_training(tmp_path: Path) -> None:
    path = make_fake_bundle(tmp_path / "never", 12, training={"untrained": True, "seed": 7})
    never = again(open_bundle(path), None).made
    assert not [one for one in never if "train.py" in one.command]
    (bundle,) = [one for one in never if "extract_latents.py" in one.command]
    assert "untrained yes" in bundle.recorded and "seed 7" in bundle.recorded


def test_runs_are_told_one_by_one_the_last_first(tmp_path: Path) -> None:
    first = {"preset": "fast", "seed": 5, "init": None}
    begun = {"weights": "d10a", "run": first, "engineered": {"keep": 0.5}}
    path = make_fake_bundle(tmp_path / "one", 12, training={"seed": 6, "init": begun})
    runs = [one for one in again(open_bundle(path), None).made if "train.py" in one.command]
    assert [one.what for one in runs] == [words.training_made(2, 2), words.training_made(1, 2)]
    assert "seed 6" in runs[0].recorded and "seed 5" not in runs[0].recorded
    assert "init (weights d10a; engineered (keep 0.5))" in runs[0].recorded
    assert runs[1].recorded == "preset fast · seed 5 · init none"


def test_settings_are_written_as_they_are_recorded() -> None:
    info = {
        "limit": 400,
        "pck_radius": 12.8,
        "split": None,
        "controls": True,
        "weights": "ab" * 32,
        "sweep": {"least": 2, "nothing": {}},
        "stages": [{"size": 256, "share": 1.0}],
        "networks": [{"label": "half", "seed": 1, "val_pck": [0.1234] * 40}],
        "hits": [0.12345678] * 100,
        "heads": [{}, {}],
    }
    assert recorded(info).split(" · ") == [
        *("limit 400", "pck radius 12.8", "split none", "controls yes", f"weights {'ab' * 8}"),
        *("sweep (least 2)", "stages ((size 256; share 1.0))", "networks ((label half; seed 1))"),
        words.in_manifest("hits"),
    ]
