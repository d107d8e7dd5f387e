"""Why a change of identities is refused, and what such a sentence names."""

from collections.abc import Collection

from reid.errors import Conflict, InputError, NotFound
from reid.sentences import Sentence


class OneEncounter(Sentence):
    """An encounter in a sentence."""

    message = "encounter {number}"


class SeveralEncounters(Sentence):
    """Encounters in a sentence, the last one by itself."""

    message = "encounters {numbers} and {last}"


class NameOfIdentity(Sentence):
    """A field of an identity in a sentence."""

    context = "field of an identity"
    message = "name"


class SexOfIdentity(Sentence):
    """A field of an identity in a sentence."""

    context = "field of an identity"
    message = "sex"


class LifeStageOfIdentity(Sentence):
    """A field of an identity in a sentence."""

    context = "field of an identity"
    message = "life stage"


class NoteOfIdentity(Sentence):
    """A field of an identity in a sentence."""

    context = "field of an identity"
    message = "note"


class MergerOfIdentity(Sentence):
    """A field of an identity in a sentence."""

    context = "field of an identity"
    message = "merged into"


class NameUnchanged(Conflict):
    """An identity gets the name that it has."""

    message = "the identity is called {name} already"


class DescriptionUnchanged(Conflict):
    """An identity is described as it is."""

    message = "{name} is described so already: nothing to change"


class MergedWithItself(Conflict):
    """A merger names one identity twice."""

    message = "an identity cannot be merged with itself: choose another one"


class NothingToMerge(Conflict):
    """No encounter would move."""

    message = "no encounter is {name} now: there is nothing to merge"


class DecidedThisMoment(Conflict):
    """An encounter came or went while a merger began."""

    message = "somebody decided on {name} this moment: look at it again first"


class NobodyLeaves(InputError):
    """A split names no encounter."""

    message = "choose the encounters that leave"


class LeftAlready(Conflict):
    """An encounter of a split is another identity by now."""

    message = "{encounters} is not {name} (any more): look at its encounters again"


class SeveralLeftAlready(Conflict):
    """Encounters of a split are other identities by now."""

    message = "{encounters} are not {name} (any more): look at its encounters again"


class EveryoneLeaves(Conflict):
    """A split would leave an identity without encounters."""

    message = "all encounters of {name} would leave: rename it, or merge it"


class ReasonToKeepMissing(InputError):
    """A contradiction is kept without a reason."""

    message = "say why it stays as it is: the reason is what resolves it"


class SplitIntoItself(Conflict):
    """Encounters would leave to where they are."""

    message = "choose another identity for the encounters that leave"


class NoSuchEncounters(NotFound):
    """Encounters that do not exist are to move."""

    message = "no {encounters}"


class ChangedMeanwhile(Conflict):
    """Somebody changed the identity after it was looked at."""

    message = "somebody changed {name} meanwhile: look at its history, then change it"


class NameTaken(Conflict):
    """An identity gets a name that another has."""

    message = "an identity is already called {name}: choose another name"


class DecidedOnMeanwhile(Conflict):
    """Somebody decided on encounters after they were looked at."""

    message = "somebody decided meanwhile on {encounters}: look at it again first"


class MergedMeanwhile(Conflict):
    """Somebody merged the identity away."""

    message = "{name} was merged into {into} meanwhile: take {into} instead"


class DecidedSince(Conflict):
    """A decision stands on what is to be undone."""

    message = "somebody decided since on {encounters}: undo that first, or decide there"


class FieldsChangedSince(Conflict):
    """A later change stands on what is to be undone."""

    joint = " and "
    message = "{fields} of {name} changed since: undo the later change first"


class EncountersWouldBeLost(Conflict):
    """An undone change would leave encounters with an identity that is merged away."""

    message = (
        "{name} belongs to {into} then, and {encounters} would still be {name}: decide there, or "
        "undo the later change first"
    )


class ResolvedAlready(Conflict):
    """A contradiction is no longer one."""

    message = "this contradiction is resolved already: look at the list again"


class SaidMoreMeanwhile(Conflict):
    """Somebody said more about the pair after it was looked at."""

    message = "somebody said more about this pair meanwhile: look at it again first"


class NoIdentityToKeep(Conflict):
    """A contradiction concerns no identity whose history could say why it stays."""

    message = "neither encounter has an identity: ask for the opinions to be withdrawn"


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
