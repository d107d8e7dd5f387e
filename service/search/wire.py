"""What a text finds, on the wire."""

from service.encounters.wire import EncounterOut
from service.store.searching import NoteKind
from service.web.wire import WallClock, Wire


class IdentityHitOut(Wire):
    """also: other names that fit, former ones and those of identities merged into it."""

    id: int
    name: str
    also: list[str]
    in_use: bool


class PhotoHitOut(Wire):
    """A photo with a fitting file name or time."""

    id: str
    file_name: str
    station: str | None
    captured_at: WallClock | None
    withdrawn: bool


class CaseHitOut(Wire):
    """A case with a fitting name."""

    id: int
    name: str
    closed: bool


class NoteHitOut(Wire):
    """A note that holds the text.

    key: id of the photo, or number of the identity, case or deployment; of a decision the number
    of its encounter. name: of the photo's file, the identity, the case or the station.
    """

    kind: NoteKind
    key: str
    name: str
    note: str


class FoundIdentitiesOut(Wire):
    """The first identities, and how many fit."""

    total: int
    hits: list[IdentityHitOut]


class FoundStationsOut(Wire):
    """The first names of stations, and how many fit."""

    total: int
    hits: list[str]


class FoundEncountersOut(Wire):
    """The first encounters, newest first, and how many fit."""

    total: int
    hits: list[EncounterOut]


class FoundPhotosOut(Wire):
    """The first photos, by file name, and how many fit."""

    total: int
    hits: list[PhotoHitOut]


class FoundCasesOut(Wire):
    """The first cases, and how many fit."""

    total: int
    hits: list[CaseHitOut]


class FoundNotesOut(Wire):
    """The first notes, and how many fit."""

    total: int
    hits: list[NoteHitOut]


class FindingsOut(Wire):
    """Everything that a text finds, by kind; total: how much fits altogether."""

    total: int
    identities: FoundIdentitiesOut
    stations: FoundStationsOut
    encounters: FoundEncountersOut
    photos: FoundPhotosOut
    cases: FoundCasesOut
    notes: FoundNotesOut
