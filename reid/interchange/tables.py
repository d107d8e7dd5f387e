"""Tables in text files as people save them: separators, dates and numbers, never guessed."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange.cells import from_spreadsheet
from reid.interchange.individual_names import NOBODY

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
NOTHING = NOBODY | {"-"}
SEPARATOR_STATED = re.compile(r'"?sep=([,;\t])"?', re.IGNORECASE)  # line for a spreadsheet
DATE = re.compile(
    r"(\d{1,4})([/.\-:])(\d{1,2})\2(\d{1,4})"
    r"(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
)
HEAD = 65_536  # bytes that surely hold the head of a table
SERIAL = re.compile(r"[1-7]\d{4}([.,]\d+)?")  # days since 1900 of the years 1927 to 2119
DAY_LETTERS = 10  # of a date in ISO 8601
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


def read_table(data: bytes, *, needs_rows: bool = True) -> TextTable:
    """A table whose cells are parted by comma, semicolon or tab; empty rows are left out.

    The mark before what a spreadsheet would compute is taken away, and so is a line in front that
    tells a spreadsheet the separator. Raises BadDataset with the line where it cannot be read in
    one way only, and unless needs_rows is False where it has none.
    """
    text, separator, first = _with_separator(text_of_table(data))
    lines = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[TableLine] = []
    columns: tuple[str, ...] = ()
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            number = lines.line_num + first
            if not columns:
                columns = _columns(cells)
                continue
            rows.append(_row(number, cells, columns, separator))
    except csv.Error as error:
        raise TableNotCsv(line=lines.line_num + first, why=str(error)) from error
    if not columns or (needs_rows and not rows):
        raise TableIsEmpty()
    return TextTable(columns, tuple(rows))


def _row(line: int, cells: list[str], columns: tuple[str, ...], separator: str) -> TableLine:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise TooManyCells(
            line=line, cells=len(cells), columns=len(columns), separator=SEPARATORS[separator]
        )
    filled = [*map(_cell, cells), *[""] * (len(columns) - len(cells))]
    return TableLine(line, dict(zip(columns, filled, strict=False)))


def _cell(text: str) -> str:
    return from_spreadsheet(text.strip())


def head_of(file: Path) -> tuple[str, ...]:
    """The columns of a table in a file; none where it cannot be read as one.

    Bytes below that are no text are passed over: whoever reads the whole table says so.
    """
    try:
        with file.open("rb") as table:
            text = text_of_table(table.read(HEAD).rpartition(b"\n")[0], errors="replace")
        text, separator, _ = _with_separator(text)
        line, _, _ = text.lstrip("\n").partition("\n")
        return _columns(next(csv.reader([line], delimiter=separator), []))
    except (OSError, BadDataset, csv.Error):
        return ()


@dataclass(frozen=True, slots=True)
class ColumnTimes:
    """The dates and times of a column by line. texts: in ISO 8601, "" for nothing. errors: why one
    cannot be read."""

    texts: Mapping[int, str]
    errors: Mapping[int, BadDataset]

    def moment(self, line: int) -> datetime | None:
        """A date with its time of day; None where there is none that can be read."""
        text = self.texts.get(line, "")
        return datetime.fromisoformat(text) if len(text) > DAY_LETTERS else None

    def day(self, line: int) -> str:
        """A date without a time of day, in ISO 8601; "" for none."""
        text = self.texts.get(line, "")
        return text if len(text) <= DAY_LETTERS else ""

    def sure(self, line: int) -> str:
        """The text of a line. Raises BadDataset where it cannot be read."""
        if line in self.errors:
            raise self.errors[line]
        return self.texts.get(line, "")


def readable_times(column: str, cells: Iterable[tuple[int, str]]) -> ColumnTimes:
    """The dates and times of a column. cells: line and text.

    Dates in another form are read where one of the column shows which number is the day, because
    it can be nothing else. Raises BadDataset where the dates of the column can be read in two ways.
    """
    texts: dict[int, str] = {}
    errors: dict[int, BadDataset] = {}
    meant: dict[int, tuple[str, tuple[str, str]]] = {}  # with the day first, with the month first
    for line, text in cells:
        iso = "" if text.casefold() in NOTHING else _iso(text)
        if iso is not None:
            texts[line] = iso
        elif any(both := _either_way(text)):
            meant[line] = text, both
        else:
            kind = SerialDate if SERIAL.fullmatch(text) else NotADate
            errors[line] = kind(line=line, column=column, text=text)
    return ColumnTimes(texts | _in_one_order(column, meant), errors)


def iso_texts(column: str, cells: Iterable[tuple[int, str]]) -> Mapping[int, str]:
    """Line -> its date or time as `readable_times` gives it; raises BadDataset for any error."""
    times = readable_times(column, cells)
    for error in times.errors.values():
        raise error
    return times.texts


def _either_way(text: str) -> tuple[str, str]:
    """A date with the year last, read with the day first and with the month first; "" where there
    is no such moment."""
    match = DATE.fullmatch(text)
    if match is None or match[2] == ":" or len(match[4]) != 4 or len(match[1]) > 2:
        return "", ""
    one, other = match[1], match[3]
    return _written(match[4], other, one, match), _written(match[4], one, other, match)


def _in_one_order(column: str, meant: Mapping[int, tuple[str, tuple[str, str]]]) -> dict[int, str]:
    """Line -> its moment, in the one order of day and month that all of a column fit."""
    day_first = [line for line, (_, (day, month)) in meant.items() if not month]
    month_first = [line for line, (_, (day, month)) in meant.items() if not day]
    if day_first and month_first:
        raise DatesBothWays(column=column, line=day_first[0], other=month_first[0])
    for line, (text, (day, month)) in meant.items():
        if not day_first and not month_first and day != month:
            raise DateEitherWay(line=line, column=column, text=text)
    return {line: both[1 if month_first else 0] for line, (_, both) in meant.items()}


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


def text_of_table(data: bytes, *, errors: str = "strict") -> str:
    """The text of a table in UTF-8 or, with its mark in front, UTF-16. Raises BadDataset."""
    coding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(coding, errors)
    except UnicodeDecodeError as error:
        raise TableHasOtherEncoding(at=error.start) from error
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def _with_separator(text: str) -> tuple[str, str, int]:
    """A text without a line that states its separator, that separator, and how many lines went."""
    line, _, rest = text.partition("\n")
    if stated := SEPARATOR_STATED.fullmatch(line.strip(" ")):
        return rest, stated[1], 1
    head, _, _ = text.lstrip("\n").partition("\n")
    bare = re.sub(r'"[^"]*"', "", head)
    present = [separator for separator in SEPARATORS if separator in bare]
    if len(present) > 1:
        raise SeparatorUnclear(separators=tuple(SEPARATORS[one] for one in present))
    return text, present[0] if present else ",", 0


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
