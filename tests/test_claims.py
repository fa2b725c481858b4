import subprocess
import sys
from pathlib import Path

import pytest

from posecore.claims import claimed
from posecore.errors import ConfigError

HOLD = """
import sys
from pathlib import Path
from posecore.claims import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(destination: Path) -> subprocess.Popen:
    """Another process that has claimed the destination."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(destination)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    assert process.stdout.readline() == b"held\n"
    return process


@pytest.mark.parametrize("killed", [False, True])
def test_a_destination_is_one_process_s_until_it_ends(killed, tmp_path):
    destination = tmp_path / "new" / "out"
    process = hold(destination)
    with pytest.raises(ConfigError, match="out: another process is writing it"), claimed(destination):
        pass
    with claimed(tmp_path / "new" / "other"):
        pass
    if killed:
        process.kill()
    process.communicate()
    with claimed(destination):
        assert [path.name for path in destination.parent.iterdir()] == [".out.lock"]
    assert not list(destination.parent.iterdir())


def test_a_name_that_is_not_utf_8_is_refused_before_the_work(tmp_path):
    with (
        pytest.raises(ConfigError, match=r"caf\\udce9: a name that is not UTF-8"),
        claimed(tmp_path / "caf\udce9"),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_whatever_happens_inside_the_claim_ends(tmp_path):
    with pytest.raises(KeyboardInterrupt), claimed(tmp_path / "out"):
        raise KeyboardInterrupt
    with claimed(tmp_path / "out"):
        pass
    assert not list(tmp_path.iterdir())


def test_on_a_drive_without_locks_the_work_goes_on(tmp_path, monkeypatch):
    def unknown(*arguments):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", unknown)
    with claimed(tmp_path / "out"):
        pass
    assert not list(tmp_path.iterdir())
