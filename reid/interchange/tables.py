"""Tables in text files as people save them: separators, dates and numbers, never guessed."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path

from reid.errors import BadDataset

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", "unknown", "-"})
DATE = re.compile(
    r"(\d{1,4})([/.\-])(\d{1,2})\2(\d{1,4})"
    r"(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
)
HEAD = 65_536  # bytes that surely hold the head of a table
SERIAL = re.compile(r"[1-7]\d{4}([.,]\d+)?")  # days since 1900 of the years 1927 to 2119
HALVES = {"a": 0, "p": 12}  # of a clock with twelve hours


class TableIsEmpty(BadDataset, message="the table has no head, or no row below it"): ...


class TableHasOtherEncoding(
    BadDataset, message="the table is no text in UTF-8 (byte {at}): save it as CSV UTF-8"
): ...


class SeparatorUnclear(
    BadDataset,
    message="line 1: the head holds {separators}, so the separator is not clear: save the table "
    "with one of them and none in the names of columns",
): ...


class TooManyCells(
    BadDataset,
    message="line {line} has {cells} cells, the head has {columns}: where a number has a decimal "
    "comma or a text a {separator}, put it in quotation marks, or separate the cells by semicolons",
): ...


class ColumnTwice(BadDataset, message="line 1: the column {column} stands twice"): ...


class TableNotCsv(BadDataset, message="line {line} cannot be read: {why}"): ...


class DateEitherWay(
    BadDataset,
    message="line {line}, column {column}: {text} may be day and month or month and day, and no "
    "other date of the column settles it: write dates as 2019-03-01",
): ...


class DatesBothWays(
    BadDataset,
    message="column {column}: line {line} can only be read with the day first, line {other} only "
    "with the month first: write dates as 2019-03-01",
): ...


class NotADate(
    BadDataset,
    message="line {line}, column {column}: {text} is no date: write it as 2019-03-01 or "
    "2019-03-01T19:49",
): ...


class SerialDate(
    BadDataset,
    message="line {line}, column {column}: {text} is how a spreadsheet counts days: "
    "give the column the format yyyy-mm-dd hh:mm there, and save the table anew",
): ...


class NotANumber(
    BadDataset,
    message="line {line}, column {column}: {text} is no number: write it in decimals, such as 43.5",
): ...


class PhotoNotThere(BadDataset, message="{path} cannot be read: {why}; the table names it so"): ...


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row. line: where it ends in the file, from 1. cells: by column, without space around."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of text. columns: as the head names them."""

    columns: tuple[str, ...]
    rows: tuple[TableLine, ...]


def read_table(data: bytes) -> TextTable:
    """A table whose cells are parted by comma, semicolon or tab; empty rows are left out.

    Raises BadDataset with the line where it cannot be read in one way only.
    """
    text = text_of_table(data)
    head, _, _ = text.lstrip("\n\r").partition("\n")
    separator = _separator(head)
    lines = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[TableLine] = []
    columns: tuple[str, ...] = ()
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells)
                continue
            if len(cells) > len(columns) and any(c.strip() for c in cells[len(columns) :]):
                raise TooManyCells(
                    line=lines.line_num,
                    cells=len(cells),
                    columns=len(columns),
                    separator=SEPARATORS[separator],
                )
            filled = [cell.strip() for cell in cells] + [""] * (len(columns) - len(cells))
            rows.append(TableLine(lines.line_num, dict(zip(columns, filled, strict=False))))
    except csv.Error as error:
        raise TableNotCsv(line=lines.line_num, why=str(error)) from error
    if not columns or not rows:
        raise TableIsEmpty()
    return TextTable(columns, tuple(rows))


def head_of(file: Path) -> tuple[str, ...]:
    """The columns of a table in a file; none where it cannot be read as one."""
    try:
        with file.open("rb") as table:
            text = text_of_table(table.read(HEAD).rpartition(b"\n")[0] or b"")
        line, _, _ = text.lstrip("\n\r").partition("\n")
        return _columns(next(csv.reader([line], delimiter=_separator(line)), []))
    except (OSError, BadDataset, csv.Error):
        return ()


