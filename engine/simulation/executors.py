"""Who does the work: this thread alone, several threads, or further processes; results come in the order of the items.

Threads of one process take turns wherever NumPy's arrays are short, as they are in games in rounds; processes do not.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Final, TypeVar

import numpy as np

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST: Final = 8
"""Workers that are used unless more are asked for."""
MOST_PROCESSES: Final = 61
"""Windows waits for no more at a time."""
WAITING: Final = 4
"""Pieces for each worker that are under way, or done and waiting for their turn; so memory stays bounded."""


@dataclass(frozen=True, slots=True, eq=False)
class Workers:
    """Does pieces of work side by side.

    Attributes:
        count: how many at a time.
        pool: who they are; None: whoever asks.
        helped: whether whoever asks works, too, instead of waiting; it counts as one of them.
    """

    count: int = 1
    pool: Executor | None = None
    helped: bool = False

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The results in the order of the items; at most a few wait, so memory stays bounded."""
        if self.pool is None:
            return map(work, items)
        return self._shared(work, items) if self.helped else self._handed_out(work, items)

    def beside(self, one: Callable[[], Result], other: Callable[[], Item]) -> tuple[Result, Item]:
        """Two pieces of work side by side, `other` done by whoever asks; an error of `one` comes first."""
        future = self._begun(_call, one)
        if future is None:
            return one(), other()
        try:
            second = other()
        finally:
            first = _done(_call, one, future)
        return first, second

    def _handed_out(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        todo = iter(items)
        waiting = deque((item, self._begun(work, item)) for item in islice(todo, 2 * self.count))
        try:
            while waiting:
                item, future = waiting.popleft()
                yield _done(work, item, future)
                waiting.extend((item, self._begun(work, item)) for item in islice(todo, 1))
        finally:
            _cancel(future for _, future in waiting)

    def _shared(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """As `map`, where whoever asks does a piece whenever the next result is not there yet.

        A process holds one piece beside the one it does, and the last piece is never handed out: so nobody has two
        left while another has none.
        """
        todo = enumerate(items)
        fresh: deque[tuple[int, Item]] = deque()
        begun: dict[int, tuple[Item, Future[Result] | None]] = {}
        handed: list[Future[Result]] = []
        most, at = 2 * (self.count - 1), 0

        def hand_out() -> None:
            fresh.extend(islice(todo, WAITING * self.count - len(fresh) - len(begun)))
            handed[:] = filter(_under_way, handed)
            while len(fresh) > 1 and len(handed) < most:
                place, item = fresh.popleft()
                future = self._begun(work, item)
                begun[place] = item, future
                if future is None:
                    return
                handed.append(future)

        try:
            hand_out()
            while fresh or begun:
                if fresh and (at not in begun or _under_way(begun[at][1])):
                    place, item = fresh.popleft()
                    begun[place] = item, _worked(work, item)
                else:
                    yield _done(work, *begun.pop(at))
                    at += 1
                hand_out()
        finally:
            _cancel(future for _, future in begun.values())

    def _begun(self, work: Callable[[Item], Result], item: Item) -> Future[Result] | None:
        """The work under way; None if the workers are gone."""
        try:
            return None if self.pool is None else self.pool.submit(work, item)
        except BrokenProcessPool:
            return None


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
    with _processes(min(count - 1, MOST_PROCESSES)) if processes else ThreadPoolExecutor(count) as pool:
        try:
            yield Workers(count, pool, helped=processes)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # nobody waits for what is still under way
            raise


def default_count() -> int:
    """As many workers as there are processors for us, within reason."""
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(MOST, ours or 1))


def _processes(count: int) -> Executor:
    """Processes that are starting; threads where none can be started."""
    pool = ProcessPoolExecutor(count, get_context("spawn"), _begin)
    # A process has the signals blocked that were so where it was started: an interrupt is for the one that asks.
    blocked = {signal.SIGINT} if hasattr(signal, "pthread_sigmask") else set()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked) if blocked else set()
    try:
        for _ in range(count):
            pool.submit(int)  # each starts one
    except (OSError, BrokenProcessPool):
        return ThreadPoolExecutor(count)
    finally:
        if blocked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool


def _call(work: Callable[[], Result]) -> Result:
    return work()


def _under_way(future: Future[Result] | None) -> bool:
    return future is not None and not future.done()


def _worked(work: Callable[[Item], Result], item: Item) -> Future[Result]:
    """A piece done here and now; an error is raised when its turn comes."""
    done: Future[Result] = Future()
    try:
        done.set_result(work(item))
    except Exception as error:
        done.set_exception(error)
    return done


def _cancel(futures: Iterable[Future[Result] | None]) -> None:
    for future in futures:
        if future is not None:
            future.cancel()


def _done(work: Callable[[Item], Result], item: Item, future: Future[Result] | None) -> Result:
    """The result, worked out here if those who were at it are gone."""
    if future is None:
        return work(item)
    try:
        return future.result()
    except BrokenProcessPool:
        return work(item)


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
