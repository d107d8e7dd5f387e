"""Why a photo cannot be used, in two columns: the English sentence, and its class and facts."""

import json
from typing import Any

from reid.sentences import Sentence, every_sentence

Reason = Sentence | str | None
"""A sentence, or English without facts where an earlier release kept it; None: nothing is wrong."""


def columns(reason: Reason) -> dict[str, str | None]:
    """The values of error_detail and error_facts."""
    facts = packed(reason) if isinstance(reason, Sentence) else None
    return {"error_detail": None if reason is None else str(reason), "error_facts": facts}


def reason(detail: str | None, facts: str | None) -> Reason:
    """What stands in the two columns; English alone where its class is not known any more."""
    try:
        return _unpacked(json.loads(facts)) if facts else detail
    except (KeyError, TypeError, ValueError):
        return detail


def packed(sentence: Sentence | None) -> str | None:
    """A sentence as JSON: its class and facts."""
    return None if sentence is None else json.dumps(_packed(sentence), ensure_ascii=False)


def unpacked(facts: str | None) -> Sentence | None:
    """The sentence of such a JSON; None of None, and where its class is not known any more."""
    sentence = reason(None, facts)
    return sentence if isinstance(sentence, Sentence) else None


def _packed(value: object) -> object:
    if isinstance(value, Sentence):
        facts = {name: _packed(fact) for name, fact in value.facts.items()}
        return {"sentence": type(value).__name__, "facts": facts}
    if isinstance(value, tuple):
        return [_packed(part) for part in value]
    return value if isinstance(value, int | float) else str(value)


def _unpacked(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return tuple(map(_unpacked, value))
    if not isinstance(value, dict):
        return value
    kinds = {kind.__name__: kind for kind in every_sentence()}
    facts = {name: _unpacked(fact) for name, fact in value["facts"].items()}
    return kinds[value["sentence"]](**facts)
