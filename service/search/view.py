"""View model of the page of results."""

from dataclasses import dataclass
from urllib.parse import quote

from reid.interchange.individual_names import searchable
from service.encounters.list_view import EncounterRow, encounter_name, row
from service.search.finding import Findings
from service.store.searching import NoteHit, SoughtText
from service.web.languages import gettext as _

AROUND = 80
"""So many characters of a long note stand before and after what fits."""


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note with where it stands. text: all of it, or the part around what fits."""

    where: str
    address: str
    text: str


def result_values(findings: Findings, sought: SoughtText) -> dict[str, object]:
    """What the page shows of all that was found."""
    return {
        "searched": sought.whole,
        "findings": findings,
        "rows": encounter_rows(findings),
        "notes": [note_view(hit, sought.whole) for hit in findings.notes.hits],
    }


def encounter_rows(findings: Findings) -> list[EncounterRow]:
    """Encounters as the list of encounters shows them."""
    return [row(summary) for summary in findings.encounters.hits]


def note_view(hit: NoteHit, text: str) -> NoteView:
    """A note as the page shows it."""
    where, address = _place(hit)
    return NoteView(where, address, excerpt(hit.note, text))


def _place(hit: NoteHit) -> tuple[str, str]:
    """Where a note stands, in words, and the address of that page."""
    if hit.kind == "photo":
        return _("photo %(name)s") % {"name": hit.name}, f"/photos/{hit.key}"
    if hit.kind == "identity":
        return _("identity %(name)s") % {"name": hit.name}, f"/identities/{hit.key}"
    if hit.kind == "case":
        return _("case %(name)s") % {"name": hit.name}, f"/cases/{hit.key}"
    if hit.kind == "deployment":
        words = _("a camera at station %(name)s") % {"name": hit.name}
        return words, f"/stations/{quote(hit.name)}"
    words = _("a decision: %(encounter)s") % {"encounter": encounter_name(int(hit.key))}
    return words, f"/encounters/{hit.key}"


def excerpt(note: str, text: str) -> str:
    """The part of a note around a text that it holds, or its beginning; short ones as they are."""
    if len(note) <= 3 * AROUND:
        return note
    at = max(0, searchable(note).find(searchable(text)))
    start, end = max(0, at - AROUND), at + len(text) + AROUND
    return ("… " if start else "") + note[start:end].strip() + (" …" if end < len(note) else "")
