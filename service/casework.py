"""Everything that can be said about a case or one encounter, built in one place for all readers."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from threading import Lock

import numpy as np

from reid import movement, partitions, prior
from reid.encounters import between
from reid.evidence import SAME, Calibrator
from reid.movement import Movement, SpaceTime, Visit
from reid.partitions import Conflict, PartitionPosterior
from reid.types import Comparison, Evidence
from service.engine import Engine
from service.store import cases, encounters, features, identities
from service.store.cases import Case, Change
from service.store.database import Database
from service.store.encounters import EncounterDetail
from service.visits import visit

PAIRS_KEPT = 1000

Embedded = Mapping[int, int]
Key = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...], str, str]


@dataclass(frozen=True, slots=True)
class BestPair:
    """The two photos that speak for a pair of encounters, and what they show together.

    annotations: numbers, in the order of the encounters that were asked about. comparison: its
    side 0 is `query`, one of the two annotations.
    """

    annotations: tuple[int, int]
    query: int
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class PairSays:
    """What the photos of two encounters say. best None: no photo shows the same flank.

    compared: pairs of photos that were compared.
    """

    evidence: Evidence
    best: BestPair | None
    compared: int


@dataclass(frozen=True, slots=True)
class Member:
    """One encounter of a case, with its photos and where and when it was."""

    detail: EncounterDetail
    visit: Visit


@dataclass(frozen=True, slots=True)
class CasePair:
    """Two encounters of a case. one, other: positions among the members.

    together: posterior probability that both are one animal, from all partitions. space_time:
    never part of it.
    """

    one: int
    other: int
    says: PairSays
    together: float
    space_time: SpaceTime


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All of a case. Positions in pairs, partitions and conflicts are those of `members`.

    partitions None: the case is empty. same: the llr from which the verdict is "same", and below
    minus which "different". bound: the largest |llr| the calibration supports.
    """

    case: Case
    members: tuple[Member, ...]
    pairs: tuple[CasePair, ...]
    partitions: PartitionPosterior | None
    conflicts: tuple[Conflict, ...]
    changes: tuple[Change, ...]
    movement: Movement
    model: str
    calibrator: str
    bound: float
    same: float


@dataclass(frozen=True, slots=True)
class IdentityChance:
    """One identity before and after the photos spoke.

    compared False: it was not on the shortlist and keeps an llr of 0.
    """

    identity_id: int
    name: str
    llr: float
    compared: bool
    prior: float
    posterior: float


@dataclass(frozen=True, slots=True)
class WhoItIs:
    """Every identity and "an animal not in the catalogue"; the posteriors sum to 1.

    identities: most probable first. unseen: animals that are assumed not to be in the catalogue;
    estimated: the same by Chao's estimate, at least one; they differ where somebody states one.
    """

    encounter_id: int
    identities: tuple[IdentityChance, ...]
    prior_unknown: float
    unknown: float
    unseen: float
    estimated: float
    model: str
    calibrator: str


