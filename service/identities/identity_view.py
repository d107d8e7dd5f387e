"""View models of one identity: its photos by flank and mark, its encounters, what shows it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reid.interchange.obscuring import Telling
from reid.types import Flank
from service.encounters.list_view import crop_address
from service.identities.catalogue_view import card
from service.identities.movements_view import movements_view
from service.identities.timeline import timeline
from service.photos.facts_view import FactsView, facts_view
from service.store import decisions, encounters, history, identities, references
from service.store.identities import IdentityDetail, Reference, best_photos
from service.store.references import Mark, MarkState
from service.web.languages import gettext as _

PHOTOS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """One photo of an identity, with its newest mark. crop: address of its flank."""

    reference: Reference
    mark: Mark | None
    state: MarkState
    crop: str
    facts: FactsView


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


def identity_values(
    connection: Connection, identity_id: int, telling: Telling, *, whole: bool = False
) -> dict[str, object]:
    """What the page of an identity shows, also when no encounter is left to it.

    whole: all its photos. telling: how places are.
    newest_change: the newest entry of its history, 0 for none. merged_into:
    where its encounters went.
    """
    detail = identities.get(connection, identity_id)
    summary = detail.summary
    best = best_photos(connection, [identity_id]).get(identity_id, {})
    marks = _marks(connection, detail)
    entries = history.of_identity(connection, identity_id)
    into = summary.merged_into
    former = history.former_names(connection).get(identity_id, frozenset())
    every = identities.records(connection)
    shown = [flank for flank, _crop in card(summary, best).flanks]
    return {
        "summary": summary,
        "encounters": sighting_rows(connection, detail),
        "by_flank": _by_flank(detail, marks, shown, whole=whole),
        "movements": movements_view(connection, detail, telling),
        "events": timeline(connection, detail, entries),
        "newest_change": entries[-1].id if entries else 0,
        "merged_into": (into, identities.name_of(connection, into)) if into else None,
        "merged_from": [(o.id, o.name) for o in every if o.merged_into == identity_id],
        "formerly": sorted(former - {summary.name}),
    }


def sighting_rows(connection: Connection, detail: IdentityDetail) -> tuple[SightingRow, ...]:
    """The encounters of an identity, newest first, each with a photo, refused ones last."""
    numbers = [sighting.encounter_id for sighting in detail.sightings]
    latest = decisions.latest_of(connection, numbers)
    marks = _marks(connection, detail)
    photos: dict[int, list[Reference]] = defaultdict(list)
    for reference in detail.references:
        photos[reference.annotation.encounter_id].append(reference)

    def thumb(number: int) -> str:
        good = [p.annotation.id for p in photos[number] if p.annotation.state == "embedded"]
        good.sort(key=lambda annotation: _state(marks.get(annotation)) == "refused")
        return crop_address(good[0]) if good else ""

    return tuple(
        SightingRow(
            id=number,
            title=sighting.station or _("Encounter %(n)s, station unknown") % {"n": number},
            started_at=sighting.started_at,
            photos=len(photos[number]),
            thumb=thumb(number),
            decision_id=latest[number],
        )
        for number, sighting in zip(numbers, detail.sightings, strict=True)
    )


def _marks(connection: Connection, detail: IdentityDetail) -> dict[int, Mark]:
    """The newest mark of each photo that has one, by annotation."""
    return references.marks(connection, [photo.annotation.id for photo in detail.references])


def _state(mark: Mark | None) -> MarkState:
    return mark.state if mark else "unmarked"


def _by_flank(
    detail: IdentityDetail, marks: Mapping[int, Mark], flanks: Sequence[str], *, whole: bool
) -> list[FlankPhotos]:
    photos: dict[str, list[ReferenceView]] = {flank: [] for flank in flanks}
    for reference in detail.references:
        annotation, mark = reference.annotation, marks.get(reference.annotation.id)
        if annotation.state == "embedded":
            crop = crop_address(annotation.id, 480)
            facts = facts_view(annotation, annotation.flank)
            view = ReferenceView(reference, mark, _state(mark), crop, facts)
            photos.setdefault(annotation.flank.value, []).append(view)
    return [_flank(flank, views, whole=whole) for flank, views in photos.items()]


def _flank(flank: str, photos: Sequence[ReferenceView], *, whole: bool) -> FlankPhotos:
    others = tuple(photo for photo in photos if photo.state == "unmarked")
    listed = others if whole else others[:PHOTOS_SHOWN]
    return FlankPhotos(
        flank=flank,
        approved=tuple(photo for photo in photos if photo.state == "approved"),
        others=listed,
        refused=tuple(photo for photo in photos if photo.state == "refused"),
        more=len(others) - len(listed),
    )


def side_by_side(
    connection: Connection, subject: Mapping[str, int], other: Mapping[str, int], preferred: str
) -> tuple[int | None, int | None]:
    """The encounters that show two subjects best on one flank, the preferred one if both have it.

    subject, other: {"encounter": number} or {"identity": number}. An identity is shown by its
    approved or best photo; None where it has none.
    """
    left, right = _shown_by(connection, subject), _shown_by(connection, other)
    shared = [flank for flank in Flank if flank in left and flank in right]
    known = [flank for flank in shared if flank is not Flank.UNKNOWN] or shared
    flank = next((side for side in known if side == preferred), known[0] if known else None)
    return _encounter_of(left, flank), _encounter_of(right, flank)


def _shown_by(connection: Connection, subject: Mapping[str, int]) -> dict[Flank, int]:
    """Flank -> the encounter that shows it."""
    if "encounter" in subject:
        encounter = encounters.summary(connection, subject["encounter"])
        return dict.fromkeys(encounter.flanks or (Flank.UNKNOWN,), encounter.id)
    number = subject["identity"]
    identities.name_of(connection, number)
    best = best_photos(connection, [number]).get(number, {})
    return {flank: photo.annotation.encounter_id for flank, photo in best.items()}


def _encounter_of(flanks: Mapping[Flank, int], flank: Flank | None) -> int | None:
    return flanks.get(flank) if flank else next(iter(flanks.values()), None)
