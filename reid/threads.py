"""Many small pieces of work at a time, each with a single thread for its matrix products."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Done = TypeVar("Done")


def cores() -> int:
    """Cores that this process may use; macOS and Windows only say how many there are."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


THREADS = min(4, cores())


def side_by_side(
    work: Callable[[Item], Done], items: Iterable[Item], *, threads: int = THREADS
) -> Iterator[Done]:
    """What `work` makes of every item, in order, `threads` of them at a time.

    The products of one pair of photos are small: threads inside them would only wait for each
    other, so BLAS gets one thread until the last result is out.
    """
    with _narrow(), ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, items)


class _Blas:
    """The process's libraries: found once, narrowed by the first who comes, until the last goes."""

    def __init__(self) -> None:
        self.lock, self.inside, self.undo = Lock(), 0, ExitStack()
        self.libraries: ThreadpoolController | None = None


_BLAS = _Blas()


@contextmanager
def _narrow() -> Iterator[None]:
    """BLAS has one thread inside. Two that overlap would else restore each other's limit."""
    with _BLAS.lock:
        if not _BLAS.inside:
            _BLAS.libraries = _BLAS.libraries or ThreadpoolController()
            _BLAS.undo.enter_context(_BLAS.libraries.limit(limits=1, user_api="blas"))
        _BLAS.inside += 1
    try:
        yield
    finally:
        with _BLAS.lock:
            _BLAS.inside -= 1
            if not _BLAS.inside:
                _BLAS.undo.close()
