"""What speaks for parting the encounters of an identity, or for joining those of two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from sqlalchemy import Connection

from reid.identify import partitions
from service.catalogue import changes, disclosed
from service.catalogue.changes import Grounds
from service.catalogue.disclosed import Pair
from service.encounters.pair_evidence import PairEvidence
from service.store import identities
from service.store.database import Database
from service.store.history import ChangeEvidence, IdentityChange, PairSaid

MOST_COMPARED = 40  # pairs beyond which only what is known already is used
LARGEST = 24  # encounters that are sorted; of more, the newest ones
GROUPS = 3  # that a page offers: what stays, and two that leave
JOINED = 6  # pairs that are compared for a merge of which nothing is known

TOGETHER = 0.5  # before looking, that two encounters of an identity are one animal


@dataclass(frozen=True, slots=True)
class Cut:
    """The likeliest way to part an identity, from its encounters as the photos speak.

    groups: encounters of the group that stays, the largest one, then of those that leave.
    posterior: of this way to sort them; all_one: that they are one animal. in_full: whether every
    way was weighed. left_out: encounters beyond LARGEST. unmeasured: pairs nobody compared.
    """

    groups: tuple[tuple[int, ...], ...]
    posterior: float
    all_one: float
    in_full: bool
    compared: int
    unmeasured: int
    left_out: int
    pairs: tuple[PairSaid, ...]

    def rests(self, groups: Mapping[int, int]) -> ChangeEvidence:
        """What a split into these groups rests on; posteriors only where it is this cut."""
        pairs = disclosed.strongest(self.pairs)
        blocks: dict[int, set[int]] = {}
        for number, group in groups.items():
            blocks.setdefault(group, set()).add(number)
        if set(map(frozenset, blocks.values())) != set(map(frozenset, self.groups)):
            return ChangeEvidence(pairs)
        return ChangeEvidence(
            pairs, posterior=round(self.posterior, 4), all_one=round(self.all_one, 4)
        )


NO_CUT = Cut((), 0.0, 1.0, True, 0, 0, 0, ())
"""Of fewer than two encounters: there is nothing to part."""


def likeliest_cut(database: Database, pair_evidence: PairEvidence, identity_id: int) -> Cut | None:
    """The likeliest way to part an identity into two or three; None with fewer than two encounters.

    Pairs under blind review are left out, so that the suggestion gives nothing of them away.
    """
    with database.read() as connection:
        encounter_ids = _encounters(connection, identity_id)
        ids = sorted(encounter_ids[:LARGEST])
        known = {
            (pair.one, pair.other): pair
            for pair in disclosed.measured(connection, pair_evidence.maker(), ids)
        }
        secret = disclosed.hidden(connection)
    if len(ids) < 2:
        return None
    open_pairs = [pair for pair in _near_first(ids) if pair not in secret]
    to_compare = open_pairs
    if len(ids) > partitions.IN_FULL:
        to_compare = [pair for pair in open_pairs if pair not in known][:MOST_COMPARED]
    measured = ((pair, measurement(pair_evidence, pair)) for pair in to_compare)
    pairs = known | {pair: llr for pair, llr in measured if llr is not None}
    tried = {pair for pair in open_pairs if pair in known or pair in to_compare}
    unmeasured = len(ids) * (len(ids) - 1) // 2 - len(tried)
    return _likeliest(ids, pairs, unmeasured, left_out=len(encounter_ids) - len(ids))


def measurement(pair_evidence: PairEvidence, pair: Pair) -> PairSaid | None:
    """What the photos of two encounters say; None where they show no flank in common."""
    says = pair_evidence.between(*pair)
    if says.best is None:
        return None
    model, calibrator = pair_evidence.versions()
    return PairSaid(*pair, says.evidence.llr, model, calibrator)


def merge_evidence(
    database: Database,
    pair_evidence: PairEvidence,
    identity_id: int,
    other_id: int,
    *,
    compare: bool = True,
) -> ChangeEvidence:
    """What is known of the pairs across two identities; a few are compared where nothing is.

    compare False: none are, as while the network is being loaded.
    """
    with database.read() as connection:
        ids, others = (_encounters(connection, number) for number in (identity_id, other_id))
        maker = pair_evidence.maker()
        known = disclosed.evidence(connection, maker, ids, others)
        if known.pairs or maker is None or not compare:
            return known
        secret = disclosed.hidden(connection)
    across = [(min(a, b), max(a, b)) for a, b in product(ids[:3], others[:3])]
    tried = [pair for pair in across if pair not in secret][:JOINED]
    measured = (measurement(pair_evidence, pair) for pair in tried)
    return replace(known, pairs=disclosed.strongest(filter(None, measured)))


def _encounters(connection: Connection, identity_id: int) -> list[int]:
    return [sighting.encounter_id for sighting in identities.sightings(connection, identity_id)]


def _near_first(ids: Sequence[int]) -> list[Pair]:
    """All pairs, neighbours first, so that the first ones connect all encounters."""
    positions = combinations(range(len(ids)), 2)
    ordered = sorted(positions, key=lambda pair: (pair[1] - pair[0], pair[0]))
    return [(ids[i], ids[j]) for i, j in ordered]


def _likeliest(
    ids: Sequence[int], pairs: Mapping[Pair, PairSaid], unmeasured: int, left_out: int
) -> Cut:
    n, at = len(ids), {number: position for position, number in enumerate(ids)}
    llr, comparable = np.zeros((n, n)), np.zeros((n, n), bool)
    for (first, second), says in pairs.items():
        i, j = at[first], at[second]
        llr[i, j] = llr[j, i] = says.llr or 0.0
        comparable[i, j] = comparable[j, i] = True
    posterior = partitions.posterior(llr, comparable, together=TOGETHER)
    ways = [way for way in posterior.partitions if 2 <= max(way.partition) + 1 <= GROUPS]
    whole = [way.probability for way in posterior.partitions if max(way.partition) == 0]
    best = ways[0] if ways else partitions.WeighedPartition((0,) * (n - 1) + (1,), 0.0)
    blocks = sorted(best.blocks, key=lambda block: (-len(block), block))
    return Cut(
        groups=tuple(tuple(ids[n] for n in block) for block in blocks),
        posterior=best.probability,
        all_one=whole[0] if whole else 0.0,
        in_full=posterior.in_full,
        compared=len(pairs),
        unmeasured=unmeasured,
        left_out=left_out,
        pairs=tuple(pairs.values()),
    )


@dataclass(frozen=True, slots=True)
class LeavingGroup:
    """Encounters that leave together. into: an identity, a new name, or None: the next one."""

    ids: tuple[int, ...]
    into: int | str | None


def split_off(
    connection: Connection,
    pair_evidence: PairEvidence,
    identity_id: int,
    leaving: Sequence[LeavingGroup],
    grounds: Grounds,
) -> list[IdentityChange]:
    """Let one or more groups leave an identity, all of them or none; each is an entry of its own.

    Without evidence, what is known of the pairs between the groups is written down.
    """
    ids = set(identities.encounters_of(connection, identity_id))
    entries, maker = [], pair_evidence.maker()
    for group in leaving:
        evidence, after = grounds.evidence, None
        if not evidence.pairs:
            evidence = disclosed.evidence(connection, maker, group.ids, ids - set(group.ids))
        if grounds.after is not None:
            after = {n: last for n, last in grounds.after.items() if n in group.ids}
        with_evidence = replace(grounds, evidence=evidence, after=after)
        entries.append(changes.split(connection, identity_id, group.ids, group.into, with_evidence))
    return entries
