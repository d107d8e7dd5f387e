"""Pairs put up together: of a case, of a list of encounters, and hidden known ones."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any

from sqlalchemy import Connection

from reid.errors import InputError
from reid.observers.reviews import OPEN, Truth
from service.catalogue import certain as known
from service.catalogue.certain import Certain
from service.reviews import reviewing
from service.reviews.errors import EncounterNamedWrongly, NoPairNamed, TooManyPairs
from service.store import cases, encounters, reviews
from service.store.reviews import Couple, NewPair, ReviewPair

MOST_ENCOUNTERS = 40  # 780 pairs
ONE_VISIT = timedelta(hours=12)
TRIES = 40  # draws for each pair of two identities that is wanted
TRUTHS: tuple[Truth, Truth] = ("same", "different")


class NothingToHideIn(InputError):
    """No blind pair waits that hidden known pairs could be mixed among: put some up first."""

    code = "nothing_to_hide_in"
    message = "No blind pair waits that hidden known pairs could be mixed among: put some up first."


@dataclass(frozen=True, slots=True)
class Up:
    """What putting up does, or would do. fresh, again: pairs that are new, or opened again."""

    pairs: tuple[NewPair, ...]
    fresh: int
    again: int
    already: int


@dataclass(frozen=True, slots=True)
class Round:
    """Hidden known pairs to mix in. waiting: blind pairs they hide among."""

    pairs: tuple[NewPair, ...]
    waiting: int
    wanted: int

    def count(self, truth: Truth) -> int:
        """How many of one kind."""
        return sum(one.truth == truth for one in self.pairs)


def asked(
    connection: Connection,
    *,
    pairs: Sequence[Couple] = (),
    encounters: Sequence[int] = (),
    case_id: int | None = None,
    **what: Any,  # noqa: ANN401  fields of NewPair
) -> list[NewPair]:
    """Named pairs, and every pair among these encounters together with those of a case."""
    case = cases.get(connection, case_id) if case_id else None
    members = sorted({*encounters, *(case.encounters if case else ())})
    if not pairs and len(members) < 2:
        raise NoPairNamed()
    if len(members) > MOST_ENCOUNTERS:
        raise TooManyPairs(
            encounters=len(members), pairs=math.comb(len(members), 2), limit=MOST_ENCOUNTERS
        )
    return [NewPair(one, other, **what) for one, other in [*pairs, *combinations(members, 2)]]


def preview(connection: Connection, new: Sequence[NewPair]) -> Up:
    """What `reviews.put` would do with these pairs."""
    there = encounters.summaries(connection, {n for one in new for n in one.couple})
    missing = {n for one in new for n in one.couple} - set(there)
    if missing:
        raise EncounterNamedWrongly(encounter=min(missing))
    before = reviews.existing(connection, [one.couple for one in new])
    closed = sum(one.closed_at is not None for one in before.values())
    return Up(tuple(new), len(new) - len(before), closed, len(before) - closed)


def known_pairs(connection: Connection, *, share: float, seed: int) -> Round:
    """Hidden known pairs, so that they are about `share` of the blind pairs that wait.

    Half of them of one identity, half of two, where there are such; both flanks in common, not of
    one visit. They take worth, note and needed observers of pairs that wait, so that their place in
    the queue tells nothing. Pairs that no observer so far decided are taken first.
    """
    found = reviewing.tallies(connection, closed=False)
    waiting = [one.pair for one in found if one.standing.state in OPEN and one.pair.blind]
    others = [one for one in waiting if one.source != "known"]
    if not others:
        raise NothingToHideIn()
    wanted = math.ceil(share / (1 - share) * len(others)) - (len(waiting) - len(others))
    observers = {o.observer for one in found for o in one.opinions}
    draw = Random(seed)  # noqa: S311  a draw that can be repeated, no secret
    certain = known.certain(connection)
    drawn = [_candidates(connection, certain, truth, wanted, draw, observers) for truth in TRUTHS]
    chosen = _alternating(drawn, max(0, wanted))
    pairs = [_hidden(couple, truth, draw.choice(others)) for couple, truth in chosen]
    return Round(tuple(pairs), len(others), max(0, wanted))


def _candidates(
    connection: Connection,
    certain: Sequence[Certain],
    truth: Truth,
    wanted: int,
    draw: Random,
    observers: set[str],
) -> list[tuple[Couple, Truth]]:
    """Couples of one kind in random order, those that no observer decided first."""
    if wanted < 1 or len(certain) < 2:
        return []
    made = _within(certain) if truth == "same" else _across(certain, wanted * TRIES, draw)
    couples = {(a.encounter_id, b.encounter_id): a.deciders | b.deciders for a, b in made}
    drawn = sorted(couples)
    draw.shuffle(drawn)
    drawn.sort(key=lambda couple: bool(couples[couple] & observers))
    some = drawn[: 2 * wanted * TRIES]
    up = reviews.existing(connection, some)
    free = [couple for couple in some if couple not in up]
    return [(couple, truth) for couple in _apart(connection, free[: wanted * TRIES])]


def _within(certain: Sequence[Certain]) -> Iterator[tuple[Certain, Certain]]:
    """Pairs of one identity that share a flank."""
    by_identity: dict[int, list[Certain]] = {}
    for one in certain:
        by_identity.setdefault(one.identity_id, []).append(one)
    for members in by_identity.values():
        yield from ((a, b) for a, b in combinations(members, 2) if a.flanks & b.flanks)


def _across(
    certain: Sequence[Certain], tries: int, draw: Random
) -> Iterator[tuple[Certain, Certain]]:
    """Random pairs of two identities that share a flank: all of them would be too many."""
    for _ in range(tries):
        a, b = sorted(draw.sample(certain, 2), key=lambda one: one.encounter_id)
        if a.identity_id != b.identity_id and a.flanks & b.flanks:
            yield a, b


def _apart(connection: Connection, couples: Sequence[Couple]) -> list[Couple]:
    """Those that are not of one visit: background and light would tell."""
    seen = encounters.summaries(connection, {n for couple in couples for n in couple})

    def one_visit(couple: Couple) -> bool:
        a, b = (seen[number] for number in couple)
        if a.station != b.station or a.started_at is None or b.started_at is None:
            return False
        return abs(a.started_at - b.started_at) < ONE_VISIT

    return [couple for couple in couples if not one_visit(couple)]


def _alternating(
    drawn: Sequence[Sequence[tuple[Couple, Truth]]], number: int
) -> list[tuple[Couple, Truth]]:
    """Of each kind in turn; where one kind is used up the other goes on."""
    same, different = (list(reversed(one)) for one in drawn)
    chosen: list[tuple[Couple, Truth]] = []
    while len(chosen) < number and (same or different):
        kind = same if (len(chosen) % 2 == 0 and same) or not different else different
        chosen.append(kind.pop())
    return chosen


def _hidden(couple: Couple, truth: Truth, like: ReviewPair) -> NewPair:
    one, other = couple
    return NewPair(one, other, "known", truth, needed=like.needed, worth=like.worth, note=like.note)
