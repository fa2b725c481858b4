"""Processes that cannot be started, fail or are ended: one line, status 2, and the next run goes on."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil
import pytest
import torch
from torch.utils.data import get_worker_info

from posecore import processes
from posecore.data.dataset import TrainingDataset
from posecore.errors import DataError
from posecore.processes import in_processes, reading
from scripts import make_people, prepare_coco, train

PATIENCE = 120


def end_this_process(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def only_error(text: str) -> str:
    assert "Traceback" not in text
    (error,) = (line for line in text.splitlines() if "error: " in line)
    return error


def test_a_worker_ended_by_the_system_is_told_in_one_line() -> None:
    with pytest.raises(DataError, match=r"ended by the system.*fewer --workers") as error:
        list(in_processes(end_this_process, range(20), 2))
    assert "\n" not in str(error.value)


def wait_until(holds: Callable[[], object], otherwise: str) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, otherwise
        time.sleep(0.01)


def wait_until_broken(pool: ProcessPoolExecutor) -> None:
    wait_until(lambda: pool._broken, "the pool never saw that its worker had ended")


@pytest.fixture(params=["while it works", "after its last result"])
def when_the_first_ends(request, monkeypatch) -> str:
    """Has a pool's first worker ended while its second, already started, is not yet known to the pool."""
    start = ProcessPoolExecutor._spawn_process

    def starting(pool: ProcessPoolExecutor) -> None:
        class Late(dict):
            def __setitem__(self, pid: int, worker: object) -> None:
                for known in self:
                    if request.param == "after its last result":
                        wait_until(lambda: not pool._pending_work_items, "the results never came")
                    os.kill(known, signal.SIGKILL)
                    wait_until_broken(pool)
                time.sleep(0.2)  # the pool ends the workers it knows, and waits
                super().__setitem__(pid, worker)

        pool._processes = pool._processes or Late()
        start(pool)

    monkeypatch.setattr(ProcessPoolExecutor, "_spawn_process", starting)
    return request.param


def test_a_worker_not_yet_known_to_a_breaking_pool_is_not_waited_for(when_the_first_ends) -> None:
    # Long enough that the first worker is at work when the second task asks for another.
    if when_the_first_ends == "after its last result":
        assert list(in_processes(time.sleep, [1, 0], 2, at_a_time=1)) == [None, None]
    else:
        with pytest.raises(DataError, match="ended by the system"):
            list(in_processes(time.sleep, [PATIENCE, 0], 2, at_a_time=1))


def test_a_worker_that_a_broken_pool_cannot_start_is_told_alike(monkeypatch) -> None:
    start = ProcessPoolExecutor._spawn_process

    def late(pool: ProcessPoolExecutor) -> None:
        if pool._processes:
            wait_until_broken(pool)
        time.sleep(0.2)  # the pool has closed its pipes
        start(pool)

    monkeypatch.setattr(ProcessPoolExecutor, "_spawn_process", late)
    with pytest.raises(DataError, match="ended by the system"):
        list(in_processes(end_this_process, range(20), 2))


@pytest.mark.parametrize("when", ["__init__", "map"])
def test_workers_that_cannot_be_started_are_no_full_disk(when: str, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ProcessPoolExecutor, when, full)
    with pytest.raises(DataError, match=r"no worker can be started .*shared memory.*--workers 1"):
        list(in_processes(abs, range(20), 2))
    assert list(in_processes(abs, range(3), 1)) == [0, 1, 2]


def kill_the_first_worker() -> threading.Thread:
    """A thread that ends the first process this one starts for work."""
    me, known = psutil.Process(), set(psutil.Process().children())

    def watch() -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for child in set(me.children()) - known:
                if "spawn_main" in " ".join(child.cmdline()):
                    child.kill()
                    return
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    return watcher


