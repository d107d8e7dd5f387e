"""Workers of an archive run as processes of this machine."""

import os
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from reid.archive.scheduling import Work
from reid.threads import cores


class Bench:
    """Where a worker works: what it does, and what it has loaded for it."""

    def __init__(self) -> None:
        self._load, self._tool = b"", None
        self._do: Callable[[Any, Any], Any] | None = None

    def begin(self, work: Work[Any, Any, Any], threads: int) -> None:
        """Load what the work needs, unless the work before needed the same."""
        load = pickle.dumps(work.load)
        if load != self._load:
            self._load, self._tool = b"", None
            self._tool = _loaded(work.load, threads)
            self._load = load
        self._do = work.do

    def done(self, item: object) -> Any:  # noqa: ANN401
        """The row of an item."""
        if self._do is None:
            raise RuntimeError("nothing was begun here")
        return self._do(self._tool, item)


_BENCH = Bench()  # of a worker's process


def workers_here() -> int:
    """One process a core, four at most: each holds the network."""
    return max(1, min(4, cores()))


class LocalEngine:
    """Starts `workers` processes of this machine."""

    patience_s = None

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def start(self) -> "ProcessWorker":
        """A process of its own."""
        return ProcessWorker(max(1, cores() // self.workers))


class ProcessWorker:
    """One process; its death is nobody else's."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._process = ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=_end_with, initargs=(os.getpid(),)
        )

    def begin(self, work: Work[Any, Any, Any]) -> "Future[None]":
        """Load what the work needs."""
        return self._call(_begin, work, self._threads)

    def submit(self, item: object) -> "Future[Any]":
        """The row of an item."""
        return self._call(_done, item)

    def close(self) -> None:
        """Ends once it has done what it is at."""
        self._process.shutdown(wait=True, cancel_futures=True)

    def _call(self, function: Callable[..., Any], *arguments: object) -> "Future[Any]":
        try:
            return self._process.submit(function, *arguments)
        except BrokenExecutor as error:
            broken: Future[Any] = Future()
            broken.set_exception(error)
            return broken


def _loaded(load: Callable[[], Any], threads: int) -> Any:  # noqa: ANN401  whatever work needs
    """What a worker needs, in a process that shall use few threads.

    Libraries of linear algebra read the environment when they are loaded, which is long ago; as
    many threads as cores in each of several processes wait for each other most of the time.
    """
    import cv2
    from threadpoolctl import threadpool_limits

    cv2.setNumThreads(1)
    tool = load()
    threadpool_limits(limits=threads)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(threads)
    return tool


def _begin(work: Work[Any, Any, Any], threads: int) -> None:
    _BENCH.begin(work, threads)


def _done(item: object) -> Any:  # noqa: ANN401
    return _BENCH.done(item)


def _end_with(parent: int) -> None:
    """No life after the parent's."""
    from threading import Thread
    from time import sleep

    def watch() -> None:
        while os.getppid() == parent:
            sleep(1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()
