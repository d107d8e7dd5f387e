"""Tables of what a model made of an annotation."""

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlalchemy.types import Float, Integer, LargeBinary, String, Text

from service.store.tables.base import numbered, one_of, table

embedding = numbered(
    "embedding",
    Column("annotation_id", Integer, ForeignKey("annotation.id"), nullable=False),
    Column("model", String(60), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    UniqueConstraint("annotation_id", "model"),
)

# What a model saw in an annotation besides its features; the newest row is what is shown.
annotation_facts = numbered(
    "annotation_facts",
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
)

local_features = table(
    "local_features",
    Column("annotation_id", Integer, ForeignKey("annotation.id"), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("model", String(60), primary_key=True),
    Column("payload", LargeBinary, nullable=False),
    one_of("kind", "rosette", "rootsift", "afar-0", "afar-1", "closer"),
)
