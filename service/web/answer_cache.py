"""Answers that take a while, kept by what they answer, and never made twice at the same time."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class NotYet(Exception):
    """Nobody knows the answer yet. No error: whoever cannot wait is told so."""


class AnswerCache(Generic[K, V]):
    """The answers used last. May be used from several threads.

    size: how many are kept.
    """

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, Lock()
        self._known: OrderedDict[K, V] = OrderedDict()
        self._making: dict[K, Future[V]] = {}

    def __contains__(self, key: K) -> bool:
        return key in self._known

    def known(self, key: K) -> V:
        """The answer, if it is there. Raises NotYet where it would have to be made."""
        with self._lock:
            if key not in self._known:
                raise NotYet
            self._known.move_to_end(key)
            return self._known[key]

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The answer, made if it is not there; who asks for one that is being made waits for it."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            making = self._making.get(key)
            mine: Future[V] = Future()
            if making is None:
                self._making[key] = mine
        return self._computed(key, make, mine) if making is None else making.result()

    def _computed(self, key: K, make: Callable[[], V], mine: Future[V]) -> V:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._making[key]
            mine.set_exception(error)
            raise
        with self._lock:
            self._known[key] = value
            while len(self._known) > self._size:
                self._known.popitem(last=False)
            del self._making[key]
        mine.set_result(value)
        return value
