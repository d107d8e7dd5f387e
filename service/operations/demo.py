"""The demo survey: made once, imported like any upload, decided as far as a team would be."""

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from reid.synthetic.survey import write_survey
from reid.types import Flank
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.store import decisions, encounters, identities, progress
from service.store.database import Database
from service.store.decisions import NewDecision

ANIMALS, SEED = 8, 2018
REVIEWER = "demo"
CASE = "USTYURT"


@dataclass(frozen=True, slots=True)
class SurveyPhoto:
    """One row of a survey's index.csv; individual is empty where nobody knows."""

    path: Path
    individual: str
    flank: Flank
    captured_at: datetime | None
    station: str
    camera: str
    encounter: str

    def stated(self, captured_at: datetime | None) -> Statements:
        """What an uploader states about it."""
        return Statements(
            station=self.station,
            captured_at=captured_at,
            flank=self.flank,
            camera=self.camera,
            encounter=self.encounter,
        )


def is_empty(database: Database) -> bool:
    """No photo was ever uploaded."""
    with database.read() as connection:
        return progress.photos(connection) == 0


def make(folder: Path) -> None:
    """Paint the survey, if it is not there yet."""
    painted_once(folder, lambda path: write_survey(path, animals=ANIMALS, seed=SEED, ustyurt=True))


def painted_once(folder: Path, paint: Callable[[Path], object]) -> None:
    """Let `paint` fill the folder, unless it is there: whole, or not at all."""
    if not folder.exists():
        beside = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(beside, ignore_errors=True)
        paint(beside)
        beside.rename(folder)


def read_index(folder: Path) -> list[SurveyPhoto]:
    """The rows of index.csv."""
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        return [
            SurveyPhoto(
                path=folder / row["path"],
                individual=row["individual"],
                flank=Flank(row["flank"] or "unknown"),
                captured_at=datetime.fromisoformat(row["datetime"]) if row["datetime"] else None,
                station=row["station"],
                camera=row["camera"],
                encounter=row["encounter"],
            )
            for row in csv.DictReader(file)
        ]


def load(database: Database, intake: Intake, folder: Path) -> Iterator[Path]:
    """Import a survey, yielding each photo as it is done, and decide most encounters.

    The last encounter of each animal waits for a person. Of the case shaped like Ustyurt only the
    good daylight record is decided: whether the two poor ones show that animal is the question.
    """
    rows = sorted(read_index(folder), key=lambda row: (row.captured_at or datetime.max, row.path))  # noqa: DTZ901
    for row in rows:
        intake.accept([(row.path.name, row.path.read_bytes())], row.stated(row.captured_at))
        yield row.path
    with database.write() as connection:
        for individual, names in _encounters(rows).items():
            is_case = any(encounter.startswith(CASE) for encounter in names)
            for encounter in names[-1:] if is_case else names[:-1]:
                _decide(connection, encounter, individual)


def _encounters(rows: list[SurveyPhoto]) -> dict[str, list[str]]:
    """Encounters of each known individual, oldest first."""
    visits: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.individual and not row.individual.startswith("unknown"):
            visits.setdefault(row.individual, {})[row.encounter] = None
    return {individual: list(names) for individual, names in visits.items()}


def _decide(connection: Connection, encounter: str, individual: str) -> None:
    number = encounters.named(connection, encounter, None)
    if decisions.latest(connection, number) is not None:
        return
    known = identities.by_name(connection, individual)
    new = NewDecision("new", name=individual, reviewer=REVIEWER)
    if known is not None:
        new = NewDecision("same", identity_id=known, reviewer=REVIEWER)
    decisions.add(connection, number, new)
