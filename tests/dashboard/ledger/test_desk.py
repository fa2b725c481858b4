"""What processes that test claims are told, and when they are started."""

import os
import subprocess
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest
from fake_bundle import make_fake_bundle

from dashboard.ledger import desk
from dashboard.shared.ledgers import Place
from posecore.bundle import Bundle, open_bundle
from posecore.ledger.file import Ledger


class Process:
    """One that ends when it is told to."""

    begun: list["Process"]

    def __init__(self, command: list[str], **_: object) -> None:
        self.command, self.end = command, Event()
        Process.begun.append(self)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait(self) -> int:
        assert self.end.wait(60)
        return 0


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """Processes in the order in which they were started."""
    monkeypatch.setattr(Process, "begun", [], raising=False)
    monkeypatch.setattr(subprocess, "Popen", Process)
    return Process.begun


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return open_bundle(make_fake_bundle(tmp_path / "demo", 4))


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def at(folder: Path, name: str = "demo") -> desk.Desk:
    file = folder / "ledgers" / f"{name}.jsonl"
    return desk.Desk(Ledger(file), Place(file, True, file.parent))


def test_people_set_aside_and_all_who_are_not_new_are_named(
    tmp_path: Path,
    prepared_dir: Path,
    bundle: Bundle,
    begun: list[Process],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POSE_HELDOUT", str(tmp_path / "aside"))
    monkeypatch.setenv("POSE_IMAGES", str(prepared_dir))
    monkeypatch.setenv("POSE_TRAINED_ON", f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}")
    desk.start(at(tmp_path), bundle)
    until(lambda: len(begun) == 1)
    begun[0].end.set()
    given = list(pairwise(begun[0].command))
    assert [value for name, value in given if name == "--held-out"] == [str(tmp_path / "aside")]
    known = [value for name, value in given if name == "--known"]
    assert known == [str(prepared_dir), str(tmp_path / "a"), str(tmp_path / "b")]


def test_what_is_sealed_while_a_process_runs_has_another_look_for_it(
    tmp_path: Path, bundle: Bundle, begun: list[Process]
) -> None:
    """One after the other, as the first may have looked for the last time when the claims were sealed."""
    found, other = at(tmp_path), at(tmp_path, "other")
    assert not found.testing
    desk.start(found, bundle)
    until(lambda: len(begun) == 1)
    for _ in range(3):
        desk.start(found, bundle)
    desk.start(other, bundle)
    until(lambda: len(begun) == 2)
    assert [process.command[3] for process in begun] == [str(found.ledger.path), str(other.ledger.path)]
    begun[0].end.set()
    until(lambda: len(begun) == 3)
    assert begun[2].command[3] == str(found.ledger.path) and found.testing
    for process in begun:
        process.end.set()
    until(lambda: not found.testing and not other.testing)
    assert len(begun) == 3


def test_where_no_process_can_be_started_nothing_is_tested(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(subprocess, "Popen", full)
    found = at(tmp_path)
    desk.start(found, bundle)
    until(lambda: not found.testing)