@pytest.mark.parametrize("script", ["make_people", "prepare_coco"])
def test_a_script_whose_worker_is_killed_ends_in_one_line_and_goes_on(
    script: str, coco_dir: Path, tmp_path: Path, capfd
) -> None:
    out = tmp_path / "out"
    main, arguments = {
        "make_people": (make_people.main, ["--people", "3", "--out", str(out)]),
        "prepare_coco": (prepare_coco.main, ["--coco", str(coco_dir), "--out", str(out)]),
    }[script]
    watcher = kill_the_first_worker()
    assert main([*arguments, "--workers", "2"]) == 2
    watcher.join()
    assert "fewer --workers" in only_error(capfd.readouterr().err)
    assert not out.exists()
    assert main([*arguments, "--workers", "1"]) == 0


@pytest.fixture
def training(prepared_dir, tmp_path):
    """train.py on tiny data: called with more options it gives its status."""
    threads = torch.get_num_threads()
    fixed = ["--data", str(prepared_dir), "--out", str(tmp_path / "run"), "--epochs", "1"]
    yield lambda *more: train.main([*fixed, "--channels", "8", "--threads", "1", *more])
    torch.set_num_threads(threads)


forking = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="a worker that starts afresh knows of no stand-in"
)


@forking
def test_a_reader_ended_by_the_system_is_one_line_and_the_run_goes_on(training, monkeypatch, capfd) -> None:
    real = TrainingDataset.__getitem__

    def dies(self, index: int):
        if get_worker_info() is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, index)

    with monkeypatch.context() as patch:
        patch.setattr(TrainingDataset, "__getitem__", dies)
        assert training("--workers", "1") == 2
    errors = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and "--resume and fewer --workers" in errors[0]
    assert "ended by the system" in errors[0]
    assert training("--workers", "0", "--resume") == 0


def test_a_reader_ended_by_a_bus_error_has_too_little_shared_memory() -> None:
    # As torch words it where it notices the signal in time.
    text = (
        "DataLoader worker (pid 7) is killed by signal: Bus error. It is possible that dataloader's workers "
        "are out of shared memory. Please try to raise your shared memory limit."
    )
    with pytest.raises(DataError, match=r"shared memory \(/dev/shm\) is too small"), reading(0):
        raise RuntimeError(text)


@forking
def test_full_shared_memory_is_one_line_and_the_run_goes_on(training, monkeypatch, capfd) -> None:
    def full(*_: object, **__: object) -> None:
        raise RuntimeError(
            "unable to allocate shared memory(shm) for file </torch_7_8_0>: No space left on device (28)"
        )

    with monkeypatch.context() as patch:
        patch.setattr(torch.UntypedStorage, "_new_shared", full)
        assert training("--workers", "1") == 2
    error = only_error(capfd.readouterr().err)
    assert "shared memory (/dev/shm) is too small" in error and "--resume and fewer --workers" in error
    assert training("--workers", "0", "--resume") == 0


def test_readers_that_cannot_be_started_are_one_line(training, monkeypatch, capfd) -> None:
    class Full:
        def Queue(self) -> None:  # noqa: N802 - multiprocessing's name
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(processes, "get_context", Full)
        assert training("--workers", "1") == 2
    error = only_error(capfd.readouterr().err)
    assert error.startswith("error: no worker can be started (No space left on device)")
    assert "--resume and fewer --workers" in error


@forking
@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_missing_crop_is_one_line_whoever_reads_it(workers, training, monkeypatch, capfd) -> None:
    from posecore.data.dataset import CropDataset

    real = CropDataset.__init__

    def lacking(self, data, split: str) -> None:
        real(self, data, split)
        if split == "train":
            self._paths[3] = Path("nowhere.png")

    monkeypatch.setattr(CropDataset, "__init__", lacking)
    assert training("--workers", workers) == 2
    error = only_error(capfd.readouterr().err)
    assert error.startswith("error: nowhere.png: expected a 256 x 256 picture")


def test_other_errors_stay_what_they_are() -> None:
    for error in (RuntimeError("a mistake"), DataError("a line"), OSError(2, "No such file", "f")):
        with pytest.raises(type(error)) as raised, reading(0):
            raise error
        assert raised.value is error
    mistake = RuntimeError("Caught RuntimeError in DataLoader worker process 0.\nRuntimeError: a mistake")
    with pytest.raises(RuntimeError) as raised, reading(0):
        raise mistake
    assert raised.value is mistake
