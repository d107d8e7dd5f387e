"""Identities on the wire."""

from datetime import datetime
from typing import Literal

from reid.types import Flank
from service.encounters.wire import DecisionOut
from service.photos.wire import ReferenceOut
from service.web.wire import Wire


class IdentityOut(Wire):
    """One line of the catalogue; flanks counts embedded annotations.

    merged_into: the identity to which its encounters went; null where it was not merged away.
    """

    id: int
    name: str
    sex: Literal["female", "male", "unknown"]
    life_stage: Literal["adult", "subadult", "juvenile", "unknown"]
    note: str
    merged_into: int | None
    encounters: int
    annotations: int
    first_seen: datetime | None
    last_seen: datetime | None
    flanks: list[tuple[Flank, int]]


class SightingOut(Wire):
    """One encounter of an identity."""

    encounter_id: int
    station: str | None
    started_at: datetime | None


class IdentityDetailOut(Wire):
    """One identity with its encounters, photos and every decision that ever named it."""

    summary: IdentityOut
    sightings: list[SightingOut]
    references: list[ReferenceOut]
    decisions: list[DecisionOut]
