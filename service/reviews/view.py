"""View models of reviews: the queue, and what came of a pair. Photos: `encounters/pair_view`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from reid.observers.reviews import AnswerOrWithdrawal, VisibleState
from service.encounters.list_view import EncounterRow, row
from service.encounters.pair_evidence import ThePairEvidence
from service.encounters.pair_view import EncounterPairView, pair_view
from service.recognition.engine import TheEngine
from service.reviews.reviewing import ReviewWithEncounters
from service.store.opinions import Opinion
from service.store.pairs import Couple
from service.store.people import Actor
from service.store.reviews import PairChange
from service.viewer.look import PairLook
from service.viewer.overlay import TheOverlays
from service.web.languages import N_, ngettext, pgettext
from service.web.languages import gettext as _
from service.web.parameters import TheDatabase

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
CERTAINTIES = {"certain": N_("certain"), "probable": N_("probable"), "possible": N_("possible")}
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
class QueueRow:
    """One pair of the queue.

    due: whether an answer of this observer is. own: their answer. answer: what stands, if open.
    """

    review: ReviewWithEncounters
    encounters: tuple[EncounterRow, EncounterRow]
    due: bool
    state: str
    tag: str
    missing: str
    answer: str
    own: str
    source: str


@dataclass(frozen=True, slots=True)
class OpinionView:
    """What one observer said, in words."""

    opinion: Opinion
    own: bool
    answer: str
    sign: str
    details: str


@dataclass(frozen=True, slots=True)
class PairViews:
    """Shows two encounters in the viewer, as a dependency of a route."""

    database: TheDatabase
    engine: TheEngine
    pair_evidence: ThePairEvidence
    overlays: TheOverlays

    def view(self, couple: Couple, look: PairLook, *, blind: bool) -> EncounterPairView:
        """Two encounters by their numbers. NotFound where one of them is not there."""
        parts = self.database, self.engine, self.pair_evidence, self.overlays
        return pair_view(*parts, *couple, look, blind=blind)


ThePairViews = Annotated[PairViews, Depends()]


def queue_row(review: ReviewWithEncounters, actor: Actor) -> QueueRow:
    """A pair as the queue shows it to who asks."""
    state, is_open = review.state_to(actor), review.open_to(actor)
    own, answer = review.answer_of(actor.name), review.progress.answer
    source = review.source_to(actor)
    missing = review.progress.missing
    waits = ngettext("%(num)s answer is missing", "%(num)s answers are missing", missing)
    return QueueRow(
        review=review,
        encounters=(row(review.encounters[0]), row(review.encounters[1])),
        due=review.due_from(actor.name),
        state=_(STATES[state]),
        tag=TAGS[state],
        missing=waits % {"num": missing} if missing else "",
        answer=_(ANSWERS[answer]) if answer and is_open else "",
        own=_(ANSWERS[own.answer]) if own else "",
        source=_(SOURCES[source]) if source else "",
    )


def change_words(change: PairChange) -> str:
    """What somebody changed of a pair, as a sentence without a full stop."""
    if change.kind == "needed":
        text = ngettext("%(num)s observer asked", "%(num)s observers asked", change.value)
        return text % {"num": change.value}
    words = {
        ("closed", 1): pgettext("pair", "closed"),
        ("closed", 0): pgettext("pair", "opened again"),
        ("blind", 1): _("made blind"),
        ("blind", 0): _("what the machine says is shown at once"),
    }
    return words[change.kind, change.value]


def opinion_views(review: ReviewWithEncounters, observer: str) -> list[OpinionView]:
    """What counts by now, this observer's first; what was taken back is left out."""
    views = []
    for opinion in filter(None, map(review.answer_of, review.answers)):
        why = [_(CERTAINTIES[opinion.certainty])] if opinion.certainty else []
        why += [_(REASONS[opinion.reason])] if opinion.reason else []
        own, answer = opinion.observer == observer, opinion.answer
        views.append(OpinionView(opinion, own, _(ANSWERS[answer]), SIGNS[answer], ", ".join(why)))
    return sorted(views, key=lambda view: (not view.own, view.opinion.decided_at))


def outcome(review: ReviewWithEncounters, observer: str) -> tuple[str, str]:
    """What all answers come to, as a sentence, and the kind of message it is."""
    others = [name for name in review.answers if name != observer]
    progress = review.progress
    answers = "; ".join(f"{name}: {_(ANSWERS[answer])}" for name, answer in review.answers.items())
    words = {"told": answers, "answer": _(ANSWERS[progress.answer]) if progress.answer else ""}
    if progress.state == "disagreed":
        return _("The observers disagree (%(told)s). A third one is asked.") % words, "error"
    if progress.state == "unsettled":
        text = _("No answer has a majority (%(told)s). A curator looks at it.")
        return text % words, "error"
    if progress.state in {"agreed", "settled"} and progress.answer:
        if progress.dissent:
            return _("Settled: %(answer)s. Not all agree (%(told)s).") % words, "busy"
        return _("Agreed: %(answer)s.") % words, "done"
    if progress.state == "closed":
        return _("This pair is closed; answers are still kept."), "done"
    if observer in review.answers and not others:
        return _("The other observer has not answered yet."), "busy"
    waits = ngettext("%(num)s answer is missing.", "%(num)s answers are missing.", progress.missing)
    return waits % {"num": progress.missing}, "busy"
