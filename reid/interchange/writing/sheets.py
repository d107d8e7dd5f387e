"""A table that leaves: columns and rows of plain values, and how it is written as text."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from reid.interchange.cells import for_spreadsheet
from reid.interchange.survey import CaptureSurvey, LeftOut, PhotoRecord
from reid.photo.clocks import offset_text, zone_of

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. path: of its file in the folder of the export, with slashes.

    rows: one value a column: text, a number, True or False, None for nothing.
    """

    path: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class WrittenTables:
    """The sheets and other texts of one format, by path, and what they have no place for."""

    sheets: tuple[Sheet, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def sheet(path: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Sheet:
    """A table of rows by column; a column that a row lacks is empty there."""
    values = tuple(tuple(row.get(name) for name in columns) for row in rows)
    return Sheet(path, tuple(columns), values)


def of_records(path: str, kind: type[Any], records: Iterable[Any]) -> Sheet:
    """A table whose columns are the fields of a dataclass."""
    names = [field.name for field in fields(kind)]
    return sheet(path, names, ({n: plain(getattr(r, n)) for n in names} for r in records))


def plain(value: object) -> object:
    """A value as a cell holds it: times in ISO 8601, sets and tuples with bars between."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | tuple):
        return " | ".join(sorted(map(str, value)))
    return value


def as_csv(table: Sheet) -> str:
    """The table as CSV in UTF-8 with commas; no text is a formula to a spreadsheet."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([for_spreadsheet(name) for name in table.columns])
    for row in table.rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return for_spreadsheet(value)


def with_offset(moment: datetime, zone: str) -> str:
    """A local time with its offset, "2019-03-01T19:49:00+06:00"; Z where nobody knows the zone."""
    if zone == UNKNOWN:
        return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
    ahead = moment.replace(tzinfo=zone_of(zone)).utcoffset() or timedelta(0)
    return f"{moment:%Y-%m-%dT%H:%M:%S}{offset_text(ahead)}"


def in_utc(moment: datetime) -> str:
    """A moment of our own clock."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def spaced(moment: datetime | None) -> str | None:
    """A local time as R's packages read it: "2019-03-01 19:49:00"."""
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def photos_by_encounter(survey: CaptureSurvey) -> dict[int, list[PhotoRecord]]:
    """The photos of every capture, in their order."""
    photos: dict[int, list[PhotoRecord]] = {}
    for photo in survey.photos:
        photos.setdefault(photo.encounter, []).append(photo)
    return photos


def unique_codes(names: Iterable[str], allowed: str) -> dict[str, str]:
    """Names as a program takes them that allows few characters, each still unlike the others.

    allowed: the characters besides ASCII letters and digits; others become ".". A name that is left
    without a letter or digit, or equal to an earlier one, gets a number.
    """
    codes: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted({*names}):
        bare = "".join(
            c if (c.isascii() and c.isalnum()) or c in allowed else "." for c in name
        ).strip(".")
        code, number = bare or "animal.1", 1
        while code in taken or code == "NONE":
            number += 1
            code = f"{bare or 'animal'}.{number}"
        taken.add(code)
        codes[name] = code
    return codes
