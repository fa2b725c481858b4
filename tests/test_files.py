"""What is written is whole, has its name only then, and is on the disk before it has it."""

import os
from pathlib import Path

import numpy as np
import pytest
from harming import HARMS

from posecore.errors import DataError
from posecore.files import atomic_file, read_arrays, replace_folder, write_arrays, write_json
from posecore.unfinished import read_json, read_piece


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is synced and renamed, in order, by the names there are at that time."""
    steps: list[tuple[str, str]] = []
    fsync, replace, rename = os.fsync, Path.replace, Path.rename

    def spy_sync(descriptor: int) -> None:
        fsync(descriptor)
        steps.append(("sync", Path(f"/proc/self/fd/{descriptor}").resolve().name))

    def spy_replace(self: Path, target: Path) -> Path:
        steps.append(("rename", self.name))
        return replace(self, target)

    def spy_rename(self: Path, target: Path) -> Path:
        steps.append(("rename", self.name))
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", spy_sync)
    monkeypatch.setattr(Path, "replace", spy_replace)
    monkeypatch.setattr(Path, "rename", spy_rename)
    return steps


on_linux = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors have no names here")


@on_linux
def test_a_file_is_on_the_disk_before_it_gets_its_name_and_its_name_right_after(done, tmp_path) -> None:
    with atomic_file(tmp_path / "file") as temporary:
        temporary.write_text("all of it")
    assert done == [("sync", temporary.name), ("rename", temporary.name), ("sync", tmp_path.name)]
    assert (tmp_path / "file").read_text() == "all of it"


@on_linux
def test_all_of_a_folder_is_on_the_disk_before_it_gets_its_name(done, tmp_path) -> None:
    new, inner = tmp_path / ".new", tmp_path / ".new" / "inner"
    inner.mkdir(parents=True)
    (new / "a").write_text("a")
    (inner / "b").write_text("b")
    (tmp_path / "there").mkdir()
    replace_folder(new, tmp_path / "there")
    at = done.index(("rename", ".new"))
    assert {name for _, name in done[: at - 1]} == {"a", "b", "inner", ".new"}
    assert done[at - 1] == ("rename", "there")
    assert done[at + 1] == ("sync", tmp_path.name)
    assert (tmp_path / "there" / "inner" / "b").read_text() == "b"


def test_a_folder_that_cannot_be_synced_is_no_error_and_a_file_is(tmp_path, monkeypatch) -> None:
    fsync = os.fsync

    def refusing(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir():
            raise OSError(22, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refusing)
    write_json(tmp_path / "file.json", [1])
    assert read_json(tmp_path / "file.json") == [1]

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left.*file\.json"):
        write_json(tmp_path / "file.json", [2])
    assert read_json(tmp_path / "file.json") == [1]
    assert [path.name for path in tmp_path.iterdir()] == ["file.json"]


def test_arrays_come_back(tmp_path) -> None:
    path = tmp_path / "arrays.npz"
    write_arrays(path, numbers=np.arange(3, dtype=np.float32), count=5)
    assert {name: values.tolist() for name, values in read_arrays(path).items()} == {
        "numbers": [0, 1, 2],
        "count": 5,
    }
    assert read_piece(path, "numbers")["numbers"].dtype == np.float32
    assert read_piece(path, "numbers", "others") is None
    with pytest.raises(DataError, match=r"arrays\.npz: holds no array 'others'; make the file anew"):
        read_arrays(path, "numbers", "others")


@pytest.mark.parametrize("harm", HARMS)
def test_arrays_that_cannot_be_read_are_one_line_and_as_a_piece_not_there(harm: str, tmp_path) -> None:
    path = tmp_path / "arrays.npz"
    with pytest.raises(DataError, match=r"arrays\.npz: no readable arrays \(FileNotFoundError\)"):
        read_arrays(path)
    assert read_piece(path) is None
    write_arrays(path, numbers=np.arange(3000))
    HARMS[harm](path)
    with pytest.raises(DataError, match=r"arrays\.npz: no readable arrays") as error:
        read_arrays(path)
    assert "\n" not in str(error.value)
    assert read_piece(path, "numbers") is None


def test_bytes_that_changed_and_objects_are_not_read(tmp_path) -> None:
    path = tmp_path / "arrays.npz"
    write_arrays(path, numbers=np.arange(3000))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert read_piece(path, "numbers") is None
    np.savez(path, numbers=np.array([{}], object))  # pickled inside
    assert read_piece(path, "numbers") is None
    np.save(path.with_suffix(".npy"), np.arange(3))
    path.with_suffix(".npy").rename(path)
    assert read_piece(path, "numbers") is None


@pytest.mark.parametrize("harm", HARMS)
def test_json_that_cannot_be_read_is_not_there(harm: str, tmp_path) -> None:
    path = tmp_path / "job.json"
    assert read_json(path) is None
    write_json(path, {"a": [1, 2]})
    assert read_json(path) == {"a": [1, 2]}
    HARMS[harm](path)
    assert read_json(path) is None
    path.write_text("[" * 100_000)  # deeper than Python goes
    assert read_json(path) is None
    path.write_bytes(b'"\xff"')
    assert read_json(path) is None
