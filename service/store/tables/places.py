"""Table of who was told exact places."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String

from service.store.tables.base import Utc, now, numbered

# Append-only. One row a person, address and day; one an export.
place_look = numbered(
    "place_look",
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("address", String(500), nullable=False),  # path and query that were asked for
    Column("exported", Boolean, nullable=False),  # asked for exact places to take away
    Column("looked_at", Utc, nullable=False, default=now),
    Index("ix_place_look_looked_at", "looked_at"),
    Index("ix_place_look_account_id", "account_id", "looked_at"),
)
