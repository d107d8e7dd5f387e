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
from service.web.paging import list_page
from service.web.words import signed

PAGE = 50


@dataclass(frozen=True, slots=True)
class ConflictView:
    """One contradiction: what stands, what contradicts it, and its newest opinion."""

    conflict: Contradiction
    first: EncounterRow
    second: EncounterRow
    stands: str
    against: tuple[str, ...]
    newest_opinion: int


def conflict_list(connection: Connection, machine: Machine, number: int) -> dict[str, object]:
    """One page of the contradictions that are open, and how many were kept for a reason."""
    every = conflicts.every(connection, machine)
    unresolved = [contradiction for contradiction in every if contradiction.kept is None]
    part = list_page(len(unresolved), number, PAGE)
    shown = unresolved[part.shown]
    summaries = encounters.summaries(connection, {n for c in shown for n in (c.one, c.other)})
    rows = [_view(contradiction, summaries) for contradiction in shown]
    return {"rows": rows, "part": part, "resolved": len(every) - len(unresolved)}


def _view(contradiction: Contradiction, summaries: Mapping[int, EncounterSummary]) -> ConflictView:
    first, second = (row(summaries[n]) for n in (contradiction.one, contradiction.other))
    identity, other = contradiction.identity, contradiction.other_identity
    facts = {
        "one": contradiction.one,
        "other": contradiction.other,
        "through": contradiction.through,
        "name": identity.name if identity else "",
        "second": other.name if other else "",
    }
    stands = {
        "apart": _("Encounters %(one)s and %(other)s are both %(name)s."),
        "together": _("Encounter %(one)s is %(name)s, encounter %(other)s is %(second)s."),
        "between": _(
            "Encounter %(one)s is %(name)s, encounter %(other)s is %(second)s, and encounter "
            "%(through)s is neither yet."
        ),
        "chain": _("Encounters %(one)s and %(other)s are both the same as encounter %(through)s."),
    }[contradiction.kind] % facts
    newest = conflicts.newest_opinion(contradiction)
    return ConflictView(contradiction, first, second, stands, _against(contradiction), newest)


def _against(contradiction: Contradiction) -> tuple[str, ...]:
    says = {"same": _("%(who)s says: same animal"), "different": _("%(who)s says: different")}
    lines = [says[opinion.answer] % {"who": opinion.observer} for opinion in contradiction.opinions]
    if machine := contradiction.machine:
        facts = {"llr": signed(machine.llr or 0.0)}
        same = _("The machine says: same animal, weight of evidence %(llr)s")
        differs = _("The machine says: different, weight of evidence %(llr)s")
        lines.append((differs if contradiction.kind == "apart" else same) % facts)
    for said in contradiction.machine_through:
        words = _(
            "The machine says: encounters %(one)s and %(other)s are the same animal, weight of "
            "evidence %(llr)s"
        )
        lines.append(words % {"one": said.one, "other": said.other, "llr": signed(said.llr or 0)})
    return tuple(lines)