class Casework:
    """Compares encounters with each other and keeps what it found. One a process."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database, self._engine = database, engine
        self._kept: OrderedDict[Key, PairSays] = OrderedDict()
        self._comparing = Lock()

    def between(self, one: int, other: int) -> PairSays:
        """What two encounters say together, by the photos that are embedded by now."""
        if one > other:
            return _turned(self.between(other, one))
        model, calibrator = self._engine.embedder().model, self._engine.calibrator()
        with self._database.read() as connection:
            ids = [cases.embedded(connection, number, model) for number in (one, other)]
        key = (tuple(ids[0].items()), tuple(ids[1].items()), model, calibrator.id)
        with self._comparing:
            if key not in self._kept:
                self._kept[key] = self._compared(ids[0], ids[1], model, calibrator)
            self._kept.move_to_end(key)
            while len(self._kept) > PAIRS_KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]

    def _compared(
        self, one: Embedded, other: Embedded, model: str, calibrator: Calibrator
    ) -> PairSays:
        with self._database.read() as connection:
            held = features.get(connection, [*one, *other], model)
        left, right = ([n for n in side if n in held] for side in (one, other))
        found = between([held[n] for n in left], [held[n] for n in right], calibrator)
        if not found.pairs:
            return PairSays(found.evidence, None, 0)
        first = found.pairs[0]
        shown = (left[first.query], right[first.other])
        return PairSays(
            found.evidence, BestPair(shown, shown[0], first.comparison), len(found.pairs)
        )

    def report(self, case_id: int, *, movement_: Movement | None = None) -> CaseReport:
        """All of a case. movement_: what is taken for possible, else the published figures."""
        moved = movement_ or Movement()
        with self._database.read() as connection:
            case = cases.get(connection, case_id)
            changes = tuple(cases.history(connection, case_id))
            details = [encounters.get(connection, number) for number in case.encounters]
        members = tuple(Member(one, visit(one)) for one in details)
        couples = list(combinations(range(len(members)), 2))
        says = {(i, j): self.between(case.encounters[i], case.encounters[j]) for i, j in couples}
        llr, comparable = _matrices(len(members), says)
        weighed = None
        if members:
            weighed = partitions.posterior(llr, comparable, together=case.together)
        calibrator = self._engine.calibrator()
        return CaseReport(
            case=case,
            members=members,
            pairs=tuple(
                CasePair(
                    i,
                    j,
                    says[i, j],
                    float(weighed.pairs[i, j]),
                    movement.between(members[i].visit, members[j].visit, moved),
                )
                for i, j in couples
                if weighed
            ),
            partitions=weighed,
            conflicts=partitions.conflicts(llr, comparable),
            changes=changes,
            movement=moved,
            model=calibrator.model,
            calibrator=calibrator.id,
            bound=calibrator.bound,
            same=SAME,
        )

    def who(self, encounter_id: int, unseen: float | None = None) -> WhoItIs:
        """Who an encounter may be, each identity and an animal not in the catalogue.

        unseen: animals that are assumed not to be in the catalogue; None takes Chao's estimate. The
        encounter itself is left out of the catalogue, as it is left out of the gallery.
        """
        answer = self._engine.candidates(encounter_id)
        with self._database.read() as connection:
            own = encounters.summary(connection, encounter_id).identity_id
            known = {
                one.id: (one.name, one.encounters - (one.id == own))
                for one in identities.catalogue(connection)
            }
        known = {number: facts for number, facts in known.items() if facts[1] > 0}
        estimated = prior.assumed_unseen([count for _, count in known.values()])
        llrs = {one.identity: one.evidence.llr for one in answer.identification.candidates}
        found = prior.posterior([llrs.get(number, 0.0) for number in known], unseen or estimated)
        chances = [
            IdentityChance(
                number, name, llrs.get(number, 0.0), number in llrs, found.prior_identity, share
            )
            for (number, (name, _)), share in zip(known.items(), found.identities, strict=True)
        ]
        return WhoItIs(
            encounter_id=encounter_id,
            identities=tuple(sorted(chances, key=lambda one: -one.posterior)),
            prior_unknown=found.prior_unknown,
            unknown=found.unknown,
            unseen=found.unseen,
            estimated=estimated,
            model=answer.identification.model,
            calibrator=answer.calibrator,
        )


def _turned(said: PairSays) -> PairSays:
    """The same, asked the other way round."""
    if said.best is None:
        return said
    a, b = said.best.annotations
    best = BestPair((b, a), said.best.query, said.best.comparison)
    return PairSays(said.evidence, best, said.compared)


def _matrices(
    n: int, says: Mapping[tuple[int, int], PairSays]
) -> tuple[partitions.Matrix, np.ndarray[tuple[int, int], np.dtype[np.bool_]]]:
    """(n, n) llr, and which pairs can be compared."""
    llr, comparable = np.zeros((n, n)), np.zeros((n, n), bool)
    for (i, j), said in says.items():
        llr[i, j] = llr[j, i] = said.evidence.llr
        comparable[i, j] = comparable[j, i] = said.best is not None
    return llr, comparable
