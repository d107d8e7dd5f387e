"""How much is kept and how much of it is dealt with."""

from sqlalchemy import Connection, func, select

from service.store.identities import current
from service.store.photos import IN_USE
from service.store.tables.encounters import annotation
from service.store.tables.photos import photo


def annotations(connection: Connection) -> dict[str, int]:
    """How many annotations are pending, embedded and failed; a state without any is left out."""
    states = select(annotation.c.state, func.count()).where(IN_USE).group_by(annotation.c.state)
    return {state: int(number) for state, number in connection.execute(states)}


def photos(connection: Connection) -> int:
    """How many photos are in use."""
    return connection.scalar(select(func.count()).where(photo.c.withdrawn.is_(False))) or 0


def catalogued(connection: Connection) -> int:
    """How many identities have an encounter now."""
    now = current().subquery()
    return connection.scalar(select(func.count(now.c.identity_id.distinct()))) or 0
