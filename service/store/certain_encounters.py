"""Encounters of which people are certain who they are: what hidden known pairs are drawn from."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from reid.types import Flank
from service.store.identities import current
from service.store.tables.encounters import annotation, decision

SIDES = (Flank.LEFT, Flank.RIGHT)


@dataclass(frozen=True, slots=True)
class CertainEncounter:
    """An encounter that was only ever decided to be one identity, and is it now.

    flanks: left, right or both, of its embedded photos. deciders: everybody who decided on it.
    """

    encounter_id: int
    identity_id: int
    flanks: frozenset[Flank]
    deciders: frozenset[str]


def every(connection: Connection) -> list[CertainEncounter]:
    """All such encounters with a left or right flank, by number."""
    now = current().subquery()
    ever = (
        select(decision.c.encounter_id)
        .where(decision.c.identity_id.is_not(None))
        .group_by(decision.c.encounter_id)
        .having(func.count(decision.c.identity_id.distinct()) == 1)
    )
    query = select(now).where(now.c.encounter_id.in_(ever)).order_by(now.c.encounter_id)
    identities = {row.encounter_id: row.identity_id for row in connection.execute(query)}
    flanks: dict[int, set[Flank]] = {}
    shown = select(annotation.c.encounter_id, annotation.c.flank).distinct()
    shown = shown.where(annotation.c.state == "embedded", annotation.c.flank.in_(SIDES))
    for row in connection.execute(shown):
        flanks.setdefault(row.encounter_id, set()).add(Flank(row.flank))
    deciders: dict[int, set[str]] = {}
    for row in connection.execute(select(decision.c.encounter_id, decision.c.reviewer).distinct()):
        deciders.setdefault(row.encounter_id, set()).add(row.reviewer)
    return [
        CertainEncounter(
            encounter, identity_id, frozenset(flanks[encounter]), frozenset(deciders[encounter])
        )
        for encounter, identity_id in identities.items()
        if encounter in flanks
    ]
