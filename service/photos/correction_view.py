"""View models of corrections: what was changed, in words, and which may be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from reid.types import Flank
from service.photos.box_view import viewpoint_choices
from service.store import corrections
from service.store.corrections import CorrectedValue, Correction
from service.store.photos import Annotation, Photo
from service.store.stated import BANNER, box_text
from service.web.languages import gettext as _
from service.web.languages import ngettext
from service.web.words import flank_word, number, stated_name, viewpoint_word

SHOWN = 50  # values of one correction
EVIDENCE = frozenset({"flank", "viewpoint", "box", "withdrawn", "added", "erased", "encounter"})
"""Fields on which a decision may rest."""


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """One correction as a photo's page shows it. changes: sentences without full stop.

    more: how many values of other photos it changed, in words; "" for none.
    """

    id: int
    changes: tuple[str, ...]
    more: str
    person: str
    reason: str
    corrected_at: datetime
    undone: bool
    undoable: bool


@dataclass(frozen=True, slots=True)
class CorrectionForm:
    """What the form that corrects a photo has in it. seen: number of the newest correction."""

    captured_at: str
    zone: str
    latitude: str
    longitude: str
    seen: int


@dataclass(frozen=True, slots=True)
class AnnotationForm:
    """What the form that corrects an annotation has in it. corners: x0, y0, x1, y1 with values.

    seen_flank: what the network is sure to see where a person stated another flank, else "".
    """

    corners: tuple[tuple[str, str], ...]
    viewpoints: tuple[tuple[str, str], ...]
    viewpoint: str
    seen_flank: str


def correction_views(
    rows: Sequence[Correction], photo_id: str, numbers: Sequence[int], *, exact: bool
) -> list[CorrectionView]:
    """Corrections of one photo, newest first.

    numbers: of its annotations. exact: whether positions are told.
    """
    return [_correction(row, photo_id, numbers, exact=exact) for row in rows]


@dataclass(frozen=True, slots=True)
class CorrectionOfMany:
    """A correction of several photos. photo: one of them, whose page shows it."""

    id: int
    photos: int
    photo: str
    undoable: bool


def correction_of_many(row: Correction) -> CorrectionOfMany:
    """How many photos a correction changed, and whether it may be undone."""
    ids = list(dict.fromkeys(value.photo_id for value in row.values if value.photo_id))
    return CorrectionOfMany(row.id, len(ids), ids[0] if ids else "", not row.undone)


def correction_form(photo: Photo, rows: Sequence[Correction]) -> CorrectionForm:
    """The form of a photo with what is stated now."""
    place = ("" if value is None else repr(value) for value in (photo.latitude, photo.longitude))
    latitude, longitude = place
    return CorrectionForm(
        captured_at=shown_time(photo),
        zone="" if photo.zone == "unknown" else photo.zone,
        latitude=latitude,
        longitude=longitude,
        seen=rows[0].id if rows else 0,
    )


def shown_time(photo: Photo) -> str:
    """The time as a form shows it: to the second."""
    return photo.captured_at.isoformat(timespec="seconds") if photo.captured_at else ""


def annotation_form(animal: Annotation) -> AnnotationForm:
    """The form of an annotation with what is stated now."""
    values = text.split() if (text := box_text(animal.box)) else [""] * 4
    seen = animal.pose.flank if animal.pose else Flank.UNKNOWN
    return AnnotationForm(
        corners=tuple(zip(("x0", "y0", "x1", "y1"), values, strict=True)),
        viewpoints=viewpoint_choices(),
        viewpoint=animal.stated_viewpoint.value if animal.stated_viewpoint else "",
        seen_flank="" if animal.flank.comparable_with(seen) else seen.value,
    )


def changed_since(connection: Connection, encounter_id: int, decided_at: datetime) -> str:
    """A warning where evidence of an encounter was corrected after the last decision on it."""
    later = [
        row
        for row in corrections.of_encounter(connection, encounter_id)
        if row.corrected_at > decided_at and any(v.field in EVIDENCE for v in row.values)
    ]
    back = {row.id for row in later if row.undone}
    later = [row for row in later if row.id not in back and row.undoes not in back]
    if not later:
        return ""
    return ngettext(
        "The evidence has changed since the decision: %(num)s correction of its photos.",
        "The evidence has changed since the decision: %(num)s corrections of its photos.",
        len(later),
    ) % {"num": number(len(later))}


def _correction(
    row: Correction, photo_id: str, numbers: Sequence[int], *, exact: bool
) -> CorrectionView:
    own = [v for v in row.values if v.photo_id == photo_id or v.annotation_id in numbers]
    others = len(row.values) - len(own)
    more = ngettext("and %(num)s value of others", "and %(num)s values of others", others)
    return CorrectionView(
        id=row.id,
        changes=tuple(words for v in own[:SHOWN] if (words := _change(v, exact=exact))),
        more=more % {"num": number(others)} if others else "",
        person=row.person,
        reason=row.reason,
        corrected_at=row.corrected_at,
        undone=row.undone,
        undoable=not row.undone
        and row.kind != "erased"
        and all(value.field != BANNER for value in row.values),
    )


def _change(value: CorrectedValue, *, exact: bool) -> str:
    """What was changed: "annotation 3, flank: right → left"."""
    if value.field == "placed":
        return ""
    if value.field in {"latitude", "longitude"} and not exact:
        return stated_name(value.field)
    if value.field == BANNER:
        return _("printed on the photo: %(text)s") % {"text": value.after}
    if value.field in {"withdrawn", "added", "erased", "proposed"}:
        words = _acts(value)
    else:
        before, after = (_value(value.field, text) for text in (value.before, value.after))
        words = f"{stated_name(value.field)}: {before} → {after}"
    if value.annotation_id is None:
        return words
    return _("animal %(number)s in the photo, %(what)s") % {
        "number": value.annotation_id,
        "what": words,
    }


def _acts(value: CorrectedValue) -> str:
    if value.field == "erased":
        return _("erased")
    if value.field == "proposed":
        return _("box proposed by the animal finder") if value.after else _("box confirmed")
    if value.field == "added":
        return _("added") if value.after else _("withdrawn")
    return _("withdrawn") if value.after else _("restored")


def _value(field: str, text: str | None) -> str:
    if field == "box":
        return text or _("the whole photo")
    if text is None:
        return _("nothing stated")
    if field == "flank":
        return flank_word(text)
    if field == "viewpoint":
        return viewpoint_word(text)
    return text.replace("T", " ") if field == "captured_at" else text
