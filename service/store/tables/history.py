"""Tables of what became of identities: every change with who, when, why and from which evidence.

Append-only: a change is undone by a later one that names it. Encounters change hands by decisions;
`identity_change_encounter` says which decisions a change made, and which ones stood before.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Text

from service.store.tables.base import Utc, now, numbered, one_of, table

identity_change = numbered(
    "identity_change",
    Column("kind", String(12), nullable=False),
    Column("identity_id", Integer, ForeignKey("identity.id"), nullable=False, index=True),
    Column("other_id", Integer, ForeignKey("identity.id"), index=True),  # merged in, or split off
    Column("before", Text, nullable=False),  # JSON: identity -> the fields that changed
    Column("after", Text, nullable=False),
    Column("reviewer", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON: pairs with llr, model, calibrator, opinions
    Column("changed_at", Utc, nullable=False, default=now),
    Column("undoes", Integer, ForeignKey("identity_change.id"), unique=True),
    one_of(
        "kind", "created", "joined", "renamed", "described", "merged", "split", "kept", "undone"
    ),
)

identity_change_encounter = table(
    "identity_change_encounter",
    Column("change_id", Integer, ForeignKey("identity_change.id"), primary_key=True),
    Column("encounter_id", Integer, ForeignKey("encounter.id"), primary_key=True),
    Column("before_id", Integer, ForeignKey("decision.id")),  # NULL: there was none
    Column("after_id", Integer, ForeignKey("decision.id"), nullable=False),
)

# Which photos may speak for an identity: the newest row of an annotation counts.
reference_mark = numbered(
    "reference_mark",
    Column("annotation_id", Integer, ForeignKey("annotation.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reviewer", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    Column("marked_at", Utc, nullable=False, default=now),
    one_of("state", "approved", "refused", "unmarked"),
    Index("ix_reference_mark_annotation_id", "annotation_id", "id"),
)
