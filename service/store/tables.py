"""The tables. Vocabulary as in docs/terminology.md; a value that is one of few has a CHECK.

The truth is append-only where people decide: `decision` rows are never changed, and the identity
of an encounter is that of its latest decision.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """A moment, kept as UTC without a zone, because SQLite has none; comes back with it."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuses a time without zone: our own clock always has one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    """The current moment."""
    return datetime.now(UTC)


def one_of(column: str, *values: str) -> CheckConstraint:
    """A CHECK that `column` holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


station = Table(
    "station",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("created_at", Utc, nullable=False, default=now),
)

photo = Table(
    "photo",
    metadata,
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
    Index("ix_photo_station_captured_at", "station", "captured_at"),
)

# Everything anybody said about a photo, used or not: conflicts are kept, not settled silently.
claim = Table(
    "claim",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("photo_id", String(64), ForeignKey("photo.id"), nullable=False, index=True),
    Column("field", String(20), nullable=False),
    Column("value", Text, nullable=False),
    Column("source", String(20), nullable=False),
    Column("used", Boolean, nullable=False),
    one_of("field", "captured_at", "camera", "station", "flank", "notes", "box"),
    one_of("source", "form", "exif", "file name"),
)

encounter = Table(
    "encounter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), unique=True),  # only where an uploader named it
    Column("station", String(200), ForeignKey("station.name")),
    Column("started_at", DateTime),
    Column("ended_at", DateTime),
    Column("created_at", Utc, nullable=False, default=now),
    Index("ix_encounter_station_started_at", "station", "started_at"),
)

annotation = Table(
    "annotation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("photo_id", String(64), ForeignKey("photo.id"), nullable=False, index=True),
    Column("encounter_id", Integer, ForeignKey("encounter.id"), nullable=False, index=True),
    Column("flank", String(10), nullable=False),
    Column("x0", Float),  # all four NULL: the whole photo is the crop
    Column("y0", Float),
    Column("x1", Float),
    Column("y1", Float),
    Column("state", String(10), nullable=False),
    Column("error_code", String(40)),
    Column("error_detail", Text),
    Column("created_at", Utc, nullable=False, default=now),
    one_of("flank", "left", "right", "unknown"),
    one_of("state", "pending", "embedded", "failed"),
)

identity = Table(
    "identity",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False, default=now),
    Column("sex", String(10), nullable=False, server_default="unknown"),
    Column("life_stage", String(10), nullable=False, server_default="unknown"),
    Column("note", Text, nullable=False, server_default=""),
    Column("merged_into", Integer, ForeignKey("identity.id")),  # where its encounters went
    one_of("sex", "female", "male", "unknown"),
    one_of("life_stage", "adult", "subadult", "juvenile", "unknown"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("encounter_id", Integer, ForeignKey("encounter.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("identity_id", Integer, ForeignKey("identity.id"), index=True),
    Column("llr", Float),  # log10, what the reviewer was shown
    Column("model", String(60)),
    Column("calibrator", String(60)),
    Column("reviewer", String(100), nullable=False),
    Column("note", Text, nullable=False),
    Column("decided_at", Utc, nullable=False, default=now),
    one_of("kind", "same", "new", "cannot_tell", "withdrawn"),
    CheckConstraint("(kind IN ('same', 'new')) = (identity_id IS NOT NULL)", name="names"),
    Index("ix_decision_encounter_id", "encounter_id", "id"),
    sqlite_autoincrement=True,
)

embedding = Table(
    "embedding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("annotation_id", Integer, ForeignKey("annotation.id"), nullable=False),
    Column("model", String(60), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    UniqueConstraint("annotation_id", "model"),
    sqlite_autoincrement=True,
)

# What a model saw in an annotation besides its features; the newest row is what is shown.
annotation_facts = Table(
    "annotation_facts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("annotation_id", Integer, ForeignKey("annotation.id"), nullable=False),
    Column("model", String(60), nullable=False),
    Column("pose_left", Float),  # NULL: this model estimates no pose
    Column("pose_yaw", Float),
    Column("quality_model", String(60)),  # NULL: and no quality
    Column("measures", Text),  # JSON
    Column("value", Float),
    Column("grade", String(10)),
    Column("reasons", String(100)),  # worst first, with spaces between
    UniqueConstraint("annotation_id", "model"),
    one_of("grade", "good", "usable", "poor", "unusable"),
    sqlite_autoincrement=True,
)

local_features = Table(
    "local_features",
    metadata,
    Column("annotation_id", Integer, ForeignKey("annotation.id"), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("model", String(60), primary_key=True),
    Column("payload", LargeBinary, nullable=False),
    one_of("kind", "rosette", "rootsift", "afar-0", "afar-1", "closer"),
)

upload = Table(
    "upload",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", Utc, nullable=False, default=now),
)

upload_file = Table(
    "upload_file",
    metadata,
    Column("upload_id", Integer, ForeignKey("upload.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("photo_id", String(64), ForeignKey("photo.id")),  # NULL: refused
    Column("created", Boolean, nullable=False),
    Column("error_code", String(40)),
    Column("error_detail", Text),
)

job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("payload", Text, nullable=False),  # JSON
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(100)),  # name of the worker that holds the lease
    Column("lease_until", Float),  # unix seconds
    Column("error", Text),
    Column("created_at", Utc, nullable=False, default=now),
    one_of("state", "queued", "running", "done", "failed"),
    Index("ix_job_state", "state", "id"),
)

worker = Table(
    "worker",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("model", String(60), nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
)

# A named set of encounters. Closed, never deleted.
case_record = Table(
    "case_record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("together", Float, nullable=False),  # prior: two of its encounters are one animal
    Column("created_at", Utc, nullable=False, default=now),
    Column("closed_at", Utc),  # NULL: open
    Column("movement_prior", Boolean, nullable=False, server_default=false()),
    CheckConstraint("together > 0 AND together < 1", name="together"),
)

# What is in a case: append-only; the newest row of an encounter counts.
case_encounter = Table(
    "case_encounter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("case_record.id"), nullable=False),
    Column("encounter_id", Integer, ForeignKey("encounter.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("reviewer", String(100), nullable=False),
    Column("changed_at", Utc, nullable=False, default=now),
    one_of("kind", "added", "removed"),
    Index("ix_case_encounter_case_id", "case_id", "id"),
    sqlite_autoincrement=True,
)
