"""View models of shaping: the photos to choose, encounters near by, questions, and the history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.encounters.list_view import EncounterRow, crop_address, encounter_numbered, row
from service.store import corrections, encounters, questions, shaping, stated
from service.store.corrections import CorrectedValue, Correction
from service.store.identities import Reference
from service.store.questions import Question, QuestionKind, QuestionState, SoughtQuestions
from service.web.languages import N_, ngettext
from service.web.languages import gettext as _
from service.web.words import listed, number, signed, when

SMALL = 200  # longest side of a photo to choose, in pixels
SHOWN = 6  # photos of each side of a question
NEAR = 4  # other encounters that photos can be moved to by one press
DIGITS = 9  # photos that have a key of their own

KINDS: dict[QuestionKind, str] = {
    "bridge": N_("one encounter or two"),
    "apart": N_("far apart in time"),
    "two_animals": N_("two animals suspected"),
}
STATES: dict[QuestionState | str, str] = {
    "open": N_("not answered"),
    "followed": N_("answered with yes"),
    "dismissed": N_("answered with no"),
    "all": N_("all"),
}


@dataclass(frozen=True, slots=True)
class PhotoToChoose:
    """One photo of the encounter with its check box. key: that chooses it, "" for none."""

    annotation_id: int
    photo_id: str
    file_name: str
    captured_at: datetime | None
    flank: str
    thumbnail: str
    key: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question in words, with photos of both sides. sides: title and thumbnails of each."""

    id: int
    kind: str
    words: str
    yes: str
    no: str
    sides: tuple[tuple[str, tuple[str, ...]], ...]
    encounter_id: int
    other_id: int | None
    state: QuestionState
    answer: str
    person: str


@dataclass(frozen=True, slots=True)
class ShapingEntry:
    """One act of a person on the shape of an encounter, in words; encounter_id: one of them."""

    id: int
    encounter_id: int
    words: str
    person: str
    reason: str
    corrected_at: datetime
    undone: bool
    undoable: bool


@dataclass(frozen=True, slots=True)
class ShapingView:
    """What the page of an encounter shows of its shape. done: what was just carried out."""

    photos: tuple[PhotoToChoose, ...]
    near: tuple[EncounterRow, ...]
    questions: tuple[QuestionView, ...]
    history: tuple[ShapingEntry, ...]
    done: ShapingEntry | None


def shaping_view(
    connection: Connection, encounter_id: int, references: Sequence[Reference], done: int | None
) -> ShapingView:
    """All of it. done: the correction that the address names."""
    entries = _history(connection, encounter_id)
    sought = SoughtQuestions(encounter=encounter_id)
    return ShapingView(
        photos=tuple(_photo(reference, n) for n, reference in enumerate(references, 1)),
        near=tuple(near_by(connection, encounter_id)),
        questions=tuple(question_views(connection, questions.search(connection, sought))),
        history=tuple(entries),
        done=next((entry for entry in entries if entry.id == done), None),
    )


def near_by(connection: Connection, encounter_id: int) -> list[EncounterRow]:
    """Encounters of the same station within a day, the nearest in time first."""
    numbers = shaping.near(connection, encounter_id, limit=NEAR)
    return [row(summary) for summary in encounters.summaries(connection, numbers).values()]


def question_views(connection: Connection, asked: Sequence[Question]) -> list[QuestionView]:
    """Questions in words."""
    return [_question(connection, question) for question in asked]


def entry_of(correction: Correction) -> ShapingEntry:
    """A correction of shapes in words."""
    return ShapingEntry(
        id=correction.id,
        encounter_id=_concerned(correction.values),
        words=_words(correction.values, undo=correction.kind == "undone"),
        person=correction.person,
        reason=correction.reason,
        corrected_at=correction.corrected_at,
        undone=correction.undone,
        undoable=not correction.undone,
    )


def _history(connection: Connection, encounter_id: int) -> list[ShapingEntry]:
    """Acts on the shape of an encounter, newest first."""
    rows = corrections.shaping_of(connection, encounter_id)
    return [entry_of(correction) for correction in rows]


def _photo(reference: Reference, position: int) -> PhotoToChoose:
    return PhotoToChoose(
        annotation_id=reference.annotation.id,
        photo_id=reference.photo.id,
        file_name=reference.photo.file_name,
        captured_at=reference.photo.captured_at,
        flank=reference.annotation.flank.value,
        thumbnail=crop_address(reference.annotation.id, SMALL),
        key=str(position) if position <= DIGITS else "",
    )


