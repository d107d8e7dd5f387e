"""Pairs with what observers said of them, who may see it, and the queue of what waits for whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from reid.errors import InputError
from reid.observers.reviews import (
    OPEN,
    Answer,
    ReviewProgress,
    State,
    VisibleState,
    newest,
    review_progress,
)
from service.store import encounters, opinions, reviews
from service.store.encounters import EncounterSummary
from service.store.opinions import NewOpinion, Opinion
from service.store.people import Actor, Role
from service.store.reviews import ReviewPair, Source
from service.store.tables.base import now

Whose = Literal["mine", "all"]
EVERYTHING = slice(None)
LOT = 2_654_435_761  # Knuth's multiplier: gives every number its place, far from its neighbours
SETTLED: tuple[State, ...] = ("agreed", "settled")
"""States in which an answer stands."""


class Incomplete(InputError):
    """An answer that lacks its certainty or its reason."""

    code = "incomplete_answer"


class BadRegion(InputError):
    """A marked place lies on a photo that is not one of this pair's."""

    code = "bad_region"


@dataclass(frozen=True, slots=True)
class Tally:
    """A pair with everything said of it, oldest first, and what that adds up to."""

    pair: ReviewPair
    opinions: tuple[Opinion, ...]
    standing: ReviewProgress

    @property
    def now(self) -> dict[str, Answer]:
        """What each observer says now."""
        return newest((one.observer, one.answer) for one in self.opinions)

    def latest(self, observer: str) -> Opinion | None:
        """The newest opinion of an observer, also if it took an answer back."""
        own = [one for one in self.opinions if one.observer == observer]
        return own[-1] if own else None

    def answer_of(self, observer: str) -> Opinion | None:
        """The answer of an observer that counts."""
        found = self.latest(observer)
        return found if found and found.answer != "withdrawn" else None

    def wanted_from(self, observer: str) -> bool:
        """Whether it waits for this observer: still open, and not answered by them."""
        return self.standing.state in OPEN and observer not in self.now

    def open_to(self, actor: Actor, observer: str) -> bool:
        """Whether they may see what others and the machine say.

        A blind pair opens with one's own answer, and stays open if that is taken back; curators
        see it besides when no answer is wanted any more.
        """
        if not self.pair.blind or self.latest(observer) is not None:
            return True
        return actor.role.may(Role.CURATOR) and self.standing.state not in OPEN

    def state_to(self, actor: Actor, observer: str) -> VisibleState:
        """How far the pair is, as far as they may know.

        Of a pair that is not open to them only whether answers are wanted: that others agreed or
        disagreed would be a hint to who is asked next.
        """
        state = self.standing.state
        if state == "closed" or self.open_to(actor, observer):
            return state
        return "waiting" if state in OPEN else "answered"

    def source_to(self, actor: Actor, observer: str) -> Source | None:
        """Where the pair comes from, as far as they may know.

        Of a blind pair only curators know, once it is open to them; otherwise an observer could
        tell known pairs by it. Of those an admin knows when no answer is wanted any more.
        """
        if self.pair.source == "known":
            done = self.standing.state not in OPEN
            return "known" if done and actor.role.may(Role.ADMIN) else None
        told = self.open_to(actor, observer)
        if self.pair.blind:
            told = told and actor.role.may(Role.CURATOR)
        return self.pair.source if told else None


@dataclass(frozen=True, slots=True)
class Reviewed(Tally):
    """The same with its two encounters."""

    one: EncounterSummary
    other: EncounterSummary

    @property
    def stations(self) -> tuple[str, ...]:
        """Where both were, each once."""
        both = (self.one.station, self.other.station)
        return tuple(dict.fromkeys(name for name in both if name))

    @property
    def flanks(self) -> tuple[str, ...]:
        """Flanks that both show."""
        return tuple(flank for flank in self.one.flanks if flank in self.other.flanks)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pairs are listed. An empty field takes all.

    state "open": anything but closed ones. disagreeing: only where observers said different things.
    """

    state: VisibleState | Literal["open", "all"] = "open"
    source: Source | Literal[""] = ""
    station: str = ""
    flank: str = ""
    whose: Whose = "mine"
    disagreeing: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an observer is today: pairs answered, and pairs that still wait for them."""

    done: int
    left: int


def tallies(
    connection: Connection, *, closed: bool = True, ids: Collection[int] | None = None
) -> list[Tally]:
    """Pairs with everything said of them, the oldest first, without their encounters."""
    pairs = reviews.every(connection, closed=closed, ids=ids)
    asked = None if ids is None else [one.id for one in pairs]
    said = opinions.of_pairs(connection, asked, closed=closed)
    return [_tally(pair, said.get(pair.id, [])) for pair in pairs]


def with_encounters(connection: Connection, found: Sequence[Tally]) -> list[Reviewed]:
    """The same with their encounters."""
    seen = encounters.summaries(connection, {n for one in found for n in one.pair.couple})
    return [
        Reviewed(one.pair, one.opinions, one.standing, seen[one.pair.one], seen[one.pair.other])
        for one in found
    ]


def load(
    connection: Connection, *, closed: bool = True, ids: Collection[int] | None = None
) -> list[Reviewed]:
    """Pairs with everything said of them and their encounters, the oldest first."""
    return with_encounters(connection, tallies(connection, closed=closed, ids=ids))


