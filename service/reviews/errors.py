"""Why an answer of an observer, or a round of reviews, is refused."""

from reid.errors import Conflict, InputError


class Incomplete(
    InputError,
    code="incomplete_answer",
    message="An answer that lacks its certainty or its reason.",
): ...


class BadRegion(
    InputError,
    code="bad_region",
    message="A marked place lies on a photo that is not one of this pair's.",
): ...


class NameMissing(
    Incomplete, message="write your name: two observers are told apart by their names"
): ...


class AnswerFieldUnfit(Incomplete, message="{field}: {why}; correct it and answer again"): ...


class MarksUnfit(Incomplete, message="marked places: {why}; correct it and answer again"): ...


class NumbersUnfit(
    Incomplete, message="seconds and llr are numbers: reload the page and answer again"
): ...


class CertaintyOfSameMissing(
    Incomplete, message="say how certain “same” is: certain, probable or possible"
): ...


class CertaintyOfDifferentMissing(
    Incomplete, message="say how certain “different” is: certain, probable or possible"
): ...


class ReasonNotComparableMissing(
    Incomplete, message="say why: “not comparable” needs a reason, such as flank or blur"
): ...


class ReasonCannotTellMissing(
    Incomplete, message="say why: “cannot tell” needs a reason, such as flank or blur"
): ...


class MarkBesidePair(
    BadRegion, message="photo {annotation} is not one of the pair's photos: mark those"
): ...


class NoPairNamed(InputError, message="two encounters at least make a pair: name more"): ...


class TooManyPairs(
    InputError,
    message="{encounters} encounters are {pairs} pairs: name at most {limit} encounters at a time",
): ...


class EncounterNamedWrongly(
    InputError, message="there is no encounter {encounter}: correct its number"
): ...


class PlanChanged(
    Conflict, message="what would change is not what you looked at any more: look at it again"
): ...


CERTAINTY_MISSING: dict[str, type[Incomplete]] = {
    "same": CertaintyOfSameMissing,
    "different": CertaintyOfDifferentMissing,
}
REASON_MISSING: dict[str, type[Incomplete]] = {
    "not_comparable": ReasonNotComparableMissing,
    "cannot_tell": ReasonCannotTellMissing,
}
