"""Which two encounters stand side by side when somebody compares one with another."""

from collections.abc import Mapping

from sqlalchemy import Connection

from reid.types import Flank
from service.store import encounters, identities
from service.store.thumbnails import best_photos


def side_by_side(
    connection: Connection, subject: Mapping[str, int], other: Mapping[str, int], preferred: str
) -> tuple[int | None, int | None]:
    """The encounters that show two subjects best on one flank, the preferred one if both have it.

    subject, other: {"encounter": number} or {"identity": number}. An identity is shown by its
    approved or best photo; None where it has none.
    """
    left, right = _flanks(connection, subject), _flanks(connection, other)
    shared = [flank for flank in Flank if flank in left and flank in right]
    known = [flank for flank in shared if flank is not Flank.UNKNOWN] or shared
    flank = next((side for side in known if side == preferred), known[0] if known else None)
    return _encounter_of(left, flank), _encounter_of(right, flank)


def _flanks(connection: Connection, subject: Mapping[str, int]) -> dict[Flank, int]:
    """Flank -> the encounter that shows it."""
    if "encounter" in subject:
        encounter = encounters.summary(connection, subject["encounter"])
        return dict.fromkeys(encounter.flanks or (Flank.UNKNOWN,), encounter.id)
    number = subject["identity"]
    identities.name_of(connection, number)
    best = best_photos(connection, [number]).get(number, {})
    return {flank: photo.annotation.encounter_id for flank, photo in best.items()}


def _encounter_of(flanks: Mapping[Flank, int], flank: Flank | None) -> int | None:
    return flanks.get(flank) if flank else next(iter(flanks.values()), None)
