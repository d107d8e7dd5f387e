"""Work on many items by processes of this machine, in the order of the items.

A piece of work is a pure function of an item and of what a process loads once; items and rows can
be pickled. So whoever schedules it does not matter to what comes out.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Row = TypeVar("Row")
Tool = TypeVar("Tool")

AHEAD = 4  # items a process that wait for it


@dataclass(frozen=True, slots=True)
class Work(Generic[Tool, Item, Row]):
    """What is done with each item. load: brings what a process needs once, such as the network.

    lost: the row of an item that ended its process.
    """

    do: Callable[[Tool, Item], Row]
    load: Callable[[], Tool]
    lost: Callable[[Item], Row]


def workers_here() -> int:
    """One process a core, four at most: each holds the network."""
    return max(1, min(4, len(os.sched_getaffinity(0))))


class Scheduler:
    """Runs work in `workers` processes, or in this one where that is 1."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers

    def rows(self, work: Work[Tool, Item, Row], items: Iterable[Item]) -> Iterator[Row]:
        """A row for each item, in their order; few items wait at a time."""
        if self.workers == 1:
            tool: list[Tool] = []
            for item in items:
                tool = tool or [work.load()]
                yield work.do(tool[0], item)
            return
        yield from self._by_processes(work, items)

    def _by_processes(self, work: Work[Tool, Item, Row], items: Iterable[Item]) -> Iterator[Row]:
        todo, under_way = iter(items), deque[tuple[Item, Future[Row]]]()
        pool = self._pool(work)
        try:
            while True:
                while len(under_way) < AHEAD * self.workers:
                    try:
                        item = next(todo)
                    except StopIteration:
                        break
                    under_way.append((item, pool.submit(_done, work.do, item)))
                if not under_way:
                    return
                item, future = under_way.popleft()
                try:
                    yield future.result()
                except BrokenProcessPool:
                    waiting = [item, *(one for one, _ in under_way)]
                    under_way.clear()
                    pool.shutdown(wait=False)
                    for one in waiting:  # each alone, to learn which of them ends its process
                        yield self._by_itself(work, one)
                    pool = self._pool(work)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _by_itself(self, work: Work[Tool, Item, Row], item: Item) -> Row:
        with self._pool(work, 1) as pool:
            try:
                return pool.submit(_done, work.do, item).result()
            except BrokenProcessPool:
                return work.lost(item)

    def _pool(self, work: Work[Tool, Item, Row], workers: int | None = None) -> ProcessPoolExecutor:
        threads = max(1, len(os.sched_getaffinity(0)) // self.workers)
        return ProcessPoolExecutor(
            workers or self.workers,
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(work.load, threads, os.getpid()),
        )


_TOOL: dict[str, Any] = {}  # of this process: what brings its tool, and then the tool


def _begin(load: Callable[[], Any], threads: int, parent: int) -> None:
    """In a new process: few threads each, and no life after the parent's."""
    import cv2

    cv2.setNumThreads(1)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    _end_with(parent)
    _TOOL["load"] = partial(_narrow, load, threads)


def _narrow(load: Callable[[], Any], threads: int) -> Any:  # noqa: ANN401  whatever work needs
    tool = load()
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(threads)
    return tool


def _end_with(parent: int) -> None:
    from threading import Thread
    from time import sleep

    def watch() -> None:
        while os.getppid() == parent:
            sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _done(do: Callable[[Any, Any], Row], item: object) -> Row:
    if "tool" not in _TOOL:
        _TOOL["tool"] = _TOOL["load"]()
    return do(_TOOL["tool"], item)
