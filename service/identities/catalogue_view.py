"""View models of the catalogue: a contact sheet by flank, searched, filtered and sorted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast, get_args
from urllib.parse import urlencode

from sqlalchemy import Connection

from reid.types import Flank
from service.encounters.list_view import crop_address
from service.store import history, identities
from service.store.identities import IdentitySummary, LifeStage, Reference, Sex
from service.store.thumbnails import best_photos
from service.web.languages import N_

PAGE = 60
GONE_SHOWN = 60

Sort = Literal["name", "seen", "encounters"]
Sides = Literal["", "left", "right", "both", "no-left", "no-right"]

SORTS: tuple[tuple[Sort, str], ...] = (
    ("name", N_("name")),
    ("seen", N_("last seen")),
    ("encounters", N_("number of encounters")),
)
SIDES: tuple[tuple[Sides, str], ...] = (
    ("", N_("any flank")),
    ("left", N_("left flank known")),
    ("right", N_("right flank known")),
    ("both", N_("both flanks known")),
    ("no-left", N_("left flank missing")),
    ("no-right", N_("right flank missing")),
)
SEXES: tuple[tuple[Sex, str], ...] = (
    ("female", N_("female")),
    ("male", N_("male")),
    ("unknown", N_("sex unknown")),
)
STAGES: tuple[tuple[LifeStage, str], ...] = (
    ("adult", N_("adult")),
    ("subadult", N_("subadult")),
    ("juvenile", N_("juvenile")),
    ("unknown", N_("life stage unknown")),
)


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """One identity of the catalogue. flanks: left and right, then unknown if there is one."""

    id: int
    name: str
    sex: str
    life_stage: str
    encounters: int
    photos: int
    first_seen: datetime | None
    last_seen: datetime | None
    flanks: tuple[tuple[str, str], ...]
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """Which identities are listed and in which order; all of it stands in the address."""

    q: str = ""
    flank: Sides = ""
    sex: str = ""
    stage: str = ""
    station: str = ""
    sort: Sort = "name"
    page: int = 1

    @property
    def narrowing(self) -> bool:
        """Whether anything is left out."""
        return replace(self, sort="name", page=1) != Filters()

    def at(self, page: int) -> str:
        """The address of a page of the same list."""
        said = {f: getattr(self, f) for f in ("q", "flank", "sex", "stage", "station")}
        said = {name: value for name, value in said.items() if value}
        if self.sort != "name":
            said["sort"] = self.sort
        return "/catalogue?" + urlencode(said | ({"page": page} if page > 1 else {}))

    def fits(self, one: IdentitySummary) -> bool:
        """Whether an identity is listed, as far as its own facts tell."""
        known = {flank.value for flank, _ in one.flanks}
        wanted = {
            "": True,
            "left": "left" in known,
            "right": "right" in known,
            "both": {"left", "right"} <= known,
            "no-left": "left" not in known,
            "no-right": "right" not in known,
        }[self.flank]
        return wanted and self.sex in {"", one.sex} and self.stage in {"", one.life_stage}


def filters(said: Mapping[str, str]) -> Filters:
    """Read an address; what makes no sense is taken as its default."""

    def one_of(name: str, known: object, default: str = "") -> str:
        value = said.get(name, default)
        return value if value in get_args(known) else default

    number = said.get("page", "1")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
    return Filters(
        q=said.get("q", "").strip()[:100],
        flank=cast("Sides", one_of("flank", Sides)),
        sex=one_of("sex", Sex),
        stage=one_of("stage", LifeStage),
        station=said.get("station", "")[:200],
        sort=cast("Sort", one_of("sort", Sort, "name")),
        page=max(1, page),
    )


@dataclass(frozen=True, slots=True)
class Gone:
    """A name that no encounter carries now. into: where its encounters went, if anywhere."""

    id: int
    name: str
    into: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class CatalogueList:
    """One page of the catalogue. total: that fit; whole: identities in the catalogue."""

    cards: tuple[IdentityCard, ...]
    gone: tuple[Gone, ...]
    total: int
    whole: int
    page: int
    pages: int


def catalogue_list(connection: Connection, wanted: Filters) -> CatalogueList:
    """The identities that fit, and names without encounters that a search finds."""
    every = identities.catalogue(connection)
    there = every
    if wanted.station:
        there = identities.catalogue(connection, station=wanted.station)
    names = _names(connection)
    looked = wanted.q.casefold()

    def hit(one: identities.Known) -> bool:
        return any(looked in text.casefold() for text in (*names[one.id], one.note))

    found = [one for one in there if wanted.fits(one) and (not looked or hit(one))]
    found = _sorted(found, wanted.sort)
    pages = max(1, -(-len(found) // PAGE))
    page = min(wanted.page, pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    best = best_photos(connection, [one.id for one in shown])
    here = {one.id for one in every}
    called = identities.names(connection)
    gone = [
        Gone(one.id, one.name, (into, called[into]) if (into := one.merged_into) else None)
        for one in identities.known(connection)
        if looked and one.id not in here and hit(one)
    ]
    cards = [
        card(one, best.get(one.id, {}), tuple(sorted(names[one.id] - {one.name})) if looked else ())
        for one in shown
    ]
    return CatalogueList(
        tuple(cards), tuple(gone[:GONE_SHOWN]), len(found), len(every), page, pages
    )


def _names(connection: Connection) -> dict[int, set[str]]:
    """Every name that an identity has or had, and those of identities merged into it."""
    known = identities.known(connection)
    found = {one.id: {one.name} for one in known}
    for number, former in history.former_names(connection).items():
        found[number] |= former
    into = {one.id: one.merged_into for one in known}
    for one in known:
        seen, target = {one.id}, one.merged_into
        while target is not None and target not in seen:
            found[target] |= found[one.id]
            seen.add(target)
            target = into[target]
    return found


def _sorted(found: list[IdentitySummary], by: Sort) -> list[IdentitySummary]:
    if by == "seen":
        return sorted(found, key=lambda one: one.last_seen or datetime.min, reverse=True)  # noqa: DTZ901
    if by == "encounters":
        return sorted(found, key=lambda one: -one.encounters)
    return found


def card(
    summary: IdentitySummary, best: Mapping[Flank, Reference], formerly: tuple[str, ...] = ()
) -> IdentityCard:
    """An identity as the catalogue shows it."""
    crops = {flank: crop_address(one.annotation.id, 480) for flank, one in best.items()}
    flanks = [Flank.LEFT, Flank.RIGHT, *([Flank.UNKNOWN] if Flank.UNKNOWN in crops else [])]
    return IdentityCard(
        id=summary.id,
        name=summary.name,
        sex=summary.sex,
        life_stage=summary.life_stage,
        encounters=summary.encounters,
        photos=summary.annotations,
        first_seen=summary.first_seen,
        last_seen=summary.last_seen,
        flanks=tuple((flank.value, crops.get(flank, "")) for flank in flanks),
        formerly=formerly,
    )
