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

    newest_opinion: the newest opinion of it.
    """

    conflict: Contradiction
    first: EncounterRow
    second: EncounterRow
    stands: str
    against: tuple[str, ...]
    newest_opinion: int


@dataclass(frozen=True, slots=True)
class ConflictList:
    """The contradictions that are open, and how many were kept for a reason."""

    rows: tuple[ConflictView, ...]
    total: int
    resolved: int
    page: int
    pages: int


def conflict_list(connection: Connection, machine: Machine, page: int = 1) -> ConflictList:
    """One page of those that are open."""
    every = conflicts.every(connection, machine)
    unresolved = [contradiction for contradiction in every if contradiction.kept is None]
    pages = max(1, -(-len(unresolved) // PAGE))
    page = min(max(1, page), pages)
    shown = unresolved[(page - 1) * PAGE : page * PAGE]
    summaries = encounters.summaries(
        connection, {n for contradiction in shown for n in (contradiction.one, contradiction.other)}
    )
    rows = tuple(_view(contradiction, summaries) for contradiction in shown)
    return ConflictList(rows, len(unresolved), len(every) - len(unresolved), page, pages)


def _view(contradiction: Contradiction, summaries: Mapping[int, EncounterSummary]) -> ConflictView:
    first, second = (row(summaries[n]) for n in (contradiction.one, contradiction.other))
    names = [
        identity.name if identity else ""
        for identity in (contradiction.identity, contradiction.other_identity)
    ]
    facts = {
        "one": contradiction.one,
        "other": contradiction.other,
        "through": contradiction.through,
        "name": names[0],
        "second": names[1],
    }
    if contradiction.kind == "apart":
        stands = _("Encounters %(one)s and %(other)s are both %(name)s.") % facts
    elif contradiction.kind == "together":
        stands = _("Encounter %(one)s is %(name)s, encounter %(other)s is %(second)s.") % facts
    else:
        stands = (
            _("Encounters %(one)s and %(other)s are both the same as encounter %(through)s.")
            % facts
        )
    return ConflictView(
        contradiction,
        first,
        second,
        stands,
        _against(contradiction),
        conflicts.newest_opinion(contradiction),
    )


def _against(contradiction: Contradiction) -> tuple[str, ...]:
    says = {"same": _("%(who)s says: same animal"), "different": _("%(who)s says: different")}
    lines = [says[opinion.answer] % {"who": opinion.observer} for opinion in contradiction.opinions]
    if contradiction.machine is not None:
        facts = {
            "llr": signed(contradiction.machine.llr or 0.0),
            "by": contradiction.machine.calibrator,
        }
        lines.append(_("The machine says: different, llr %(llr)s (%(by)s)") % facts)
    return tuple(lines)
