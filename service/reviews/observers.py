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
from service.reviews.reviewing import Review
from service.store import decisions
from service.store.opinions import Certainty, Opinion
from service.store.people import Actor, Role

HIDDEN_AMONG = 3  # observers among whom one's own errors cannot be told from the sum
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)


@dataclass(frozen=True, slots=True)
class TwoObservers:
    """Agreement of two observers. certain: on pairs both were certain of; None without any."""

    observers: tuple[str, str]
    agreement: Agreement
    certain: Agreement | None


@dataclass(frozen=True, slots=True)
class ObserverErrors:
    """Errors of one observer on hidden known pairs. own: pairs of encounters they had decided."""

    observer: str
    errors: Errors
    by_certainty: Mapping[Certainty, Errors]
    own: int


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """All observers with each other, and the errors that may be shown to who asks."""

    together: tuple[TwoObservers, ...]
    known: tuple[ObserverErrors, ...]
    blind_pairs: int


FirstAnswers = Mapping[str, Opinion]  # by observer


def first_answers(review: Review) -> FirstAnswers:
    """The first answer of each observer to a pair, where one was wanted when it was given.

    One that came later may have been given by a curator, to whom the pair was open by then.
    """
    first: dict[str, Opinion] = {}
    answered: set[str] = set()
    for number, opinion in enumerate(review.opinions):
        before = newest((earlier.observer, earlier.answer) for earlier in review.opinions[:number])
        due = review_progress(before, needed=review.pair.needed).state in OPEN
        if due and opinion.observer not in answered:
            first[opinion.observer] = opinion
        answered.add(opinion.observer)
    return first


def report(connection: Connection, actor: Actor) -> AgreementReport:
    """Errors of all observers for an admin, for others only their own."""
    reviews = reviewing.every(connection)
    blind = [review for review in reviews if review.pair.blind and review.opinions]
    names = sorted({opinion.observer for review in blind for opinion in review.opinions})
    first = [first_answers(review) for review in blind]
    agreements = [_agreement_of(first, a, b) for a, b in combinations(names, 2)]
    shown = names if actor.role.may(Role.ADMIN) else [actor.name]
    errors_shown = [_errors_of(connection, blind, first, name) for name in shown]
    return AgreementReport(
        together=tuple(agreement for agreement in agreements if agreement),
        known=tuple(errors for errors in errors_shown if errors),
        blind_pairs=len(blind),
    )


def errors_of_all(connection: Connection) -> Errors | None:
    """Errors of all observers together on hidden known pairs.

    None where fewer than `HIDDEN_AMONG` answered such pairs: nobody's own errors shall be read
    from it.
    """
    blind = [review for review in reviewing.every(connection) if review.pair.blind]
    answered = [
        (name, review.pair.truth, _answer(opinion))
        for review in blind
        if review.pair.truth
        for name, opinion in first_answers(review).items()
    ]
    if len({name for name, *_ in answered}) < HIDDEN_AMONG:
        return None
    return errors((truth, answer) for _, truth, answer in answered)


def _agreement_of(first: Sequence[FirstAnswers], a: str, b: str) -> TwoObservers | None:
    both = [(answers[a], answers[b]) for answers in first if a in answers and b in answers]
    if not both:
        return None
    answers = [(_answer(first), _answer(second)) for first, second in both]
    sure = [
        pair
        for pair, two in zip(answers, both, strict=True)
        if all(opinion.certainty == "certain" for opinion in two)
    ]
    return TwoObservers((a, b), agreement(answers), agreement(sure) if sure else None)


def _answer(opinion: Opinion) -> Answer:
    if opinion.answer == "withdrawn":
        raise ValueError("the first opinion of an observer is an answer")
    return opinion.answer


def _errors_of(
    connection: Connection, blind: Sequence[Review], first: Sequence[FirstAnswers], name: str
) -> ObserverErrors | None:
    """None where this observer answered no known pair."""
    answered: list[tuple[Truth, Opinion, Review]] = [
        (review.pair.truth, answers[name], review)
        for review, answers in zip(blind, first, strict=True)
        if review.pair.truth and name in answers
    ]
    if not answered:
        return None
    by = {
        certainty: errors((t, _answer(o)) for t, o, _ in answered if o.certainty == certainty)
        for certainty in CERTAINTIES
    }
    couples = [review.pair.couple for *_, review in answered]
    deciders = decisions.deciders(connection, {n for couple in couples for n in couple})
    own = sum(any(name in deciders.get(n, ()) for n in couple) for couple in couples)
    return ObserverErrors(
        observer=name,
        errors=errors((truth, _answer(opinion)) for truth, opinion, _ in answered),
        by_certainty={certainty: counts for certainty, counts in by.items() if counts.n},
        own=own,
    )
