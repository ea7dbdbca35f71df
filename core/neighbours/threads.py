"""Split work on the rows of an array between threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from threadpoolctl import ThreadpoolController, threadpool_limits

MOST_THREADS = 16
"""Threads at most: beyond, memory is what limits the work."""

PARTS_PER_THREAD = 4
"""Parts of the rows for each thread, so that a thread that is held up delays the others little."""


def n_threads() -> int:
    """Return the number of threads that work at once: processors of this process, at most `MOST_THREADS`."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, MOST_THREADS)


def cut_evenly(costs: np.ndarray) -> np.ndarray:
    """Return where to cut rows into parts of about equal cost, for `run_on_parts`.

    Parameters
    ----------
    costs : array of shape (n_rows,)
        Work on each row, 0 or more.

    Returns
    -------
    ndarray of int64, ascending from 0 to n_rows
    """
    total = np.cumsum(costs, dtype=np.float64)
    shares = np.linspace(0, total[-1], n_threads() * PARTS_PER_THREAD + 1)[1:-1]
    return np.unique(np.concatenate([[0], np.searchsorted(total, shares), [len(costs)]]))


def run_on_parts(work: Callable[[int, int], object], cuts: np.ndarray) -> None:
    """Call work(first, last) for the rows between all pairs of neighbouring cuts, in threads.

    The work must let go of Python's lock (`numba.njit(nogil=True)`, NumPy), and the result of a row must not
    depend on other rows of this call: then it does not depend on the threads either.
    """
    parts = list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
    if n_threads() == 1 or len(parts) == 1:
        for part in parts:
            work(*part)
        return
    with ThreadPoolExecutor(n_threads()) as pool:
        for done in [pool.submit(work, *part) for part in parts]:
            done.result()


def run_on_blocks(work: Callable[[slice], object], n_rows: int, size: int) -> None:
    """Call work(block) for slices of `size` rows, in threads: the same blocks on any number of them.

    For sums that are rounded by the shape of a block, as in a product of matrices. Each product takes one
    thread: with several in each thread, they wait for one another, and take 1.6 times as long.
    """

    def work_on(first: int, last: int) -> None:
        for start in range(first * size, min(last * size, n_rows), size):
            work(slice(start, min(start + size, n_rows)))

    if n_rows <= size:  # one block gains nothing from threads
        work_on(0, 1)
        return
    with _ONE_EACH.limit():
        run_on_parts(work_on, cut_evenly(np.ones(-(-n_rows // size))))


class _OneThreadEach:
    """One thread for each product of matrices of this process, while anybody asks for that."""

    def __init__(self) -> None:
        self._lock, self._users = threading.Lock(), 0
        self._pools: ThreadpoolController | None = None
        self._limits: threadpool_limits | None = None

    @contextmanager
    def limit(self) -> Iterator[None]:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._pools = self._pools or ThreadpoolController()  # looking for them takes 2 ms
                self._limits = self._pools.limit(limits=1, user_api="blas")
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0 and self._limits is not None:  # the last one: another still needs it
                    self._limits.restore_original_limits()


_ONE_EACH = _OneThreadEach()
