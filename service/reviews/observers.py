"""How observers agree with each other, and each one's errors on hidden known pairs.

Only first answers to blind pairs count, while answers were wanted: one that was taken back and
given again, or that came after the others had settled it, may have had everything in view.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import get_args

from sqlalchemy import Connection

from reid.observers.agreement import Agreement, Errors, agreement, errors
from reid.observers.reviews import OPEN, Answer, Truth, newest, review_progress
from service.reviews import reviewing
from service.reviews.reviewing import Tally
from service.store import decisions
from service.store.opinions import Certainty, Opinion
from service.store.people import Actor, Role

CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)


@dataclass(frozen=True, slots=True)
class Together:
    """Two observers. certain: the pairs of which both were certain; None where there is none."""

    observers: tuple[str, str]
    agreement: Agreement
    certain: Agreement | None


@dataclass(frozen=True, slots=True)
class Known:
    """One observer on hidden known pairs. own: pairs of encounters they had decided themself."""

    observer: str
    errors: Errors
    by_certainty: tuple[tuple[Certainty, Errors], ...]
    own: int


@dataclass(frozen=True, slots=True)
class Report:
    """All observers with each other, and the errors that may be shown to who asks."""

    together: tuple[Together, ...]
    known: tuple[Known, ...]
    blind_pairs: int


FirstAnswers = Mapping[str, Opinion]  # by observer


def first_answers(one: Tally) -> FirstAnswers:
    """The first answer of each observer to a pair, where one was wanted when it was given.

    One that came later may have been given by a curator, to whom the pair was open by then.
    """
    first: dict[str, Opinion] = {}
    heard: set[str] = set()
    for number, said in enumerate(one.opinions):
        before = newest((o.observer, o.answer) for o in one.opinions[:number])
        wanted = review_progress(before, needed=one.pair.needed).state in OPEN
        if wanted and said.observer not in heard:
            first[said.observer] = said
        heard.add(said.observer)
    return first


def report(connection: Connection, actor: Actor, observer: str) -> Report:
    """Errors of all observers for an admin, for others only their own."""
    blind = [one for one in reviewing.tallies(connection) if one.pair.blind and one.opinions]
    names = sorted({said.observer for one in blind for said in one.opinions})
    first = [first_answers(one) for one in blind]
    both = [_together(first, a, b) for a, b in combinations(names, 2)]
    shown = names if actor.role.may(Role.ADMIN) else [observer]
    return Report(
        together=tuple(one for one in both if one),
        known=tuple(one for n in shown if (one := _known(connection, blind, first, n))),
        blind_pairs=len(blind),
    )


def _together(first: Sequence[FirstAnswers], a: str, b: str) -> Together | None:
    both = [(one[a], one[b]) for one in first if a in one and b in one]
    if not both:
        return None
    sure = [pair for pair in both if all(one.certainty == "certain" for one in pair)]
    return Together((a, b), agreement(_plain(both)), agreement(_plain(sure)) if sure else None)


def _plain(both: Sequence[tuple[Opinion, Opinion]]) -> list[tuple[Answer, Answer]]:
    return [(_answer(one), _answer(other)) for one, other in both]


def _answer(said: Opinion) -> Answer:
    if said.answer == "withdrawn":
        raise ValueError("the first opinion of an observer is an answer")
    return said.answer


def _known(
    connection: Connection, blind: Sequence[Tally], first: Sequence[FirstAnswers], name: str
) -> Known | None:
    """None where this observer answered no known pair."""
    answered: list[tuple[Truth, Opinion, Tally]] = [
        (one.pair.truth, said[name], one)
        for one, said in zip(blind, first, strict=True)
        if one.pair.truth and name in said
    ]
    if not answered:
        return None
    by = [
        (certainty, errors((t, _answer(o)) for t, o, _ in answered if o.certainty == certainty))
        for certainty in CERTAINTIES
    ]
    deciders = decisions.deciders(connection, {n for *_, one in answered for n in one.pair.couple})
    own = sum(any(name in deciders.get(n, ()) for n in one.pair.couple) for *_, one in answered)
    return Known(
        observer=name,
        errors=errors((truth, _answer(said)) for truth, said, _ in answered),
        by_certainty=tuple((certainty, found) for certainty, found in by if found.n),
        own=own,
    )
