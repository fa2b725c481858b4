"""Work on the latents of many people block by block, on all cores, in bounded memory.

Every block is worked on by one thread with one thread of linear algebra, and results come in the order of the
blocks: so they are the same, bit by bit, for any number of threads.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import pairwise
from typing import Any, Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from posecore.errors import ConfigError
from posecore.processes import cores
from posecore.threads import one_blas_thread

BLOCK: Final = 1024
"""People per block at most: two blocks of 4,096 numbers and their distances take 38 MB, and reading a memory
map never needs a second large copy."""

LEAST_BLOCK: Final = 64

COPY_UP_TO: Final = 1 << 28
"""Numbers that are kept as float32 (1.07 GB); more are converted anew whenever their block is needed."""

Result = TypeVar("Result")
Task = tuple[Sequence[int], Sequence[Any]]
"""Blocks that a piece of work needs, by number, and what else it is given."""


class Source(Protocol):
    """People whose latents are at hand in blocks, in this process or on a cluster.

    people, dimensions: N and D. bounds: (B + 1,) block i holds the people bounds[i] to bounds[i + 1] - 1.
    """

    people: int
    dimensions: int
    bounds: NDArray[np.int64]

    def run(
        self, work: Callable[..., Result], tasks: Iterable[Task], shared: Sequence[Any] = ()
    ) -> Iterator[Result]:
        """`work(*blocks, *arguments, *shared)` for every task, in order.

        Blocks are (b, D) float32, less the mean of all people, and are not to be changed.
        """
        ...


class LocalSource:
    """A Source in this process. latents: (N, D) of any float type, mapped or not. mean: (D,) of all people.

    copy_up_to: of no more numbers than that a float32 copy is kept. Raises ConfigError for another shape,
    nobody, or rows that are not finite.
    """

    def __init__(self, latents: NDArray[np.floating], copy_up_to: int = COPY_UP_TO) -> None:
        check_shape(latents)
        self.people, self.dimensions = latents.shape
        # Few people are cut into some blocks too, so that all cores have work.
        size = min(BLOCK, max(LEAST_BLOCK, -(-self.people // 8)))
        self.bounds = np.append(np.arange(0, self.people, size), self.people)
        self._latents, self._centred = latents, False
        self.mean = np.zeros(self.dimensions, np.float32)
        total = np.zeros(self.dimensions)
        for part in self.run(_sum, each_block(self)):
            total += part
        if not np.isfinite(total).all():
            _check_finite(latents)
        self.mean = (total / self.people).astype(np.float32)
        if latents.size <= copy_up_to:
            copy = np.empty(latents.shape, np.float32)
            for start, block in blocks(latents, size, self.mean):
                copy[start : start + len(block)] = block
            self._latents, self._centred = copy, True

    def _block(self, number: int) -> NDArray[np.float32]:
        rows = self._latents[self.bounds[number] : self.bounds[number + 1]]
        return _read(rows, None if self._centred else self.mean)

    def run(
        self, work: Callable[..., Result], tasks: Iterable[Task], shared: Sequence[Any] = ()
    ) -> Iterator[Result]:
        """See Source.run; here on threads."""

        def one(task: Task) -> Result:
            numbers, arguments = task
            return work(*map(self._block, numbers), *arguments, *shared)

        yield from in_threads(one, tasks)


def in_threads(work: Callable[[Any], Result], tasks: Iterable[Any]) -> Iterator[Result]:
    """`work` of every task, in order, in a thread per core with one thread of linear algebra each."""
    pool, most = _pool(), 2 * cores()
    waiting: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(_on_one_thread, work, task))
            # Results not yet fetched are bounded, as they may be large.
            if len(waiting) > most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        wait(waiting)


def _on_one_thread(work: Callable[[Any], Result], task: Any) -> Result:
    # By the task, not around them all: an iterator that somebody keeps half-way would hold it for good.
    with one_blas_thread():
        return work(task)


_own = threading.local()


def _pool() -> ThreadPoolExecutor:
    """A thread per core that work for the thread that asks: with its priority, and as long as it lives.

    Lloyd's steps are many and short; threads made for each would cost more than the work.
    """
    if not hasattr(_own, "pool"):
        _own.pool = ThreadPoolExecutor(cores(), "blocks")
    pool: ThreadPoolExecutor = _own.pool
    return pool


def each_block(source: Source, *arguments: NDArray[Any]) -> Iterator[Task]:
    """One task per block, with its part of every array of `arguments`, whose last axis is the people."""
    for number, (start, stop) in enumerate(pairwise(source.bounds)):
        yield (number,), tuple(argument[..., start:stop] for argument in arguments)


def _sum(block: NDArray[np.float32]) -> NDArray[np.float64]:
    total: NDArray[np.float64] = block.sum(axis=0, dtype=np.float64)
    return total


def blocks(
    latents: NDArray[np.floating], size: int = BLOCK, less: NDArray[np.float32] | None = None
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Latents (N, D) as float32 in pieces of `size` people, each with the row it starts at.

    less: (D,) what is taken from every latent, such as their mean.
    """
    for start in range(0, len(latents), size):
        yield start, _read(latents[start : start + size], less)


def _read(latents: NDArray[np.floating], less: NDArray[np.float32] | None) -> NDArray[np.float32]:
    if less is None:
        return np.asarray(latents, np.float32)
    block = latents.astype(np.float32)
    block -= less
    return block


def finite(latents: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(N,) whose latents, of (N, D), hold neither nan nor infinity as float32."""
    found = np.empty(len(latents), np.bool_)
    for start, block in blocks(latents):
        found[start : start + len(block)] = np.isfinite(block).all(axis=1)
    return found


def as_float32(latents: NDArray[np.floating]) -> NDArray[np.float32]:
    """A float32 copy of latents (N, D). Raises ConfigError for another shape or nan."""
    check_shape(latents)
    copy = np.empty(latents.shape, np.float32)
    for start, block in blocks(latents):
        copy[start : start + len(block)] = block
    _check_finite(copy)
    return copy


def check_shape(latents: NDArray[np.floating]) -> None:
    """Raise ConfigError for anything but latents (N, D) of somebody."""
    if latents.ndim != 2 or latents.size == 0:
        raise ConfigError(f"latents have shape {latents.shape}; expected (people, numbers per latent)")


def _check_finite(latents: NDArray[np.floating]) -> None:
    known = finite(latents)
    if not known.all():
        raise ConfigError(
            f"the latent in row {int(known.argmin())} holds nan or infinity; make the bundle anew "
            "with `python scripts/extract_latents.py`, or leave that person out"
        )
