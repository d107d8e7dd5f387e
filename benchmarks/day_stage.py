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
class GivenAnswer:
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
        playable = _animals(connection, truth)
        if len(playable) < joining + 3:
            raise SystemExit(
                f"only {len(playable)} animals have an encounter that waits: paint more"
            )
        twin, host, guest = playable[joining : joining + 3]
        _decide(connection, twin.waiting, NewDecision("new", name=TWIN, reviewer=FORMER))
        wrong = NewDecision("same", identity_id=host.identity, reviewer=FORMER)
        _decide(connection, guest.waiting, wrong)
    both = [*playable[:joining], twin]
    return Stage(
        reviewed=tuple(n for animal in both for n in (animal.waiting, animal.decided)),
        share=share,
        joining={animal.waiting: animal.identity for animal in playable[:joining]},
        mixed=host.identity,
        strangers=frozenset({guest.waiting}),
    )


def _decide(connection: Connection, encounter: int, new: NewDecision) -> None:
    decisions.add(connection, encounter, new)


def _animals(connection: Connection, truth: Mapping[int, str]) -> list[Animal]:
    """Those that can play a part, in the order of their names."""
    encounters_of: dict[str, list[EncounterSummary]] = defaultdict(list)
    for encounter in encounters.search(connection, limit=10_000):
        if encounter.id in truth and encounter.embedded:
            encounters_of[truth[encounter.id]].append(encounter)
    playable = []
    for animal in sorted(encounters_of):
        number = identities.by_name(connection, animal)
        pair = _one_flank(encounters_of[animal])
        if number is not None and pair is not None:
            playable.append(Animal(number, *pair))
    return playable


def _one_flank(shown: Sequence[EncounterSummary]) -> tuple[int, int] | None:
    """One that waits and one that is decided, with a flank in common."""
    for waiting in shown:
        for decided in shown:
            common = set(waiting.flanks) & set(decided.flanks)
            if waiting.identity_id is None and decided.identity_id is not None and common:
                return waiting.id, decided.id
    return None


def lost(database: Database, answers: Iterable[GivenAnswer]) -> list[str]:
    """Answers that are not on record word for word and in their order, and such as nobody gave."""
    by_observer: dict[tuple[int, str], list[GivenAnswer]] = defaultdict(list)
    on_record: dict[tuple[int, str], list[GivenAnswer]] = defaultdict(list)
    for answer in answers:
        by_observer[answer.pair, answer.observer].append(answer)
    with database.read() as connection:
        for row in (row for rows in opinions.of_pairs(connection).values() for row in rows):
            what = (row.answer, row.certainty, row.reason, row.note)
            on_record[row.pair_id, row.observer].append(
                GivenAnswer(row.observer, row.pair_id, *what)
            )
    wrong = []
    for key in sorted(by_observer.keys() | on_record.keys()):
        missing = list((Counter(by_observer[key]) - Counter(on_record[key])).elements())
        foreign = list((Counter(on_record[key]) - Counter(by_observer[key])).elements())
        wrong += [f"lost: {answer}" for answer in missing] + [
            f"nobody said: {answer}" for answer in foreign
        ]
        if not missing and not foreign and by_observer[key] != on_record[key]:
            wrong.append(f"in another order: {key}")
    return wrong


def undone_or_lost(
    database: Database, stage: Stage, curator: str, changes: Sequence[tuple[str, str]]
) -> list[str]:
    """Acts of the curator that the catalogue does not show. changes: kind and why, oldest first."""
    with database.read() as connection:
        summaries = encounters.search(connection, limit=10_000)
        now = {encounter.id: encounter.identity_id for encounter in summaries}
        newest = {number: decisions.latest(connection, number) for number in stage.joining}
        entries = history.search(connection)[::-1]
        split = identities.encounters_of(connection, stage.mixed)
        twin = identities.by_name(connection, TWIN)
    wrong = []
    for encounter_id, identity_id in stage.joining.items():
        decided, is_now = newest[encounter_id], now[encounter_id]
        if is_now != identity_id or decided is None or decided.reviewer != curator:
            wrong.append(
                f"encounter {encounter_id} was settled as identity {identity_id}, and is {is_now}"
            )
    on_record = [
        (entry.kind, entry.reason)
        for entry in entries
        if entry.reviewer == curator and entry.kind != "joined"  # applied
    ]
    if on_record != list(changes):
        wrong.append(f"changes on record {on_record}, made {list(changes)}")
    if not stage.strangers <= set(split):
        wrong.append("the undo of the split did not bring everything back")
    names = {now[number] for number in stage.reviewed[-2:]}
    if twin is None or len(names) != 1:
        wrong.append(f"merged encounters stand under {names}")
    return wrong
