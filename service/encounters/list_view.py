"""View models of the start page and the list of encounters."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Literal, cast, get_args
from urllib.parse import urlencode

from fastapi import Depends
from sqlalchemy import Connection

from reid.types import Flank
from service.store import encounters
from service.store.encounters import EncounterSummary, Sought
from service.web.languages import NP_
from service.web.languages import gettext as _
from service.web.parameters import choice

PAGE = 50

THUMB = 320

ListState = Literal["waiting", "decided", "failed", "all"]

State = Literal["waiting", "busy", "decided", "failed"]

STATES: tuple[tuple[ListState, str], ...] = (
    ("waiting", NP_("state of encounters", "waiting")),
    ("decided", NP_("state of encounters", "decided")),
    ("failed", NP_("state of encounters", "cannot be compared")),
    ("all", NP_("state of encounters", "all")),
)


def crop_address(annotation_id: int, longest: int = THUMB) -> str:
    """Where the flank crop of an annotation is."""
    return f"/api/v1/annotations/{annotation_id}/crop?longest={longest}"


@dataclass(frozen=True, slots=True)
class IdentityLink:
    """An identity to link to."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class EncounterRow:
    """One encounter of the list."""

    id: int
    title: str
    station: str | None
    started_at: datetime | None
    photos: int
    done: int
    pending: int
    flanks: tuple[str, ...]
    thumbs: tuple[str, ...]
    state: State
    identity: IdentityLink | None


def row(summary: EncounterSummary) -> EncounterRow:
    """A summary as the pages show it."""
    named = summary.identity_id is not None and summary.identity is not None
    return EncounterRow(
        id=summary.id,
        title=title(summary),
        station=summary.station,
        started_at=summary.started_at,
        photos=summary.annotations,
        done=summary.annotations - summary.pending,
        pending=summary.pending,
        flanks=tuple(flank.value for flank in summary.flanks),
        thumbs=(crop_address(summary.thumbnail),) if summary.thumbnail else (),
        state=state(summary),
        identity=IdentityLink(summary.identity_id or 0, summary.identity or "") if named else None,
    )


def title(summary: EncounterSummary) -> str:
    """What an encounter is called on a page."""
    return summary.station or summary.name or without_station(summary.id)


def encounter_name(encounter_id: int) -> str:
    """What an encounter is called by its number alone."""
    return _("Encounter %(number)s") % {"number": encounter_id}


def encounter_numbered(encounter_id: int) -> str:
    """The same inside of a line."""
    return _("encounter %(number)s") % {"number": encounter_id}


def without_station(encounter_id: int) -> str:
    """What an encounter is called whose station nobody stated."""
    return _("Encounter %(number)s, station unknown") % {"number": encounter_id}


def state(summary: EncounterSummary) -> State:
    """Decided by a person, or what hinders a decision."""
    if not summary.waiting:
        return "decided"
    if summary.pending:
        return "busy"
    return "waiting" if summary.embedded else "failed"


@dataclass(frozen=True, slots=True)
class EncounterFilters:
    """Which encounters are listed; all of it stands in the address."""

    state: ListState = "waiting"
    station: str = ""
    flank: str = ""
    page: int = 1

    @property
    def sought(self) -> Sought:
        """The same for the store."""
        if self.state == "failed":
            return Sought("waiting", self.station, self.flank, failed=True)
        return Sought(self.state, self.station, self.flank)

    def url(self, page: int) -> str:
        """The address of a page of this list."""
        return "/encounters?" + urlencode({**asdict(self), "page": page})


def filters(
    state: str = "waiting", station: str = "", flank: str = "", page: str = "1"
) -> EncounterFilters:
    """Read an address; a filter that does not exist is an error."""
    known = choice("state", state, get_args(ListState), "waiting")
    flank = choice("flank", flank, Flank)
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
    return EncounterFilters(cast("ListState", known), station, flank, max(1, number))


TheFilters = Annotated[EncounterFilters, Depends(filters)]
"""Those of the address, for a route."""


@dataclass(frozen=True, slots=True)
class EncounterList:
    """One page of the list, and how many there are altogether."""

    rows: tuple[EncounterRow, ...]
    total: int
    page: int
    pages: int


def encounter_list(connection: Connection, filters: EncounterFilters) -> EncounterList:
    """The encounters that fit, newest first."""
    total = encounters.total(connection, filters.sought)
    pages = max(1, -(-total // PAGE))
    page = min(filters.page, pages)
    shown = encounters.search(connection, filters.sought, limit=PAGE, offset=(page - 1) * PAGE)
    return EncounterList(tuple(row(summary) for summary in shown), total, page, pages)
