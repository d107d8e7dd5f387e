"""Identities found by a name, whatever its case, accents or form, and by former names and notes."""

from collections.abc import Collection

from sqlalchemy import Connection

from reid.interchange.individual_names import searchable
from service.store import history, identities
from service.store.identities import IdentityRecord, IdentitySummary


def searched(connection: Connection, text: str) -> list[IdentitySummary]:
    """Every identity that has an encounter and that this text finds, by name; "" finds all."""
    catalogue = identities.catalogue(connection)
    looked = searchable(text.strip())
    if not looked:
        return catalogue
    names = names_of_identities(connection)
    return [identity for identity in catalogue if is_found(looked, identity, names[identity.id])]


def is_found(looked: str, identity: IdentityRecord, names: Collection[str]) -> bool:
    """Whether a searchable text is part of one of these names or of the note of an identity."""
    return any(looked in searchable(text) for text in (*names, identity.note))


def names_of_identities(connection: Connection) -> dict[int, set[str]]:
    """Every name that an identity has or had, and those of identities merged into it."""
    records = identities.records(connection)
    names = {identity.id: {identity.name} for identity in records}
    for number, former in history.former_names(connection).items():
        names[number] |= former
    into = {identity.id: identity.merged_into for identity in records}
    for identity in records:
        visited, target = {identity.id}, identity.merged_into
        while target is not None and target not in visited:
            names[target] |= names[identity.id]
            visited.add(target)
            target = into[target]
    return names
