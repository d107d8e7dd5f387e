"""Tables of deployments: our own columns, or those of Camtrap DP or Wildlife Insights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from reid.errors import BadDataset, InputError
from reid.interchange.positions import degrees, position
from reid.interchange.tables import (
    NOTHING,
    TableLine,
    TextTable,
    read_table,
    readable_times,
)
from reid.photo.clocks import offset_text, zone_of

OURS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "station": ("station",),
    "camera": ("camera",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "heading": ("heading",),
    "start": ("start",),
    "end": ("end",),
    "zone": ("zone",),
    "notes": ("notes",),
}
CAMTRAP_DP: Mapping[str, tuple[str, ...]] = {
    "name": ("deploymentID",),
    "station": ("locationName", "locationID", "deploymentID"),
    "camera": ("cameraID",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "heading": ("cameraHeading",),
    "start": ("deploymentStart",),
    "end": ("deploymentEnd",),
    "notes": ("deploymentComments",),
}
WILDLIFE_INSIGHTS: Mapping[str, tuple[str, ...]] = {
    "name": ("deployment_id",),
    "station": ("placename",),
    "camera": ("camera_id",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "start": ("start_date",),
    "end": ("end_date",),
    "notes": ("event_description",),
}
"""Field of a row -> its columns, of which the first one that says something counts."""

ANY_DAY = datetime(2020, 1, 1)  # noqa: DTZ001
LONGEST = 200  # letters of a name


class NoDeployments(
    BadDataset,
    message="the table has neither the column station, nor deploymentID and deploymentStart, nor "
    "deployment_id and placename: its head is {columns}",
): ...


class CellIsEmpty(BadDataset, message="line {line}, column {column}: it is empty"): ...


class CellTooLong(
    BadDataset, message="line {line}, column {column}: {letters} letters; at most {limit}"
): ...


class ZoneNotFixed(
    BadDataset,
    message="line {line}, column {column}: {zone} is no one offset for the whole deployment: write "
    "an offset such as +05:30",
): ...


@dataclass(frozen=True, slots=True)
class DeploymentLine:
    """A row of a table of deployments. Times are local; zone: "unknown" or such as "+05:30".

    line: in the file. heading: degrees from north. camera: "" where none is named.
    """

    line: int
    name: str
    station: str
    camera: str
    latitude: float | None
    longitude: float | None
    heading: float | None
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    notes: str


@dataclass(frozen=True, slots=True)
class DeploymentTable:
    """Rows that can be used, why others cannot, by line, and the columns that are not read."""

    rows: tuple[DeploymentLine, ...]
    refused: tuple[tuple[int, InputError], ...]
    ignored: tuple[str, ...]


def read_deployments(data: bytes) -> DeploymentTable:
    """The deployments of a table. A date without a time is the whole day.

    Raises BadDataset where the table as a whole cannot be read, or its dates in two ways.
    """
    return deployments_of(read_table(data))


def deployments_of(table: TextTable) -> DeploymentTable:
    """The deployments of a table that is read already. Raises BadDataset as `read_deployments`."""
    columns_of = _recognised(table.columns)
    column_of = {field: names[0] if names else "" for field, names in columns_of.items()}
    rows_of_table = tuple(_with_station(row, columns_of["station"]) for row in table.rows)
    moments = {
        field: readable_times(column_of[field], _cells(rows_of_table, column_of[field]))
        for field in ("start", "end")
        if column_of[field]
    }
    rows: list[DeploymentLine] = []
    refused: list[tuple[int, InputError]] = []
    for row in rows_of_table:
        try:
            local = {field: times.sure(row.line) for field, times in moments.items()}
            rows.append(_row(row, column_of, local))
        except InputError as error:
            refused.append((row.line, error))
    read_here = {name for names in columns_of.values() for name in names}
    ignored = tuple(name for name in table.columns if name not in read_here)
    return DeploymentTable(tuple(rows), tuple(refused), ignored)


def _recognised(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Field -> its columns as the table writes them; none for one that the table lacks."""
    written = {name.casefold(): name for name in columns}
    if {"deploymentid"} < written.keys() and written.keys() & {"locationname", "deploymentstart"}:
        names = CAMTRAP_DP
    elif {"deployment_id", "placename"} <= written.keys():
        names = WILDLIFE_INSIGHTS
    elif "station" in written:
        names = OURS
    else:
        raise NoDeployments(columns=columns)
    return {
        field: tuple(
            written[one.casefold()] for one in names.get(field, ()) if one.casefold() in written
        )
        for field in OURS
    }


