"""Everything that can be said about a case or one encounter, built in one place for all readers."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from threading import Lock
from typing import Annotated

import numpy as np
from fastapi import Depends

from reid import movement, partitions, prior
from reid.encounters import between
from reid.evidence import Calibrator
from reid.movement import Movement, SpaceTime, Visit
from reid.partitions import Conflict, PartitionPosterior
from reid.quality import load_quality
from reid.settle import Suggestion, best_grade, what_would_settle, why_nothing
from reid.tested import Place, Tested, load_tested
from reid.types import Comparison, Evidence, Grade
from service.encounters.visits import visit
from service.recognition.comparing import in_force
from service.recognition.engine import Engine
from service.store import cases, encounters, features, identities
from service.store.cases import Case, Change
from service.store.database import Database
from service.store.encounters import EncounterDetail
from service.store.pairs import Maker
from service.web.kept import Kept
from service.web.parameters import component

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

    compared: pairs of photos that were compared. grades: the best of each encounter. place: on the
    Tippett plot of such grades, None where nothing was compared or the calibrator was not tested.
    settle: what would settle an open pair; why_nothing: why nothing is known to, or "".
    """

    evidence: Evidence
    best: BestPair | None
    compared: int
    grades: tuple[Grade, ...]
    place: Place | None
    settle: tuple[Suggestion, ...]
    why_nothing: str


@dataclass(frozen=True, slots=True)
class Member:
    """One encounter of a case, with its photos and where and when it was."""

    detail: EncounterDetail
    visit: Visit


