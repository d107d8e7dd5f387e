"""A catalogue with everything that makes an export hard: names, places, times, clocks, opinions.

Photos are real files, taken in by the service; nobody looks at them here, so they are small, and
embeddings and llrs are drawn: an export reads the llrs, and of an embedding only that it is there.
"""

from datetime import datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
from filled import Planned, decide, measure, rows, unflushed
from PIL import Image
from sqlalchemy import insert, update

from reid.describe.packing import pack_vector
from reid.types import Embedding, Flank
from service.app import build
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.recognition.comparing import maker_of
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import encounters, identities, opinions, photos, reviews, stations
from service.store.database import Database
from service.store.opinions import NewOpinion
from service.store.reviews import NewPair
from service.store.stations import NewDeployment
from service.store.tables.encounters import identity
from service.store.tables.features import embedding
from service.store.tables.jobs import job
from service.web.parameters import Components

NAMES = (
    *("=1+1", "@home", "+7", "-Ana", "Барс №1", 'L "Old" 12', "A, B", "O'Hara"),
    *("snow_white", "Ак барс", "Zoë", "tab;semi", "x" * 100, "#7", "100 %", "'quoted"),  # noqa: RUF001
)
STATIONS = 12
WITHOUT_END, WITHOUT_PLACE, WITHOUT_DEPLOYMENT = "Station 10", "Station 11", "Station 12"
FROM = datetime(2019, 3, 1, 18)  # noqa: DTZ001  wall clock of cameras
HOURS_BETWEEN = 17


def components_of(folder: Path) -> Components:
    """The service over the catalogue of a folder."""
    return build(Settings(_env_file=None, data_dir=folder / "var"))


def prepared(folder: Path, *, many: int, individuals: int, seed: int) -> dict[str, int]:
    """Fill a new folder; says what is in it."""
    components = components_of(folder)
    database, engine = components[Database], components[Engine]
    database.migrate()
    try:
        with unflushed(database):
            plans = list(_plans(many, individuals, seed))
            numbers = _take_in(components[Intake], plans, seed)
            _embed(database, engine, seed)
            decide(database, plans, numbers)
            measure(database, engine, plans, numbers, seed)
            _rename(database)
            _place(database, many, seed)
            _answer(database, list(numbers.values()), seed)
        return rows(database)
    finally:
        database.close()


def _plans(many: int, individuals: int, seed: int) -> list[Planned]:
    """Whom each encounter shows; six in ten are decided, and every individual is at least once."""
    rng = np.random.default_rng((seed, 1))
    plans = []
    for number in range(many):
        first = number < individuals
        plans.append(
            Planned(
                number=number,
                identity=number if first else int(rng.integers(individuals)),
                decided=first or bool(rng.random() < 0.6),
                station=f"Station {rng.integers(STATIONS) + 1:02d}",
                at=FROM + timedelta(hours=HOURS_BETWEEN * number, minutes=int(rng.integers(600))),
            )
        )
    return plans


def _take_in(intake: Intake, plans: list[Planned], seed: int) -> dict[int, int]:
    """Upload the photos of every encounter: left, right or both flanks, some with a box."""
    rng, numbers = np.random.default_rng((seed, 2)), dict[int, int]()
    for plan in plans:
        flanks = [(Flank.LEFT,), (Flank.RIGHT,), (Flank.LEFT, Flank.RIGHT)][int(rng.integers(3))]
        for n, flank in enumerate(flanks):
            name = f"{plan.number:05d}-{n}.jpg"
            facts = Statements(
                station=plan.station,
                captured_at=plan.at + timedelta(seconds=20 * n),
                flank=flank,
                camera=f"C{1 + n}",
                encounter=f"E{plan.number:05d}",
                boxes=() if plan.number % 3 else ("4 2 60 30",),
            )
            file = intake.accept([(name, _jpeg(rng))], facts).files[0]
            if file.encounter_id is None:
                raise RuntimeError(f"{name}: {file.error_detail}")
            numbers[plan.number] = file.encounter_id
    return numbers


def _jpeg(rng: np.random.Generator) -> bytes:
    buffer = BytesIO()
    Image.fromarray(rng.integers(0, 255, (32, 64, 3), dtype=np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def _embed(database: Database, engine: Engine, seed: int) -> None:
    maker = maker_of(engine)
    if maker is None:
        raise RuntimeError("there is no calibrator for this network")
    rng = np.random.default_rng((seed, 3))
    vector = rng.standard_normal(8).astype(np.float32)
    unit = pack_vector(Embedding(vector / np.linalg.norm(vector), maker.model))
    with database.write() as connection:
        of_all = encounters.every_reference(connection)
        for number in [one.annotation.id for one in of_all]:
            row = {"annotation_id": number, "model": maker.model, "vector": unit}
            connection.execute(insert(embedding).values(row))
            photos.mark_embedded(connection, number)
        connection.execute(update(job).values(state="done"))


def _rename(database: Database) -> None:
    """Names that break tables: formulas, quotation marks, commas, other letters, very long ones."""
    with database.write() as connection:
        for number, name in zip(sorted(identities.names(connection)), NAMES, strict=False):
            of_this = update(identity).where(identity.c.id == number)
            connection.execute(of_this.values(name=name, sex=("female", "male")[number % 2]))


def _place(database: Database, many: int, seed: int) -> None:
    """Two deployments a station with a gap between; one without end, one place, one neither."""
    rng = np.random.default_rng((seed, 7))
    last = FROM + timedelta(hours=HOURS_BETWEEN * many + 24)
    middle = FROM + (last - FROM) / 2
    with database.write() as connection:
        for number in range(1, STATIONS):
            name = f"Station {number:02d}"
            place = round(43 + rng.random() / 5, 5), round(54 + rng.random() / 4, 5)
            latitude, longitude = (None, None) if name == WITHOUT_PLACE else place
            spans: list[tuple[datetime, datetime | None]] = [
                (FROM - timedelta(hours=3), middle - timedelta(days=2)),
                (middle + timedelta(days=2), None if name == WITHOUT_END else last),
            ]
            for part, (start, end) in enumerate(spans, 1):
                new = NewDeployment(
                    name=f"{name} #{part}",
                    station=name,
                    latitude=latitude,
                    longitude=longitude,
                    heading=float(number),
                    starts_at=start,
                    ends_at=end,
                    zone="+05:00" if number % 3 else "unknown",
                    notes="=HYPERLINK()" if number == 1 else "",
                )
                stations.add(connection, new)


def _answer(database: Database, taken_in: list[int], seed: int) -> None:
    """Some pairs under review are answered by two observers; some of them blind."""
    rng, numbers = np.random.default_rng((seed, 8)), sorted(taken_in)
    with database.write() as connection:
        couples = list(pairwise(numbers))[:60]
        new = [NewPair(a, b, blind=n % 3 > 0) for n, (a, b) in enumerate(couples)]
        reviews.put(connection, new, "bench")
        for pair in reviews.every(connection):
            for observer in ("ana", "=boris"):
                answer = ("same", "different", "cannot_tell")[int(rng.integers(3))]
                opinions.add(connection, pair.id, observer, NewOpinion(answer, "probable"))
