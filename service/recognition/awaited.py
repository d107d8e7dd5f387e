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
    ahead: Ahead, engine: Engine, key: Hashable, at_once: Callable[[], T], whole: Callable[[], T]
) -> tuple[T | None, str]:
    """The answer, or why there is none; neither while it is being found out.

    key, at_once, whole: as `Ahead.answer` takes them.
    """
    return answered(engine, lambda: ahead.answer(key, at_once, whole))


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
