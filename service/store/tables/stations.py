"""Tables of cameras at their stations: deployments (in the words of Camtrap DP) and clocks."""

from sqlalchemy import Column, ForeignKey, Index
from sqlalchemy.types import Boolean, DateTime, Float, Integer, String, Text

from service.store.tables.base import Utc, now, numbered

deployment = numbered(
    "deployment",
    Column("name", String(200), nullable=False, unique=True),
    Column("station", String(200), ForeignKey("station.name"), nullable=False),
    Column("camera", String(200), nullable=False),  # "" where the station has one camera only
    Column("latitude", Float),
    Column("longitude", Float),
    Column("heading", Float),  # degrees from north, which way the camera looks
    Column("starts_at", DateTime),  # true local time
    Column("ends_at", DateTime),
    Column("zone", String(10), nullable=False),  # "unknown" or an offset such as "+06:00"
    Column("notes", Text, nullable=False),
    Column("created_at", Utc, nullable=False, default=now),
    Index("ix_deployment_station_camera", "station", "camera"),
)

# How far a camera's clock was off: true time = file's time + offset + drift. Only standing rows
# count; a later statement, or an undo, ends an earlier one.
clock = numbered(
    "clock",
    Column("station", String(200), nullable=False),  # "" where it is not known
    Column("camera", String(200), nullable=False),
    Column("from_time", DateTime),  # times of the file between which it counts; NULL: open
    Column("until_time", DateTime),
    Column("offset_s", Float, nullable=False),
    Column("drift_s_a_day", Float, nullable=False),
    Column("drift_from", DateTime),  # time of the file at which the offset holds exactly
    Column("zone", String(10)),  # of the true time; NULL: as it was
    Column("photo_id", String(64), ForeignKey("photo.id")),  # whose true time was known
    Column("correction_id", Integer, ForeignKey("correction.id"), nullable=False),
    Column("standing", Boolean, nullable=False),
    Index("ix_clock_station_camera", "station", "camera"),
)
