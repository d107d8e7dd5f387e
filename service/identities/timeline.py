"""The history of an identity as one line of events: changes, decisions and marked photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Connection

from service.catalogue import disclosed
from service.identities.catalogue_view import SEXES, STAGES
from service.reviews.view import ANSWERS
from service.store import decisions, history, identities, references
from service.store.decisions import Decision
from service.store.history import ChangeEvidence, IdentityChange, PairSaid
from service.store.identities import IdentityDetail
from service.store.opinions import OpinionOnPair
from service.store.references import Mark
from service.web.languages import gettext as _
from service.web.languages import ngettext, pgettext
from service.web.words import decimal, signed

PAIRS_SHOWN = 3

SIGNS = {
    "created": "+",
    "joined": "⊃",
    "renamed": "✎",
    "described": "✎",
    "merged": "⊕",
    "split": "⑂",
    "kept": "✓",
    "undone": "↶",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of an identity, for people.

    change: its number, where it is a change; undone: it is taken back; undoable: a button does it;
    hindered: why there is none. encounters: those that it moved.
    """

    kind: Literal["change", "decision", "mark"]
    sign: str
    at: datetime
    reviewer: str
    words: str
    why: str
    evidence: tuple[str, ...] = ()
    encounters: tuple[int, ...] = ()
    change: int | None = None
    undone: bool = False
    undoable: bool = False
    hindered: str = ""


def timeline(
    connection: Connection, detail: IdentityDetail, entries: Sequence[IdentityChange]
) -> tuple[Event, ...]:
    """All events of an identity, newest first. Decisions that a change took are part of it."""
    taken = decisions.around(connection, detail.summary.id)
    by_change = history.made_by(connection, [decision.id for decision in taken])
    moved = {moved.encounter_id for entry in entries for moved in entry.encounters}
    latest = decisions.latest_of(connection, moved)
    names = identities.names(connection)
    opinions = disclosed.opinions_by_number(
        connection, {n for entry in entries for n in entry.evidence.opinions}
    )
    marked = references.history(connection, [photo.annotation.id for photo in detail.references])
    here = detail.summary.id
    events = [
        _change(entry, here, names | _at_first(entries, entry), latest, opinions)
        for entry in entries
    ]
    events += [_decision(decision, here) for decision in taken if decision.id not in by_change]
    events += map(_mark, marked)
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


def change_words(entry: IdentityChange, names: dict[int, str], here: int | None = None) -> str:
    """What a change did, seen from one of its identities, as a sentence without a full stop."""
    number = len(entry.encounters)
    facts = {
        "name": names.get(entry.identity_id, "?"),
        "other": names.get(entry.other_id or 0, ""),
        "moved": ngettext("%(num)s encounter", "%(num)s encounters", number) % {"num": number},
        "number": entry.undoes,
    }
    match entry.kind:
        case "created":
            return _("Created as %(name)s") % facts
        case "joined":
            return _("%(moved)s joined %(name)s") % facts
        case "renamed":
            old, new = (fields[entry.identity_id]["name"] for fields in (entry.before, entry.after))
            return _("Renamed from %(old)s to %(new)s") % {"old": old, "new": new}
        case "described":
            return _("Described: %(what)s") % {"what": _described(entry)}
        case "merged" if here == entry.other_id:
            return _("Merged into %(name)s, with %(moved)s") % facts
        case "merged":
            return _("%(other)s merged in, with %(moved)s") % facts
        case "split" if here == entry.other_id:
            return _("Split off from %(name)s, with %(moved)s") % facts
        case "split":
            return _("Split: %(moved)s left for %(other)s") % facts
        case "kept" if entry.other_id:
            return _("Contradiction between %(name)s and %(other)s kept as it is") % facts
        case "kept":
            return _("Contradiction within %(name)s kept as it is") % facts
        case _:
            return _("Undo of change %(number)s") % facts


def evidence_words(
    evidence: ChangeEvidence, opinions: Mapping[int, OpinionOnPair] | None = None
) -> tuple[str, ...]:
    """From which evidence, in lines. opinions: what its opinions say, by number."""
    lines = [_pair(pair) for pair in evidence.pairs[:PAIRS_SHOWN] if pair.llr is not None]
    lines += _more(len(evidence.pairs))
    lines += _opinions(evidence.opinions, opinions or {})
    if evidence.posterior is not None:
        lines.append(
            _("after looking, probability of this cut %(cut)s, of one animal %(one)s")
            % {"cut": share(evidence.posterior), "one": share(evidence.all_one or 0.0)}
        )
    return tuple(lines)


def _more(pairs: int) -> list[str]:
    """How many pairs are not listed."""
    more = pairs - PAIRS_SHOWN
    text = ngettext("and %(num)s more pair", "and %(num)s more pairs", more)
    return [text % {"num": more}] if more > 0 else []


