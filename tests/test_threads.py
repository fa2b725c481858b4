"""The limit of threads of linear algebra is there while somebody holds it, and gone when nobody does."""

import ast
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
from threadpoolctl import OpenBLASController, threadpool_info, threadpool_limits

from posecore.blocks import in_threads
from posecore.components.pca import fit_components
from posecore.threads import one_blas_thread

ROOT = Path(__file__).parents[1]
MANY = 3
PATIENCE = 60


@pytest.fixture(autouse=True)
def many_threads() -> Iterator[None]:
    """More than one, so that a limit can be seen on a machine with a single core, too.

    threadpoolctl listens to no other thread while that one lives; it may be an earlier test's.
    """
    OpenBLASController.clear_controlling_thread(force=True)
    limits = threadpool_limits(MANY, "blas")
    yield
    OpenBLASController.clear_controlling_thread(force=True)
    limits.restore_original_limits()


def blas_threads() -> set[int]:
    """Of every library; those of numpy and scipy are two."""
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


class Holder:
    """A thread that holds the limit from `enter` to `leave`, by whatever way it came to it."""

    def __init__(self, hold: Callable[[Callable[[], None]], object]) -> None:
        self._hold, self._entered, self._released = hold, threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._left: Future[object] | None = None

    def enter(self) -> None:
        self._left = self._pool.submit(self._hold, self._wait)
        assert self._entered.wait(PATIENCE)

    def leave(self) -> None:
        assert self._left is not None
        self._released.set()
        self._left.result(PATIENCE)

    def _wait(self) -> None:
        self._entered.set()
        assert self._released.wait(PATIENCE)


def alone(wait: Callable[[], None]) -> None:
    with one_blas_thread():
        wait()


def failing(wait: Callable[[], None]) -> None:
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        wait()
        raise ZeroDivisionError


def in_blocks(wait: Callable[[], None]) -> None:
    list(in_threads(lambda _: wait(), [0]))


def failing_in_blocks(wait: Callable[[], None]) -> None:
    def fail(_: int) -> None:
        wait()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(in_threads(fail, [0]))


def components(wait: Callable[[], None]) -> None:
    """Stopped where the eigenvectors are computed."""
    real = scipy.linalg.eigh

    def slow(*arguments: object, **options: object) -> object:
        wait()
        return real(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scipy.linalg, "eigh", slow)
        fit_components(np.random.default_rng(0).normal(0, 1, (20, 8)), 2)


WAYS = (alone, failing, in_blocks, failing_in_blocks, components)


@pytest.mark.parametrize("way", WAYS)
def test_it_is_there_meanwhile_and_gone_afterwards(way: Callable[[Callable[[], None]], object]) -> None:
    seen: list[set[int]] = []
    way(lambda: seen.append(blas_threads()))
    assert seen == [{1}]
    assert blas_threads() == {MANY}


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    ("first", "second"),
    # Two of `components` would wait in the one function that is replaced.
    [pair for pair in product(WAYS, WAYS) if pair != (components, components)],
)
def test_two_threads_in_any_order_leave_what_was(first, second, nested: bool) -> None:
    one, other = Holder(first), Holder(second)
    one.enter()
    other.enter()
    assert blas_threads() == {1}
    (other if nested else one).leave()
    assert blas_threads() == {1}  # the other one still holds it
    (one if nested else other).leave()
    assert blas_threads() == {MANY}


def test_within_one_thread_it_may_be_held_twice() -> None:
    with one_blas_thread():
        with one_blas_thread():
            pass
        assert blas_threads() == {1}
    assert blas_threads() == {MANY}


def test_many_threads_at_random_leave_what_was() -> None:
    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(50):
            with one_blas_thread():
                assert blas_threads() == {1}
                time.sleep(rng.uniform(0, 2e-3))
            time.sleep(rng.uniform(0, 1e-3))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert blas_threads() == {MANY}


def test_who_stops_fetching_half_way_holds_nothing() -> None:
    kept = in_threads(abs, range(50))
    assert next(kept) == 0
    until = time.monotonic() + PATIENCE
    while blas_threads() != {MANY} and time.monotonic() < until:
        time.sleep(0.01)
    assert blas_threads() == {MANY}
    assert list(kept) == list(range(1, 50))


def test_nobody_limits_but_here() -> None:
    own = ROOT / "posecore" / "threads.py"
    files = [
        path for folder in ("posecore", "dashboard", "scripts") for path in (ROOT / folder).rglob("*.py")
    ]
    assert own in files
    limiting = {
        path
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("threadpoolctl"))
        or (
            isinstance(node, ast.Import) and any(name.name.startswith("threadpoolctl") for name in node.names)
        )
    }
    assert limiting == {own}
