"""Encounters of which people are certain who they are: what hidden known pairs are drawn from."""

from dataclasses import dataclass

from sqlalchemy import Connection

from reid.types import Flank
from service.store import decisions, encounters

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
    identity_of = decisions.unanimous(connection)
    showing = {flank: encounters.showing(connection, flank, embedded=True) for flank in SIDES}
    deciders = decisions.deciders(connection)
    flanks = {
        encounter_id: frozenset(flank for flank in SIDES if encounter_id in showing[flank])
        for encounter_id in identity_of
    }
    return [
        CertainEncounter(encounter_id, identity_id, flanks[encounter_id], deciders[encounter_id])
        for encounter_id, identity_id in identity_of.items()
        if flanks[encounter_id]
    ]
