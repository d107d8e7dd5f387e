"""Answers that take a while, kept by what they answer, and never made twice at the same time."""

from collections.abc import Callable
from operator import attrgetter
from threading import Condition
from typing import Generic, TypeVar

from cachetools import LRUCache, cachedmethod

K = TypeVar("K")
V = TypeVar("V")


class NotYet(Exception):
    """Nobody knows the answer yet. No error: whoever cannot wait is told so."""


class AnswerCache(Generic[K, V]):
    """The answers used last, at most `size` of them. May be used from several threads."""

    def __init__(self, size: int) -> None:
        self._known: LRUCache[K, V] = LRUCache(size)
        self._changed = Condition()

    def __contains__(self, key: K) -> bool:
        return key in self._known

    def known(self, key: K) -> V:
        """The answer, if it is there. Raises NotYet where it would have to be made."""
        with self._changed:
            if key not in self._known:
                raise NotYet
            return self._known[key]

    @cachedmethod(attrgetter("_known"), key=lambda *call: call[1], condition=attrgetter("_changed"))
    def get(self, key: K, make: Callable[[], V]) -> V:  # noqa: ARG002  see the line above
        """The answer, made if it is not there; who asks for one that is being made waits for it.

        Where it cannot be made, each who waited tries in turn.
        """
        return make()
