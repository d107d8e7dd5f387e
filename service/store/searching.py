"""What a text finds: a part of a file name, a note, the name of a station or a case, and a date.

Case, accents and the form of Unicode do not matter. No pattern is used, so % and _ are letters.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Boolean

from service.store.database import AnyRow
from service.store.tables.cases import case_record
from service.store.tables.encounters import decision, encounter, identity
from service.store.tables.photos import photo, station
from service.store.tables.stations import deployment

NoteKind = Literal["photo", "identity", "decision", "case", "deployment"]
Hit = TypeVar("Hit")


@dataclass(frozen=True, slots=True)
class SoughtText:
    """What a person typed. whole: all of it. rest: without the date that stands in it.

    start, end: the date as a span of wall-clock time, the end left out; None where there is none.
    stations: whether names of stations may be searched and shown.
    """

    whole: str
    rest: str = ""
    start: datetime | None = None
    end: datetime | None = None
    stations: bool = True


@dataclass(frozen=True, slots=True)
class FirstHits(Generic[Hit]):
    """The first of all that fit. total: how many there are altogether."""

    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class PhotoHit:
    """A photo with a fitting file name or time."""

    id: str
    file_name: str
    station: str | None
    captured_at: datetime | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class CaseHit:
    """A case with a fitting name."""

    id: int
    name: str
    closed: bool


@dataclass(frozen=True, slots=True)
class NoteHit:
    """A note that holds the text. key: of what it is a note: id of the photo, else a number.

    name: of the photo's file, the identity, the case or the station; "" for a decision, whose key
    is the number of its encounter.
    """

    kind: NoteKind
    key: str
    name: str
    note: str


class Holds(FunctionElement[bool]):
    """Whether a text column holds a text, whatever its case, accents or form."""

    type = Boolean()
    inherit_cache = True


@compiles(Holds, "sqlite")
def _holds_sqlite(element: Holds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    """By `searchable` of Python, which every connection has; see `Database`."""
    column, text = (compiler.process(part, **options) for part in element.clauses)
    return f"instr(searchable({column}), searchable({text})) > 0"


@compiles(Holds, "postgresql")
def _holds_postgresql(element: Holds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    """By what PostgreSQL has of the same."""
    bare = r"lower(regexp_replace(normalize({}, NFKD), '[\u0300-\u036f]', '', 'g'))"
    column, text = (bare.format(compiler.process(part, **options)) for part in element.clauses)
    return f"strpos({column}, {text}) > 0"


def encounter_fits(sought: SoughtText) -> ColumnElement[bool]:
    """Condition on rows of `encounter`: its station, the name it was uploaded with, its number or
    its time."""
    within = _encounter_within(sought)
    names = [encounter.c.name, *([encounter.c.station] if sought.stations else [])]
    conditions = [_text_fits(column, sought, within) for column in names]
    if sought.whole.isascii() and sought.whole.isdecimal() and len(sought.whole) < 10:
        conditions.append(encounter.c.id == int(sought.whole))
    return or_(*conditions)


def stations(connection: Connection, sought: SoughtText, limit: int) -> FirstHits[str]:
    """Names of stations; none for whom they are hidden from."""
    if not sought.stations:
        return FirstHits(0, ())
    query = select(station.c.name).where(_holds(station.c.name, sought.whole))
    rows = _first(connection, query.order_by(station.c.name), limit)
    return FirstHits(_total(rows), tuple(row.name for row in rows))


def cases(connection: Connection, sought: SoughtText, limit: int) -> FirstHits[CaseHit]:
    """Cases by name."""
    columns = (case_record.c.id, case_record.c.name, case_record.c.closed_at.is_not(None))
    query = select(*columns).where(_holds(case_record.c.name, sought.whole))
    rows = _first(connection, query.order_by(case_record.c.name), limit)
    return FirstHits(_total(rows), tuple(CaseHit(*row[:3]) for row in rows))


def photos(connection: Connection, sought: SoughtText, limit: int) -> FirstHits[PhotoHit]:
    """Photos whose file name or time fits, by file name; withdrawn ones too, erased ones never."""
    fits = _text_fits(photo.c.file_name, sought, _photo_within(sought))
    names = ("id", "file_name", "station", "captured_at", "withdrawn")
    query = select(*(photo.c[name] for name in names)).where(photo.c.bytes > 0, fits)
    rows = _first(connection, query.order_by(photo.c.file_name, photo.c.id), limit)
    hits = (PhotoHit(*row[:5]) for row in rows)
    return FirstHits(_total(rows), tuple(hits))


def notes(connection: Connection, sought: SoughtText, limit: int) -> FirstHits[NoteHit]:
    """Notes on photos, identities, decisions, cases and deployments, in this order."""
    kinds = _notes(sought)
    every = union_all(*kinds).subquery()
    query = select(every.c.kind, every.c.key, every.c.name, every.c.note)
    order = (every.c.place, every.c.name, every.c.key)
    rows = _first(connection, query.order_by(*order), limit)
    return FirstHits(_total(rows), tuple(NoteHit(*row[:4]) for row in rows))


def _notes(sought: SoughtText) -> list[Select[*tuple[Any, ...]]]:
    """One SELECT a kind of note: place, kind, key, name, note."""
    columns: list[tuple[NoteKind, ColumnElement[Any], ColumnElement[Any], ColumnElement[str]]] = [
        ("photo", photo.c.id, photo.c.file_name, photo.c.notes),
        ("identity", identity.c.id, identity.c.name, identity.c.note),
        ("decision", decision.c.encounter_id, literal(""), decision.c.note),
        ("case", case_record.c.id, case_record.c.name, case_record.c.note),
    ]
    if sought.stations:
        placed = deployment.c
        columns.append(("deployment", placed.id, placed.station, placed.notes))
    return [
        select(
            literal(place).label("place"),
            literal(kind).label("kind"),
            cast(key, String).label("key"),
            cast(name, String).label("name"),
            note.label("note"),
        ).where(note != "", _holds(note, sought.whole), *([photo.c.bytes > 0] * (kind == "photo")))
        for place, (kind, key, name, note) in enumerate(columns)
    ]


def _holds(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    return Holds(column, literal(text, String))


def _text_fits(
    column: ColumnElement[Any], sought: SoughtText, within: ColumnElement[bool]
) -> ColumnElement[bool]:
    """The column holds all that was typed, or the date fits and the column holds the rest."""
    rest = _holds(column, sought.rest) if sought.rest else true()
    return or_(_holds(column, sought.whole), and_(rest, within))


def _photo_within(sought: SoughtText) -> ColumnElement[bool]:
    if not sought.start:
        return false()
    return and_(photo.c.captured_at >= sought.start, photo.c.captured_at < sought.end)


def _encounter_within(sought: SoughtText) -> ColumnElement[bool]:
    """Any moment of the encounter."""
    if not sought.start:
        return false()
    last = func.coalesce(encounter.c.ended_at, encounter.c.started_at)
    return and_(last >= sought.start, encounter.c.started_at < sought.end)


def _first(connection: Connection, query: Select[Any], limit: int) -> list[AnyRow]:
    """The first rows, each with the number of all that fit as its last value."""
    counted = query.add_columns(func.count().over().label("total")).limit(limit)
    return list(connection.execute(counted))


def _total(rows: list[AnyRow]) -> int:
    return int(rows[0].total) if rows else 0
