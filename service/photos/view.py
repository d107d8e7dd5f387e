"""View models of one photo and one upload."""

from dataclasses import dataclass

from sqlalchemy import Connection

from reid.types import Box
from service.photos.facts_view import FactsView, facts_view
from service.store import photos, uploads
from service.store.photos import Annotation, Photo
from service.store.uploads import UploadedFile
from service.web.advice import advice
from service.web.languages import NP_, ngettext, pgettext
from service.web.languages import gettext as _
from service.web.sentences import recorded
from service.web.words import number, sentence


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
        error=sentence(recorded(one.error_code, one.error_detail)),
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
        detail=sentence(recorded(one.error_code, one.error_detail)),
        advice=advice(one.error_code),
    )
