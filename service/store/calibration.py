"""The local calibration: what was studied of this catalogue, what is applied, who decided what.

One JSON file in the data folder, written as a whole; a running service sees a new one at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue, TypeAdapter
from sqlalchemy import Connection, func, select

from reid.evidence.local import Study
from service.store.database import value_of
from service.store.errors import LocalOfAnotherRelease
from service.store.identities import latest_decisions
from service.store.tables.encounters import decision, encounter

NAME = "calibration.json"


@dataclass(frozen=True, slots=True)
class Studied:
    """What came of a study. calibrator: as its card has it; decisions: rows there were then."""

    calibrator: str
    model: str
    made_at: datetime
    decisions: int
    study: Study


@dataclass(frozen=True, slots=True)
class AppliedFactor:
    """A factor on every llr of one calibrator. number: never given twice in a data folder."""

    number: int
    calibrator: str
    factor: float
    made_at: datetime
    decisions: int


@dataclass(frozen=True, slots=True)
class CalibrationRecord:
    """All of the file. last: the highest number that was ever given."""

    studied: Studied | None = None
    applied: AppliedFactor | None = None
    last: int = 0

    def with_applied(self, studied: Studied) -> "CalibrationRecord":
        """The factor of a study in force, under the next number."""
        number = self.last + 1
        factor, moment, rows = studied.study.factor, studied.made_at, studied.decisions
        applied = AppliedFactor(number, studied.calibrator, factor, moment, rows)
        return CalibrationRecord(studied, applied, number)

    def without(self) -> "CalibrationRecord":
        """Nothing in force; the number stays taken."""
        return replace(self, applied=None)


KEPT = TypeAdapter(CalibrationRecord)
STORED = {"misleading": "found", "shrinkage": "widening"}  # the file has names of its own


class CalibrationFile:
    """Reads the file again whenever it has changed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._seen: tuple[tuple[int, int], CalibrationRecord] | None = None

    def read(self) -> CalibrationRecord:
        """What is kept; nothing where there is no file. BadSettings for a damaged one."""
        try:
            facts = self._path.stat()
            state = (facts.st_mtime_ns, facts.st_size)
            if self._seen is None or self._seen[0] != state:
                self._seen = (state, self._parsed(self._path.read_bytes()))
        except FileNotFoundError:
            return CalibrationRecord()
        return self._seen[1]

    def write(self, record: CalibrationRecord) -> None:
        """Replace the file as a whole."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".part")
        values = _renamed(KEPT.dump_python(record, mode="json"), STORED)
        beside.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")
        beside.replace(self._path)

    def _parsed(self, data: bytes) -> CalibrationRecord:
        try:
            names = {name: field for field, name in STORED.items()}
            values = _renamed(json.loads(data or b"{}"), names)
            return KEPT.validate_json(json.dumps(values))
        except ValueError as error:
            raise LocalOfAnotherRelease(path=self._path) from error


def _renamed(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    """A JSON value with the keys of all its objects renamed."""
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(part, names) for key, part in value.items()}
    return [_renamed(part, names) for part in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class DecidedEncounter:
    """An encounter that has an identity now. helped: decided "same" with an llr in view."""

    encounter_id: int
    identity_id: int
    helped: bool
    station: str | None
    started_at: datetime | None


def decided(connection: Connection) -> list[DecidedEncounter]:
    """Every encounter with an identity, in the order of their numbers."""
    latest = latest_decisions().subquery()
    rows = connection.execute(
        select(
            decision.c.encounter_id,
            decision.c.identity_id,
            ((decision.c.kind == "same") & decision.c.llr.is_not(None)).label("helped"),
            encounter.c.station,
            encounter.c.started_at,
        )
        .join(latest, latest.c.id == decision.c.id)
        .join(encounter, encounter.c.id == decision.c.encounter_id)
        .where(decision.c.identity_id.is_not(None))
        .order_by(decision.c.encounter_id)
    )
    return [value_of(DecidedEncounter, row, helped=bool(row.helped)) for row in rows]


def decisions_so_far(connection: Connection) -> int:
    """How many decisions were ever taken; decisions are append-only."""
    return connection.scalar(select(func.count(decision.c.id))) or 0
