"""Tables in files: CSV in its many forms, or the first sheet of an XLSX workbook."""

import re
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime, time
from importlib.util import find_spec
from pathlib import Path

from reid.errors import BadDataset, MissingExtra
from reid.interchange.tables import (
    ColumnTwice,
    TableIsEmpty,
    TableLine,
    TextTable,
    head_of,
    read_table,
)

LARGEST = 50_000_000  # bytes of a workbook
OLD = frozenset({".xls", ".xlsb", ".ods", ".numbers"})
SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm"})
WRONG = re.compile(r"#[A-Z0-9/]+[!?]|#N/A")  # what a spreadsheet shows of a broken formula
FIRST_ROWS = 20  # of a sheet, within which the head stands


class TableFileUnreadable(BadDataset, message="{file} cannot be read: {why}"): ...


class OldWorkbook(
    BadDataset, message="{file} is a workbook of another kind: save it as XLSX or as CSV UTF-8"
): ...


class WorkbookTooLarge(
    BadDataset, message="{file} has {bytes} bytes; at most {limit}: save its sheet as CSV UTF-8"
): ...


class FormulaWithoutValue(
    BadDataset,
    message="{file}, cell {cell}: a formula without a value: open the workbook in a spreadsheet, "
    "save it, and read it again",
): ...


class WrongCell(
    BadDataset, message="{file}, cell {cell}: {value}: mend the formula, or leave the cell empty"
): ...


def is_workbook(path: Path) -> bool:
    """Whether a file's name says that it is an XLSX workbook."""
    return path.suffix.casefold() in {".xlsx", ".xlsm"} and not path.name.startswith(("~$", "."))


def read_file(path: Path) -> TextTable:
    """The table of a file. Raises BadDataset, and MissingExtra for a workbook without its reader.

    Dates of a workbook come in ISO 8601, numbers in decimals, formulas by the values that the
    spreadsheet kept of them.
    """
    if path.suffix.casefold() in OLD:
        raise OldWorkbook(file=path.name)
    try:
        if is_workbook(path):
            return _sheet(path)
        return read_table(path.read_bytes())
    except OSError as error:
        raise TableFileUnreadable(file=path.name, why=error.strerror or str(error)) from error


def head_of_file(path: Path) -> tuple[str, ...]:
    """The columns of a table in a file; none where it cannot be read as one."""
    if not is_workbook(path):
        return head_of(path) if path.suffix.casefold() in SUFFIXES else ()
    if find_spec("openpyxl") is None:
        return ()
    try:
        rows = _cells(path, FIRST_ROWS, formulas=False)
    except (OSError, TableFileUnreadable):
        return ()
    texts = ([_text(value) for value in row] for row in rows)
    return tuple(name for name in next(filter(any, texts), ()) if name)


def need_workbooks() -> None:
    """Raises MissingExtra where the package that reads workbooks is not installed."""
    if find_spec("openpyxl") is None:
        raise MissingExtra(feature="reading XLSX", needs="openpyxl", extra="spreadsheets")


def _sheet(path: Path) -> TextTable:
    need_workbooks()
    if path.stat().st_size > LARGEST:
        raise WorkbookTooLarge(file=path.name, bytes=path.stat().st_size, limit=LARGEST)
    values = _cells(path, None, formulas=False)
    formulas = _cells(path, None, formulas=True)
    lines: list[tuple[int, list[str]]] = []
    for number, (row, written) in enumerate(zip(values, formulas, strict=True), 1):
        for place, (value, formula) in enumerate(zip(row, written, strict=False)):
            where = {"file": path.name, "cell": f"{_letters(place)}{number}"}
            if value is None and isinstance(formula, str) and formula.startswith("="):
                raise FormulaWithoutValue(**where)
            if isinstance(value, str) and WRONG.fullmatch(value):
                raise WrongCell(**where, value=value)
        texts = [_text(value) for value in row]
        if any(texts):
            lines.append((number, texts))
    if len(lines) < 2:
        raise TableIsEmpty()
    return _table(lines)


def _cells(path: Path, rows: int | None, *, formulas: bool) -> list[tuple[object, ...]]:
    """The cells of the first sheet. Raises OSError, and TableFileUnreadable for a damaged book."""
    from openpyxl import load_workbook

    try:
        with closing(load_workbook(path, read_only=True, data_only=not formulas)) as book:
            sheet = book.worksheets[0]
            return [tuple(row) for row in sheet.iter_rows(values_only=True, max_row=rows)]
    except OSError:
        raise
    except Exception as error:  # a damaged book raises whatever its reader stumbles over
        why = f"{type(error).__name__} {error}"
        raise TableFileUnreadable(file=path.name, why=why) from error


def _table(lines: list[tuple[int, list[str]]]) -> TextTable:
    (_, head), *rest = lines
    columns = tuple(head[: max(n for n, name in enumerate(head, 1) if name)])
    for name in columns:
        if name and columns.count(name) > 1:
            raise ColumnTwice(column=name)
    filled = ((n, row + [""] * (len(columns) - len(row))) for n, row in lines_below(rest))
    return TextTable(
        tuple(name for name in columns if name),
        tuple(
            TableLine(n, {k: v for k, v in zip(columns, row, strict=False) if k})
            for n, row in filled
        ),
    )


def lines_below(lines: Iterable[tuple[int, list[str]]]) -> Iterable[tuple[int, list[str]]]:
    """The lines below the head that say anything."""
    return ((number, row) for number, row in lines if any(row))


def _text(value: object) -> str:
    """A cell as text: dates in ISO 8601, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        if value.time() == time.min:
            return value.date().isoformat()
        return value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.10g}" if value % 1 else str(int(value))
    return str(value).strip()


def _letters(place: int) -> str:
    """The letters of a column, from 0: A to Z, AA and so on."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