@dataclass(frozen=True, slots=True)
class CasePair:
    """Two encounters of a case. one, other: positions among the members.

    together: posterior probability that both are one animal, from all partitions. space_time: no
    part of it, unless the case takes movement as a prior. movement: the log10 odds it adds then,
    and None where it adds nothing because it stands apart.
    """

    one: int
    other: int
    says: PairSays
    together: float
    space_time: SpaceTime
    movement: float | None = None

    @property
    def total(self) -> float:
        """The log10 odds that the partitions rest on: of the photos, and of movement if wanted."""
        return self.says.evidence.llr + (self.movement or 0.0)


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All of a case. Positions in pairs, partitions and conflicts are those of `members`.

    partitions None: the case is empty. same: the llr from which the verdict is "same", and below
    minus which "different". bound: the largest |llr| the calibration supports. tested: how the
    calibrator did in its test, None where there was none.
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
    tested: Tested | None


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
    """Compares encounters with each other and keeps what it found. One a process.

    weights: the folder with the cards and test results.
    """

    def __init__(self, database: Database, engine: Engine, weights: Path) -> None:
        self._database, self._engine, self._weights = database, engine, weights
        self._kept: Kept[Key, PairSays] = Kept(PAIRS_KEPT)
        self._comparing = Lock()
        self._waits = True

    def at_once(self) -> "Casework":
        """The same, but what is not known yet raises NotYet instead of being compared."""
        twin = copy(self)
        twin._waits = False
        return twin

    def versions(self) -> tuple[str, str]:
        """The model and the calibrator that are in force."""
        calibrator = self._engine.calibrator()
        return calibrator.model, calibrator.id

    def maker(self) -> Maker | None:
        """Whose evidence counts; None while the network is being loaded."""
        return in_force(self._engine)

    def between(self, one: int, other: int) -> PairSays:
        """What two encounters say together, by the photos that are embedded by now."""
        if one > other:
            return _turned(self.between(other, one))
        model, calibrator = self._engine.embedder().model, self._engine.calibrator()
        with self._database.read() as connection:
            ids = [cases.embedded(connection, number, model) for number in (one, other)]
        key = (tuple(ids[0].items()), tuple(ids[1].items()), model, calibrator.id)
        if not self._waits:
            return self._kept.known(key)
        return self._kept.get(key, lambda: self._compared(ids[0], ids[1], model, calibrator))

    def _compared(
        self, one: Embedded, other: Embedded, model: str, calibrator: Calibrator
    ) -> PairSays:
        with self._comparing:  # one at a time; more would only share the cores
            return self._together(one, other, model, calibrator)

    def _together(
        self, one: Embedded, other: Embedded, model: str, calibrator: Calibrator
    ) -> PairSays:
        with self._database.read() as connection:
            held = features.get(connection, [*one, *other], model)
        left, right = ([n for n in side if n in held] for side in (one, other))
        photos = [held[n] for n in left], [held[n] for n in right]
        found, best, speaking = between(*photos, calibrator), None, None
        if found.pairs:
            first = found.pairs[0]
            shown = (left[first.query], right[first.other])
            best = BestPair(shown, shown[0], first.comparison)
            speaking = (held[shown[0]], held[shown[1]], first.comparison)
        said, tested = found.evidence, load_tested(calibrator.id, self._weights)
        grades = tuple(grade for side in photos if (grade := best_grade(side)))
        quality = load_quality(self._weights)
        settle = what_would_settle(
            *photos, said, tested, calibrator.same, quality=quality, best=speaking
        )
        return PairSays(
            evidence=said,
            best=best,
            compared=len(found.pairs),
            grades=grades,
            place=tested.place(said.llr, grades) if tested and best else None,
            settle=settle,
            why_nothing="" if settle else why_nothing(said, tested, calibrator.same),
        )

    def report(self, case_id: int, *, movement_: Movement | None = None) -> CaseReport:
        """All of a case. movement_: what is taken for possible, else the published figures."""
        moved = movement_ or Movement()
        with self._database.read() as connection:
            case = cases.get(connection, case_id)
            changes = tuple(cases.history(connection, case_id))
            details = [encounters.get(connection, number) for number in case.encounters]
        members = tuple(Member(one, visit(one)) for one in details)
        pairs = [
            self._pair(case, members, i, j, moved) for i, j in combinations(range(len(members)), 2)
        ]
        llr, comparable = _matrices(len(members), pairs)
        weighed = None
        if members:
            total = _totals(llr, pairs)
            speaks = comparable | (total != llr)
            weighed = partitions.posterior(total, speaks, together=case.together)
            pairs = [replace(p, together=float(weighed.pairs[p.one, p.other])) for p in pairs]
        calibrator = self._engine.calibrator()
        return CaseReport(
            case=case,
            members=members,
            pairs=tuple(pairs),
            partitions=weighed,
            conflicts=partitions.conflicts(llr, comparable, same=calibrator.same),
            changes=changes,
            movement=moved,
            model=calibrator.model,
            calibrator=calibrator.id,
            bound=calibrator.bound,
            same=calibrator.same,
            tested=load_tested(calibrator.id, self._weights),
        )

    def _pair(
        self, case: Case, members: Sequence[Member], i: int, j: int, moved: Movement
    ) -> CasePair:
        """A pair before the partitions are weighed: together is the prior."""
        one, other = members[i].visit, members[j].visit
        way = movement.between(one, other, moved)
        near = None
        if case.movement_prior:
            near = movement.prior(way, _places(members), (one.position, other.position), moved)
        says = self.between(case.encounters[i], case.encounters[j])
        return CasePair(i, j, says, case.together, way, near)

    def who(self, encounter_id: int, unseen: float | None = None) -> WhoItIs:
        """Who an encounter may be, each identity and an animal not in the catalogue.

        unseen: animals that are assumed not to be in the catalogue; None takes Chao's estimate. The
        encounter itself is left out of the catalogue, as it is left out of the gallery.
        """
        answer = self._engine.candidates(encounter_id, wait=self._waits)
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
    settle = tuple(
        replace(one, encounters=tuple(sorted(1 - n for n in one.encounters))) for one in said.settle
    )
    best = said.best
    if best:
        a, b = best.annotations
        best = BestPair((b, a), best.query, best.comparison)
    return replace(said, best=best, grades=said.grades[::-1], settle=settle)


def _places(members: Sequence[Member]) -> list[movement.Position]:
    """Where the stations of a case are, each once."""
    visits = [(one.visit.station, one.visit.position) for one in members]
    return list({station or place: place for station, place in visits if place}.values())


def _matrices(
    n: int, pairs: Sequence[CasePair]
) -> tuple[partitions.Matrix, np.ndarray[tuple[int, int], np.dtype[np.bool_]]]:
    """(n, n) llr, and which pairs can be compared."""
    llr, comparable = np.zeros((n, n)), np.zeros((n, n), bool)
    for one in pairs:
        i, j = one.one, one.other
        llr[i, j] = llr[j, i] = one.says.evidence.llr
        comparable[i, j] = comparable[j, i] = one.says.best is not None
    return llr, comparable


def _totals(llr: partitions.Matrix, pairs: Sequence[CasePair]) -> partitions.Matrix:
    """(n, n) llr with what movement adds, where it does."""
    total = llr.copy()
    for one in pairs:
        total[one.one, one.other] = total[one.other, one.one] = one.total
    return total


TheCasework = Annotated[Casework, Depends(component(Casework))]
"""The app's, for a route."""
