"""Tables of the queue and its workers."""

from sqlalchemy import Column, Float, Index, Integer, String, Text

from service.store.tables.base import Utc, now, one_of, table

job = table(
    "job",
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

worker = table(
    "worker",
    Column("name", String(100), primary_key=True),
    Column("model", String(60), nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
)
