"""View models of a split and of a merge before it happens: what moves where, and what says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.catalogue import disclosed
from service.identities.identity_view import SightingRow, sighting_rows
from service.identities.splitting import GROUPS, TOGETHER, Cut, LeavingGroup
from service.identities.timeline import evidence_words, share
from service.store import identities
from service.store.history import ChangeEvidence
from service.store.identities import IdentityDetail
from service.web.languages import gettext as _
from service.web.languages import ngettext
from service.web.parameters import whole_number
from service.web.words import general


@dataclass(frozen=True, slots=True)
class Choice:
    """What a form of a split says. groups: encounter -> 0 stays, 1 and 2 leave.

    into, names: of each group that leaves: the chosen identity, or the name of a new one.
    """

    groups: Mapping[int, int]
    into: Mapping[int, int | None]
    names: Mapping[int, str]

    def leaving(self) -> list[LeavingGroup]:
        """The groups that leave, as far as anybody is in them."""
        leaving = []
        for group in range(1, GROUPS):
            ids = tuple(sorted(n for n, of in self.groups.items() if of == group))
            if ids:
                leaving.append(LeavingGroup(ids, self.into[group] or self.names[group] or None))
        return leaving


def choice(form: Mapping[str, str]) -> Choice:
    """Read a form or an address; what makes no sense is left out."""
    leave = range(1, GROUPS)
    return Choice(
        groups={
            n: int(value) for n, value in _of_encounters(form, "e") if value in {"0", "1", "2"}
        },
        into={group: whole_number(form.get(f"into{group}", "")) or None for group in leave},
        names={group: form.get(f"name{group}", "").strip()[:100] for group in leave},
    )


def decisions_in_view(form: Mapping[str, str]) -> dict[int, int]:
    """Encounter -> the newest decision that the page showed; fields named a4, a7, ..."""
    shown = [(n, whole_number(value)) for n, value in _of_encounters(form, "a")]
    return {n: decision for n, decision in shown if decision is not None}


def _of_encounters(form: Mapping[str, str], letter: str) -> list[tuple[int, str]]:
    """Encounter and value of the fields that are named after one, such as e4."""
    numbered = [
        (whole_number(name[1:]), value) for name, value in form.items() if name[:1] == letter
    ]
    return [(number, value) for number, value in numbered if number]


@dataclass(frozen=True, slots=True)
class SplitGroup:
    """One column of the split page. moves: what happens to it, for the preview."""

    number: int
    title: str
    rows: tuple[SightingRow, ...]
    into: int | None
    name: str
    moves: str


def split_values(
    connection: Connection, identity_id: int, chosen: Choice, cut: Cut | None
) -> dict[str, object]:
    """The encounters of an identity in their groups; a cut fills them where nothing was chosen.

    ready: the preview can be carried out.
    """
    detail = identities.get(connection, identity_id)
    rows = sighting_rows(connection, detail)
    of = chosen.groups
    if cut:
        of = {n: group for group, block in enumerate(cut.groups) for n in block}
    names = identities.names(connection)
    groups = [
        _group(number, [r for r in rows if of.get(r.id, 0) == number], chosen, names, detail)
        for number in range(GROUPS)
    ]
    return {
        "summary": detail.summary,
        "groups": groups,
        "others": identities.others_in_use(connection, identity_id),
        "suggestion": suggestion_words(cut) if cut else "",
        "ready": bool(groups[0].rows) and any(group.rows for group in groups[1:]),
    }


def suggestion_words(cut: Cut) -> str:
    """How probable a suggested cut is, beside that of one animal, and what it rests on."""
    facts = {"cut": share(cut.posterior), "one": share(cut.all_one), "num": cut.compared}
    facts["prior"] = general(TOGETHER)
    words = [
        ngettext(
            "Before looking, two encounters are one animal with probability %(prior)s. After "
            "looking at %(num)s pair, this cut has the probability %(cut)s, one animal %(one)s.",
            "Before looking, two encounters are one animal with probability %(prior)s. After "
            "looking at %(num)s pairs, this cut has the probability %(cut)s, one animal %(one)s.",
            cut.compared,
        )
        % facts
    ]
    if cut.all_one >= cut.posterior:
        words.append(_("One animal is at least as probable: the photos do not ask for a split."))
    if cut.unmeasured:
        words.append(
            ngettext(
                "%(num)s pair was not compared.", "%(num)s pairs were not compared.", cut.unmeasured
            )
            % {"num": cut.unmeasured}
        )
    if not cut.in_full:
        words.append(_("Too many encounters to weigh every way: relative to the likeliest ones."))
    if cut.left_out:
        words.append(
            ngettext(
                "Only the newest encounters were sorted; %(num)s older one was not.",
                "Only the newest encounters were sorted; %(num)s older ones were not.",
                cut.left_out,
            )
            % {"num": cut.left_out}
        )
    return " ".join(words)


def _group(
    number: int,
    rows: Sequence[SightingRow],
    chosen: Choice,
    names: Mapping[int, str],
    detail: IdentityDetail,
) -> SplitGroup:
    titles = (_("Stays %(name)s"), _("Leaves: second group"), _("Leaves: third group"))
    into, name, moved = chosen.into.get(number), chosen.names.get(number, ""), len(rows)
    facts = {"num": moved, "name": detail.summary.name, "other": names.get(into or 0, "")}
    if number == 0:
        words = ngettext(
            "%(num)s encounter stays %(name)s.", "%(num)s encounters stay %(name)s.", moved
        )
    elif into:
        words = ngettext(
            "%(num)s encounter leaves %(name)s and becomes %(other)s.",
            "%(num)s encounters leave %(name)s and become %(other)s.",
            moved,
        )
    elif name:
        words = ngettext(
            "%(num)s encounter leaves %(name)s and becomes a new identity, %(new)s.",
            "%(num)s encounters leave %(name)s and become a new identity, %(new)s.",
            moved,
        )
    else:
        words = ngettext(
            "%(num)s encounter leaves %(name)s and becomes a new identity with the next free name.",
            "%(num)s encounters leave %(name)s and become a new identity with the next free name.",
            moved,
        )
    moves = words % {**facts, "new": name}
    return SplitGroup(number, titles[number] % facts, tuple(rows), into, name, moves)


def merge_values(
    connection: Connection, identity_id: int, other_id: int | None, evidence: ChangeEvidence
) -> dict[str, object]:
    """What a merge would move. other_id None: the other identity is not chosen yet."""
    detail = identities.get(connection, identity_id)
    other = identities.get(connection, other_id) if other_id else None
    opinions = disclosed.opinions_by_number(connection, evidence.opinions)
    return {
        "summary": detail.summary,
        "other": other.summary if other else None,
        "rows": sighting_rows(connection, other) if other else (),
        "own_rows": sighting_rows(connection, detail),
        "evidence": evidence_words(evidence, opinions),
        "others": identities.others_in_use(connection, identity_id),
    }
