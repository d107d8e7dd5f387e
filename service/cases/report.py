"""Everything that can be said about a case or one encounter, built in one place for all readers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from math import exp
from pathlib import Path
from statistics import median
from string import ascii_uppercase
from typing import Annotated

import numpy as np
from fastapi import Depends
from sqlalchemy import Connection

from reid.evidence.tested import Tested, load_tested
from reid.identify import movement, partitions
from reid.identify.movement import Movement, SpaceTime, Span, Visit
from reid.identify.partitions import (
    InconsistentTriple,
    Mask,
    Matrix,
    PartitionPosterior,
    WeighedPartition,
)
from reid.interchange.great_circle import Position
from reid.interchange.obscuring import Telling
from service.encounters.pair_evidence import PairEvidence, PairSays
from service.recognition.engine import Engine
from service.store import cases, encounters, stations
from service.store.cases import Case, CaseChange
from service.store.database import Database
from service.store.encounters import EncounterDetail, EncounterSummary
from service.store.identities import Reference
from service.web.parameters import component

PRIORS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Under which the most probable partition is looked at again."""
SLACK = timedelta(hours=1)
"""A statement this close to the recorded time is no other date."""
ONE_VISIT = timedelta(hours=12)
"""Statements of one source this close to each other mean one visit."""


@dataclass(frozen=True, slots=True)
class Member:
    """One encounter of a case, with its photos and where and when it was."""

    detail: EncounterDetail
    visit: Visit


@dataclass(frozen=True, slots=True)
class CasePair:
    """Two encounters of a case. first, second: positions among the members; encounters: numbers.

    together: posterior probability that both are one animal, from all partitions. space_time: no
    part of it, unless the case takes movement as a prior. movement: the log10 odds it adds then,
    and None where it adds nothing because it stands apart.
    """

    first: int
    second: int
    encounters: tuple[int, int]
    says: PairSays
    together: float
    space_time: SpaceTime
    movement: float | None = None

    @property
    def total(self) -> float:
        """The log10 odds that the partitions rest on: of the photos, and of movement if wanted."""
        return self.says.evidence.llr + (self.movement or 0.0)

    @property
    def letters(self) -> tuple[str, str]:
        """What the report calls the two encounters."""
        return ascii_uppercase[self.first], ascii_uppercase[self.second]

    @property
    def name(self) -> str:
        """Both letters: "A-B" with an en dash."""
        return "\N{EN DASH}".join(self.letters)


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All of a case. Positions in pairs, partitions and conflicts are those of `members`.

    partitions None: the case is empty. same: the llr from which the verdict is "same", and below
    minus which "different". bound: the largest |llr| the calibration supports. tested: how the
    calibrator did in its test, None where there was none. llr: (n, n), of the photos alone, 0 on
    the diagonal and where nothing can be compared; total: (n, n), with what movement adds where the
    case takes it as a prior. speaks: (n, n), the pairs that say anything. telling: how places are;
    for those who may not know where cameras hang positions, ways and ratings are those of squares
    or none, and movement is no part of the prior, because distances can be read off it.
    """

    case: Case
    members: tuple[Member, ...]
    pairs: tuple[CasePair, ...]
    partitions: PartitionPosterior | None
    conflicts: tuple[InconsistentTriple, ...]
    changes: tuple[CaseChange, ...]
    movement: Movement
    telling: Telling
    model: str
    calibrator: str
    bound: float
    same: float
    tested: Tested | None
    llr: Matrix
    total: Matrix
    speaks: Mask

    @property
    def weighs_movement(self) -> bool:
        """Whether space and time are part of the prior of this report."""
        return self.case.movement_prior and self.telling.exact

    @property
    def moved(self) -> tuple[CasePair, ...]:
        """The pairs whose movement is part of the prior."""
        return tuple(pair for pair in self.pairs if pair.movement is not None)

    def prior(self, partition: WeighedPartition) -> float:
        """Probability of a partition before any photo is looked at, by the prior of the case."""
        theta = partitions.concentration(self.case.together)
        return exp(partitions.log_prior(partition.partition, theta))


@dataclass(frozen=True, slots=True)
class OtherPrior:
    """The most probable partition of a report under another prior; leads: it stays the first."""

    together: float
    probability: float
    leads: bool


def other_priors(report: CaseReport) -> tuple[OtherPrior, ...]:
    """What becomes of the most probable partition under other priors that two are one animal.

    Empty for fewer than two encounters, and where not every partition could be weighed.
    """
    weighed = report.partitions
    if weighed is None or len(report.members) < 2 or not weighed.in_full:
        return ()
    leading = weighed.partitions[0].partition
    priors = []
    for together in PRIORS:
        ranked = partitions.posterior(report.total, report.speaks, together=together).partitions
        rank = next(n for n, partition in enumerate(ranked) if partition.partition == leading)
        priors.append(OtherPrior(together, ranked[rank].probability, leads=rank == 0))
    return tuple(priors)


class Casework:
    """Builds reports of cases. weights: the folder with the cards and test results."""

    def __init__(
        self, database: Database, engine: Engine, pair_evidence: PairEvidence, weights: Path
    ) -> None:
        self._database, self._engine, self._weights = database, engine, weights
        self._pair_evidence = pair_evidence

    def report(
        self,
        case_id: int,
        telling: Telling,
        *,
        movement_: Movement | None = None,
        wait: bool = True,
    ) -> CaseReport:
        """All of a case. movement_: what is taken for possible, else the published figures.

        telling: how places are; nothing else of them is looked at.
        wait False: raises NotYet where photos would have to be compared first.
        """
        moved = movement_ or Movement()
        says = (self._pair_evidence if wait else self._pair_evidence.at_once()).between
        with self._database.read() as connection:
            case = cases.get(connection, case_id)
            changes = tuple(cases.history(connection, case_id))
            members = _members(connection, case, telling)
        pairs = [
            _pair(case, members, (i, j), says(a, b), moved, telling)
            for (i, a), (j, b) in combinations(enumerate(case.encounters), 2)
        ]
        llr, total, comparable = _matrices(len(members), pairs)
        speaks = comparable | (total != llr)
        weighed = None
        if members:
            weighed = partitions.posterior(total, speaks, together=case.together)
            pairs = [replace(p, together=float(weighed.pairs[p.first, p.second])) for p in pairs]
        calibrator = self._engine.calibrator()
        return CaseReport(
            case=case,
            members=members,
            pairs=tuple(pairs),
            partitions=weighed,
            conflicts=partitions.inconsistent_triples(llr, comparable, same=calibrator.same),
            changes=changes,
            movement=moved,
            telling=telling,
            model=calibrator.model,
            calibrator=calibrator.id,
            bound=calibrator.bound,
            same=calibrator.same,
            tested=load_tested(calibrator.id, self._weights),
            llr=llr,
            total=total,
            speaks=speaks,
        )


def _members(connection: Connection, case: Case, telling: Telling) -> tuple[Member, ...]:
    details = [encounters.get(connection, number) for number in case.encounters]
    return tuple(
        Member(detail, _visit(detail, _stood(connection, detail.summary), telling))
        for detail in details
    )


def _pair(
    case: Case,
    members: Sequence[Member],
    at: tuple[int, int],
    says: PairSays,
    moved: Movement,
    telling: Telling,
) -> CasePair:
    """The pair of two members before the partitions are weighed: together is the prior."""
    first, second = (members[n].visit for n in at)
    way = movement.between_as_told(first, second, telling, moved)
    near = None
    if case.movement_prior and telling.exact:
        near = movement.prior(way, _places(members), (first.position, second.position), moved)
    numbers = case.encounters[at[0]], case.encounters[at[1]]
    return CasePair(*at, numbers, says, case.together, way, near)


def _stood(connection: Connection, summary: EncounterSummary) -> Position | None:
    """Where the camera of an encounter's station stood, by its deployments."""
    return stations.position_of(connection, summary.station, summary.started_at)


