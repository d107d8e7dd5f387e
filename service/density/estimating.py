"""The density of a catalogue: captures and deployments from the database, estimated and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from sqlalchemy import Connection

from reid.density.combining import DRAWS
from reid.density.estimate import DensityEstimate, estimate
from reid.density.surveyed import DensityCaptures, surveyed
from reid.errors import InputError
from reid.identify.clusters import UNDECIDED, DecidedPairs, Table
from reid.interchange.effort import Traps
from reid.interchange.obscuring import Telling
from service.clusters.pairing import facts_of
from service.density.record import (
    DensityCell,
    DensityFile,
    DensityRecord,
    DensityStation,
    NotUsed,
)
from service.exchange.histories_of import sorted_captures
from service.exchange.survey_of import survey_of
from service.recognition.comparing import maker_of
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import identities, jobs
from service.store.database import Database
from service.store.jobs import Job
from service.store.pairs import Maker
from service.store.tables.base import now
from service.store.tasks import Done, JobFailure, Outcome, attempted

KIND = "density"
SEED = 1


@dataclass(frozen=True, slots=True)
class DensityWish:
    """How to estimate. by_photos: first and last photos stand for dates that nobody stated."""

    draws: int = DRAWS
    seed: int = SEED
    by_photos: bool = False


def density_of(connection: Connection, maker: Maker | None, wish: DensityWish) -> DensityRecord:
    """The density of everything in use, or why there is none.

    maker: whose llrs; None: only what people decided joins encounters.
    """
    record = DensityRecord(
        made_at=now(),
        calibrator=maker.calibrator if maker else "",
        draws=wish.draws,
        seed=wish.seed,
        by_photos=wish.by_photos,
    )
    survey = survey_of(connection, maker, species="", telling=Telling.EXACT)
    numbers, known, decided = _pairs(connection, maker)
    try:
        captures = surveyed(survey, numbers, known, decided, by_photos=wish.by_photos)
        record = _with_captures(record, captures)
        return _with_estimate(
            record, estimate(captures.encounters, draws=wish.draws, seed=wish.seed), captures.layout
        )
    except InputError as error:
        return replace(record, refused=str(error))


def _pairs(
    connection: Connection, maker: Maker | None
) -> tuple[tuple[int, ...], Table, DecidedPairs]:
    """Encounters that the machine looked at, what it says of their pairs, what people say."""
    if maker is None:
        nothing = np.zeros((0, 0), bool)
        return (), Table(np.zeros((0, 0)), nothing, nothing), UNDECIDED
    facts = facts_of(connection, maker)
    sorted_by_machine = sorted_captures(facts, identities.names(connection))
    return sorted_by_machine.numbers, sorted_by_machine.known, sorted_by_machine.loose


def _with_captures(record: DensityRecord, captures: DensityCaptures) -> DensityRecord:
    layout = captures.layout
    places = positions(layout.metres, layout.crs)
    days = layout.usage.sum(1)
    return replace(
        record,
        encounters=len(captures.encounters.captures),
        first_day=layout.occasions.first.isoformat(),
        occasions=layout.occasions.number,
        stations=tuple(
            DensityStation(name, *place, float(worked))
            for name, place, worked in zip(layout.stations, places, days, strict=True)
        ),
        not_used=tuple(NotUsed(one.key, one.why) for one in captures.left_out),
    )


def _with_estimate(record: DensityRecord, result: DensityEstimate, layout: Traps) -> DensityRecord:
    places = positions(result.habitat.points * 1000, layout.crs)
    return replace(
        record,
        answer=result.answer,
        photos=result.photos,
        probable=result.probable,
        area_km2=result.habitat.area_km2,
        buffer_km=result.habitat.buffer_km,
        cell_km=result.habitat.side_km,
        failed=result.failed,
        cells=tuple(
            DensityCell(*place, round(float(density), 6))
            for place, density in zip(places, result.surface, strict=True)
        ),
    )


def positions(
    metres: np.ndarray[tuple[int, ...], np.dtype[np.float64]], crs: str
) -> list[tuple[float, float]]:
    """(latitude, longitude) in degrees of points (N, 2) east and north in a zone."""
    from pyproj import Transformer

    back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    longitudes, latitudes = back.transform(metres[:, 0], metres[:, 1])
    pairs = zip(latitudes.tolist(), longitudes.tolist(), strict=True)
    return [(round(lat, 6), round(lon, 6)) for lat, lon in pairs]


class Densities:
    """The newest estimate of a catalogue, and how a new one comes about. One a process."""

    def __init__(self, database: Database, engine: Engine, settings: Settings) -> None:
        self._database, self._engine = database, engine
        self._file = DensityFile(settings.data_dir)

    def newest(self) -> DensityRecord | None:
        """None before the first."""
        return self._file.read()

    def estimated(self, wish: DensityWish) -> DensityRecord:
        """Estimate now, and keep it."""
        maker = maker_of(self._engine)
        with self._database.read() as connection:
            record = density_of(connection, maker, wish)
        self._file.write(record)
        return record

    def ask(self, wish: DensityWish) -> None:
        """Let a worker estimate, unless one is asked already."""
        with self._database.write() as connection:
            if not self.waiting(connection):
                payload = {"draws": wish.draws, "seed": wish.seed, "by_photos": wish.by_photos}
                jobs.enqueue(connection, KIND, payload)

    @staticmethod
    def waiting(connection: Connection) -> bool:
        """Whether an estimate is asked for and not there yet."""
        return any(jobs.payloads(connection, KIND, state) for state in ("queued", "running"))


class EstimateDensity:
    """Estimates in the background when somebody asked."""

    def __init__(self, densities: Densities) -> None:
        self._densities = densities

    def look(self) -> None:
        """Nothing: only people ask for it."""

    def do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """The file of the estimate."""
        return {job.id: attempted(job, partial(self._done, job)) for job in claimed}

    def failed(self, connection: Connection, job: Job, failure: JobFailure) -> None:
        """Nothing: the estimate of before stays."""

    def _done(self, job: Job) -> Outcome:
        self._densities.estimated(DensityWish(**job.payload))
        return Done(lambda _: None)
