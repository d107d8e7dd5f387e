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
from service.store.identities import IdentityDetail, IdentitySummary, Reference, best_photos
from service.store.references import Mark
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

    newest_change: the newest entry of its history, 0 for none. merged_into: where its encounters
    went.
    """

    identity: IdentityCard
    summary: IdentitySummary
    encounters: tuple[SightingRow, ...]
    by_flank: tuple[FlankPhotos, ...]
    events: tuple[Event, ...]
    newest_change: int
    merged_into: tuple[int, str] | None
    merged_from: tuple[tuple[int, str], ...]
    formerly: tuple[str, ...]


def identity_view(connection: Connection, identity_id: int, *, whole: bool = False) -> IdentityView:
    """One identity, also when no encounter is left to it. whole: all its photos."""
    detail = identities.get(connection, identity_id)
    best = best_photos(connection, [identity_id]).get(identity_id, {})
    shown = card(detail.summary, best)
    marks = references.marks(
        connection, [reference.annotation.id for reference in detail.references]
    )
    entries = history.of_identity(connection, identity_id)
    into = detail.summary.merged_into
    former = history.former_names(connection).get(identity_id, frozenset())
    every = identities.records(connection)
    return IdentityView(
        identity=shown,
        summary=detail.summary,
        encounters=sighting_rows(connection, detail),
        by_flank=_by_flank(detail, marks, [flank for flank, _crop in shown.flanks], whole),
        events=timeline(connection, detail, entries),
        newest_change=entries[-1].id if entries else 0,
        merged_into=(into, identities.name_of(connection, into)) if into else None,
        merged_from=tuple((o.id, o.name) for o in every if o.merged_into == identity_id),
        formerly=tuple(sorted(former - {detail.summary.name})),
    )


def sighting_rows(connection: Connection, detail: IdentityDetail) -> tuple[SightingRow, ...]:
    """The encounters of an identity, newest first, each with a photo, refused ones last."""
    latest = decisions.latest_of(
        connection, [sighting.encounter_id for sighting in detail.sightings]
    )
    of: dict[int, list[Reference]] = {}
    for reference in detail.references:
        of.setdefault(reference.annotation.encounter_id, []).append(reference)
    marks = references.marks(connection, [photo.annotation.id for photo in detail.references])
    refused = {number for number, mark in marks.items() if mark.state == "refused"}
    rows = []
    for sighting in detail.sightings:
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
    detail: IdentityDetail, marks: Mapping[int, Mark], flanks: Sequence[str], whole: bool
) -> tuple[FlankPhotos, ...]:
    usable = [
        reference for reference in detail.references if reference.annotation.state == "embedded"
    ]
    sides = dict.fromkeys([*flanks, *(reference.annotation.flank.value for reference in usable)])
    return tuple(_flank(Flank(side), usable, marks, whole) for side in sides)


def _flank(
    flank: Flank, usable: Sequence[Reference], marks: Mapping[int, Mark], whole: bool
) -> FlankPhotos:
    shown = [
        _reference(o, marks.get(o.annotation.id)) for o in usable if o.annotation.flank == flank
    ]
    others = [photo for photo in shown if photo.state == "unmarked"]
    listed = others if whole else others[:PHOTOS_SHOWN]
    return FlankPhotos(
        flank=flank.value,
        approved=tuple(photo for photo in shown if photo.state == "approved"),
        others=tuple(listed),
        refused=tuple(photo for photo in shown if photo.state == "refused"),
        more=len(others) - len(listed),
    )


def _reference(reference: Reference, mark: Mark | None) -> ReferenceView:
    return ReferenceView(
        annotation_id=reference.annotation.id,
        photo_id=reference.photo.id,
        encounter_id=reference.annotation.encounter_id,
        file_name=reference.photo.file_name,
        station=reference.photo.station,
        captured_at=reference.photo.captured_at,
        flank=reference.annotation.flank.value,
        crop=crop_address(reference.annotation.id, 480),
        facts=facts_view(reference.annotation, reference.annotation.flank),
        state=mark.state if mark else "unmarked",
        mark=mark.id if mark else 0,
        marked_by=mark.reviewer if mark else "",
        reason=mark.reason if mark else "",
    )
