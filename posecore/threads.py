"""Threads of linear algebra: their number is the whole process's, so whoever limits it does so here.

A limit beside this one would go back to the number it found. Where the two overlap that is the other's limit,
and the process would stay on one thread for good. (scikit-learn's K-Means and brute-force neighbours limit by
themselves; called within `one_blas_thread` they find one thread, and go back to it.)
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_lock = threading.Lock()
_holders = 0
_limit: Any = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Meanwhile linear algebra runs on one thread in the whole process.

    May be held by many at once, entered and left in any order: the first sets it, the last puts back what
    was. There is no other limit than one, so nobody's is in another's way. It suits whoever fills the cores
    with threads of their own, and work in steps so small that threads would wait for each other.
    """
    global _holders, _limit
    with _lock:
        if _holders == 0:
            _let_this_thread_set()
            _limit = _blas().limit(limits=1)
        _holders += 1
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if _holders == 0:
                _let_this_thread_set()
                _limit.restore_original_limits()


@cache
def _blas() -> Any:
    """The linear algebra of numpy and of scipy. Looking for it takes milliseconds, so it is done once."""
    # Each may bring a library of its own, which is found only once it is loaded, as numpy's always is.
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


def _let_this_thread_set() -> None:
    """threadpoolctl listens to the first thread that sets a number and passes over all others in silence;
    the last who leaves could not put back what the first who entered has changed."""
    from threadpoolctl import OpenBLASController

    OpenBLASController.clear_controlling_thread(force=True)
