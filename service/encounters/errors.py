"""Why an encounter is not shaped as a person asks, and why a question is not answered."""

from reid.errors import Conflict, InputError


class NothingChosen(
    InputError, code="nothing_chosen", message="choose photos of this encounter first"
): ...


class NotInEncounter(
    Conflict,
    message="animal {annotation} is not in encounter {encounter}: look at it again",
): ...


class PhotoNotInEncounter(
    Conflict, message="photo {photo} is not in encounter {encounter}: look at it again"
): ...


class AllChosen(
    Conflict,
    message="all photos of encounter {encounter} are chosen: leave one, or join it with another",
): ...


class JoinedWithItself(
    InputError, message="encounter {encounter} cannot be joined with itself: name another one"
): ...


class StationsDiffer(
    Conflict,
    message="encounter {one} was at {station}, and encounter {other} at {other_station}: an "
    "encounter is at one station; correct the station of the photos first",
): ...


class NoPhotoToJoin(
    Conflict, message="no photo is left in encounter {encounter}: there is nothing to join"
): ...


class AnsweredAlready(
    Conflict, message="question {question} was answered already: look at it again"
): ...


class QuestionIsPast(
    Conflict,
    message="the photos of question {question} have moved since: there is nothing to answer",
): ...


class NoEncounterNamed(
    InputError,
    code="nothing_chosen",
    message="name another encounter by its number first, such as 12",
): ...
