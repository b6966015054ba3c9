"""Who does the work: this thread alone, several threads, or further processes; results come in the order of the items.

Threads of one process take turns wherever NumPy's arrays are short, as they are in games in rounds; processes do not.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from queue import SimpleQueue
from typing import Any, Final, TypeVar

import numpy as np

Item = TypeVar("Item")
Result = TypeVar("Result")
Hand = Callable[[Callable[[Any], Any], Any], Any]
"""Does a piece of work on an item, and waits for the result."""

MOST: Final = 8
"""Workers that are used unless more are asked for."""
MOST_PROCESSES: Final = 61
"""Windows waits for no more at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Workers:
    """Does pieces of work side by side.

    Attributes:
        count: how many at a time.
        threads: that wait for the hands; None if one thread does all.
        hands: that are free.
    """

    count: int = 1
    threads: ThreadPoolExecutor | None = None
    hands: SimpleQueue[Hand] | None = None

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The results in the order of the items; at most a few wait, so memory stays bounded."""
        if self.threads is None:
            yield from map(work, items)
            return
        todo = iter(items)
        waiting: list[Future[Result]] = [
            self.threads.submit(self._done, work, item) for item in islice(todo, 2 * self.count)
        ]
        try:
            while waiting:
                yield waiting.pop(0).result()
                waiting += [self.threads.submit(self._done, work, item) for item in islice(todo, 1)]
        finally:
            for future in waiting:
                future.cancel()

    def _done(self, work: Callable[[Item], Result], item: Item) -> Result:
        if self.hands is None:
            return work(item)
        hand = self.hands.get()
        try:
            found: Result = hand(work, item)
            return found
        finally:
            self.hands.put(hand)


ALONE: Final = Workers()


@contextmanager
def workers(count: int, processes: bool = False) -> Iterator[Workers]:
    """Workers that are there until the end of the `with` block.

    Args:
        count: how many.
        processes: whether they are processes of their own. They start afresh, so the program that asks for them
            has to be guarded by `if __name__ == "__main__"`, and take and return only what can be sent to them.
    """
    _keep_memory()
    if count <= 1:
        yield ALONE
        return
    if processes:
        count = min(count, MOST_PROCESSES)
    with ThreadPoolExecutor(count, initializer=_leave_interrupts) as threads:
        if not processes:
            yield Workers(count, threads)
            return
        with ProcessPoolExecutor(count, get_context("spawn"), _begin) as pool:
            hands: SimpleQueue[Hand] = SimpleQueue()
            for _ in range(count):
                hands.put(_Elsewhere(pool))
            try:
                yield Workers(count, threads, hands)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def default_count() -> int:
    """As many workers as there are processors for us, within reason."""
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(MOST, ours or 1))


def _leave_interrupts() -> None:
    """In a thread: an interrupt is for the main one, and no matter for processes that this one starts."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _begin() -> None:
    """In a new process: an interrupt is for the one that asked, and sums run on one thread as they do there."""
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threadpool_limits(limits=1, user_api="blas")
    _keep_memory()


def _keep_memory() -> None:
    """Makes glibc's malloc keep what large arrays leave, instead of mapping and clearing memory for each of them.

    It raises its own thresholds to the largest array that was ever freed, up to 32 MB (mallopt(3), M_MMAP_THRESHOLD).
    """
    np.empty(31 * 2**20, dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Elsewhere:
    pool: ProcessPoolExecutor

    def __call__(self, work: Callable[[Any], Any], item: Any) -> Any:
        try:
            return self.pool.submit(work, item).result()
        except (BrokenProcessPool, OSError):  # where no process can be started
            return work(item)
