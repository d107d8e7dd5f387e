"""Work on many items by workers that may be lost, in the order of the items.

A piece of work is a pure function of an item and of what a worker loads once; items and rows can be
pickled. So whoever does it, and how often, does not matter to what comes out. An engine starts
workers: processes of this machine, or of a cluster. Everything else is here, once for all engines:
how much waits, whose turn it is, and what becomes of the items of a lost worker.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from reid.errors import ReidError

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Row = TypeVar("Row")
Tool = TypeVar("Tool")

AHEAD = 4  # items at a worker: one that it does, and others that wait for it
WINDOW = 2  # times as many are read before the first of them has its row
TRIES = 3  # workers that end with an item before it counts as what ends them


class EngineChoice(StrEnum):
    """Whose workers a run has: processes of this machine, or actors of a Ray cluster."""

    LOCAL = "local"
    RAY = "ray"


class NoWorker(
    ReidError,
    message="no worker could begin within {seconds:g} s: the cluster has no free processor with "
    "1 GiB of memory, or cannot be reached; what is done is kept, and the same command goes on",
): ...


class WorkersEnd(
    ReidError,
    message="{count} workers ended before they could begin ({why}): where memory is short start "
    "fewer with --workers; what is done is kept, and the same command goes on",
): ...


@dataclass(frozen=True, slots=True)
class Work(Generic[Tool, Item, Row]):
    """What is done with each item. load: brings what a worker needs once, such as the network.

    lost: the row of an item that ends its workers.
    """

    do: Callable[[Tool, Item], Row]
    load: Callable[[], Tool]
    lost: Callable[[Item], Row]


class ArchiveWorker(Protocol):
    """Does items one after the other, in the order in which it gets them.

    Futures raise BrokenExecutor where the worker was lost, and whatever its work raises.
    """

    def begin(self, work: Work[Any, Any, Any]) -> "Future[None]":
        """Load what some work needs; done when its items may come."""

    def submit(self, item: Any) -> "Future[Any]":  # noqa: ANN401  whatever the work is about
        """The row of an item."""

    def close(self) -> None:
        """End it, lost or not."""


class ArchiveEngine(Protocol):
    """Starts workers. workers: how many at once; patience_s: for the first to begin."""

    @property
    def workers(self) -> int:
        """How many at once."""

    @property
    def patience_s(self) -> float | None:
        """Seconds without any worker before a run is given up; None: never."""

    def start(self) -> ArchiveWorker:
        """A worker; returns at once."""


class Scheduler:
    """Runs work by the workers of an engine, or in this process where there is none.

    Workers stay from one piece of work to the next, until the scheduler is closed.
    """

    def __init__(self, engine: ArchiveEngine | None = None) -> None:
        self._engine = engine
        self._idle: list[ArchiveWorker] = []

    def rows(self, work: Work[Tool, Item, Row], items: Iterable[Item]) -> Iterator[Row]:
        """A row for each item, in their order; few items wait at a time.

        Raises NoWorker or WorkersEnd where nobody can work, and what loading raises.
        """
        if self._engine is not None:
            yield from _Crew(self._engine, self._idle, work).rows(items)
            return
        tool: list[Tool] = []
        for item in items:
            tool = tool or [work.load()]
            yield work.do(tool[0], item)

    def close(self) -> None:
        """End the workers."""
        while self._idle:
            self._idle.pop().close()


@dataclass(slots=True, eq=False)
class _Unit(Generic[Item, Row]):
    """An item on its way. row: none or one; ended: workers that were lost while they did it."""

    item: Item
    row: list[Row] = field(default_factory=list)
    ended: int = 0


class _Crew(Generic[Tool, Item, Row]):
    """The workers of one piece of work. idle: workers that may be taken; gets them back."""

    def __init__(
        self, engine: ArchiveEngine, idle: list[ArchiveWorker], work: Work[Tool, Item, Row]
    ) -> None:
        self._engine, self._idle, self._work = engine, idle, work
        self._starting: dict[ArchiveWorker, Future[None]] = {}
        self._busy: dict[ArchiveWorker, deque[tuple[_Unit[Item, Row], Future[Row]]]] = {}
        self._waiting: deque[_Unit[Item, Row]] = deque()
        self._lost_at_start = 0

    def rows(self, items: Iterable[Item]) -> Iterator[Row]:
        todo, order = iter(items), deque[_Unit[Item, Row]]()
        try:
            while True:
                while order and order[0].row:
                    yield order.popleft().row[0]
                room = WINDOW * AHEAD * self._engine.workers - len(order)
                fresh: list[_Unit[Item, Row]] = [_Unit(item) for item in islice(todo, room)]
                order += fresh
                self._waiting += fresh
                if not order:
                    return
                self._hand_out()
                self._wait()
        finally:
            for worker, units in self._busy.items():
                if units:
                    worker.close()
                else:
                    self._idle.append(worker)
            for worker in self._starting:
                worker.close()

    def _hand_out(self) -> None:
        """Waiting units to the workers with the fewest; others are started for the rest.

        Where few wait, some are left for those that are done first.
        """
        while self._waiting and self._busy:
            worker = min(self._busy, key=lambda one: len(self._busy[one]))
            fair = 1 + len(self._waiting) // self._engine.workers
            if len(self._busy[worker]) >= min(AHEAD, fair):
                break
            unit = self._waiting.popleft()
            self._busy[worker].append((unit, worker.submit(unit.item)))
        room = self._engine.workers - len(self._busy)
        while len(self._starting) < min(len(self._waiting), room):
            worker = self._idle.pop() if self._idle else self._engine.start()
            self._starting[worker] = worker.begin(self._work)

    def _wait(self) -> None:
        """Until anything has happened."""
        first: list[Future[Any]] = [units[0][1] for units in self._busy.values() if units]
        patience = None if self._busy else self._engine.patience_s
        if not wait([*self._starting.values(), *first], patience, FIRST_COMPLETED).done:
            raise NoWorker(seconds=patience or 0)
        for worker in [worker for worker, begun in self._starting.items() if begun.done()]:
            self._begin(worker)
        for worker, units in list(self._busy.items()):
            try:
                while units and units[0][1].done():
                    units[0][0].row.append(units[0][1].result())
                    units.popleft()
            except BrokenExecutor:
                self._lose(worker)

    def _begin(self, worker: ArchiveWorker) -> None:
        try:
            self._starting[worker].result()
        except BrokenExecutor as error:
            del self._starting[worker]
            worker.close()
            self._lost_at_start += 1
            if self._lost_at_start >= TRIES * self._engine.workers:
                raise WorkersEnd(count=self._lost_at_start, why=str(error)) from error
            return
        del self._starting[worker]
        self._busy[worker] = deque()
        self._lost_at_start = 0

    def _lose(self, worker: ArchiveWorker) -> None:
        """Its units go to others; only the one that it was at may be why it is lost."""
        units = [unit for unit, _ in self._busy.pop(worker)]
        worker.close()
        log.warning("a worker was lost; what it had not done goes to others (%d)", len(units))
        units[0].ended += 1
        if units[0].ended >= TRIES:
            unit = units.pop(0)
            unit.row.append(self._work.lost(unit.item))
        self._waiting.extendleft(reversed(units))
