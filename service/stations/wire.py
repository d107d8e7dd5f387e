"""Stations, deployments and clocks on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from reid.photo.clocks import ClockDoubt
from service.stations.statements import local_time, offset_zone
from service.web.wire import English, Line, Note, Visible, WallClock, Wire

Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
    Visible,
]
CameraName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Visible,
]
Latitude = Annotated[float, Field(strict=False, ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(strict=False, ge=-180, le=180, allow_inf_nan=False)]
Heading = Annotated[float, Field(ge=0, le=360, description="degrees from north")]
LocalTime = Annotated[datetime, AfterValidator(local_time)]
OffsetZone = Annotated[str, StringConstraints(max_length=60), AfterValidator(offset_zone)]
OF_FILE = "time of the file, inclusive; null is open"


class DeploymentIn(Wire):
    """One camera at one station. Times are true local times without zone; null is open."""

    name: Name | None = Field(None, description="deploymentID; left out, it is made")
    station: Name
    camera: CameraName = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    heading: Heading | None = None
    starts_at: LocalTime | None = None
    ends_at: LocalTime | None = None
    zone: OffsetZone = "unknown"
    notes: Note = ""


class DeploymentEdit(Wire):
    """What shall be different; what is left out stays."""

    name: Name | None = None
    station: Name | None = None
    camera: CameraName | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    heading: Heading | None = None
    starts_at: LocalTime | None = None
    ends_at: LocalTime | None = None
    zone: OffsetZone | None = None
    notes: Note | None = None


class DeploymentOut(Wire):
    """One camera at one station from a start to an end; deploymentID is its name."""

    id: int
    name: str
    station: str
    camera: str = Field(description="empty where the station has one camera only")
    latitude: float | None
    longitude: float | None
    heading: float | None = Field(description="degrees from north, which way the camera looks")
    starts_at: WallClock | None
    ends_at: WallClock | None
    zone: str
    notes: str
    created_at: datetime


class StationOut(Wire):
    """A station. Its position is that of its newest deployment, else the median of its photos."""

    name: str
    photos: int
    encounters: int
    first: WallClock | None
    last: WallClock | None
    latitude: float | None
    longitude: float | None
    deployments: int


class StationsOut(Wire):
    """All stations by name."""

    stations: list[StationOut]


class CameraOut(Wire):
    """A camera of a station, as its photos name it; empty where they name none."""

    name: str
    photos: int
    first: WallClock | None
    last: WallClock | None
    without_time: int


class NoPhotoBetweenOut(Wire):
    """A stretch within a deployment without a photo."""

    deployment: int
    start: WallClock
    end: WallClock
    days: int


class SuspicionOut(Wire):
    """Something that looks wrong with the times of a camera. before: of the photo before a jump."""

    camera: str
    doubt: ClockDoubt
    photo_id: str
    photos: int
    time: WallClock
    before: WallClock | None


class StationDetailOut(Wire):
    """A station with its cameras, deployments, gaps, and what looks wrong with its times."""

    station: StationOut
    cameras: list[CameraOut]
    deployments: list[DeploymentOut]
    gaps: list[NoPhotoBetweenOut]
    suspicions: list[SuspicionOut]


class StationEdit(Wire):
    """Another name for a station."""

    name: Name
    reviewer: Line = "anonymous"
    reason: Note = ""


class JoinIn(Wire):
    """The station to which all of this one shall belong."""

    into: Name
    reviewer: Line = "anonymous"
    reason: Note = ""


class StationMovedOut(Wire):
    """The correction that gave photos another station."""

    station: str
    correction_id: int


class ImportedLineOut(Wire):
    """What becomes of a row of a table."""

    line: int
    outcome: Literal["made", "changed", "unchanged", "refused"]
    name: str
    station: str
    camera: str
    fields: list[str] = Field(description="those that change")
    why: English | None


class ImportOut(Wire):
    """What becomes of a table of deployments."""

    preview: bool
    made: int
    changed: int
    unchanged: int
    refused: int
    new_stations: list[str]
    ignored: list[str] = Field(description="columns that are not read")
    lines: list[ImportedLineOut]


class KnownTimeIn(Wire):
    """A photo whose true time is known; with an offset, that is the zone from then on."""

    photo_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    taken_at: datetime


class ClockIn(Wire):
    """What is known of a clock: one or two photos, or a difference, or two zones."""

    station: CameraName = Field("", description="empty for photos without a station")
    camera: CameraName = Field("", description="empty for all cameras of the station")
    from_time: LocalTime | None = Field(None, description=OF_FILE)
    until_time: LocalTime | None = Field(None, description=OF_FILE)
    known: Annotated[list[KnownTimeIn], Field(default_factory=list, max_length=2)]
    offset_s: Annotated[float, Field(allow_inf_nan=False, ge=-4e9, le=4e9)] | None = None
    drift_s_a_day: Annotated[float, Field(ge=-600, le=600)] = 0.0
    drift_from: LocalTime | None = None
    shown_zone: Annotated[str, Field(max_length=60)] = ""
    zone: Annotated[str, Field(max_length=60)] = Field("", description="of the true time")
    override: bool = Field(False, description="also photos whose time was stated for them alone")
    reviewer: Line = "anonymous"
    reason: Note = ""


class ClockErrorOut(Wire):
    """True time = time of the file + offset + drift a day since drift_from."""

    offset_s: float
    drift_s_a_day: float
    drift_from: WallClock | None
    zone: str | None


class ClockScopeOut(Wire):
    """Whose clock, between which times of the files."""

    station: str
    camera: str
    from_time: WallClock | None
    until_time: WallClock | None


class TimeChangeOut(Wire):
    """A photo before and after."""

    photo_id: str
    file_name: str
    file_time: WallClock
    before: WallClock | None
    after: WallClock


class ClockPlanOut(Wire):
    """What a correction of a clock changes; clock_id null: it is a preview."""

    preview: bool
    clock_id: int | None
    correction_id: int | None
    scope: ClockScopeOut
    error: ClockErrorOut
    changed: int
    unchanged: int
    singly: int = Field(description="photos whose time was stated for them alone")
    left_alone: int = Field(description="of these, those that keep their time")
    without_time: int = Field(description="photos whose file states no time; they stay")
    encounters_before: int
    encounters_after: int
    encounters_changed: int
    shown: list[TimeChangeOut]


class ClockOut(Wire):
    """A correction of a clock."""

    id: int
    scope: ClockScopeOut
    error: ClockErrorOut
    photo_id: str | None
    correction_id: int
    standing: bool
    person: str
    reason: str
    corrected_at: datetime


class ClockUndoIn(Wire):
    """Who takes a correction back, and why."""

    reviewer: Line = "anonymous"
    reason: Note = ""
