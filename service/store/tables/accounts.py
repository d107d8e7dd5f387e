"""Tables of people: accounts and what was done to them, sessions, tokens, attempts to log in."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Text

from service.store.tables.base import Utc, now, numbered, one_of, table

account = numbered(
    "account",
    Column("name", String(100), nullable=False, unique=True),  # as it signs decisions
    Column("role", String(10), nullable=False),
    Column("password", Text),  # argon2 hash; NULL: cannot log in
    Column("temporary", Boolean, nullable=False),  # somebody else chose the password: change it
    Column("language", String(10)),  # NULL: as the browser asks
    Column("active", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False, default=now),
    one_of("role", "viewer", "observer", "curator", "admin"),
)

login_session = table(
    "login_session",
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of the cookie, hex
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("agent", Text, nullable=False),
    Column("address", String(60), nullable=False),
    Column("created_at", Utc, nullable=False, default=now),
    Column("seen_at", Utc, nullable=False, default=now),
    Column("expires_at", Utc, nullable=False),
    Column("revoked_at", Utc),
)

api_token = table(
    "api_token",
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of the token, hex
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("scope", String(10), nullable=False),  # the most it may do, whatever its account may
    Column("created_at", Utc, nullable=False, default=now),
    Column("seen_at", Utc),
    Column("expires_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    one_of("scope", "viewer", "observer", "curator", "admin"),
)

login_attempt = table(
    "login_attempt",
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False),  # its SHA-256: people type passwords there, too
    Column("address", String(60), nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Column("at", Utc, nullable=False, default=now),
    Index("ix_login_attempt_name_at", "name", "at"),
    Index("ix_login_attempt_address_at", "address", "at"),
)

# What was done to accounts, append-only.
account_change = numbered(
    "account_change",
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("value", String(10)),  # the role, of made and role
    Column("reviewer", String(100), nullable=False),  # who did it
    Column("changed_at", Utc, nullable=False, default=now),
    one_of("kind", "made", "role", "closed", "opened", "password", "logged_out"),
)
