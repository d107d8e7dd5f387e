"""Why a change of identities is refused, and what such a sentence names."""

from collections.abc import Collection

from reid.errors import Conflict, InputError, NotFound
from reid.sentences import Sentence


class OneEncounter(Sentence, message="encounter {number}"): ...


class SeveralEncounters(Sentence, message="encounters {numbers} and {last}"): ...


class NameOfIdentity(Sentence, context="field of an identity", message="name"): ...


class SexOfIdentity(Sentence, context="field of an identity", message="sex"): ...


class LifeStageOfIdentity(Sentence, context="field of an identity", message="life stage"): ...


class NoteOfIdentity(Sentence, context="field of an identity", message="note"): ...


class MergerOfIdentity(Sentence, context="field of an identity", message="merged into"): ...


class NameUnchanged(Conflict, message="the identity is called {name} already"): ...


class DescriptionUnchanged(
    Conflict, message="{name} is described so already: nothing to change"
): ...


class MergedWithItself(
    Conflict, message="an identity cannot be merged with itself: choose another one"
): ...


class NothingToMerge(Conflict, message="no encounter is {name} now: there is nothing to merge"): ...


class DecidedThisMoment(
    Conflict, message="somebody decided on {name} this moment: look at it again first"
): ...


class NobodyLeaves(InputError, message="choose the encounters that leave"): ...


class LeftAlready(
    Conflict, message="{encounters} is not {name} (any more): look at its encounters again"
): ...


class SeveralLeftAlready(
    Conflict, message="{encounters} are not {name} (any more): look at its encounters again"
): ...


class EveryoneLeaves(
    Conflict, message="all encounters of {name} would leave: rename it, or merge it"
): ...


class ReasonToKeepMissing(
    InputError, message="say why it stays as it is: the reason is what resolves it"
): ...


class SplitIntoItself(
    Conflict, message="choose another identity for the encounters that leave"
): ...


class NoSuchEncounters(NotFound, message="no {encounters}"): ...


class ChangedMeanwhile(
    Conflict, message="somebody changed {name} meanwhile: look at its history, then change it"
): ...


class NameTaken(Conflict, message="an identity is already called {name}: choose another name"): ...


class DecidedOnMeanwhile(
    Conflict, message="somebody decided meanwhile on {encounters}: look at it again first"
): ...


class MergedMeanwhile(
    Conflict, message="{name} was merged into {into} meanwhile: take {into} instead"
): ...


class DecidedSince(
    Conflict, message="somebody decided since on {encounters}: undo that first, or decide there"
): ...


class FieldsChangedSince(
    Conflict, joint=" and ", message="{fields} of {name} changed since: undo the later change first"
): ...


class EncountersWouldBeLost(
    Conflict,
    message="{name} belongs to {into} then, and {encounters} would still be {name}: decide there, "
    "or undo the later change first",
): ...


class ResolvedAlready(
    Conflict, message="this contradiction is resolved already: look at the list again"
): ...


class SaidMoreMeanwhile(
    Conflict, message="somebody said more about this pair meanwhile: look at it again first"
): ...


class NoIdentityToKeep(
    Conflict, message="neither encounter has an identity: ask for the opinions to be withdrawn"
): ...


FIELDS: dict[str, type[Sentence]] = {
    "name": NameOfIdentity,
    "sex": SexOfIdentity,
    "life_stage": LifeStageOfIdentity,
    "note": NoteOfIdentity,
    "merged_into": MergerOfIdentity,
}
"""What each column of an identity is called in a sentence."""


def numbered(ids: Collection[int]) -> Sentence:
    """For a sentence: "encounter 4", "encounters 4, 7 and 9"."""
    *before, last = ids
    if not before:
        return OneEncounter(number=last)
    return SeveralEncounters(numbers=tuple(before), last=last)
