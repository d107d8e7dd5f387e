"""Which two encounters stand side by side when somebody compares one with another."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from reid.types import Flank
from service.store import encounters, identities
from service.store.identities import Reference
from service.store.thumbnails import best_photos


@dataclass(frozen=True, slots=True)
class Beside:
    """What is to be compared. one: an encounter, None where none can be taken.

    flank: that both show, "" where they share none.
    """

    one: int | None
    other: int | None
    flank: str

    @property
    def address(self) -> str:
        """Where both stand side by side."""
        return f"/compare?one={self.one}&other={self.other}"


def beside(
    connection: Connection, one: Mapping[str, int], other: Mapping[str, int], wanted: str = ""
) -> Beside:
    """The encounters that show two subjects best on one flank, the wanted one if both have it.

    one, other: {"encounter": number} or {"identity": number}. An identity is shown by its approved
    or best photo.
    """
    left, right = _flanks(connection, one), _flanks(connection, other)
    shared = [flank for flank in Flank if flank in left and flank in right]
    known = [flank for flank in shared if flank is not Flank.UNKNOWN] or shared
    flank = next((one for one in known if one == wanted), known[0] if known else None)
    first, second = (_one_of(some, flank) for some in (left, right))
    return Beside(first, second, flank.value if flank else "")


def _flanks(connection: Connection, subject: Mapping[str, int]) -> dict[Flank, int]:
    """Flank -> the encounter that shows it."""
    if "encounter" in subject:
        found = encounters.summary(connection, subject["encounter"])
        return dict.fromkeys(found.flanks or (Flank.UNKNOWN,), found.id)
    identities.name_of(connection, subject["identity"])
    best: dict[Flank, Reference] = best_photos(connection, [subject["identity"]]).get(
        subject["identity"], {}
    )
    return {flank: one.annotation.encounter_id for flank, one in best.items()}


def _one_of(flanks: Mapping[Flank, int], flank: Flank | None) -> int | None:
    return flanks.get(flank) if flank else next(iter(flanks.values()), None)
