"""Tables of encounters, annotations, identities and decisions."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, false
from sqlalchemy.types import Boolean, DateTime, Float, Integer, String, Text

from service.store.tables.base import Utc, now, numbered, one_of, table

encounter = table(
    "encounter",
    Column("id", Integer, primary_key=True),
    Column("name", String(200), unique=True),  # only where an uploader named it
    Column("station", String(200), ForeignKey("station.name")),
    Column("started_at", DateTime),
    Column("ended_at", DateTime),
    Column("created_at", Utc, nullable=False, default=now),
    Column("shaped", Boolean, nullable=False, server_default=false()),  # by a person
    Index("ix_encounter_station_started_at", "station", "started_at"),
)

annotation = table(
    "annotation",
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
    Column("error_facts", Text),  # JSON: class and facts of the sentence
    Column("created_at", Utc, nullable=False, default=now),
    Column("viewpoint", String(10)),  # what a person said; NULL: nothing
    Column("placed", String(8), nullable=False, server_default="rule"),  # in its encounter, by
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Column("proposed", Boolean, nullable=False, server_default=false()),  # box, by a finder
    one_of("flank", "left", "right", "unknown"),
    one_of("state", "pending", "embedded", "failed"),
    one_of(
        *("viewpoint", "left", "frontleft", "backleft", "right", "frontright", "backright"),
        "unknown",
    ),
    one_of("placed", "rule", "person"),
)

# What the machine asks about encounters: whether two are one, or whether one shows two animals.
encounter_question = numbered(
    "encounter_question",
    Column("kind", String(12), nullable=False),
    Column("encounter_id", Integer, ForeignKey("encounter.id"), nullable=False, index=True),
    Column("other_id", Integer, ForeignKey("encounter.id")),  # of a bridge
    Column("cut", Text, nullable=False),  # JSON: annotations to be parted off; or photos between
    Column("llr", Float),  # log10, of the parts of a proposed cut
    Column("state", String(10), nullable=False),
    Column("person", String(100)),  # who answered
    Column("asked_at", Utc, nullable=False, default=now),
    one_of("kind", "bridge", "apart", "two_animals"),
    one_of("state", "open", "followed", "dismissed"),
)

identity = table(
    "identity",
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

decision = numbered(
    "decision",
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
)
