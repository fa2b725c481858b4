"""Work shared between processes, which end with their parent however it ends."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import TypeVar

from posecore.errors import DataError

Task = TypeVar("Task")
Result = TypeVar("Result")

_CHUNK = 8  # tasks that a worker takes at a time


def cores() -> int:
    """Cores this process may use; not every system can say, and then all there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(work: Callable[[Task], Result], todo: Sequence[Task], workers: int) -> Iterator[Result]:
    """`work` of every task, in their order; `work` must be a function of a module, or a partial of one.

    Raises DataError where the system ended a worker, and whatever `work` raises.
    """
    if workers == 1 or len(todo) < 2:
        yield from map(work, todo)
        return
    # A forked copy of a process with running threads may hang, so workers start afresh.
    with ProcessPoolExecutor(workers, get_context("spawn"), _start_worker) as pool:
        try:
            yield from pool.map(work, todo, chunksize=_CHUNK)
        except BrokenProcessPool as error:
            raise DataError(
                "a worker was ended by the system, perhaps for lack of memory; "
                "run the same command again with fewer --workers to go on"
            ) from error


def _start_worker() -> None:
    """Leave the keyboard's interruption to the parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
