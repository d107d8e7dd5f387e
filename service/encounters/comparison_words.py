"""What the comparison page says in sentences: of decisions, of weak photos, of no candidate."""

from collections.abc import Sequence

from reid.types import Evidence, Flank, Verdict
from service.photos.facts_view import FactsView
from service.recognition.query import QueryAnswer
from service.store.decisions import Decision
from service.store.encounters import EncounterDetail
from service.web.languages import NP_, ngettext, pgettext
from service.web.languages import gettext as _
from service.web.words import flank_name, flank_names, listed, meaning, number, signed, speaks

NAMED = 6  # animals that are called by name where there are many
DECISION_WORDS = {
    "same": NP_("decision", "same as"),
    "new": NP_("decision", "new identity"),
    "cannot_tell": NP_("decision", "cannot tell"),
    "withdrawn": NP_("decision", "withdrawn"),
}


def decided(kind: str) -> str:
    """What was decided, in front of the name of the identity: "same as"."""
    return pgettext("decision", DECISION_WORDS[kind])


def weak_pair(query: FactsView, candidate: FactsView, evidence: Evidence) -> str:
    """Which photos of a pair are poor or worse, with markup; nothing where neither is.

    Nothing either where the llr and its interval speak all the same: the grades stand beside the
    photos, and evidence that speaks is not called weak.
    """
    if not (query.weak or candidate.weak) or speaks(evidence):
        return ""
    if query.weak and candidate.weak:
        return _(
            "<strong>Weak evidence:</strong> both photos are poor, and prove little for “same” or "
            "for “different”."
        )
    if query.weak:
        return _(
            "<strong>Weak evidence:</strong> the photo of this encounter is poor, and "
            "proves little for “same” or for “different”."
        )
    return _(
        "<strong>Weak evidence:</strong> the photo of the candidate is poor, and proves little for "
        "“same” or for “different”."
    )


def nothing_to_compare(
    detail: EncounterDetail, answer: QueryAnswer | None, *, still: bool = False
) -> tuple[str, str]:
    """Why there is no candidate, and what then."""
    flanks = [flank.value for flank in detail.summary.flanks if flank is not Flank.UNKNOWN]
    if detail.summary.pending and not detail.summary.embedded:
        return (
            _("The photos are still being analysed"),
            _("The candidates appear here by themselves."),
        )
    if not detail.summary.embedded:
        return _("No photo of this encounter can be used"), _("The reasons are listed below.")
    if still:
        return _("Comparing …"), _("The candidates appear here by themselves.")
    if answer is None:
        return (
            _("The machine cannot compare now"),
            _("You can decide by eye; the message says why."),
        )
    if not any(facts.shows_animal for facts in answer.facts):
        return (
            _("No leopard seen"),
            _("Nothing in the photos looks like a coat. Look at them by eye; a box may be wrong."),
        )
    if not answer.gallery:
        return (
            _("The catalogue has no identity to compare with yet"),
            _("Decide “new identity” to begin the catalogue with this leopard."),
        )
    other = (
        _("The catalogue has no other %(flank)s")
        if flanks
        else _("The catalogue has no other comparable flank")
    )
    then = _(
        "Left and right rosettes are different patterns: a new identity, or another flank's photo."
    )
    return other % {"flank": flank_names(flanks)}, then


def standing_apart(answer: QueryAnswer) -> tuple[str, ...]:
    """Animals that are no candidates because nothing of them can be compared, in sentences."""
    blank = [answer.names[candidate.identity] for candidate in answer.blank]
    sentences = []
    if blank:
        words = ngettext(
            "%(names)s: the photos show no coat that could agree.",
            "%(names)s: the photos show no coat that could agree.",
            len(blank),
        )
        sentences.append(words % {"names": several(blank)})
    for flank in (Flank.LEFT, Flank.RIGHT):
        names = [answer.names[one.identity] for one in answer.other_flank if one.flank is flank]
        if names:
            words = ngettext(
                "%(names)s: only its %(flank)s is known.",
                "%(names)s: only their %(flank)s is known.",
                len(names),
            )
            sentences.append(words % {"names": several(names), "flank": flank_name(flank.value)})
    return tuple(sentences)


def against_new(answer: QueryAnswer) -> str:
    """A question where the machine takes the encounter for a known animal; "" where it does not."""
    same = [c for c in answer.candidates if c.evidence.verdict is Verdict.SAME]
    if not same:
        return ""
    words = _(
        "The machine takes this encounter for %(names)s (weight of evidence %(llr)s: %(meaning)s). "
        "Is it a new animal all the same?"
    )
    best = same[0].evidence.llr
    names = several([answer.names[candidate.identity] for candidate in same])
    return words % {"names": names, "llr": signed(best), "meaning": meaning(best)}


def several(names: Sequence[str]) -> str:
    """The first names, and how many others there are."""
    others = len(names) - NAMED
    if others <= 1:
        return listed(names)
    more = ngettext("%(num)s other", "%(num)s others", others) % {"num": number(others)}
    return listed([*names[:NAMED], more])


def said(decision: Decision) -> str:
    """A decision that was just recorded, as a message."""
    if decision.kind == "withdrawn":
        return _("Withdrawn: the encounter waits again. The earlier decision stays in the history.")
    if decision.kind == "cannot_tell":
        return _("Recorded: cannot tell. The catalogue is unchanged.")
    if decision.kind == "new":
        words = _("Recorded: new identity %(name)s.")
    elif decision.llr is None:
        words = _("Recorded: same as %(name)s.")
    else:
        words = _("Recorded: same as %(name)s (weight of evidence %(llr)s shown).")
    return words % {"name": decision.identity, "llr": signed(decision.llr or 0)}


def looks_alike(decision: Decision, names: Sequence[str]) -> str:
    """A warning that the new identity is called as others are; "" where it is not."""
    if not names:
        return ""
    words = _(
        "The catalogue has %(others)s already: %(name)s differs in case, accents or form only. "
        "Undo the decision if it is the same leopard."
    )
    return words % {"others": listed(names), "name": decision.identity}
