"""Why an answer of an observer, or a round of reviews, is refused."""

from reid.errors import Conflict, InputError


class Incomplete(InputError):
    """An answer that lacks its certainty or its reason."""

    code = "incomplete_answer"
    message = "An answer that lacks its certainty or its reason."


class BadRegion(InputError):
    """A marked place lies on a photo that is not one of this pair's."""

    code = "bad_region"
    message = "A marked place lies on a photo that is not one of this pair's."


class NameMissing(Incomplete):
    """An answer is not signed."""

    message = "write your name: two observers are told apart by their names"


class AnswerFieldUnfit(Incomplete):
    """A field of an answer cannot be used."""

    message = "{field}: {why}; correct it and answer again"


class MarksUnfit(Incomplete):
    """The places that were marked cannot be read."""

    message = "marked places: {why}; correct it and answer again"


class NumbersUnfit(Incomplete):
    """What the page itself adds to an answer is damaged."""

    message = "seconds and llr are numbers: reload the page and answer again"


class CertaintyOfSameMissing(Incomplete):
    """An answer "same" without its certainty."""

    message = "say how certain “same” is: certain, probable or possible"


class CertaintyOfDifferentMissing(Incomplete):
    """An answer "different" without its certainty."""

    message = "say how certain “different” is: certain, probable or possible"


class ReasonNotComparableMissing(Incomplete):
    """An answer "not comparable" without its reason."""

    message = "say why: “not comparable” needs a reason, such as flank or blur"


class ReasonCannotTellMissing(Incomplete):
    """An answer "cannot tell" without its reason."""

    message = "say why: “cannot tell” needs a reason, such as flank or blur"


class MarkBesidePair(BadRegion):
    """A place is marked on a photo of another encounter."""

    message = "annotation {annotation} is not one of the pair's photos: mark those"


class NoPairNamed(InputError):
    """Fewer than two encounters were named."""

    message = "two encounters at least make a pair: name more"


class TooManyPairs(InputError):
    """More pairs than a person looks through."""

    message = "{encounters} encounters are {pairs} pairs: name at most {limit} encounters at a time"


class EncounterNamedWrongly(InputError):
    """A list of encounters holds a number that none has."""

    message = "there is no encounter {encounter}: correct its number"


class PlanChanged(Conflict):
    """Applying would change something else than was looked at."""

    message = "what would change is not what you looked at any more: look at it again"


CERTAINTY_MISSING: dict[str, type[Incomplete]] = {
    "same": CertaintyOfSameMissing,
    "different": CertaintyOfDifferentMissing,
}
REASON_MISSING: dict[str, type[Incomplete]] = {
    "not_comparable": ReasonNotComparableMissing,
    "cannot_tell": ReasonCannotTellMissing,
}
