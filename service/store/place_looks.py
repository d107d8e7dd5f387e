"""Who was told exact places, and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from service.store.people import Role
from service.store.tables.accounts import account
from service.store.tables.base import now
from service.store.tables.places import place_look

ADDRESS = 500  # letters of an address that are kept


@dataclass(frozen=True, slots=True)
class PlaceLook:
    """Somebody was told exact places. exported: asked for them to take away."""

    id: int
    person: str
    role: Role
    address: str
    exported: bool
    looked_at: datetime


def add(connection: Connection, account_id: int, address: str, *, exported: bool) -> None:
    """Note it; a look at an address once a day, an export each time."""
    values = {"account_id": account_id, "address": address[:ADDRESS], "exported": exported}
    if not exported and _noted_today(connection, account_id, address[:ADDRESS]):
        return
    connection.execute(insert(place_look).values(values))


def _noted_today(connection: Connection, account_id: int, address: str) -> bool:
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = select(place_look.c.id).where(
        place_look.c.account_id == account_id,
        place_look.c.looked_at >= today,
        place_look.c.address == address,
        place_look.c.exported.is_(False),
    )
    return connection.execute(rows.limit(1)).first() is not None


def newest(
    connection: Connection, *, limit: int, offset: int = 0, exported: bool | None = None
) -> list[PlaceLook]:
    """Newest first. exported: only those that took places away, or only the others."""
    columns = place_look.c
    rows = (
        select(
            columns.id,
            account.c.name,
            account.c.role,
            columns.address,
            columns.exported,
            columns.looked_at,
        )
        .join(account, account.c.id == columns.account_id)
        .order_by(columns.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if exported is not None:
        rows = rows.where(columns.exported.is_(exported))
    return [
        PlaceLook(row.id, row.name, Role(row.role), row.address, row.exported, row.looked_at)
        for row in connection.execute(rows)
    ]


def count(connection: Connection) -> int:
    """How many are on record."""
    return connection.execute(select(func.count()).select_from(place_look)).scalar_one()
