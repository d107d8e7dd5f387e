"""What a day in the review room begins with, and whether everything done in it is kept.

For benchmarks/day.py and tests/browser/test_day.py, together with benchmarks/day_steps.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.store import decisions, encounters, history, identities, opinions
from service.store.database import Database
from service.store.decisions import NewDecision
from service.store.encounters import EncounterSummary

FORMER = "former team"
TWIN = "Seen twice"


@dataclass(frozen=True)
class Said:
    """What an observer said of a pair, to be found in the database exactly so."""

    observer: str
    pair: int
    answer: str
    certainty: str | None = None
    reason: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Stage:
    """What the day is about.

    reviewed: encounters, every two of them a pair. share: of hidden known pairs, in percent.
    joining: encounter without an identity -> the identity it is to get. mixed: an identity;
    `strangers` in it are another animal.
    """

    reviewed: tuple[int, ...]
    share: int
    joining: Mapping[int, int]
    mixed: int
    strangers: frozenset[int]


@dataclass(frozen=True)
class Animal:
    """An animal of which one encounter waits, and another one shows the same flank."""

    identity: int
    waiting: int
    decided: int


def staged(database: Database, truth: Mapping[int, str], *, joining: int, share: int) -> Stage:
    """Make two mistakes of a former team: one animal under two names, two under one.

    truth: encounter -> animal. joining: so many animals have an encounter that waits to join them.
    """
    with database.write() as connection:
        found = _animals(connection, truth)
        if len(found) < joining + 3:
            raise SystemExit(f"only {len(found)} animals have an encounter that waits: paint more")
        twin, host, guest = found[joining : joining + 3]
        _decide(connection, twin.waiting, NewDecision("new", name=TWIN, reviewer=FORMER))
        wrong = NewDecision("same", identity_id=host.identity, reviewer=FORMER)
        _decide(connection, guest.waiting, wrong)
    both = [*found[:joining], twin]
    return Stage(
        reviewed=tuple(n for one in both for n in (one.waiting, one.decided)),
        share=share,
        joining={one.waiting: one.identity for one in found[:joining]},
        mixed=host.identity,
        strangers=frozenset({guest.waiting}),
    )


def _decide(connection: Connection, encounter: int, new: NewDecision) -> None:
    decisions.add(connection, encounter, new)


def _animals(connection: Connection, truth: Mapping[int, str]) -> list[Animal]:
    """Those that can play a part, in the order of their names."""
    seen: dict[str, list[EncounterSummary]] = defaultdict(list)
    for one in encounters.search(connection, limit=10_000):
        if one.id in truth and one.embedded:
            seen[truth[one.id]].append(one)
    found = []
    for animal in sorted(seen):
        number = identities.by_name(connection, animal)
        pair = _one_flank(seen[animal])
        if number is not None and pair is not None:
            found.append(Animal(number, *pair))
    return found


def _one_flank(seen: Sequence[EncounterSummary]) -> tuple[int, int] | None:
    """One that waits and one that is decided, with a flank in common."""
    for waiting in seen:
        for decided in seen:
            common = set(waiting.flanks) & set(decided.flanks)
            if waiting.identity_id is None and decided.identity_id is not None and common:
                return waiting.id, decided.id
    return None


def lost(database: Database, said: Iterable[Said]) -> list[str]:
    """Answers that are not on record word for word and in their order, and such as nobody gave."""
    given: dict[tuple[int, str], list[Said]] = defaultdict(list)
    kept: dict[tuple[int, str], list[Said]] = defaultdict(list)
    for one in said:
        given[one.pair, one.observer].append(one)
    with database.read() as connection:
        for row in (row for rows in opinions.of_pairs(connection).values() for row in rows):
            what = (row.answer, row.certainty, row.reason, row.note)
            kept[row.pair_id, row.observer].append(Said(row.observer, row.pair_id, *what))
    wrong = []
    for key in sorted(given.keys() | kept.keys()):
        missing = list((Counter(given[key]) - Counter(kept[key])).elements())
        foreign = list((Counter(kept[key]) - Counter(given[key])).elements())
        wrong += [f"lost: {one}" for one in missing] + [f"nobody said: {one}" for one in foreign]
        if not missing and not foreign and given[key] != kept[key]:
            wrong.append(f"in another order: {key}")
    return wrong


def undone_or_lost(
    database: Database, stage: Stage, curator: str, changes: Sequence[tuple[str, str]]
) -> list[str]:
    """Acts of the curator that the catalogue does not show. changes: kind and why, oldest first."""
    with database.read() as connection:
        now = {one.id: one.identity_id for one in encounters.search(connection, limit=10_000)}
        newest = {one: decisions.latest(connection, one) for one in stage.joining}
        entries = history.search(connection)[::-1]
        split = identities.encounters_of(connection, stage.mixed)
        twin = identities.by_name(connection, TWIN)
    wrong = []
    for one, number in stage.joining.items():
        decided = newest[one]
        if now[one] != number or decided is None or decided.reviewer != curator:
            wrong.append(f"encounter {one} was settled as identity {number}, and is {now[one]}")
    own = [one for one in entries if one.reviewer == curator and one.kind != "joined"]  # applied
    found = [(one.kind, one.reason) for one in own]
    if found != list(changes):
        wrong.append(f"changes on record {found}, made {list(changes)}")
    if not stage.strangers <= set(split):
        wrong.append("the undo of the split did not bring everything back")
    names = {now[one] for one in stage.reviewed[-2:]}
    if twin is None or len(names) != 1:
        wrong.append(f"merged encounters stand under {names}")
    return wrong
