"""How many requests an account, and an address of strangers, may send in a minute."""

from threading import Timer
from time import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from service.store.people import Actor, Browser, network_of
from service.web.errors import TooManyOfStrangers, TooManyRequests

MOST_COUNTS = 20_000
"""Of one rate, two a key: many addresses must not fill the memory."""


class RequestRate:
    """At most so many requests a minute of each key.

    A key has one count a minute; that of the last minute weighs as much as the part of it that
    lies in the last sixty seconds.
    """

    def __init__(self, a_minute: int) -> None:
        """a_minute: 0 is no limit."""
        self.a_minute = a_minute
        self._limit = RateLimitItemPerMinute(a_minute) if a_minute else None
        self._start()

    def wait_s(self, key: str) -> int:
        """Count a request: 0; or the seconds until one is taken, and this one is not counted."""
        if self._limit is None:
            return 0
        if len(self._counts.storage) >= MOST_COUNTS:
            self._make_room()
        if self._window.hit(self._limit, key):
            return 0
        left = self._window.get_window_stats(self._limit, key).reset_time - time()
        return int(left) + 1  # later than the moment itself

    def _make_room(self) -> None:
        """Forget what is over; where too little is, everything: then all start anew."""
        for key in list(self._counts.expirations):
            self._counts.get(key)  # which drops it where it is over
        if len(self._counts.storage) > MOST_COUNTS // 2:
            self._start()

    def _start(self) -> None:
        self._counts = MemoryStorage()
        self._counts.timer = _NoTimer()
        self._window = SlidingWindowCounterRateLimiter(self._counts)


class _NoTimer(Timer):
    """In place of the library's, which starts a thread at nearly every request to forget what is
    over. A request waits for the start of a thread, on a busy machine for milliseconds."""

    def __init__(self) -> None:
        super().__init__(0, lambda: None)

    def is_alive(self) -> bool:
        """So that no other one is started."""
        return True


class RequestRates:
    """Counts requests in this process: by account, those without one by the address they come from.

    Whoever sits at a laptop without accounts is not counted.
    """

    def __init__(self, of_account: int, of_strangers: int) -> None:
        """Both a minute; 0 is no limit."""
        self._of_account, self._of_strangers = RequestRate(of_account), RequestRate(of_strangers)

    def exceeded(
        self, actor: Actor | None, browser: Browser
    ) -> TooManyRequests | TooManyOfStrangers | None:
        """Count a request; why it is one too many, or None. actor None: nobody we know."""
        if actor is None:
            rate = self._of_strangers
            wait_s = rate.wait_s(network_of(browser.address))
            return TooManyOfStrangers(limit=rate.a_minute, wait_s=wait_s) if wait_s else None
        if actor.single:
            return None
        rate = self._of_account
        wait_s = rate.wait_s(str(actor.account_id))
        return TooManyRequests(limit=rate.a_minute, wait_s=wait_s) if wait_s else None
