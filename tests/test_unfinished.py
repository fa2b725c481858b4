import numpy as np
import pytest

from posecore.unfinished import fill, read_or_make


def test_a_killed_run_goes_on_after_the_last_chunk_written(tmp_path) -> None:
    chunks = {tmp_path / f"{start}.npz": range(start, min(start + 4, 10)) for start in (0, 4, 8)}
    asked: list[int] = []

    def make(chunk, progress):
        asked.append(chunk.start)
        progress.update(len(chunk))
        if asked == [0, 4]:
            raise KeyboardInterrupt
        return {"numbers": np.array(chunk)}

    with pytest.raises(KeyboardInterrupt):
        fill(chunks, ("numbers",), make, "test")
    found = fill(chunks, ("numbers",), make, "test")
    assert asked == [0, 4, 4, 8]
    assert np.concatenate([piece["numbers"] for piece in found]).tolist() == list(range(10))
    # A file that cannot be read is made anew, alone and in its place.
    (tmp_path / "4.npz").write_bytes(b"")
    again = fill(chunks, ("numbers",), make, "test")
    assert asked == [0, 4, 4, 8, 4]
    assert np.concatenate([piece["numbers"] for piece in again]).tolist() == list(range(10))


def test_the_bar_starts_with_who_is_done(tmp_path, capsys) -> None:
    chunks = {tmp_path / f"{start}.npz": range(start, start + 3) for start in (0, 3)}
    fill(chunks, ("n",), lambda chunk, _: {"n": np.array(chunk)}, "test")
    (tmp_path / "3.npz").unlink()
    seen = []

    def make(chunk, progress):
        seen.append((progress.n, progress.total))
        return {"n": np.array(chunk)}

    fill(chunks, ("n",), make, "test")
    assert seen == [(3, 6)]


def test_what_is_in_a_file_is_not_made_again(tmp_path) -> None:
    path, made = tmp_path / "folder" / "one.npz", []

    def make():
        made.append(1)
        return {"n": np.array(len(made))}

    assert [int(read_or_make(path, ("n",), make)["n"]) for _ in range(2)] == [1, 1]
    assert int(read_or_make(path, ("n", "other"), make)["n"]) == 2
    assert int(read_or_make(None, ("n",), make)["n"]) == 3
