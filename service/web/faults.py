"""What is wrong with a field of a request, as pydantic says it, in sentences with facts."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from reid.sentences import Sentence, fields_of


class FieldFault(Sentence, message="{field}: {why}"): ...


class InvalidRequest(Sentence, code="invalid_request", message="{faults}", joint="; "): ...


class UnfitValue(Sentence, message="{why}"): ...


class FieldMissing(Sentence, message="Field required"): ...


class FieldUnknown(Sentence, message="Extra inputs are not permitted"): ...


class NoWholeNumber(
    Sentence, message="Input should be a valid integer, unable to parse string as an integer"
): ...


class NoNumberRead(
    Sentence, message="Input should be a valid number, unable to parse string as a number"
): ...


class NotFinite(Sentence, message="Input should be a finite number"): ...


class NotAbove(Sentence, message="Input should be greater than {gt}"): ...


class BelowLeast(Sentence, message="Input should be greater than or equal to {ge}"): ...


class NotBelow(Sentence, message="Input should be less than {lt}"): ...


class AboveMost(Sentence, message="Input should be less than or equal to {le}"): ...


class NoText(Sentence, message="Input should be a valid string"): ...


class TextIsEmpty(Sentence, message="String should have at least 1 character"): ...


class TextTooShort(Sentence, message="String should have at least {min_length} characters"): ...


class TextTooLong(Sentence, message="String should have at most {max_length} characters"): ...


class TextUnlikePattern(Sentence, message="String should match pattern '{pattern}'"): ...


class OneOf(Sentence, message="Input should be {choices} or {last}"): ...


class TooManyItems(
    Sentence,
    message="List should have at most {max_length} items after validation, not {actual_length}",
): ...


class HiddenCharacters(
    Sentence, message="it holds characters that nobody sees ({characters}): type it anew"
): ...


KINDS: MappingProxyType[str, Sequence[type[Sentence]]] = MappingProxyType(
    {
        "missing": (FieldMissing,),
        "extra_forbidden": (FieldUnknown,),
        "int_parsing": (NoWholeNumber,),
        "float_parsing": (NoNumberRead,),
        "finite_number": (NotFinite,),
        "greater_than": (NotAbove,),
        "greater_than_equal": (BelowLeast,),
        "less_than": (NotBelow,),
        "less_than_equal": (AboveMost,),
        "string_type": (NoText,),
        "string_too_short": (TextTooShort, TextIsEmpty),
        "string_too_long": (TextTooLong,),
        "string_pattern_mismatch": (TextUnlikePattern,),
        "literal_error": (OneOf,),
        "enum": (OneOf,),
        "too_long": (TooManyItems,),
        "hidden_characters": (HiddenCharacters,),
    }
)
"""Sentences by the type of a fault; of several the one that says what pydantic says."""


def invalid(faults: Sequence[Any]) -> InvalidRequest:
    """faults: as `errors()` of a ValidationError of pydantic or of FastAPI lists them."""
    return InvalidRequest(
        faults=tuple(
            FieldFault(field="/".join(map(str, entry["loc"])), why=fault(entry)) for entry in faults
        )
    )


def fault(entry: Any) -> Sentence:  # noqa: ANN401
    """One entry of `errors()`; in English it reads as pydantic has it."""
    choices, _, last = str(entry.get("ctx", {}).get("expected", "")).rpartition(" or ")
    facts = {name: _shortest(value) for name, value in entry.get("ctx", {}).items()}
    facts |= {"choices": choices, "last": last}
    for kind in KINDS.get(entry["type"], ()):
        names = {field.name for field in fields_of(kind.message)}
        if names <= facts.keys():
            sentence = kind(**{name: facts[name] for name in names})
            if str(sentence) == entry["msg"]:
                return sentence
    return UnfitValue(why=entry["msg"])


def _shortest(value: object) -> object:
    """A whole number without decimals, as pydantic writes it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
