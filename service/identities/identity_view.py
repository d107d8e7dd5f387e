"""View models of one identity: its photos by flank and mark, its encounters, its actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reid.types import Flank
from service.encounters.list_view import crop_address
from service.identities.catalogue_view import IdentityCard, card
from service.identities.timeline import Event, timeline
from service.photos.facts_view import FactsView, facts_view
from service.store import decisions, history, identities, references
from service.store.identities import IdentityDetail, IdentitySummary, Reference
from service.store.references import Mark
from service.store.thumbnails import best_photos
from service.web.languages import gettext as _

PHOTOS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """One photo of an identity. mark: the number of its newest mark, 0 without one."""

    annotation_id: int
    photo_id: str
    encounter_id: int
    file_name: str
    station: str | None
    captured_at: datetime | None
    flank: str
    crop: str
    facts: FactsView
    state: str
    mark: int
    marked_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SightingRow:
    """One encounter of an identity."""

    id: int
    title: str
    started_at: datetime | None
    photos: int
    thumb: str
    decision_id: int


@dataclass(frozen=True, slots=True)
class FlankPhotos:
    """The photos of one flank: approved ones, the others, refused ones. more: not shown."""

    flank: str
    approved: tuple[ReferenceView, ...]
    others: tuple[ReferenceView, ...]
    refused: tuple[ReferenceView, ...]
    more: int


@dataclass(frozen=True, slots=True)
class IdentityView:
    """One identity with everything that its page shows.

    seen: the newest entry of its history, 0 for none. merged_into: where its encounters went.
    """

    identity: IdentityCard
    summary: IdentitySummary
    encounters: tuple[SightingRow, ...]
    by_flank: tuple[FlankPhotos, ...]
    events: tuple[Event, ...]
    seen: int
    merged_into: tuple[int, str] | None
    merged_from: tuple[tuple[int, str], ...]
    formerly: tuple[str, ...]


def identity_view(connection: Connection, identity_id: int, *, whole: bool = False) -> IdentityView:
    """One identity, also when no encounter is left to it. whole: all its photos."""
    found = identities.get(connection, identity_id)
    best = best_photos(connection, [identity_id]).get(identity_id, {})
    shown = card(found.summary, best)
    marks = references.marks(connection, [one.annotation.id for one in found.references])
    entries = history.of_identity(connection, identity_id)
    into = found.summary.merged_into
    former = history.former_names(connection).get(identity_id, frozenset())
    every = identities.known(connection)
    return IdentityView(
        identity=shown,
        summary=found.summary,
        encounters=sighting_rows(connection, found),
        by_flank=_by_flank(found, marks, [flank for flank, _crop in shown.flanks], whole),
        events=timeline(connection, found, entries),
        seen=entries[-1].id if entries else 0,
        merged_into=(into, identities.name_of(connection, into)) if into else None,
        merged_from=tuple((o.id, o.name) for o in every if o.merged_into == identity_id),
        formerly=tuple(sorted(former - {found.summary.name})),
    )


def sighting_rows(connection: Connection, found: IdentityDetail) -> tuple[SightingRow, ...]:
    """The encounters of an identity, newest first, each with a photo, refused ones last."""
    latest = decisions.latest_of(connection, [one.encounter_id for one in found.sightings])
    of: dict[int, list[Reference]] = {}
    for one in found.references:
        of.setdefault(one.annotation.encounter_id, []).append(one)
    marks = references.marks(connection, [one.annotation.id for one in found.references])
    refused = {number for number, mark in marks.items() if mark.state == "refused"}
    rows = []
    for sighting in found.sightings:
        number = sighting.encounter_id
        photos = of.get(number, [])
        good = [p for p in photos if p.annotation.state == "embedded"]
        good.sort(key=lambda p: p.annotation.id in refused)
        rows.append(
            SightingRow(
                id=number,
                title=sighting.station or _("Encounter %(n)s, station unknown") % {"n": number},
                started_at=sighting.started_at,
                photos=len(photos),
                thumb=crop_address(good[0].annotation.id) if good else "",
                decision_id=latest[number],
            )
        )
    return tuple(rows)


def _by_flank(
    found: IdentityDetail, marks: Mapping[int, Mark], flanks: Sequence[str], whole: bool
) -> tuple[FlankPhotos, ...]:
    usable = [one for one in found.references if one.annotation.state == "embedded"]
    sides = dict.fromkeys([*flanks, *(one.annotation.flank.value for one in usable)])
    return tuple(_flank(Flank(side), usable, marks, whole) for side in sides)


def _flank(
    flank: Flank, usable: Sequence[Reference], marks: Mapping[int, Mark], whole: bool
) -> FlankPhotos:
    shown = [
        _reference(o, marks.get(o.annotation.id)) for o in usable if o.annotation.flank == flank
    ]
    others = [one for one in shown if one.state == "unmarked"]
    kept = others if whole else others[:PHOTOS_SHOWN]
    return FlankPhotos(
        flank=flank.value,
        approved=tuple(one for one in shown if one.state == "approved"),
        others=tuple(kept),
        refused=tuple(one for one in shown if one.state == "refused"),
        more=len(others) - len(kept),
    )


def _reference(one: Reference, mark: Mark | None) -> ReferenceView:
    return ReferenceView(
        annotation_id=one.annotation.id,
        photo_id=one.photo.id,
        encounter_id=one.annotation.encounter_id,
        file_name=one.photo.file_name,
        station=one.photo.station,
        captured_at=one.photo.captured_at,
        flank=one.annotation.flank.value,
        crop=crop_address(one.annotation.id, 480),
        facts=facts_view(one.annotation, one.annotation.flank),
        state=mark.state if mark else "unmarked",
        mark=mark.id if mark else 0,
        marked_by=mark.reviewer if mark else "",
        reason=mark.reason if mark else "",
    )
