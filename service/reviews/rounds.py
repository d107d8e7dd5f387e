"""Pairs put up together: of a case, of a list of encounters, and hidden known ones."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations, zip_longest
from random import Random
from typing import Any

from sqlalchemy import Connection

from reid.errors import InputError
from reid.observers.reviews import OPEN, Truth
from service.reviews import reviewing
from service.reviews.errors import EncounterNamedWrongly, NoPairNamed, TooManyPairs
from service.store import cases, encounters
from service.store import reviews as review_pairs
from service.store.encounters import CertainEncounter
from service.store.pairs import Couple
from service.store.reviews import NewPair

MOST_ENCOUNTERS = 40  # 780 pairs
ONE_VISIT = timedelta(hours=12)
TRIES = 40  # draws for each pair of two identities that is wanted
TRUTHS: tuple[Truth, Truth] = ("same", "different")


class NothingToHideIn(
    InputError,
    code="nothing_to_hide_in",
    message="No blind pair waits that hidden known pairs could be mixed among: put some up first.",
): ...


@dataclass(frozen=True, slots=True)
class PutUpPreview:
    """What putting pairs up would do.

    fresh: pairs that are new. again: closed ones that are opened again. already: open ones.
    """

    fresh: int
    again: int
    already: int


@dataclass(frozen=True, slots=True)
class Round:
    """Hidden known pairs to mix in.

    waiting: blind pairs they hide among. target: known pairs that would make the share.
    """

    pairs: tuple[NewPair, ...]
    waiting: int
    target: int

    def count(self, truth: Truth) -> int:
        """How many of one kind."""
        return sum(pair.truth == truth for pair in self.pairs)


def pairs_to_put_up(
    connection: Connection,
    *,
    pairs: Sequence[Couple] = (),
    encounters: Sequence[int] = (),
    case_id: int | None = None,
    **fields: Any,  # noqa: ANN401  of NewPair
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
    return [NewPair(*couple, **fields) for couple in [*pairs, *combinations(members, 2)]]


def preview(connection: Connection, new: Sequence[NewPair]) -> PutUpPreview:
    """What `reviews.put` would do with these pairs."""
    numbers = {n for pair in new for n in pair.couple}
    missing = numbers - set(encounters.summaries(connection, numbers))
    if missing:
        raise EncounterNamedWrongly(encounter=min(missing))
    before = review_pairs.existing(connection, [pair.couple for pair in new])
    closed = sum(pair.closed_at is not None for pair in before.values())
    return PutUpPreview(len(new) - len(before), closed, len(before) - closed)


def known_pairs(connection: Connection, *, share: float, seed: int) -> Round:
    """Hidden known pairs, so that they are about `share` of the blind pairs that wait.

    Half of them of one identity, half of two, where there are such; both flanks in common, not of
    one visit. They take worth, note and needed observers of pairs that wait, so that their place in
    the queue tells nothing. Pairs that no observer so far decided are taken first.
    """
    reviews = reviewing.every(connection, closed=False)
    waiting = [r.pair for r in reviews if r.progress.state in OPEN and r.pair.blind]
    others = [pair for pair in waiting if pair.source != "known"]
    if not others:
        raise NothingToHideIn()
    target = math.ceil(share / (1 - share) * len(others)) - (len(waiting) - len(others))
    observers = {opinion.observer for review in reviews for opinion in review.opinions}
    draw = Random(seed)  # noqa: S311  a draw that can be repeated, no secret
    certain = encounters.certain(connection)
    drawn = [_candidates(connection, certain, truth, target, draw, observers) for truth in TRUTHS]
    in_turn = [hidden for two in zip_longest(*drawn) for hidden in two if hidden]
    pairs = []
    for (one, other), truth in in_turn[: max(0, target)]:
        like = draw.choice(others)
        pairs.append(
            NewPair(
                one, other, "known", truth, needed=like.needed, worth=like.worth, note=like.note
            )
        )
    return Round(tuple(pairs), len(others), max(0, target))


def _candidates(
    connection: Connection,
    certain: Sequence[CertainEncounter],
    truth: Truth,
    target: int,
    draw: Random,
    observers: set[str],
) -> list[tuple[Couple, Truth]]:
    """Couples of one kind in random order, those that no observer decided first."""
    if target < 1 or len(certain) < 2:
        return []
    pairs = _within(certain) if truth == "same" else _across(certain, target * TRIES, draw)
    couples = {(a.encounter_id, b.encounter_id): a.deciders | b.deciders for a, b in pairs}
    drawn = sorted(couples)
    draw.shuffle(drawn)
    drawn.sort(key=lambda couple: bool(couples[couple] & observers))
    first = drawn[: 2 * target * TRIES]
    up = review_pairs.existing(connection, first)
    free = [couple for couple in first if couple not in up]
    return [(couple, truth) for couple in _apart(connection, free[: target * TRIES])]


def _within(
    certain: Sequence[CertainEncounter],
) -> Iterator[tuple[CertainEncounter, CertainEncounter]]:
    """Pairs of one identity that share a flank."""
    by_identity: dict[int, list[CertainEncounter]] = {}
    for encounter in certain:
        by_identity.setdefault(encounter.identity_id, []).append(encounter)
    for members in by_identity.values():
        yield from ((a, b) for a, b in combinations(members, 2) if a.flanks & b.flanks)


def _across(
    certain: Sequence[CertainEncounter], tries: int, draw: Random
) -> Iterator[tuple[CertainEncounter, CertainEncounter]]:
    """Random pairs of two identities that share a flank: all of them would be too many."""
    for _ in range(tries):
        a, b = sorted(draw.sample(certain, 2), key=lambda encounter: encounter.encounter_id)
        if a.identity_id != b.identity_id and a.flanks & b.flanks:
            yield a, b


def _apart(connection: Connection, couples: Sequence[Couple]) -> list[Couple]:
    """Those that are not of one visit: background and light would tell."""
    visits = encounters.visits(connection, {n for couple in couples for n in couple})

    def one_visit(couple: Couple) -> bool:
        (station, start), (other, begin) = (visits[number] for number in couple)
        if station != other or start is None or begin is None:
            return False
        return abs(start - begin) < ONE_VISIT

    return [couple for couple in couples if not one_visit(couple)]
