"""Work that goes on while a page is shown already, so that nobody waits for a comparison."""

import logging
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import monotonic
from typing import TypeVar

from cachetools import TTLCache

from service.web.answer_cache import NotYet

T = TypeVar("T")
log = logging.getLogger(__name__)
MOST = 64  # works that wait; beyond it the one asked for longest ago is given up
FAILED_S = 30.0  # an error is told for so long; an answer is where the work keeps it
WANTED_S = 20.0  # a page that waits asks every few seconds; what nobody asked for so long is left


@dataclass(slots=True)
class PendingWork:
    """Work that waits, is being done, or has failed. asked: when last, in monotonic seconds."""

    work: Callable[[], object]
    future: Future[object] = field(default_factory=Future)
    asked: float = field(default_factory=monotonic)


class Ahead:
    """Works in a thread of its own on what pages asked for; what was asked for last comes first.

    One thread, so that one of two cores is left to the pages. Work of a page that was left is not
    begun. wait_s: how long a page waits before it is shown without the answer.
    """

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._waiting: dict[Hashable, PendingWork] = {}  # the last one is next
        self._running: dict[Hashable, PendingWork] = {}
        self._failed: TTLCache[Hashable, PendingWork] = TTLCache(MOST, FAILED_S)
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False

    def answer(self, key: Hashable, at_once: Callable[[], T], whole: Callable[[], T]) -> T:
        """What `at_once` finds, or what `whole` finds within the wait.

        at_once raises NotYet where it would take a while. Raises NotYet when the wait is over;
        the work goes on, and who asks again finds its answer at once, or gets its error.
        """
        try:
            return at_once()
        except NotYet:
            pending = self._pending(key, whole, first=True)
        try:
            return pending.future.result(self._wait_s)  # type: ignore[return-value]  # of this key
        except (TooLong, CancelledError) as error:
            if pending.future.done() and not pending.future.cancelled():
                raise
            raise NotYet from error

    def soon(self, key: Hashable, work: Callable[[], object]) -> None:
        """Find this out when nothing else waits; somebody will ask for it next."""
        self._pending(key, work, first=False)

    def close(self) -> None:
        """Finish the work that is being done, and start no other."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join()

    def _pending(self, key: Hashable, work: Callable[[], object], *, first: bool) -> PendingWork:
        with self._changed:
            if known := self._running.get(key) or self._failed.pop(key, None):
                return known
            if key in self._waiting and not first:
                return self._waiting[key]
            pending = self._waiting.pop(key, None) or PendingWork(work)
            pending.asked = monotonic()
            this, others = {key: pending}, self._waiting
            self._waiting = others | this if first else this | others
            while len(self._waiting) > MOST:
                self._waiting.pop(next(iter(self._waiting))).future.cancel()
            if self._thread is None:
                self._thread = Thread(target=self._run, name="ahead", daemon=True)
                self._thread.start()
            self._changed.notify()
            return pending

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                key, pending = self._waiting.popitem()
                if monotonic() - pending.asked > WANTED_S + self._wait_s:
                    pending.future.cancel()
                    continue
                self._running[key] = pending
            self._do(key, pending)

    def _do(self, key: Hashable, pending: PendingWork) -> None:
        try:
            answer = pending.work()
        except Exception as error:
            log.debug("%s was not found out: %s", key, error)
            with self._changed:
                self._failed[key] = self._running.pop(key)
            pending.future.set_exception(error)
        else:
            with self._changed:
                del self._running[key]
            pending.future.set_result(answer)