def _visit(detail: EncounterDetail, stood: Position | None, telling: Telling) -> Visit:
    """Station, position, and the recorded time before all others stated.

    The position is the median of the photos; stood: that of the deployment, where they have none.
    """
    summary = detail.summary
    spans: tuple[Span, ...] = ()
    if summary.started_at is not None and summary.ended_at is not None:
        recorded = Span(summary.started_at, summary.ended_at, "recorded")
        spans = (recorded, *(span for span in _stated(detail) if _elsewhere(span, recorded)))
    visit = Visit(summary.station, _position(detail.references) or stood, spans)
    return movement.as_told(visit, telling)


def _position(references: Sequence[Reference]) -> Position | None:
    places = [
        (reference.photo.latitude, reference.photo.longitude)
        for reference in references
        if reference.photo.latitude is not None and reference.photo.longitude is not None
    ]
    if not places:
        return None
    return median(lat for lat, _ in places), median(lon for _, lon in places)


def _stated(detail: EncounterDetail) -> list[Span]:
    """Times that somebody stated and that were not used, as one span a source and visit."""
    statements = sorted(
        (claim.source, datetime.fromisoformat(claim.value).replace(tzinfo=None))
        for claims in detail.conflicts.values()
        for claim in claims
        if claim.field == "captured_at" and not claim.used
    )
    spans: list[Span] = []
    for source, time in statements:
        last = spans[-1] if spans else None
        if last and last.source == source and time - last.end <= ONE_VISIT:
            spans[-1] = Span(last.start, time, source)
        else:
            spans.append(Span(time, time, source))
    return spans


def _elsewhere(span: Span, recorded: Span) -> bool:
    return span.end < recorded.start - SLACK or span.start > recorded.end + SLACK


def _places(members: Sequence[Member]) -> list[Position]:
    """Where the stations of a case are, each once."""
    visits = [(member.visit.station, member.visit.position) for member in members]
    return list({station or place: place for station, place in visits if place}.values())


def _matrices(n: int, pairs: Sequence[CasePair]) -> tuple[Matrix, Matrix, Mask]:
    """(n, n) llr, llr with what movement adds where it does, and which pairs can be compared."""
    llr, total, comparable = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n), bool)
    for pair in pairs:
        for at in ((pair.first, pair.second), (pair.second, pair.first)):
            llr[at], total[at] = pair.says.evidence.llr, pair.total
            comparable[at] = pair.says.best is not None
    return llr, total, comparable


TheCasework = Annotated[Casework, Depends(component(Casework))]
"""The app's, for a route."""
