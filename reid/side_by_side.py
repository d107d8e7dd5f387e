"""Many small pieces of work at a time, each with a single thread for its matrix products."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

THREADS = min(4, os.cpu_count() or 1)
Item = TypeVar("Item")
Done = TypeVar("Done")


def side_by_side(
    work: Callable[[Item], Done], items: Iterable[Item], *, threads: int = THREADS
) -> Iterator[Done]:
    """What `work` makes of every item, in order, `threads` of them at a time.

    The products of one pair of photos are small: threads inside them would only wait for each
    other, so BLAS gets one thread until the last result is out.
    """
    with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, items)


@cache
def _blas() -> ThreadpoolController:
    """Finding the libraries takes milliseconds: once is enough."""
    return ThreadpoolController()