def iso_texts(column: str, cells: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Line -> its date or time in ISO 8601, "" for nothing. cells: line and text.

    Dates in another form are read where one of the column shows which number is the day, because
    it is above 12. Raises BadDataset else.
    """
    texts, parts = {}, {}
    for line, text in cells:
        iso = "" if text.casefold() in NOTHING else _iso(text)
        if iso is None:
            parts[line] = (text, DATE.fullmatch(text))
        else:
            texts[line] = iso
    day_first, month_first = [], []
    for line, (text, match) in parts.items():
        if match is None or len(match[4]) != 4 or len(match[1]) > 2:
            raise NotADate(line=line, column=column, text=text)
        day_first += [line] if int(match[1]) > 12 else []
        month_first += [line] if int(match[3]) > 12 else []
    if day_first and month_first:
        raise DatesBothWays(column=column, line=day_first[0], other=month_first[0])
    for line, (text, match) in parts.items():
        assert match is not None  # noqa: S101
        if not day_first and not month_first and match[1] != match[3]:
            raise DateEitherWay(line=line, column=column, text=text)
        month, day = (match[3], match[1]) if day_first else (match[1], match[3])
        texts[line] = _written(match[4], month, day, match)
        if not texts[line]:
            raise NotADate(line=line, column=column, text=text)
    return texts


def readable_times(
    column: str, cells: Iterable[tuple[int, str]]
) -> tuple[dict[int, str], list[BadDataset]]:
    """Line -> its date or time as `iso_texts` gives it, and why single cells cannot be read.

    Raises BadDataset where the dates of the column can be read in two ways.
    """
    errors: list[BadDataset] = []
    kept: dict[int, str] = {}
    for line, text in cells:
        match = DATE.fullmatch(text)
        written = match is not None and len(match[4]) == 4 and len(match[1]) <= 2
        if written or text.casefold() in NOTHING or _iso(text) is not None:
            kept[line] = text
        elif SERIAL.fullmatch(text):
            errors.append(SerialDate(line=line, column=column, text=text))
        else:
            errors.append(NotADate(line=line, column=column, text=text))
    while True:
        try:
            return iso_texts(column, kept.items()), errors
        except NotADate as error:
            errors.append(error)
            del kept[error.line]  # type: ignore[attr-defined]


def decimal_number(line: int, column: str, text: str) -> float | None:
    """A number with a decimal point or comma; None for nothing. Raises NotANumber."""
    if text.casefold() in NOTHING:
        return None
    plain = text.replace("\N{MINUS SIGN}", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?|[+-]?\.\d+", plain):
        raise NotANumber(line=line, column=column, text=text)
    return float(plain)


def photo_path(folder: Path, text: str) -> Path:
    """Where a table's photo lies; separators of Windows count where no file has such a name."""
    path = folder / text
    if "\\" in text and not path.is_file():
        return folder / text.replace("\\", "/")
    return path


def photo_bytes(path: Path) -> bytes:
    """The bytes of a photo that a table names. Raises PhotoNotThere with what was looked for."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise PhotoNotThere(path=path, why=error.strerror or str(error)) from error


def text_of_table(data: bytes) -> str:
    """The text of a table in UTF-8 or, with its mark in front, UTF-16. Raises BadDataset."""
    coding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError as error:
        raise TableHasOtherEncoding(at=error.start) from error
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def _separator(head: str) -> str:
    bare = re.sub(r'"[^"]*"', "", head)
    present = [separator for separator in SEPARATORS if separator in bare]
    if len(present) > 1:
        raise SeparatorUnclear(separators=tuple(SEPARATORS[one] for one in present))
    return present[0] if present else ","


def _columns(cells: list[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if names.count(name) > 1:
            raise ColumnTwice(column=name or "''")
    return tuple(names)


def _iso(text: str) -> str | None:
    """The same in ISO 8601 where the year stands first; None where it does not."""
    if not re.match(r"\d{4}(\D|\d{4})", text):
        return None
    match = DATE.fullmatch(text)
    if match and len(match[4]) <= 2:
        return _written(match[1], match[3], match[4], match) or None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.date().isoformat() if len(text) <= 10 else moment.isoformat()


def _written(year: str, month: str, day: str, match: re.Match[str]) -> str:
    """A date, or a date with its time, in ISO 8601; "" where there is no such moment."""
    hour, minute, second, half = match[5], match[6], match[7] or 0, match[8]
    try:
        date = datetime(int(year), int(month), int(day))  # noqa: DTZ001
        if hour is None:
            return date.date().isoformat()
        if half and not 1 <= int(hour) <= 12:
            return ""
        hours = int(hour) % 12 + HALVES[half[0].casefold()] if half else int(hour)
        return date.replace(hour=hours, minute=int(minute), second=int(second)).isoformat()
    except ValueError:
        return ""
