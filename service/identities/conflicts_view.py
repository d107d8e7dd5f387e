"""View models of contradictions between identities, opinions and the machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from service.catalogue import conflicts
from service.catalogue.conflicts import Contradiction, Machine
from service.encounters.list_view import EncounterRow, row
from service.store import encounters
from service.store.encounters import EncounterSummary
from service.web.languages import gettext as _
from service.web.words import signed

PAGE = 50


@dataclass(frozen=True, slots=True)
class ConflictView:
    """One contradiction: what stands, what contradicts it, and what would resolve it.

    seen: the newest opinion of it.
    """

    conflict: Contradiction
    one: EncounterRow
    other: EncounterRow
    stands: str
    against: tuple[str, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class ConflictList:
    """The contradictions that are open, and how many were kept for a reason."""

    rows: tuple[ConflictView, ...]
    total: int
    kept: int
    page: int
    pages: int


def conflict_list(connection: Connection, machine: Machine, page: int = 1) -> ConflictList:
    """One page of those that are open."""
    every = conflicts.every(connection, machine)
    found = [one for one in every if one.kept is None]
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, page), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    seen = encounters.summaries(connection, {n for one in shown for n in (one.one, one.other)})
    rows = tuple(_view(one, seen) for one in shown)
    return ConflictList(rows, len(found), len(every) - len(found), page, pages)


def _view(one: Contradiction, seen: Mapping[int, EncounterSummary]) -> ConflictView:
    first, second = (row(seen[n]) for n in (one.one, one.other))
    names = [found.name if found else "" for found in (one.identity, one.other_identity)]
    facts = {
        "one": one.one,
        "other": one.other,
        "through": one.through,
        "name": names[0],
        "second": names[1],
    }
    if one.kind == "apart":
        stands = _("Encounters %(one)s and %(other)s are both %(name)s.") % facts
    elif one.kind == "together":
        stands = _("Encounter %(one)s is %(name)s, encounter %(other)s is %(second)s.") % facts
    else:
        stands = (
            _("Encounters %(one)s and %(other)s are both the same as encounter %(through)s.")
            % facts
        )
    return ConflictView(one, first, second, stands, _against(one), conflicts.newest_opinion(one))


def _against(one: Contradiction) -> tuple[str, ...]:
    says = {"same": _("%(who)s says: same animal"), "different": _("%(who)s says: different")}
    lines = [says[said.answer] % {"who": said.observer} for said in one.opinions]
    if one.machine is not None:
        facts = {"llr": signed(one.machine.llr or 0.0), "by": one.machine.calibrator}
        lines.append(_("The machine says: different, llr %(llr)s (%(by)s)") % facts)
    return tuple(lines)
