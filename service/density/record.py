"""What a density estimate of the catalogue found, kept as one file of the data folder."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from reid.density.combining import DensityInterval
from reid.errors import BadSettings

NAME = "density.json"


class DensityOfAnotherRelease(
    BadSettings, message="{path} was not written by this release: delete it and estimate again"
): ...


@dataclass(frozen=True, slots=True)
class DensityStation:
    """A station of the estimate. days: on which a camera worked there."""

    name: str
    latitude: float
    longitude: float
    days: float


@dataclass(frozen=True, slots=True)
class DensityCell:
    """A cell of the map by its centre. density: expected activity centres a km²."""

    latitude: float
    longitude: float
    density: float


@dataclass(frozen=True, slots=True)
class NotUsed:
    """An encounter that has no part in it, and why."""

    encounter: str
    why: str


@dataclass(frozen=True, slots=True)
class DensityRecord:
    """One estimate, or why there is none.

    refused: a sentence, "" where there is one. answer: by photos and places; photos: by photos
    alone; probable: the most probable history taken for true. calibrator: whose llrs, "" for none.
    by_photos: first and last photos stood for dates that nobody stated. area_km2, buffer_km,
    cell_km: of the habitat. failed: draws without a density.
    """

    made_at: datetime
    calibrator: str
    draws: int
    seed: int
    by_photos: bool
    encounters: int = 0
    refused: str = ""
    answer: DensityInterval | None = None
    photos: DensityInterval | None = None
    probable: DensityInterval | None = None
    area_km2: float = 0.0
    buffer_km: float = 0.0
    cell_km: float = 0.0
    failed: int = 0
    first_day: str = ""
    occasions: int = 0
    stations: tuple[DensityStation, ...] = ()
    cells: tuple[DensityCell, ...] = ()
    not_used: tuple[NotUsed, ...] = ()

    @property
    def station_days(self) -> float:
        """Days of work of all stations."""
        return sum(station.days for station in self.stations)


CONTENT = TypeAdapter(DensityRecord)


class DensityFile:
    """Reads and replaces the file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def read(self) -> DensityRecord | None:
        """The newest estimate; None before the first. Raises BadSettings for a damaged file."""
        try:
            return CONTENT.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise DensityOfAnotherRelease(path=self._path) from error

    def write(self, record: DensityRecord) -> None:
        """Replace the file as a whole."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".part")
        beside.write_bytes(CONTENT.dump_json(record, indent=1) + b"\n")
        beside.replace(self._path)
