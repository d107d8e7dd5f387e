"""Table of the catalogue itself."""

from sqlalchemy import Column
from sqlalchemy.types import String

from service.store.tables.base import Utc, now, table

# One row. The photo store holds the same id in a file, so that neither is used with another one.
catalogue = table(
    "catalogue",
    Column("id", String(32), primary_key=True),
    Column("created_at", Utc, nullable=False, default=now),
)
