"""The history of an identity as one line of events: changes, decisions and marked photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Connection

from service.catalogue import disclosed as said
from service.identities.catalogue_view import SEXES, STAGES
from service.reviews.view import ANSWERS
from service.store import decisions, history, identities, references
from service.store.decisions import Decision
from service.store.history import Change, Evidence, PairSaid
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
    who: str
    words: str
    why: str
    evidence: tuple[str, ...]
    encounters: tuple[int, ...]
    change: int | None = None
    undone: bool = False
    undoable: bool = False
    hindered: str = ""


def timeline(
    connection: Connection, found: IdentityDetail, entries: Sequence[Change]
) -> tuple[Event, ...]:
    """All events of an identity, newest first. Decisions that a change took are part of it."""
    taken = decisions.around(connection, found.summary.id)
    by_change = history.made_by(connection, [one.id for one in taken])
    moved = {one.encounter_id for entry in entries for one in entry.encounters}
    latest = decisions.latest_of(connection, moved)
    names = identities.names(connection)
    spoken = said.opinions_by_number(
        connection, {n for entry in entries for n in entry.evidence.opinions}
    )
    marked = references.history(connection, [one.annotation.id for one in found.references])
    events = [
        *(
            _change(entry, found.summary.id, names | _at_first(entries, entry), latest, spoken)
            for entry in entries
        ),
        *(_decision(one, found.summary.id) for one in taken if one.id not in by_change),
        *(_mark(one) for one in marked),
    ]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


def change_words(entry: Change, names: dict[int, str], here: int | None = None) -> str:
    """What a change did, seen from one of its identities, as a sentence without a full stop."""
    name = names.get(entry.identity_id, "?")
    other = names.get(entry.other_id or 0, "")
    number = len(entry.encounters)
    moved = ngettext("%(num)s encounter", "%(num)s encounters", number) % {"num": number}
    facts = {"name": name, "other": other, "moved": moved, "number": entry.undoes}
    match entry.kind:
        case "created":
            return _("Created as %(name)s") % facts
        case "joined":
            return _("%(moved)s joined %(name)s") % facts
        case "renamed":
            fields = entry.before[entry.identity_id], entry.after[entry.identity_id]
            return _("Renamed from %(old)s to %(new)s") % {
                "old": fields[0]["name"], "new": fields[1]["name"]
            }  # fmt: skip
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
    rests: Evidence, spoken: Mapping[int, OpinionOnPair] | None = None
) -> tuple[str, ...]:
    """From which evidence, in lines. spoken: what its opinions say, by number."""
    lines = [_pair(one) for one in rests.pairs[:PAIRS_SHOWN] if one.llr is not None]
    lines += _more(len(rests.pairs))
    lines += _opinions(rests.opinions, spoken or {})
    if rests.posterior is not None:
        lines.append(
            _("posterior of this cut %(cut)s, of one animal %(one)s")
            % {"cut": share(rests.posterior), "one": share(rests.all_one or 0.0)}
        )
    return tuple(lines)


def _more(pairs: int) -> list[str]:
    """How many pairs are not listed."""
    more = pairs - PAIRS_SHOWN
    text = ngettext("and %(num)s more pair", "and %(num)s more pairs", more)
    return [text % {"num": more}] if more > 0 else []


def _opinions(numbers: Sequence[int], spoken: Mapping[int, OpinionOnPair]) -> list[str]:
    """A line for each pair that observers had a say on."""
    of: dict[tuple[int, int], list[str]] = {}
    for one in (spoken[number] for number in numbers if number in spoken):
        of.setdefault(one.couple, []).append(f"{one.observer}: {_(ANSWERS[one.answer])}")
    lines = [
        _("encounters %(one)s and %(other)s: observers say %(said)s")
        % {"one": pair[0], "other": pair[1], "said": ", ".join(words)}
        for pair, words in list(of.items())[:PAIRS_SHOWN]
    ]
    lines += _more(len(of))
    if unseen := sum(number not in spoken for number in numbers):
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


def _pair(one: PairSaid) -> str:
    facts = {"llr": signed(one.llr or 0.0), "by": one.calibrator or one.model or "?"}
    if one.one == one.other:
        return _("llr %(llr)s shown (%(by)s)") % facts
    return _("encounters %(one)s and %(other)s: llr %(llr)s (%(by)s)") % {
        **facts, "one": one.one, "other": one.other
    }  # fmt: skip


def _at_first(entries: Sequence[Change], entry: Change) -> dict[int, str]:
    """The name under which an identity was created, where it was renamed since."""
    number = entry.identity_id
    if entry.kind != "created":
        return {}
    renamed = (e.before.get(number, {}).get("name") for e in entries if e.kind == "renamed")
    first = next((name for name in renamed if name), None)
    return {number: first} if first else {}


def _described(entry: Change) -> str:
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
    entry: Change,
    here: int,
    names: dict[int, str],
    latest: dict[int, int],
    spoken: Mapping[int, OpinionOnPair],
) -> Event:
    late = [m.encounter_id for m in entry.encounters if latest[m.encounter_id] != m.after]
    hindered = ""
    if late and not entry.undone:
        listed = ", ".join(str(number) for number in late)
        hindered = _("cannot be undone: decided since on encounter %(numbers)s") % {
            "numbers": listed
        }
    return Event(
        kind="change",
        sign=SIGNS[entry.kind],
        at=entry.changed_at,
        who=entry.reviewer,
        words=change_words(entry, names, here),
        why=entry.reason,
        evidence=evidence_words(entry.evidence, spoken),
        encounters=tuple(one.encounter_id for one in entry.encounters),
        change=entry.id,
        undone=entry.undone,
        undoable=not entry.undone and not late,
        hindered=hindered,
    )


def _decision(one: Decision, here: int) -> Event:
    facts = {"number": one.encounter_id, "name": one.identity or ""}
    if one.identity_id == here:
        words = _("Encounter %(number)s decided: %(name)s") % facts
    elif one.identity_id is not None:
        words = _("Encounter %(number)s decided: %(name)s instead") % facts
    elif one.kind == "withdrawn":
        words = _("Encounter %(number)s: decision withdrawn") % facts
    else:
        words = _("Encounter %(number)s decided: cannot tell") % facts
    shown = PairSaid(one.encounter_id, one.encounter_id, one.llr, one.model, one.calibrator)
    evidence = evidence_words(Evidence((shown,))) if one.llr is not None else ()
    return Event(
        "decision",
        "•",
        one.decided_at,
        one.reviewer,
        words,
        one.note,
        evidence,
        (one.encounter_id,),
    )


def _mark(one: Mark) -> Event:
    words = {
        "approved": _("Photo %(number)s approved as a reference"),
        "refused": _("Photo %(number)s refused as a reference"),
        "unmarked": _("Photo %(number)s: mark taken back"),
    }[one.state] % {"number": one.annotation_id}
    return Event("mark", "▣", one.marked_at, one.reviewer, words, one.reason, (), ())
