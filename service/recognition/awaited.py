"""What a page shows of something that the engine takes a while to find out."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from reid.errors import ReidError
from service.recognition.engine import Engine
from service.web.advice import trouble
from service.web.ahead import Ahead
from service.web.answer_cache import NotYet
from service.web.sentences import translated

T = TypeVar("T")


def awaited(
    ahead: Ahead, engine: Engine, key: Hashable, find: Callable[[bool], T]
) -> tuple[T | None, str]:
    """The answer, or why there is none; neither while it is being found out.

    key: as `Ahead.answer` takes it. find: raises NotYet instead of waiting where it gets False.
    """
    return answered(engine, lambda: ahead.answer(key, lambda: find(False), lambda: find(True)))


def answered(engine: Engine, answer: Callable[[], T]) -> tuple[T | None, str]:
    """An answer of a loaded engine, or why there is none; neither while nobody knows it yet."""
    if engine.loaded is None:
        return None, translated(engine.failure)
    try:
        return answer(), ""
    except NotYet:
        return None, ""
    except ReidError as error:
        return None, trouble(error)
