"""View models of reviews: the queue, and what came of a pair. Its photos: see `pair`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reid.observers.reviews import AnswerOrWithdrawal, VisibleState
from service.encounters.list_view import crop_address, title
from service.reviews.reviewing import Reviewed
from service.store.opinions import Opinion, Region
from service.store.people import Actor
from service.store.reviews import PairChange
from service.web.languages import N_, ngettext, pgettext
from service.web.languages import gettext as _

ANSWERS: Mapping[AnswerOrWithdrawal, str] = {
    "same": N_("same leopard"),
    "different": N_("different leopards"),
    "not_comparable": N_("not comparable"),
    "cannot_tell": N_("cannot tell"),
    "withdrawn": N_("taken back"),
}
SIGNS: Mapping[AnswerOrWithdrawal, str] = {
    "same": "●",
    "different": "✕",
    "not_comparable": "○",
    "cannot_tell": "◐",
    "withdrawn": "↶",
}
CERTAINTIES = {
    "certain": N_("certain"),
    "probable": N_("probable"),
    "possible": N_("possible"),
}
REASONS = {
    "flank": N_("no flank in common"),
    "blur": N_("blurred"),
    "dark": N_("too dark or too bright"),
    "small": N_("too small"),
    "angle": N_("seen at an angle"),
    "hidden": N_("partly hidden"),
    "pattern": N_("too little pattern to see"),
    "other": N_("another reason, see the note"),
}
STATES: Mapping[VisibleState, str] = {
    "waiting": N_("waiting for answers"),
    "agreed": N_("agreed"),
    "disagreed": N_("disagreement, a third is asked"),
    "settled": N_("settled by a third"),
    "unsettled": N_("not settled"),
    "answered": N_("answered"),
    "closed": N_("pair closed"),
}
SOURCES = {
    "suggested": N_("suggested by the machine"),
    "asked": N_("asked by a person"),
    "conflict": N_("a conflict"),
    "known": N_("a hidden known pair"),
}
TAGS: Mapping[VisibleState, str] = {
    "waiting": "waiting",
    "disagreed": "busy",
    "unsettled": "failed",
    "agreed": "decided",
    "settled": "decided",
    "answered": "decided",
    "closed": "",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One encounter of a pair in the queue."""

    id: int
    title: str
    started_at: datetime | None
    thumbnail: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One pair of the queue. own: what this observer said; answer: what stands, if it is open."""

    id: int
    sides: tuple[Side, Side]
    flanks: tuple[str, ...]
    blind: bool
    wanted: bool
    state: str
    tag: str
    missing: str
    answer: str
    own: str
    source: str


@dataclass(frozen=True, slots=True)
class OpinionView:
    """What one observer said, in words."""

    observer: str
    own: bool
    answer: str
    sign: str
    details: str
    note: str
    regions: tuple[Region, ...]
    decided_at: datetime


def queue_row(one: Reviewed, actor: Actor, observer: str) -> QueueRow:
    """A pair as the queue shows it to this observer."""
    state, seen = one.state_to(actor, observer), one.open_to(actor, observer)
    own, answer = one.answer_of(observer), one.standing.answer
    source = one.source_to(actor, observer)
    missing = one.standing.missing
    waits = ngettext("%(num)s answer is missing", "%(num)s answers are missing", missing)
    return QueueRow(
        id=one.pair.id,
        sides=(_side(one, 0), _side(one, 1)),
        flanks=one.flanks,
        blind=one.pair.blind,
        wanted=one.wanted_from(observer),
        state=_(STATES[state]),
        tag=TAGS[state],
        missing=waits % {"num": missing} if missing else "",
        answer=_(ANSWERS[answer]) if answer and seen else "",
        own=_(ANSWERS[own.answer]) if own else "",
        source=_(SOURCES[source]) if source else "",
    )


def change_words(one: PairChange) -> str:
    """What somebody changed of a pair, as a sentence without a full stop."""
    if one.kind == "needed":
        text = ngettext("%(num)s observer asked", "%(num)s observers asked", one.value)
        return text % {"num": one.value}
    words = {
        ("closed", 1): pgettext("pair", "closed"),
        ("closed", 0): pgettext("pair", "opened again"),
        ("blind", 1): _("made blind"),
        ("blind", 0): _("what the machine says is shown at once"),
    }
    return words[one.kind, one.value]


def opinion_views(one: Reviewed, observer: str) -> list[OpinionView]:
    """What counts by now, this observer's first; what was taken back is left out."""
    latest = [one.answer_of(name) for name in one.now]
    said = [_opinion(found, observer) for found in latest if found]
    return sorted(said, key=lambda view: (not view.own, view.decided_at))


def outcome(one: Reviewed, observer: str) -> tuple[str, str]:
    """What all answers come to, as a sentence, and the kind of message it is."""
    others = [name for name in one.now if name != observer]
    standing = one.standing
    told = "; ".join(f"{name}: {_(ANSWERS[said])}" for name, said in one.now.items())
    words = {"told": told, "answer": _(ANSWERS[standing.answer]) if standing.answer else ""}
    if standing.state == "disagreed":
        return _("The observers disagree (%(told)s). A third one is asked.") % words, "error"
    if standing.state == "unsettled":
        text = _("No answer has a majority (%(told)s). A curator looks at it.")
        return text % words, "error"
    if standing.state in {"agreed", "settled"} and standing.answer:
        if standing.dissent:
            return _("Settled: %(answer)s. Not all agree (%(told)s).") % words, "busy"
        return _("Agreed: %(answer)s.") % words, "done"
    if standing.state == "closed":
        return _("This pair is closed; answers are still kept."), "done"
    if observer in one.now and not others:
        return _("The other observer has not answered yet."), "busy"
    waits = ngettext("%(num)s answer is missing.", "%(num)s answers are missing.", standing.missing)
    return waits % {"num": standing.missing}, "busy"


def _side(one: Reviewed, number: int) -> Side:
    summary = (one.one, one.other)[number]
    thumbnail = crop_address(summary.thumbnail) if summary.thumbnail else ""
    return Side(summary.id, title(summary), summary.started_at, thumbnail)


def _opinion(said: Opinion, observer: str) -> OpinionView:
    why = [_(CERTAINTIES[said.certainty])] if said.certainty else []
    why += [_(REASONS[said.reason])] if said.reason else []
    return OpinionView(
        observer=said.observer,
        own=said.observer == observer,
        answer=_(ANSWERS[said.answer]),
        sign=SIGNS[said.answer],
        details=", ".join(why),
        note=said.note,
        regions=said.regions,
        decided_at=said.decided_at,
    )