def _opinions(numbers: Sequence[int], opinions: Mapping[int, OpinionOnPair]) -> list[str]:
    """A line for each pair that observers had a say on."""
    of: dict[tuple[int, int], list[str]] = {}
    for opinion in (opinions[number] for number in numbers if number in opinions):
        of.setdefault(opinion.couple, []).append(
            f"{opinion.observer}: {_(ANSWERS[opinion.answer])}"
        )
    lines = [
        _("encounters %(one)s and %(other)s: observers say %(said)s")
        % {"one": pair[0], "other": pair[1], "said": ", ".join(words)}
        for pair, words in list(of.items())[:PAIRS_SHOWN]
    ]
    lines += _more(len(of))
    if unseen := sum(number not in opinions for number in numbers):
        text = ngettext(
            "%(num)s opinion on a pair under blind review",
            "%(num)s opinions on pairs under blind review",
            unseen,
        )
        lines.append(text % {"num": unseen})
    return lines


def share(probability: float) -> str:
    """A probability with two decimals; never 0 or 1, which no evidence supports."""
    if probability < 0.005:
        return _("below %(limit)s") % {"limit": decimal(0.01, 2)}
    if probability > 0.995:
        return _("above %(limit)s") % {"limit": decimal(0.99, 2)}
    return decimal(probability, 2)


def _pair(pair: PairSaid) -> str:
    facts = {"llr": signed(pair.llr or 0.0), "by": pair.calibrator or pair.model or "?"}
    facts |= {"one": str(pair.one), "other": str(pair.other)}
    if pair.one == pair.other:
        return _("weight of evidence %(llr)s shown (%(by)s)") % facts
    return _("encounters %(one)s and %(other)s: weight of evidence %(llr)s (%(by)s)") % facts


def _at_first(entries: Sequence[IdentityChange], entry: IdentityChange) -> dict[int, str]:
    """The name under which an identity was created, where it was renamed since."""
    number = entry.identity_id
    if entry.kind != "created":
        return {}
    renamed = (e.before.get(number, {}).get("name") for e in entries if e.kind == "renamed")
    first = next((name for name in renamed if name), None)
    return {number: first} if first else {}


def _described(entry: IdentityChange) -> str:
    words = {
        "sex": pgettext("changed", "sex"),
        "life_stage": pgettext("changed", "life stage"),
        "note": pgettext("changed", "note"),
    }
    values = {"sex": dict(SEXES), "life_stage": dict(STAGES)}
    lines = []
    for name, value in entry.after[entry.identity_id].items():
        known = cast("Mapping[str, str]", values.get(name, {})).get(str(value))
        facts = {"field": words.get(name, name), "value": _(known) if known else value}
        lines.append(_("%(field)s “%(value)s”") % facts)
    return ", ".join(lines)


def _change(
    entry: IdentityChange,
    here: int,
    names: dict[int, str],
    latest: dict[int, int],
    opinions: Mapping[int, OpinionOnPair],
) -> Event:
    late = [m.encounter_id for m in entry.encounters if latest[m.encounter_id] != m.after]
    hindered = ""
    if late and not entry.undone:
        numbers = {"numbers": ", ".join(map(str, late))}
        hindered = _("cannot be undone: decided since on encounter %(numbers)s") % numbers
    return Event(
        kind="change",
        sign=SIGNS[entry.kind],
        at=entry.changed_at,
        reviewer=entry.reviewer,
        words=change_words(entry, names, here),
        why=entry.reason,
        evidence=evidence_words(entry.evidence, opinions),
        encounters=tuple(moved.encounter_id for moved in entry.encounters),
        change=entry.id,
        undone=entry.undone,
        undoable=not entry.undone and not late,
        hindered=hindered,
    )


def _decision(decision: Decision, here: int) -> Event:
    facts = {"number": decision.encounter_id, "name": decision.identity or ""}
    if decision.identity_id == here:
        words = _("Encounter %(number)s decided: %(name)s") % facts
    elif decision.identity_id is not None:
        words = _("Encounter %(number)s decided: %(name)s instead") % facts
    elif decision.kind == "withdrawn":
        words = _("Encounter %(number)s: decision withdrawn") % facts
    else:
        words = _("Encounter %(number)s decided: cannot tell") % facts
    both = (decision.encounter_id, decision.encounter_id)
    shown = PairSaid(*both, decision.llr, decision.model, decision.calibrator)
    evidence, at = evidence_words(ChangeEvidence((shown,))), decision.decided_at
    return Event("decision", "•", at, decision.reviewer, words, decision.note, evidence)


def _mark(mark: Mark) -> Event:
    words = {
        "approved": _("Photo %(number)s approved as a reference"),
        "refused": _("Photo %(number)s refused as a reference"),
        "unmarked": _("Photo %(number)s: mark taken back"),
    }[mark.state] % {"number": mark.annotation_id}
    return Event("mark", "▣", mark.marked_at, mark.reviewer, words, mark.reason)
