"""View models of one identity, one photo and one upload."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reid.types import Box, Flank
from service.languages import NP_, ngettext, pgettext
from service.languages import gettext as _
from service.store import identities, photos, uploads
from service.store.identities import IdentitySummary, Reference, Sighting
from service.store.photos import Annotation, Photo
from service.store.uploads import UploadedFile
from service.views.advice import advice
from service.views.core_words import said_by_core
from service.views.facts import FactsView, facts_view
from service.views.lists import crop_address, without_station
from service.views.words import number, sentence


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """One identity of the catalogue. flanks: left and right, then unknown if there is one."""

    id: int
    name: str
    encounters: int
    photos: int
    first_seen: datetime | None
    last_seen: datetime | None
    flanks: tuple[tuple[str, str], ...]


def card(summary: IdentitySummary) -> IdentityCard:
    """An identity as the catalogue shows it."""
    best = {one.annotation.flank: crop_address(one.annotation.id, 480) for one in summary.best}
    flanks = [Flank.LEFT, Flank.RIGHT, *([Flank.UNKNOWN] if Flank.UNKNOWN in best else [])]
    return IdentityCard(
        id=summary.id,
        name=summary.name,
        encounters=summary.encounters,
        photos=summary.annotations,
        first_seen=summary.first_seen,
        last_seen=summary.last_seen,
        flanks=tuple((flank.value, best.get(flank, "")) for flank in flanks),
    )


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """One photo of an identity or an encounter."""

    annotation_id: int
    photo_id: str
    encounter_id: int
    file_name: str
    station: str | None
    captured_at: datetime | None
    flank: str
    crop: str
    facts: FactsView


def reference(one: Reference) -> ReferenceView:
    """A reference as the pages show it."""
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
    )


@dataclass(frozen=True, slots=True)
class SightingRow:
    """One encounter of an identity."""

    id: int
    title: str
    started_at: datetime | None
    photos: int


@dataclass(frozen=True, slots=True)
class IdentityView:
    """One identity with its photos by flank."""

    identity: IdentityCard
    encounters: tuple[SightingRow, ...]
    by_flank: tuple[tuple[str, tuple[ReferenceView, ...]], ...]


def identity_view(connection: Connection, identity_id: int) -> IdentityView:
    """One identity, also when no encounter is left to it."""
    found = identities.get(connection, identity_id)
    shown = card(found.summary)
    usable = [one for one in found.references if one.annotation.state == "embedded"]
    by_flank = tuple(
        (flank, tuple(reference(one) for one in usable if one.annotation.flank == flank))
        for flank, _ in shown.flanks
    )
    return IdentityView(shown, _sightings(found.sightings, found.references), by_flank)


def _sightings(
    sightings: Sequence[Sighting], references: Sequence[Reference]
) -> tuple[SightingRow, ...]:
    of = [one.annotation.encounter_id for one in references]
    return tuple(
        SightingRow(
            one.encounter_id,
            one.station or without_station(one.encounter_id),
            one.started_at,
            of.count(one.encounter_id),
        )
        for one in sightings
    )


@dataclass(frozen=True, slots=True)
class AnnotationView:
    """One animal in a photo and how far it is."""

    id: int
    encounter_id: int
    flank: str
    tag: str
    state_words: str
    error: str
    advice: str
    facts: FactsView


STATE_WORDS = {
    "pending": NP_("state of a photo", "being embedded"),
    "embedded": NP_("state of a photo", "embedded"),
    "failed": NP_("state of a photo", "cannot be used"),
    "refused": NP_("state of a photo", "refused"),
}
TAGS = {"pending": "busy", "embedded": "embedded", "failed": "failed"}


def state_word(state: str) -> str:
    """How far a photo is: "being embedded"."""
    return pgettext("state of a photo", STATE_WORDS[state])


@dataclass(frozen=True, slots=True)
class PhotoView:
    """One photo with the animals in it."""

    photo: Photo
    annotations: tuple[AnnotationView, ...]
    boxes: tuple[Box, ...]


def photo_view(connection: Connection, photo_id: str) -> PhotoView:
    """One photo."""
    found = photos.annotations_of(connection, photo_id)
    boxes = tuple(one.box for one in found if one.box)
    return PhotoView(photos.get(connection, photo_id), tuple(map(annotation, found)), boxes)


def annotation(one: Annotation) -> AnnotationView:
    """An annotation as its photo's page shows it."""
    return AnnotationView(
        id=one.id,
        encounter_id=one.encounter_id,
        flank=one.flank.value,
        tag=TAGS[one.state],
        state_words=state_word(one.state),
        error=sentence(said_by_core(one.error_detail)),
        advice=advice(one.error_code),
        facts=facts_view(one, one.flank),
    )


@dataclass(frozen=True, slots=True)
class FileView:
    """What became of one uploaded file."""

    name: str
    photo_id: str | None
    encounter_id: int | None
    tag: str
    state: str
    detail: str
    advice: str


@dataclass(frozen=True, slots=True)
class UploadView:
    """An upload and its progress. accepted, done, refused: files."""

    id: int
    files: tuple[FileView, ...]
    accepted: int
    done: int
    refused: int
    pending: int
    first_waiting: int | None

    @property
    def sentence(self) -> str:
        """How it stands."""
        kept = ngettext(
            "%(num)s photo kept, %(done)s of %(num)s embedded.",
            "%(num)s photos kept, %(done)s of %(num)s embedded.",
            self.accepted,
        ) % {"num": number(self.accepted), "done": number(self.done)}
        if not self.refused:
            return kept
        refused = ngettext(
            "%(num)s file refused: the table says what to do.",
            "%(num)s files refused: the table says what to do.",
            self.refused,
        ) % {"num": number(self.refused)}
        return f"{kept} {refused}"


def upload_view(connection: Connection, upload_id: int) -> UploadView:
    """One upload."""
    found = uploads.get(connection, upload_id)
    accepted = len(found.files) - found.refused
    pending = found.count("pending")
    open_ones = [one.encounter_id for one in found.files if one.state == "embedded"]
    return UploadView(
        id=found.id,
        files=tuple(map(file_view, found.files)),
        accepted=accepted,
        done=accepted - pending,
        refused=found.refused,
        pending=pending,
        first_waiting=open_ones[0] if open_ones else None,
    )


def file_view(one: UploadedFile) -> FileView:
    """One file of an upload as the pages show it."""
    words = state_word(one.state or "refused")
    if one.photo_id is not None and not one.created:
        words = _("%(state)s (was known already)") % {"state": words}
    return FileView(
        name=one.file_name,
        photo_id=one.photo_id,
        encounter_id=one.encounter_id,
        tag="failed" if one.state is None else TAGS[one.state],
        state=words,
        detail=sentence(said_by_core(one.error_detail)),
        advice=advice(one.error_code),
    )
