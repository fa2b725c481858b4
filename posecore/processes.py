"""Work shared between processes, which end with their parent however it ends."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context, parent_process
from typing import Final, TypeVar

from posecore.errors import DataError, PosecoreError

Task = TypeVar("Task")
Result = TypeVar("Result")

_CHUNK = 8  # tasks that a worker takes at a time

_GO_ON: Final = "go on with --resume and fewer --workers; 0 reads without processes"


def cores() -> int:
    """Cores this process may use; not every system can say, and then all there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(
    work: Callable[[Task], Result], todo: Sequence[Task], workers: int, at_a_time: int = _CHUNK
) -> Iterator[Result]:
    """`work` of every task, in their order; `work` must be a function of a module, or a partial of one.

    at_a_time: tasks that a worker takes together, few where each takes long.
    Raises DataError where workers cannot be started or the system ended one, and whatever `work` raises.
    """
    if workers == 1 or len(todo) < 2:
        yield from map(work, todo)
        return
    try:
        with ExitStack() as stack:
            yield from _started(stack, work, todo, workers, at_a_time)
    except BrokenProcessPool as error:
        raise DataError(
            "a worker was ended by the system, perhaps for lack of memory; "
            "run the same command again with fewer --workers to go on"
        ) from error


def _started(
    stack: ExitStack, work: Callable[[Task], Result], todo: Sequence[Task], workers: int, at_a_time: int
) -> Iterator[Result]:
    """The results of workers that end with `stack`."""
    try:
        # A forked copy of a process with running threads may hang, so workers start afresh.
        pool = stack.enter_context(ProcessPoolExecutor(workers, get_context("spawn"), _start_worker))
        stack.enter_context(_none_left_behind(pool))
        return pool.map(work, todo, chunksize=at_a_time)
    except OSError as error:
        if error.errno is None:  # the pool broke meanwhile, and closed what a new worker would be handed
            raise BrokenProcessPool from error
        raise cannot_start(error, "run the same command again with --workers 1, which needs none") from error


@contextmanager
def _none_left_behind(pool: ProcessPoolExecutor) -> Iterator[None]:
    """End the workers of a broken pool: it waits for them, but ends only those it had when it broke.

    One started while the pool was breaking (github.com/python/cpython/issues/109047) would wait for work,
    and the pool for it, for ever; also where it broke after its last result, so that nothing was raised.
    """
    try:
        yield
    finally:
        if pool._broken:
            for worker in list(pool._processes.values()):
                worker.terminate()


def cannot_start(error: Exception, mend: str) -> DataError:
    """The error for workers that the system does not let start. mend: what to do instead."""
    reason = getattr(error, "strerror", None) or error
    return DataError(
        f"no worker can be started ({reason}): memory or shared memory (/dev/shm) is full; {mend}"
    )


def stay_with_parent() -> None:
    """Let all other processes go first, and end when the process that holds the other end of the standard
    input ends, by whatever."""
    os.nice(10)
    threading.Thread(target=_end_with_input, daemon=True).start()


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


@contextmanager
def reading(workers: int) -> Iterator[None]:
    """To be held around all that is done with what a torch DataLoader's `workers` read.

    torch tells of their troubles in many lines, and of one that was ended wherever this process just is.
    Raises what a worker raised for the user as it raised it, and DataError where workers cannot be started,
    the system ended one, or shared memory is too small.
    """
    if workers:
        _check_queues(workers)
    try:
        yield
    except (PosecoreError, OSError, RuntimeError, MemoryError) as error:
        told = _in_one_line(error)
        if told is None:
            raise
        raise told from error


def _check_queues(workers: int) -> None:
    """Make as many as torch is about to, which prints a trace of its own where it cannot."""
    context = get_context()
    try:
        for queue in [context.Queue() for _ in range(workers + 2)]:
            queue.close()
    except OSError as error:
        raise cannot_start(error, _GO_ON) from error


def _in_one_line(error: Exception) -> PosecoreError | None:
    """What torch's error about a worker means; None for any other error."""
    text = str(error).rstrip()
    first, last = text.partition("\n")[0], text.rpartition("\n")[2]
    # "Caught KIND in DataLoader worker process 0.", then its trace, which ends with "module.KIND: message".
    raised = first.startswith("Caught ") and "in DataLoader worker process" in first
    ended = text.startswith("DataLoader worker (pid")
    if "</torch_" in text or ((raised or ended) and "shared memory" in text):
        return DataError(f"shared memory (/dev/shm) is too small for what the workers read; {_GO_ON}")
    if ended or (raised and "MemoryError" in first):
        return DataError(f"a worker was ended by the system, perhaps for lack of memory; {_GO_ON}")
    if not raised or isinstance(error, RuntimeError):
        return None
    return (type(error) if isinstance(error, PosecoreError) else DataError)(last.partition(": ")[2])


def _start_worker() -> None:
    """Leave the keyboard's interruption to the parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
