"""Tables of corrections: what a person stated later, with what stood before.

Append-only: a correction is undone by a later one that names it.
"""

from sqlalchemy import Column, ForeignKey, Integer, String, Text

from service.store.tables.base import Utc, now, numbered, one_of

correction = numbered(
    "correction",
    Column("kind", String(12), nullable=False),
    Column("person", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    Column("corrected_at", Utc, nullable=False, default=now),
    Column("undoes", Integer, ForeignKey("correction.id"), unique=True),
    one_of(
        *("kind", "stated", "annotated", "withdrawn", "restored", "shaped", "clock", "erased"),
        "undone",
    ),
)

# One value that a correction changed, as text; NULL is "nothing stated". The photo or annotation
# may be erased later, so these are no foreign keys.
corrected_value = numbered(
    "corrected_value",
    Column("correction_id", Integer, ForeignKey("correction.id"), nullable=False, index=True),
    Column("photo_id", String(64), index=True),
    Column("annotation_id", Integer, index=True),
    Column("encounter_id", Integer, index=True),
    Column("field", String(20), nullable=False, index=True),
    Column("before", Text),
    Column("after", Text),
)