def get(connection: Connection, pair_id: int) -> Reviewed:
    """One pair with everything said of it."""
    tally = _tally(reviews.get(connection, pair_id), opinions.of_pair(connection, pair_id))
    return with_encounters(connection, [tally])[0]


def closed_to(connection: Connection, one: int, other: int, actor: Actor) -> Tally | None:
    """The pair of two encounters that is up for blind review and not open to who asks, if any."""
    couple = (min(one, other), max(one, other))
    pair = reviews.existing(connection, [couple]).get(couple)
    if pair is None or pair.closed_at is not None:
        return None
    tally = _tally(pair, opinions.of_pair(connection, pair.id))
    return None if tally.open_to(actor, actor.name) else tally


def queue(
    connection: Connection,
    found: Sequence[Tally],
    wanted: Wanted,
    actor: Actor,
    observer: str,
    part: slice = EVERYTHING,
) -> tuple[list[Reviewed], int]:
    """A part of those that fit, and how many fit.

    What waits for this observer comes first, then it goes by worth, see `_place`.
    """
    fitting = [one for one in found if _fits(one, wanted, actor, observer)]
    fitting.sort(key=lambda one: (not one.wanted_from(observer), *_place(one)))
    if not wanted.station and not wanted.flank:
        return with_encounters(connection, fitting[part]), len(fitting)
    there = [one for one in with_encounters(connection, fitting) if _is_there(one, wanted)]
    return there[part], len(there)


def following(found: Sequence[Tally], observer: str, after: int | None = None) -> int | None:
    """The pair to look at next: the first below `after` that waits for this observer, else any.

    So whoever goes on without an answer comes to every pair, and again to this one at the end.
    """
    mine = (one for one in found if one.wanted_from(observer) and one.pair.id != after)
    waiting = sorted(mine, key=_place)
    left = next((_place(one) for one in found if one.pair.id == after), None)
    below = [one for one in waiting if left is not None and _place(one) > left]
    return next((one.pair.id for one in below or waiting), None)


def progress(
    connection: Connection, found: Sequence[Tally], observer: str, at: datetime | None = None
) -> Progress:
    """How far an observer is on this day (UTC). found: all open pairs at least."""
    midnight = (at or now()).replace(hour=0, minute=0, second=0, microsecond=0)
    done = opinions.answered_since(connection, observer, midnight)
    return Progress(done, sum(one.wanted_from(observer) for one in found))


def answer(
    connection: Connection, pair_id: int, observer: str, new: NewOpinion
) -> tuple[Opinion, Reviewed]:
    """Record what an observer says; both the opinion and the pair as it is then.

    Before an observer's first answer to a blind pair nothing was shown, whatever a client states.
    """
    pair = reviews.get(connection, pair_id, hold=True)
    _check(connection, pair, new)
    before = get(connection, pair_id)
    if pair.blind and before.latest(observer) is None:
        new = replace(new, llr=None, model=None, calibrator=None)
    made = opinions.add(connection, pair_id, observer, new)
    return made, get(connection, pair_id)


def _tally(pair: ReviewPair, said: Sequence[Opinion]) -> Tally:
    counting = newest((one.observer, one.answer) for one in said)
    closed = pair.closed_at is not None
    return Tally(pair, tuple(said), review_progress(counting, needed=pair.needed, closed=closed))


def _place(one: Tally) -> tuple[float, int]:
    """Where a pair stands in the queue: by worth, and by lot among those of one worth.

    Not by age: known pairs are mixed in late and would be the last ones.
    """
    return -one.pair.worth, one.pair.id * LOT % 2**32


def _fits(one: Tally, wanted: Wanted, actor: Actor, observer: str) -> bool:
    state = one.state_to(actor, observer)
    if wanted.state == "open" and state == "closed":
        return False
    dissent = one.standing.dissent and one.open_to(actor, observer)
    return (
        wanted.state in {"open", "all", state}
        and (not wanted.source or wanted.source == one.source_to(actor, observer))
        and (wanted.whose == "all" or one.wanted_from(observer))
        and (not wanted.disagreeing or dissent)
    )


def _is_there(one: Reviewed, wanted: Wanted) -> bool:
    """Whether station and flank are those that are wanted."""
    return (not wanted.station or wanted.station in one.stations) and (
        not wanted.flank or wanted.flank in one.flanks
    )


def _check(connection: Connection, pair: ReviewPair, new: NewOpinion) -> None:
    """What an answer must say, and where marks may lie."""
    if new.answer in {"same", "different"} and new.certainty is None:
        raise Incomplete(f"say how certain “{new.answer}” is: certain, probable or possible")
    if new.answer in {"not_comparable", "cannot_tell"} and new.reason is None:
        words = new.answer.replace("_", " ")
        raise Incomplete(f"say why: “{words}” needs a reason, such as flank or blur")
    if new.regions:
        both = [encounters.references_of(connection, n) for n in pair.couple]
        known = {one.annotation.id for found in both for one in found}
        strange = [one.annotation_id for one in new.regions if one.annotation_id not in known]
        if strange:
            raise BadRegion(f"annotation {strange[0]} is not one of the pair's photos: mark those")
