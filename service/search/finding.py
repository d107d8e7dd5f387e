"""Everything that a text finds, the first of each kind."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from reid.interchange.individual_names import searchable
from service.identities.name_search import names_of_identities
from service.store import encounters, identities, searching
from service.store.encounters import EncounterSummary, Sought
from service.store.searching import CaseHit, FirstHits, NoteHit, PhotoHit, SoughtText

FIRST = 50
"""So many of each kind are shown."""


@dataclass(frozen=True, slots=True)
class IdentityHit:
    """An identity with a fitting name. also: other names that fit, former ones and merged ones.

    in_use: it has an encounter now.
    """

    id: int
    name: str
    also: tuple[str, ...]
    in_use: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """What a text finds, by kind."""

    identities: FirstHits[IdentityHit]
    stations: FirstHits[str]
    encounters: FirstHits[EncounterSummary]
    photos: FirstHits[PhotoHit]
    cases: FirstHits[CaseHit]
    notes: FirstHits[NoteHit]

    @property
    def total(self) -> int:
        """How much fits altogether."""
        kinds = (self.identities, self.stations, self.encounters)
        more = (self.photos, self.cases, self.notes)
        return sum(first.total for first in (*kinds, *more))


NOTHING = Findings(*(FirstHits(0, ()) for _ in range(6)))


def everything(connection: Connection, sought: SoughtText, limit: int = FIRST) -> Findings:
    """The first of each kind that fit; nothing for an empty text."""
    if not sought.whole:
        return NOTHING
    return Findings(
        identities=_identities(connection, sought, limit),
        stations=searching.stations(connection, sought, limit),
        encounters=_encounters(connection, sought, limit),
        photos=_photos(connection, sought, limit),
        cases=searching.cases(connection, sought, limit),
        notes=searching.notes(connection, sought, limit),
    )


def _identities(connection: Connection, sought: SoughtText, limit: int) -> FirstHits[IdentityHit]:
    """By any name that an identity has or had; those with an encounter first."""
    looked, names = searchable(sought.whole), names_of_identities(connection)
    present = {number for number, _ in identities.in_use(connection)}
    hits = []
    for number, name in identities.names(connection).items():
        fitting = {called for called in names[number] if looked in searchable(called)}
        if fitting:
            also = tuple(sorted(fitting - {name}))
            hits.append(IdentityHit(number, name, also, number in present))
    hits.sort(key=lambda hit: (not hit.in_use, hit.name.casefold()))
    return FirstHits(len(hits), tuple(hits[:limit]))


def _encounters(
    connection: Connection, sought: SoughtText, limit: int
) -> FirstHits[EncounterSummary]:
    """Newest first."""
    fitting = Sought(text=sought)
    hits = encounters.search(connection, fitting, limit=limit)
    if not sought.stations:
        hits = [replace(summary, station=None) for summary in hits]
    return FirstHits(encounters.total(connection, fitting), tuple(hits))


def _photos(connection: Connection, sought: SoughtText, limit: int) -> FirstHits[PhotoHit]:
    first = searching.photos(connection, sought, limit)
    if sought.stations:
        return first
    return replace(first, hits=tuple(replace(hit, station=None) for hit in first.hits))
