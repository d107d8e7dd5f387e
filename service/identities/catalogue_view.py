"""View models of the catalogue: a contact sheet by flank, searched, filtered and sorted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal, cast, get_args
from urllib.parse import urlencode

from sqlalchemy import Connection

from reid.interchange.individual_names import searchable
from reid.types import Flank
from service.encounters.list_view import crop_address
from service.identities.name_search import is_found, names_of_identities
from service.store import identities
from service.store.identities import IdentitySummary, LifeStage, Reference, Sex, best_photos
from service.web.languages import N_
from service.web.paging import list_page, page_number
from service.web.parameters import choice

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
    """One identity of the catalogue.

    flanks: left and right, then unknown if there is one, each with the address of a crop or "".
    """

    summary: IdentitySummary
    flanks: tuple[tuple[str, str], ...]
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueFilters:
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
        return replace(self, sort="name", page=1) != CatalogueFilters()

    def at(self, page: int) -> str:
        """The address of a page of the same list."""
        usual = asdict(CatalogueFilters())
        parameters = asdict(replace(self, page=page))
        return "/catalogue?" + urlencode(
            {name: value for name, value in parameters.items() if value != usual[name]}
        )

    def fits(self, identity: IdentitySummary) -> bool:
        """Whether an identity is listed, as far as its own facts tell."""
        known = {flank.value for flank, _ in identity.flanks}
        flank_fits = {
            "": True,
            "left": "left" in known,
            "right": "right" in known,
            "both": {"left", "right"} <= known,
            "no-left": "left" not in known,
            "no-right": "right" not in known,
        }[self.flank]
        return (
            flank_fits
            and self.sex in {"", identity.sex}
            and self.stage in {"", identity.life_stage}
        )


def catalogue_filters(
    q: str = "",
    flank: str = "",
    sex: str = "",
    stage: str = "",
    station: str = "",
    sort: str = "name",
    page: str = "1",
) -> CatalogueFilters:
    """Read an address; a filter that does not exist is an error."""
    return CatalogueFilters(
        q=q.strip()[:100],
        flank=cast("Sides", choice("flank", flank, get_args(Sides))),
        sex=choice("sex", sex, get_args(Sex)),
        stage=choice("stage", stage, get_args(LifeStage)),
        station=station[:200],
        sort=cast("Sort", choice("sort", sort, get_args(Sort), "name")),
        page=page_number(page),
    )


def catalogue_list(connection: Connection, filters: CatalogueFilters) -> dict[str, object]:
    """One page of the identities that fit, and names without encounters that a search finds.

    gone: identities without encounters, each with the name of the one where they went, or "".
    whole: how many identities are in the catalogue.
    """
    every = identities.catalogue(connection)
    there = identities.catalogue(connection, station=filters.station) if filters.station else every
    names = names_of_identities(connection)
    looked = searchable(filters.q)

    def hit(identity: identities.IdentityRecord) -> bool:
        return is_found(looked, identity, names[identity.id])

    listed = [i for i in there if filters.fits(i) and (not looked or hit(i))]
    part = list_page(len(listed), filters.page, PAGE)
    shown = _sorted(listed, filters.sort)[part.shown]
    best = best_photos(connection, [identity.id for identity in shown])
    here = {identity.id for identity in every}
    called = identities.names(connection)
    gone = [
        (identity, called.get(identity.merged_into or 0, ""))
        for identity in identities.records(connection)
        if looked and identity.id not in here and hit(identity)
    ]
    cards = [
        card(
            identity,
            best.get(identity.id, {}),
            tuple(sorted(names[identity.id] - {identity.name})) if looked else (),
        )
        for identity in shown
    ]
    return {"cards": cards, "gone": gone[:GONE_SHOWN], "part": part, "whole": len(every)}


def _sorted(summaries: list[IdentitySummary], by: Sort) -> list[IdentitySummary]:
    if by == "seen":
        never = datetime.min  # noqa: DTZ901
        return sorted(summaries, key=lambda i: i.last_seen or never, reverse=True)
    if by == "encounters":
        return sorted(summaries, key=lambda identity: -identity.encounters)
    return summaries


def card(
    summary: IdentitySummary, best: Mapping[Flank, Reference], formerly: tuple[str, ...] = ()
) -> IdentityCard:
    """An identity as the catalogue shows it."""
    crops = {flank: crop_address(reference.annotation.id, 480) for flank, reference in best.items()}
    flanks = [Flank.LEFT, Flank.RIGHT, *([Flank.UNKNOWN] if Flank.UNKNOWN in crops else [])]
    crop_of = tuple((flank.value, crops.get(flank, "")) for flank in flanks)
    return IdentityCard(summary, crop_of, formerly)
