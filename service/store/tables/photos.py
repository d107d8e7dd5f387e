"""Tables of photos: stations, files, statements about them, uploads."""

from sqlalchemy import Column, ForeignKey, Index, false
from sqlalchemy.types import Boolean, DateTime, Float, Integer, String, Text

from service.store.tables.base import Utc, now, one_of, table

station = table(
    "station",
    Column("name", String(200), primary_key=True),
    Column("created_at", Utc, nullable=False, default=now),
)

photo = table(
    "photo",
    Column("id", String(64), primary_key=True),  # SHA-256 of the bytes, hex
    Column("file_name", Text, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("width", Integer, nullable=False),  # upright
    Column("height", Integer, nullable=False),
    Column("station", String(200), ForeignKey("station.name")),
    Column("camera", Text),
    Column("captured_at", DateTime),  # wall clock of the camera
    Column("zone", String(10), nullable=False),  # "unknown" or an offset such as "+06:00"
    Column("latitude", Float),
    Column("longitude", Float),
    Column("notes", Text, nullable=False),
    Column("created_at", Utc, nullable=False, default=now),
    Column("file_time", DateTime),  # what the file itself says, never changed
    Column("sequence", Integer),  # the camera's own count of its frames
    Column("damage", Text),  # JSON: what could not be read of it; NULL: it is whole
    Column("likeness", Text),  # sketch of the photo, hex; see reid.photo.likeness
    Column("copy_of", String(64), ForeignKey("photo.id"), index=True),  # of one exposure
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Index("ix_photo_station_captured_at", "station", "captured_at"),
)

# Everything anybody said about a photo, used or not: conflicts are kept, not settled silently.
claim = table(
    "claim",
    Column("id", Integer, primary_key=True),
    Column("photo_id", String(64), ForeignKey("photo.id"), nullable=False, index=True),
    Column("field", String(20), nullable=False),
    Column("value", Text, nullable=False),
    Column("source", String(20), nullable=False),
    Column("used", Boolean, nullable=False),
    one_of("field", "captured_at", "camera", "station", "flank", "notes", "box"),
    one_of("source", "form", "exif", "file name"),
)

upload = table(
    "upload",
    Column("id", Integer, primary_key=True),
    Column("created_at", Utc, nullable=False, default=now),
)

upload_file = table(
    "upload_file",
    Column("upload_id", Integer, ForeignKey("upload.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("photo_id", String(64), ForeignKey("photo.id")),  # NULL: refused
    Column("created", Boolean, nullable=False),
    Column("error_code", String(40)),
    Column("error_detail", Text),
    Column("error_facts", Text),  # JSON: class and facts of the sentence
    Column("individual", String(100)),  # whom its uploader named; NULL: nobody
    Column("changed", Text),  # JSON: fields of a known photo that this upload stated differently
)
