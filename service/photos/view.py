"""View models of one photo and one upload."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.photos.exposures import exposure_views
from service.photos.facts_view import FactsView, facts_view
from service.photos.statements import FIELDS
from service.store import photos, uploads
from service.store.photos import Annotation, Photo
from service.store.uploads import Upload, UploadedFile
from service.web.advice import advice
from service.web.languages import NP_, ngettext, pgettext
from service.web.languages import gettext as _
from service.web.sentences import recorded
from service.web.words import number, sentence, stated_name


@dataclass(frozen=True, slots=True)
class AnnotationView:
    """One animal in a photo and how far it is."""

    animal: Annotation
    tag: str
    state_words: str
    error: str
    advice: str
    facts: FactsView


STATE_WORDS = {
    "pending": NP_("state of a photo", "being analysed"),
    "embedded": NP_("state of a photo", "ready"),
    "failed": NP_("state of a photo", "cannot be used"),
    "refused": NP_("state of a photo", "refused"),
    "withdrawn": NP_("state of a photo", "withdrawn"),
}
TAGS = {"pending": "busy", "embedded": "embedded", "failed": "failed"}


def state_word(state: str) -> str:
    """How far a photo is: "being embedded"."""
    return pgettext("state of a photo", STATE_WORDS[state])


def stated_facts(photo: Photo) -> tuple[tuple[str, str], ...]:
    """Heading and value of everything that was stated of a photo and has a heading."""
    values = ((_(field.heading), getattr(photo, field.name)) for field in FIELDS if field.heading)
    return tuple((heading, str(value)) for heading, value in values if value not in (None, ""))


def annotation(animal: Annotation) -> AnnotationView:
    """An annotation as its photo's page shows it."""
    return AnnotationView(
        animal=animal,
        tag=TAGS[animal.state],
        state_words=state_word(animal.state),
        error=sentence(recorded(animal.error_code, animal.error_detail)),
        advice=advice(animal.error_code),
        facts=facts_view(animal, animal.flank),
    )


@dataclass(frozen=True, slots=True)
class FileView:
    """What became of one uploaded file. changed: of a photo that was known already."""

    file: UploadedFile
    tag: str
    state: str
    detail: str
    advice: str
    changed: str
    notes: tuple[str, ...] = ()

    @property
    def unused(self) -> bool:
        """Whether it was refused or cannot be used, and somebody has to look at it."""
        return self.file.photo_id is None or self.file.state == "failed"


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
    def failed(self) -> int:
        """Photos that were kept and cannot be used."""
        return sum(one.file.state == "failed" for one in self.files)

    @property
    def to_frame(self) -> UploadedFile | None:
        """The first photo whose boxes need a look."""
        return next((one.file for one in self.files if one.file.boxes), None)

    @property
    def sentence(self) -> str:
        """How it stands."""
        accepted = ngettext(
            "%(num)s photo kept, %(done)s of %(num)s ready.",
            "%(num)s photos kept, %(done)s of %(num)s ready.",
            self.accepted,
        ) % {"num": number(self.accepted), "done": number(self.done)}
        if not self.refused:
            return accepted
        refused = ngettext(
            "%(num)s file refused: the table says what to do.",
            "%(num)s files refused: the table says what to do.",
            self.refused,
        ) % {"num": number(self.refused)}
        return f"{accepted} {refused}"


def upload_view(connection: Connection, upload_id: int) -> UploadView:
    """One upload."""
    upload = uploads.get(connection, upload_id)
    accepted = len(upload.files) - upload.refused
    pending = upload.count("pending")
    open_ones = [file.encounter_id for file in upload.files if file.state == "embedded"]
    return UploadView(
        id=upload.id,
        files=_with_notes(connection, upload),
        accepted=accepted,
        done=accepted - pending,
        refused=upload.refused,
        pending=pending,
        first_waiting=open_ones[0] if open_ones else None,
    )


def _with_notes(connection: Connection, upload: Upload) -> tuple[FileView, ...]:
    """The files with what is damaged of them, and what they are copies of."""
    ids = {
        file.photo_id for file in upload.files if file.photo_id and (file.damage or file.copy_of)
    }
    views = exposure_views(connection, [photos.get(connection, number) for number in sorted(ids)])
    files = []
    for file in upload.files:
        of = views.get(file.photo_id or "")
        damage = f"{sentence(of.damage)}." if of and of.damage else ""
        notes = tuple(note for note in (damage, of.sentence if of else "") if note)
        files.append(replace(file_view(file), notes=notes))
    worst = {None: 0, "failed": 1}
    order = sorted(files, key=lambda one: worst.get(one.file.state, 2) if one.unused else 2)
    return tuple(order)


def file_view(file: UploadedFile) -> FileView:
    """One file of an upload as the pages show it."""
    words = state_word(file.state or ("withdrawn" if file.photo_id else "refused"))
    if file.photo_id is not None and not file.created:
        words = _("%(state)s (was known already)") % {"state": words}
    return FileView(
        file=file,
        tag="failed" if file.state is None else TAGS[file.state],
        state=words,
        detail=sentence(recorded(file.error_code, file.error_detail)),
        advice=advice(file.error_code),
        changed=_changed(file),
    )


def _changed(file: UploadedFile) -> str:
    """What an upload changed of a photo that was known already."""
    if file.created or file.photo_id is None or file.error_code:
        return ""
    if not file.changed:
        return _("nothing was changed")
    return _("changed: %(fields)s") % {"fields": ", ".join(map(stated_name, file.changed))}
