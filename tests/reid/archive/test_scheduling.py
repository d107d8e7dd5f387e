"""Items keep their order and their rows, whichever workers are lost; the engine is a fake."""

from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from functools import partial
from itertools import count
from time import sleep

import pytest

from reid.archive.scheduling import (
    AHEAD,
    TRIES,
    WINDOW,
    NoWorker,
    Scheduler,
    Work,
    WorkersEnd,
)


class Lost(BaseException):
    """Ends the worker."""


class FakeWorker:
    """A thread; dies where its work raises Lost, or before it begins."""

    def __init__(self, engine, number):
        self.engine, self.number, self.dead, self.tool = engine, number, False, None
        self.thread = ThreadPoolExecutor(1)

    def begin(self, work):
        if self.number in self.engine.never:
            return Future()
        self.work = work
        return self.thread.submit(self._do, self._load)

    def submit(self, item):
        self.engine.handed += 1
        return self.thread.submit(self._do, lambda: self.work.do(self.tool, item))

    def close(self):
        self.engine.closed.append(self.number)
        self.thread.shutdown(wait=False, cancel_futures=True)

    def _load(self):
        if self.number in self.engine.stillborn:
            raise Lost
        self.tool = self.work.load()

    def _do(self, action):
        if self.dead:
            raise BrokenExecutor
        try:
            return action()
        except Lost:
            self.dead = True
            raise BrokenExecutor("gone") from None


class FakeEngine:
    """Workers that are threads. stillborn: those that die as they load; never: never begin."""

    def __init__(self, workers, *, stillborn=(), never=(), patience_s=20.0):
        self.workers, self.patience_s = workers, patience_s
        self.stillborn, self.never = stillborn, never
        self.started, self.closed, self.handed = 0, [], 0

    def start(self):
        self.started += 1
        return FakeWorker(self, self.started)


def rows(engine, do, items, load=lambda: "tool"):
    scheduler = Scheduler(engine)
    try:
        return list(scheduler.rows(Work(do, load, lambda item: f"lost {item}"), items))
    finally:
        scheduler.close()


def unevenly(tool, item):
    sleep(0.003 * (item % 3 == 0))
    return f"{tool} {item}"


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_rows_come_in_the_order_of_the_items_from_any_number_of_workers(workers):
    assert rows(FakeEngine(workers), unevenly, range(60)) == [f"tool {n}" for n in range(60)]


def test_an_engine_gives_what_one_process_gives():
    assert rows(FakeEngine(3), unevenly, range(20)) == rows(None, unevenly, range(20))


def test_no_items_start_no_worker_and_two_items_start_two():
    assert rows(nobody := FakeEngine(4), unevenly, []) == []
    rows(two := FakeEngine(4), unevenly, range(2))
    assert (nobody.started, two.started) == (0, 2)


def test_few_items_are_read_ahead():
    engine, read = FakeEngine(2), count()
    work = Work(unevenly, str, str)
    running = Scheduler(engine).rows(work, (n for n in read if n < 10_000))
    for _ in range(30):
        next(running)
    assert next(read) <= 30 + 2 * WINDOW * AHEAD + 1
    assert engine.handed <= 30 + 2 * WINDOW * AHEAD
    running.close()
    assert engine.closed


class DiesOnce:
    """Ends the first worker that does an item of these."""

    def __init__(self, items):
        self.left = set(items)

    def __call__(self, tool, item):
        if item in self.left:
            self.left.remove(item)
            raise Lost
        return item


def test_the_items_of_a_lost_worker_go_to_others(caplog):
    engine = FakeEngine(2)
    assert rows(engine, DiesOnce({5, 17, 30}), range(40)) == [*range(40)]
    assert engine.started <= 5
    assert "a worker was lost" in caplog.text


def test_the_last_items_of_a_lost_worker_are_done_though_no_other_worker_comes():
    engine = FakeEngine(2, never=range(3, 99))
    assert rows(engine, DiesOnce({39}), range(40)) == [*range(40)]


def deadly(tool, item):
    if item == 7:
        raise Lost
    return item


def test_an_item_that_ends_every_worker_has_the_row_of_a_lost_one_and_costs_no_other_its_row():
    engine = FakeEngine(2)
    expected = ["lost 7" if n == 7 else n for n in range(30)]
    assert rows(engine, deadly, range(30)) == expected
    assert TRIES < engine.started <= 2 + TRIES


def test_workers_stay_from_one_work_to_the_next():
    engine = FakeEngine(2)
    scheduler = Scheduler(engine)
    for do in (unevenly, unevenly):
        list(scheduler.rows(Work(do, str, str), range(30)))
    assert (engine.started, engine.closed) == (2, [])
    scheduler.close()
    assert sorted(engine.closed) == [1, 2]


def test_a_worker_that_dies_before_it_begins_is_replaced():
    assert rows(FakeEngine(2, stillborn=(1, 3)), unevenly, range(9)) == rows(
        None, unevenly, range(9)
    )


def test_workers_that_always_die_before_they_begin_are_given_up_with_a_sentence():
    with pytest.raises(WorkersEnd, match=r"6 workers ended before they could begin \(gone\)"):
        rows(FakeEngine(2, stillborn=range(99)), unevenly, range(9))


def test_a_cluster_without_room_is_given_up_with_a_sentence():
    with pytest.raises(NoWorker, match=r"within 0\.05 s"):
        rows(FakeEngine(2, never=range(99), patience_s=0.05), unevenly, range(9))


def failing(message, *_):
    raise ValueError(message)


@pytest.mark.parametrize("at", ["load", "do"])
def test_what_the_work_itself_raises_is_raised_and_all_workers_are_closed(at):
    engine, broken = FakeEngine(2), partial(failing, "no weights")
    with pytest.raises(ValueError, match="no weights"):
        rows(
            engine,
            broken if at == "do" else unevenly,
            range(9),
            load=broken if at == "load" else str,
        )
    assert sorted(engine.closed) == [*range(1, engine.started + 1)]
