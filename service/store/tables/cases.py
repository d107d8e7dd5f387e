"""Tables of cases."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, false
from sqlalchemy.types import Boolean, Float, Integer, String, Text

from service.store.tables.base import Utc, now, numbered, one_of, table

# A named set of encounters. Closed, never deleted.
case_record = table(
    "case_record",
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
case_encounter = numbered(
    "case_encounter",
    Column("case_id", Integer, ForeignKey("case_record.id"), nullable=False),
    Column("encounter_id", Integer, ForeignKey("encounter.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("reviewer", String(100), nullable=False),
    Column("changed_at", Utc, nullable=False, default=now),
    one_of("kind", "added", "removed"),
    Index("ix_case_encounter_case_id", "case_id", "id"),
)
