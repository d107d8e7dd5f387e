"""Which two encounters stand side by side when somebody compares one with another."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from reid.types import Flank
from service.store import encounters, identities
from service.store.identities import Reference, best_photos


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What is to be compared. encounter_id, other_id: None where no encounter can be taken.

    flank: that both show, "" where they share none.
    """

    encounter_id: int | None
    other_id: int | None
    flank: str

    @property
    def address(self) -> str:
        """Where both stand side by side."""
        return f"/compare?one={self.encounter_id}&other={self.other_id}"


def side_by_side(
    connection: Connection,
    subject: Mapping[str, int],
    other: Mapping[str, int],
    preferred: str = "",
) -> SideBySide:
    """The encounters that show two subjects best on one flank, the preferred one if both have it.

    subject, other: {"encounter": number} or {"identity": number}. An identity is shown by its
    approved or best photo.
    """
    left, right = _flanks(connection, subject), _flanks(connection, other)
    shared = [flank for flank in Flank if flank in left and flank in right]
    known = [flank for flank in shared if flank is not Flank.UNKNOWN] or shared
    flank = next((side for side in known if side == preferred), known[0] if known else None)
    first, second = _encounter_of(left, flank), _encounter_of(right, flank)
    return SideBySide(first, second, flank.value if flank else "")


def _flanks(connection: Connection, subject: Mapping[str, int]) -> dict[Flank, int]:
    """Flank -> the encounter that shows it."""
    if "encounter" in subject:
        encounter = encounters.summary(connection, subject["encounter"])
        return dict.fromkeys(encounter.flanks or (Flank.UNKNOWN,), encounter.id)
    identities.name_of(connection, subject["identity"])
    best: dict[Flank, Reference] = best_photos(connection, [subject["identity"]]).get(
        subject["identity"], {}
    )
    return {flank: photo.annotation.encounter_id for flank, photo in best.items()}


def _encounter_of(flanks: Mapping[Flank, int], flank: Flank | None) -> int | None:
    return flanks.get(flank) if flank else next(iter(flanks.values()), None)