def _with_station(row: TableLine, columns: tuple[str, ...]) -> TableLine:
    """The row with the first of these columns that says something in the place of the first."""
    stated = next((row.cells[name] for name in columns if row.cells[name]), "")
    return TableLine(row.line, {**row.cells, columns[0]: stated}) if columns else row


def _cells(rows: tuple[TableLine, ...], column: str) -> list[tuple[int, str]]:
    return [(row.line, row.cells[column]) for row in rows]


def _row(row: TableLine, column_of: Mapping[str, str], times: Mapping[str, str]) -> DeploymentLine:
    def text(field: str) -> str:
        column = column_of[field]
        value = row.cells[column] if column else ""
        if len(value) > LONGEST and field != "notes":
            raise CellTooLong(line=row.line, column=column, letters=len(value), limit=LONGEST)
        return "".join(c if c.isprintable() or field == "notes" else " " for c in value)

    station = text("station")
    if not station:
        raise CellIsEmpty(line=row.line, column=column_of["station"])
    north, east, to = (
        (column_of[name], row.cells.get(column_of[name], ""))
        for name in ("latitude", "longitude", "heading")
    )
    latitude, longitude = position(row.line, north, east)
    heading = degrees(row.line, *to, 0, 360)
    zone = "" if text("zone").casefold() in NOTHING else text("zone")
    starts_at, ends_at, zone = _times(row.line, column_of["zone"], zone, times)
    camera = "" if text("camera").casefold() in NOTHING else text("camera")
    day = f"{starts_at:%Y-%m-%d}" if starts_at else ""
    name = text("name") or " ".join(part for part in (station, camera, day) if part)
    return DeploymentLine(
        line=row.line,
        name=name[:LONGEST],
        station=station,
        camera=camera,
        latitude=latitude,
        longitude=longitude,
        heading=heading,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=zone,
        notes=text("notes"),
    )


def _times(
    line: int, column: str, zone: str, times: Mapping[str, str]
) -> tuple[datetime | None, datetime | None, str]:
    """Start and end as local times of one zone, and that zone."""
    start = _moment(times.get("start", ""), time.min)
    end = _moment(times.get("end", ""), time(23, 59, 59))
    offsets = [moment.utcoffset() for moment in (start, end) if moment is not None]
    stated = next((offset for offset in offsets if offset is not None), None)
    if stated is None and zone:
        moments = [moment for moment in (start, end) if moment is not None] or [ANY_DAY]
        ahead = {moment.replace(tzinfo=zone_of(zone)).utcoffset() for moment in moments}
        if len(ahead) > 1:
            raise ZoneNotFixed(line=line, column=column, zone=zone)
        stated = ahead.pop()
    local = _in_zone(stated)
    name = "unknown" if stated is None else offset_text(stated)
    return local(start), local(end), name


def _in_zone(offset: timedelta | None) -> Callable[[datetime | None], datetime | None]:
    """What turns a moment into the local time of this offset; one without zone is local already."""

    def local(moment: datetime | None) -> datetime | None:
        if moment is None or offset is None or (ahead := moment.utcoffset()) is None:
            return moment
        return moment.replace(tzinfo=None) - ahead + offset

    return local


def _moment(text: str, of_day: time) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return datetime.combine(moment, of_day) if len(text) <= 10 else moment
