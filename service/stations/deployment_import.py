"""Deployments out of a table: what will be made, changed and refused, and doing it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from sqlalchemy import Connection

from reid.errors import InputError
from reid.interchange.deployments import DeploymentLine, read_deployments
from reid.sentences import Sentence
from service.stations.errors import TableTooLarge
from service.store import stations
from service.store.database import Database
from service.store.stations import NewDeployment

LARGEST = 4_000_000  # bytes of a table
FIELDS = tuple(field.name for field in fields(NewDeployment))

ImportOutcome = Literal["made", "changed", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """What becomes of a row. fields: those that change. why: of a refusal, else None."""

    line: int
    outcome: ImportOutcome
    name: str = ""
    station: str = ""
    camera: str = ""
    fields: tuple[str, ...] = ()
    why: Sentence | None = None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What becomes of a table. new_stations: that did not exist. ignored: columns not read."""

    lines: tuple[ImportedLine, ...]
    new_stations: tuple[str, ...]
    ignored: tuple[str, ...]

    def count(self, outcome: ImportOutcome) -> int:
        """Rows with this outcome."""
        return sum(line.outcome == outcome for line in self.lines)


def import_deployments(database: Database, data: bytes, *, preview: bool) -> ImportPlan:
    """Keep the deployments of a table; one of a known name takes the values of its row.

    A row that cannot be kept stops no other. preview: nothing is kept. Raises BadDataset where the
    table as a whole cannot be read.
    """
    if len(data) > LARGEST:
        raise TableTooLarge(bytes=len(data), limit=LARGEST)
    table = read_deployments(data)
    with database.write() as connection, connection.begin_nested() as trial:
        before = set(stations.names(connection))
        lines = [_import(connection, row) for row in table.rows]
        after = stations.names(connection)
        if preview:
            trial.rollback()
    lines += [ImportedLine(line, "refused", why=error) for line, error in table.refused]
    return ImportPlan(
        lines=tuple(sorted(lines, key=lambda line: line.line)),
        new_stations=tuple(name for name in after if name not in before),
        ignored=table.ignored,
    )


def keep_deployments(database: Database, rows: Iterable[DeploymentLine]) -> list[ImportedLine]:
    """Keep the deployments of a package, as `import_deployments` keeps those of a table."""
    with database.write() as connection:
        return [_import(connection, row) for row in rows]


def _import(connection: Connection, row: DeploymentLine) -> ImportedLine:
    new = NewDeployment(**{name: getattr(row, name) for name in FIELDS})
    known = stations.named(connection, new.name)
    of_row: dict[str, Any] = {
        "line": row.line,
        "name": new.name,
        "station": new.station,
        "camera": new.camera,
    }
    try:
        with connection.begin_nested():
            if known is None:
                stations.add(connection, new)
                return ImportedLine(outcome="made", **of_row)
            before = asdict(known)
            changed = tuple(name for name in FIELDS if before[name] != getattr(new, name))
            if changed:
                stations.change(connection, known.id, new)
            return ImportedLine(
                outcome="changed" if changed else "unchanged", fields=changed, **of_row
            )
    except InputError as error:
        return ImportedLine(outcome="refused", why=error, **of_row)
