"""Work on many items by workers that may be lost, in the order of the items.

A piece of work is a pure function of an item and of what a worker loads once; items and rows can be
pickled. So whoever does it, and how often, does not matter to what comes out. An engine starts
workers: processes of this machine, or of a cluster. Everything else is here, once for all engines:
how much waits, whose turn it is, and what becomes of the items of a lost worker.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from reid.errors import ReidError

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
    code="no_worker",
    message="no worker could begin within {seconds:g} s: the cluster has no free processor with "
    "1 GiB of memory, or cannot be reached; what is done is kept, and the same command goes on",
): ...


class WorkersEnd(
    ReidError,
    code="workers_end",
    message="{count} workers were ended by the system before they could begin, for want of memory "
    "for instance: start fewer with --workers; what is done is kept, and the same command goes on",
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

    ready: done as soon as it has loaded what the work needs. Futures raise BrokenExecutor where the
    worker was lost, and whatever its work raises.
    """

    @property
    def ready(self) -> "Future[None]":
        """Done when items may come."""

    def submit(self, item: Any) -> "Future[Any]":  # noqa: ANN401  whatever the work is about
        """The row of an item."""

    def close(self) -> None:
        """End it, lost or not."""


class ArchiveEngine(Protocol):
    """Starts workers. workers: how many at once; patience_s: for the first to be ready."""

    @property
    def workers(self) -> int:
        """How many at once."""

    @property
    def patience_s(self) -> float | None:
        """Seconds without any worker before a run is given up; None: never."""

    def start(self, work: Work[Any, Any, Any]) -> ArchiveWorker:
        """A worker for some work; returns at once."""


class Scheduler:
    """Runs work by the workers of an engine, or in this process where there is none."""

    def __init__(self, engine: ArchiveEngine | None = None) -> None:
        self.engine = engine

    def rows(self, work: Work[Tool, Item, Row], items: Iterable[Item]) -> Iterator[Row]:
        """A row for each item, in their order; few items wait at a time.

        Raises NoWorker or WorkersEnd where nobody can work, and what loading raises.
        """
        if self.engine is not None:
            yield from _Crew(self.engine, work).rows(items)
            return
        tool: list[Tool] = []
        for item in items:
            tool = tool or [work.load()]
            yield work.do(tool[0], item)


@dataclass(slots=True, eq=False)
class _Unit(Generic[Item, Row]):
    """An item on its way. row: none or one; ended: workers that were lost while they did it."""

    item: Item
    row: list[Row] = field(default_factory=list)
    ended: int = 0


class _Crew(Generic[Tool, Item, Row]):
    """The workers of one piece of work."""

    def __init__(self, engine: ArchiveEngine, work: Work[Tool, Item, Row]) -> None:
        self._engine, self._work = engine, work
        self._starting: list[ArchiveWorker] = []
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
            for worker in (*self._starting, *self._busy):
                worker.close()

    def _hand_out(self) -> None:
        """Waiting units to the workers with the fewest; others are started for the rest."""
        while self._waiting and self._busy:
            worker = min(self._busy, key=lambda one: len(self._busy[one]))
            if len(self._busy[worker]) >= AHEAD:
                break
            unit = self._waiting.popleft()
            self._busy[worker].append((unit, worker.submit(unit.item)))
        room = self._engine.workers - len(self._busy)
        while len(self._starting) < min(len(self._waiting), room):
            self._starting.append(self._engine.start(self._work))

    def _wait(self) -> None:
        """Until anything has happened."""
        begun: list[Future[Any]] = [worker.ready for worker in self._starting]
        first: list[Future[Any]] = [units[0][1] for units in self._busy.values() if units]
        patience = None if self._busy else self._engine.patience_s
        if not wait([*begun, *first], patience, FIRST_COMPLETED).done:
            raise NoWorker(seconds=patience or 0)
        for worker in [worker for worker in self._starting if worker.ready.done()]:
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
            worker.ready.result()
        except BrokenExecutor as error:
            self._starting.remove(worker)
            worker.close()
            self._lost_at_start += 1
            if self._lost_at_start >= TRIES * self._engine.workers:
                raise WorkersEnd(count=self._lost_at_start) from error
            return
        self._starting.remove(worker)
        self._busy[worker] = deque()
        self._lost_at_start = 0

    def _lose(self, worker: ArchiveWorker) -> None:
        """Its units go to others; only the one that it was at may be why it is lost."""
        units = [unit for unit, _ in self._busy.pop(worker)]
        worker.close()
        units[0].ended += 1
        if units[0].ended >= TRIES:
            unit = units.pop(0)
            unit.row.append(self._work.lost(unit.item))
        self._waiting.extendleft(reversed(units))
