"""What the process that tests claims is told."""

import os
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle

from dashboard.ledger import desk
from dashboard.shared.ledgers import Place
from posecore.bundle import open_bundle
from posecore.ledger.file import Ledger


def test_people_set_aside_and_all_who_are_not_new_are_named(
    tmp_path: Path, prepared_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    class Process:
        def __init__(self, command: list[str], **_: object) -> None:
            commands.append(command)

        def poll(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Process)
    monkeypatch.setenv("POSE_HELDOUT", str(tmp_path / "aside"))
    monkeypatch.setenv("POSE_IMAGES", str(prepared_dir))
    monkeypatch.setenv("POSE_TRAINED_ON", f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}")
    bundle = open_bundle(make_fake_bundle(tmp_path / "demo", 4))
    ledger = Ledger(tmp_path / "ledgers" / "demo.jsonl")
    desk.start(desk.Desk(ledger, Place(ledger.path, True, tmp_path)), bundle)
    (command,) = commands
    given = list(pairwise(command))
    assert [value for name, value in given if name == "--held-out"] == [str(tmp_path / "aside")]
    known = [value for name, value in given if name == "--known"]
    assert known == [str(prepared_dir), str(tmp_path / "a"), str(tmp_path / "b")]
