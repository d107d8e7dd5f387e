"""Individuals whom an uploader named, and the decisions that a person makes of it by a button."""

from dataclasses import dataclass

from sqlalchemy import Connection

from service.photos.correcting import CorrectionGrounds
from service.photos.errors import NobodyNamed
from service.store import decisions, identities, photos, uploads
from service.store.decisions import NewDecision


@dataclass(frozen=True, slots=True)
class NamedEncounter:
    """An encounter of an upload with the names that its photos came with.

    decided: whether a decision stands that says who it is.
    """

    encounter: int
    names: tuple[str, ...]
    decided: bool

    @property
    def open(self) -> bool:
        """Whether a decision can follow from the name."""
        return len(self.names) == 1 and not self.decided


def named_encounters(connection: Connection, upload_id: int) -> list[NamedEncounter]:
    """Encounters by number. A photo that shows several animals names none of them."""
    names: dict[int, list[str]] = {}
    for file in uploads.get(connection, upload_id).files:
        if file.individual is None or file.photo_id is None:
            continue
        animals = photos.annotations_of(connection, file.photo_id)
        in_use = [animal for animal in animals if not animal.withdrawn]
        if len(in_use) == 1:
            names.setdefault(in_use[0].encounter_id, []).append(file.individual)
    return [
        NamedEncounter(number, tuple(dict.fromkeys(names[number])), _decided(connection, number))
        for number in sorted(names)
    ]


def decide(connection: Connection, upload_id: int, grounds: CorrectionGrounds) -> int:
    """Decide every open one: the identity of that name, or a new one. Returns how many.

    Raises NobodyNamed where none is open.
    """
    waiting = [one for one in named_encounters(connection, upload_id) if one.open]
    for one in waiting:
        (name,) = one.names
        known = identities.by_name(connection, name)
        decisions.add(
            connection,
            one.encounter,
            NewDecision(
                kind="new" if known is None else "same",
                identity_id=known,
                name=None if known is not None else name,
                reviewer=grounds.person,
                note=grounds.reason,
            ),
        )
    if not waiting:
        raise NobodyNamed()
    return len(waiting)


def _decided(connection: Connection, encounter_id: int) -> bool:
    last = decisions.latest(connection, encounter_id)
    return last is not None and last.kind in {"same", "new"}