def _question(connection: Connection, question: Question) -> QuestionView:
    own = encounters.references_of(connection, question.encounter_id)
    if question.kind == "bridge":
        other = encounters.references_of(connection, question.other_id or 0)
        sides = ((question.encounter_id, own), (question.other_id or 0, other))
        titled = tuple((_side(encounter_numbered(n), photos), photos) for n, photos in sides)
    else:
        leaving = [one for one in own if one.annotation.id in question.cut]
        staying = [one for one in own if one.annotation.id not in question.cut]
        titled = ((_side(_("stay"), staying), staying), (_side(_("leave"), leaving), leaving))
    words, yes, no = _asked(question)
    answers = {"open": "", "followed": yes, "dismissed": no}
    return QuestionView(
        id=question.id,
        kind=_(KINDS[question.kind]),
        words=words,
        yes=yes,
        no=no,
        sides=tuple((title, _thumbs(photos)) for title, photos in titled),
        encounter_id=question.encounter_id,
        other_id=question.other_id,
        state=question.state,
        answer=answers[question.state],
        person=question.person or "",
    )


def _asked(question: Question) -> tuple[str, str, str]:
    """The question and its two answers."""
    if question.kind == "bridge":
        words = _("Photos of these two encounters lie close in time. Are they one encounter?")
        return words, _("Yes, join them"), _("No, they are two")
    if question.kind == "apart":
        words = _("The photos lie far apart in time. Are these two encounters?")
        return words, _("Yes, part them"), _("No, it is one")
    if question.llr is None:
        words = _("The photos contradict each other: they may show two animals.")
    else:
        text = _(
            "The photos contradict each other (weight of evidence %(llr)s): they may "
            "show two animals."
        )
        words = text % {"llr": signed(question.llr)}
    return words, _("Yes, two animals: part them"), _("No, one animal")


def _side(title: str, photos: Sequence[Reference]) -> str:
    """What a side is, how many photos it has, and from when to when."""
    count = ngettext("%(num)s photo", "%(num)s photos", len(photos))
    parts = [title, count % {"num": number(len(photos))}]
    times = sorted(one.photo.captured_at for one in photos if one.photo.captured_at)
    if times:
        first, last = times[0], times[-1]
        until = f"{last:%H:%M}" if last.date() == first.date() else when(last)
        span = _("%(first)s to %(last)s") % {"first": when(first), "last": until}
        parts.append(when(first) if when(first) == when(last) else span)
    return " · ".join(parts)


def _thumbs(photos: Sequence[Reference]) -> tuple[str, ...]:
    return tuple(crop_address(one.annotation.id, SMALL) for one in photos[:SHOWN])


def _concerned(values: Iterable[CorrectedValue]) -> int:
    """An encounter whose page shows what was done."""
    for value in values:
        if value.field == "encounter":
            return int(value.after or 0)
        if value.encounter_id is not None:
            return value.encounter_id
    return 0


def _words(values: Iterable[CorrectedValue], *, undo: bool) -> str:
    """What a correction did: "2 photos went from encounter 1 to encounter 7"."""
    every = list(values)
    moves: dict[tuple[str, str], set[str | int]] = {}
    for value in every:
        if value.field == "encounter":
            way = value.before or "?", value.after or "?"
            moves.setdefault(way, set()).add(value.annotation_id or 0)
    sentences = []
    for (before, after), animals in moves.items():
        text = ngettext(
            "%(num)s photo went from encounter %(before)s to encounter %(after)s",
            "%(num)s photos went from encounter %(before)s to encounter %(after)s",
            len(animals),
        )
        counted = number(len(animals))
        sentences.append(text % {"num": counted, "before": before, "after": after})
    sentences += _turned(every)
    if not moves and any(v.field.startswith(stated.QUESTION) for v in every):
        dismissed = any(v.after == "dismissed" for v in every)
        sentences.append(
            _("a question was answered with no") if dismissed else _("a question is open again")
        )
    words = listed(sentences)
    return _("undone: %(what)s") % {"what": words} if undo and moves else words


def _turned(values: Iterable[CorrectedValue]) -> list[str]:
    """How many animals were taken out of use, and how many put back."""
    turned = [v.after for v in values if v.field == "withdrawn" and v.annotation_id is not None]
    out, back = sum(after is not None for after in turned), turned.count(None)
    sentences = []
    if out:
        text = ngettext(
            "%(num)s animal in a photo was taken out of use",
            "%(num)s animals in photos were taken out of use",
            out,
        )
        sentences.append(text % {"num": number(out)})
    if back:
        text = ngettext(
            "%(num)s animal in a photo was put back into use",
            "%(num)s animals in photos were put back into use",
            back,
        )
        sentences.append(text % {"num": number(back)})
    return sentences
