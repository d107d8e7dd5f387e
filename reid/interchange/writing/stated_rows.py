"""What a source of Camtrap DP said, put beside what the catalogue says, so that nothing is lost.

What the catalogue knows stands. What only the source said is added. What the catalogue says
otherwise, and columns that the standard lacks, go into the resource `stated`: table, key, column
(with " before" where another value stands in the table now) and value.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reid.errors import BadDataset
from reid.interchange.stated import StatedPackage
from reid.interchange.tables import decimal_number

BEFORE = " before"
STATED = ("resource", "key", "column", "value")
NUMBERS = {
    *("latitude", "longitude", "coordinateUncertainty", "cameraDelay", "cameraHeight"),
    *("cameraDepth", "cameraTilt", "cameraHeading", "detectionDistance", "count"),
    *("individualPositionRadius", "individualPositionAngle", "individualSpeed"),
    *("bboxX", "bboxY", "bboxWidth", "bboxHeight", "classificationProbability"),
}
TIMES = {
    *("deploymentStart", "deploymentEnd", "timestamp", "eventStart", "eventEnd"),
    "classificationTimestamp",
}
PLACES = {"latitude", "longitude", "coordinateUncertainty", "exifData"}
"""Columns that may tell where a camera stands; where positions are obscured they are ours alone;
those that the standard lacks are left out, since nobody knows what they tell."""
TOLERANCE = 1e-4
"""How much a box may differ, in shares of the photo: a box is kept in whole pixels."""


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A row of a source. key: its number in its table. cells: by column, without empty ones."""

    key: str
    cells: Mapping[str, str]


class Beyond:
    """The rows of the resource `stated`, and rows of a source put beside ours."""

    def __init__(self, *, exact: bool) -> None:
        self._exact = exact
        self.rows: list[tuple[str, str, str, str]] = []

    def joined(
        self,
        table: str,
        key: str,
        columns: Sequence[str],
        cells: Mapping[str, str],
        ours: Mapping[str, object],
        weak: Iterable[str] = (),
        strong: Iterable[str] = (),
    ) -> dict[str, object]:
        """Our row with what the source says. weak: columns of which the source knows better.

        cells: of the source; none, and the row is ours as it is. strong: columns that stay empty
        where ours are, since people took away what the source says.
        """
        row, yields, stays = dict(ours), {*weak}, {*strong}
        for column, text in cells.items():
            known = column in columns and column not in PLACES
            if not self._exact and not known:
                continue
            if column not in columns:
                self._keep(table, key, column, text)
            elif column in yields or self._fits(column, row.get(column), text, stays):
                row[column] = as_value(column, text)
            elif f"{column}{BEFORE}" not in cells:
                self._keep(table, key, f"{column}{BEFORE}", text)
        return row

    def _fits(self, column: str, ours: object, text: str, stays: Collection[str]) -> bool:
        if ours is None or ours == "":
            return column not in stays
        return same(column, ours, text)

    def alone(
        self, table: str, key: str, columns: Sequence[str], cells: Mapping[str, str]
    ) -> dict[str, object]:
        """A row of a source of which the catalogue holds nothing."""
        return self.joined(table, key, columns, cells, {})

    def _keep(self, table: str, key: str, column: str, text: str) -> None:
        self.rows.append((table, key, column, text))


def by_key(packages: Sequence[StatedPackage], table: str, key: str) -> Mapping[str, StatedRow]:
    """The rows of a table of all sources by their number; the newest source stands."""
    found: dict[str, StatedRow] = {}
    for package in packages:
        for cells in package.tables.get(table, ()):
            number = cells.get(key, "")
            if number:
                found.setdefault(number, StatedRow(number, cells))
    return found


def same(column: str, ours: object, text: str) -> bool:
    """Whether a value of ours and the text of a source mean the same."""
    if column in TIMES:
        return moment_of(str(ours)) is not None and moment_of(str(ours)) == moment_of(text)
    if column in NUMBERS:
        number = as_value(column, text)
        limit = TOLERANCE if column.startswith("bbox") else 1e-9
        return (
            isinstance(ours, int | float)
            and isinstance(number, int | float)
            and abs(ours - number) <= limit
        )
    if isinstance(ours, bool):
        return text.casefold() == ("true" if ours else "false")
    return " ".join(str(ours).split()) == " ".join(text.split())


def as_value(column: str, text: str) -> object:
    """The text of a source as it is written: numbers with a point, whatever the source wrote."""
    if column not in NUMBERS:
        return text
    try:
        number = decimal_number(0, column, text)
    except BadDataset:
        return text
    return int(number) if number is not None and number == int(number) else number


def moment_of(text: str) -> datetime | None:
    """A moment with its zone; None where the text is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def joined_tags(stated: str, ours: str) -> str:
    """Tags of both, in the order of the source; of one key ours stand, in its place."""
    own = {_key(part): part for part in _parts(ours)}
    kept = [own.pop(_key(part), part) for part in _parts(stated)]
    return " | ".join([*kept, *own.values()])


def _parts(tags: str) -> list[str]:
    return [part.strip() for part in tags.split("|") if part.strip()]


def _key(tag: str) -> str:
    return tag.partition(":")[0].strip().casefold()


def lacking(cells: Mapping[str, str], needed: Iterable[str]) -> Iterator[str]:
    """Columns that a row must have and that are empty, or hold a time without a zone."""
    for column in needed:
        text = cells.get(column, "")
        if not text or (column in TIMES and moment_of(text) is None):
            yield column
