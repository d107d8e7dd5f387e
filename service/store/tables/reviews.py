"""Tables of pairs: what the machine measured on two encounters, and what observers say of them.

A pair is stored once, the encounter with the lower number first. Opinions are append-only: the
newest one of an observer counts.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint
from sqlalchemy.types import Boolean, Float, Integer, String, Text

from service.store.tables.base import Utc, now, numbered, one_of, table

# What the machine measured; a cache that can be made again.
pair_evidence = table(
    "pair_evidence",
    Column("one", Integer, ForeignKey("encounter.id"), primary_key=True),
    Column("other", Integer, ForeignKey("encounter.id"), primary_key=True, index=True),
    Column("model", String(60), primary_key=True),
    Column("calibrator", String(60), primary_key=True),
    Column("llr", Float, nullable=False),  # log10; 0 where not comparable
    Column("comparable", Boolean, nullable=False),
    Column("one_newest", Integer, nullable=False),  # newest embedding of each side: tells
    Column("other_newest", Integer, nullable=False),  # whether the row is older than the photos
    Column("computed_at", Utc, nullable=False, default=now),
    CheckConstraint("one < other", name="order"),
)

# Encounters whose nearest others were compared with them, and how old their photos were then.
pair_search = numbered(
    "pair_search",
    Column("encounter_id", Integer, ForeignKey("encounter.id"), nullable=False),
    Column("model", String(60), nullable=False),
    Column("calibrator", String(60), nullable=False),
    Column("newest", Integer, nullable=False),  # number of its newest embedding
    UniqueConstraint("encounter_id", "model", "calibrator"),
)

# All encounters sorted into animals; the newest row counts. A cache that can be made again.
clustering = numbered(
    "clustering",
    Column("version", String(200), nullable=False),  # of everything it was made from
    Column("made_at", Utc, nullable=False, default=now),
    Column("content", Text, nullable=False),  # JSON
)

review_pair = numbered(
    "review_pair",
    Column("one", Integer, ForeignKey("encounter.id"), nullable=False),
    Column("other", Integer, ForeignKey("encounter.id"), nullable=False, index=True),
    Column("source", String(12), nullable=False),
    Column("truth", String(10)),  # of a hidden known pair; never shown while it is reviewed
    Column("blind", Boolean, nullable=False),
    Column("needed", Integer, nullable=False),  # observers who must answer
    Column("worth", Float, nullable=False),  # expected change of the number of animals
    Column("note", Text, nullable=False),
    Column("reviewer", String(100), nullable=False),  # who asked
    Column("created_at", Utc, nullable=False, default=now),
    Column("closed_at", Utc),  # NULL: open; closed by a curator or by being applied
    one_of("source", "suggested", "asked", "known", "conflict"),
    one_of("truth", "same", "different"),
    CheckConstraint("one < other", name="order"),
    CheckConstraint("needed >= 1", name="needed"),
    UniqueConstraint("one", "other"),
)

opinion = numbered(
    "opinion",
    Column("pair_id", Integer, ForeignKey("review_pair.id"), nullable=False),
    Column("observer", String(100), nullable=False),
    Column("answer", String(14), nullable=False),
    Column("certainty", String(10)),
    Column("reason", String(20)),  # why it cannot be told or compared
    Column("note", Text, nullable=False),
    Column("regions", Text, nullable=False),  # JSON: marked places, see docs/reviews.md
    Column("llr", Float),  # log10, what the observer saw; NULL: nothing was shown
    Column("model", String(60)),
    Column("calibrator", String(60)),
    Column("seconds", Float),  # from the page being shown to the answer
    Column("decided_at", Utc, nullable=False, default=now),
    one_of("answer", "same", "different", "not_comparable", "cannot_tell", "withdrawn"),
    one_of("certainty", "certain", "probable", "possible"),
    one_of("reason", "flank", "blur", "dark", "small", "angle", "hidden", "pattern", "other"),
    Index("ix_opinion_pair_id", "pair_id", "id"),
    Index("ix_opinion_observer", "observer", "id"),
)

# Who closed a pair or opened it again, asked more observers, or changed whether it is blind.
review_change = numbered(
    "review_change",
    Column("pair_id", Integer, ForeignKey("review_pair.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("value", Integer, nullable=False),  # afterwards; 0 or 1 for closed and blind
    Column("reviewer", String(100), nullable=False),
    Column("note", Text, nullable=False),
    Column("changed_at", Utc, nullable=False, default=now),
    one_of("kind", "closed", "needed", "blind"),
)
