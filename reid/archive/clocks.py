"""True times of an archive's frames: which camera's clock was wrong, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reid.errors import BadDataset
from reid.interchange.table_files import read_file
from reid.interchange.tables import decimal_number, iso_texts
from reid.photo.clocks import ClockError, fixed_zone, parted, seconds_of

COLUMNS = "station", "camera", "from", "until", "error", "drift", "zone"
ANY_TIME = datetime(2020, 1, 1)  # noqa: DTZ001  a wall clock


class NoClockColumns(
    BadDataset,
    message="the table of clocks needs the columns station and error (such as -1 0:00), and may "
    "have camera, from, until, drift and zone: its head is {columns}",
): ...


@dataclass(frozen=True, slots=True)
class CameraClock:
    """An error of one camera's clock. station, camera: "" for any.

    first, last: times of the files between which it holds, both inclusive; None is open.
    """

    station: str
    camera: str
    error: ClockError
    first: datetime | None = None
    last: datetime | None = None

    def covers(self, station: str, camera: str, file_time: datetime) -> bool:
        """Whether a file of this camera and time is one of its own."""
        return (
            self.station in ("", station)
            and self.camera in ("", camera)
            and (self.first is None or self.first <= file_time)
            and (self.last is None or file_time <= self.last)
        )


def true_time(
    clocks: Sequence[CameraClock], station: str, camera: str, file_time: datetime, zone: str
) -> tuple[datetime, str]:
    """The true local time of a file and its zone, by the first clock that covers it."""
    for clock in clocks:
        if clock.covers(station, camera, file_time):
            return clock.error.true_time(file_time), clock.error.zone or zone
    return file_time, zone


def read_clocks(path: Path) -> list[CameraClock]:
    """Clocks from a table; error as "± days h:min", which is added to the file's time.

    Raises BadDataset, or BadClock for an error or zone that is none.
    """
    table = read_file(path)
    if not {"station", "error"} <= set(table.columns):
        raise NoClockColumns(columns=", ".join(table.columns))
    moments = {
        name: iso_texts(name, [(row.line, row.cells.get(name, "")) for row in table.rows])
        for name in ("from", "until")
        if name in table.columns
    }
    clocks = []
    for row in table.rows:
        first, last = (
            parted(datetime.fromisoformat(text))[0]
            if (text := moments.get(name, {}).get(row.line, ""))
            else None
            for name in ("from", "until")
        )
        drift, zone = row.cells.get("drift", ""), row.cells.get("zone", "")
        error = ClockError(
            seconds_of(row.cells["error"]),
            decimal_number(row.line, "drift", drift) or 0.0,
            first if drift else None,
            fixed_zone(zone, first or ANY_TIME) if zone else None,
        )
        station, camera = row.cells["station"], row.cells.get("camera", "")
        clocks.append(CameraClock(station, camera, error, first, last))
    return clocks
