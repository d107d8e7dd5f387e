"""What the decided encounters of this catalogue say about its calibrator, and what is done with it.

The work of minutes for a large catalogue, so a command does it and pages show what it kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import combinations, islice
from typing import Annotated, NamedTuple

import numpy as np
from fastapi import Depends
from sqlalchemy import Connection

from reid.errors import Conflict
from reid.evidence.calibrator import LOG10_E, Calibrator
from reid.evidence.encounters import EncounterEvidence, between
from reid.evidence.local import COMPARED, LocalPair, Supply, study, supply_of
from reid.evidence.strata import known_grade, worse_of
from reid.evidence.tested import ALL, Tested, exceeded, load_tested
from reid.sentences import Sentence
from reid.types import AnnotationFeatures, Flank
from reid.weights import default_folder
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import bursts, copies, features
from service.store import calibration as store
from service.store.calibration import AppliedFactor, CalibrationRecord, DecidedEncounter, Studied
from service.store.database import Database
from service.web.answer_cache import AnswerCache
from service.web.parameters import component

MOST = 2000  # impostor pairs of a study; genuine ones half as many
TRIES = 20  # random pairs looked at for each that is wanted
NIGHT = timedelta(hours=12)  # within it, a station's photos share more than the animal
AT_ONCE = 64  # encounters whose features stay in memory


class NoReasonToAdjust(
    Conflict, message="the catalogue gives no reason to adjust {calibrator}: nothing was applied"
): ...


class TooLittleToAdjust(
    Conflict,
    message="the catalogue gives no reason to adjust {calibrator}: nothing was applied; missing: "
    "{missing}",
): ...


class GenuinePairsMissing(Sentence, message="{number} genuine pairs"): ...


class GenuineAnimalsMissing(Sentence, message="{number} individuals with a genuine pair"): ...


class ImpostorPairsMissing(Sentence, message="{number} impostor pairs"): ...


class ImpostorAnimalsMissing(Sentence, message="{number} individuals with an impostor pair"): ...


SHORTAGES: dict[str, type[Sentence]] = {
    "genuine pairs": GenuinePairsMissing,
    "individuals with a genuine pair": GenuineAnimalsMissing,
    "impostor pairs": ImpostorPairsMissing,
    "individuals with an impostor pair": ImpostorAnimalsMissing,
}
"""What is missing, by the keys of `reid.evidence.local.Supply.missing`."""


def shortages(missing: Mapping[str, int]) -> tuple[Sentence, ...]:
    """What is missing as sentences, from `reid.evidence.local.Supply.missing`."""
    return tuple(SHORTAGES[kind](number=number) for kind, number in missing.items())


@dataclass(frozen=True, slots=True)
class Met:
    """One decided encounter with an embedded photo. annotations: their numbers."""

    decided: DecidedEncounter
    annotations: tuple[int, ...]
    flanks: frozenset[Flank]

    def usable_with(self, other: "Met") -> bool:
        """A flank may be shared, and it was not one night at one station."""
        first, second = self.decided, other.decided
        if first.station is not None and first.station == second.station:
            times = (first.started_at, second.started_at)
            if times[0] and times[1] and abs(times[0] - times[1]) < NIGHT:
                return False
        return any(a.comparable_with(b) for a in self.flanks for b in other.flanks)


Couple = tuple[Met, Met]


class WeighedCouple(NamedTuple):
    """What two decided encounters say together. grade: the worse of their best grades."""

    couple: Couple
    evidence: EncounterEvidence
    grade: str


@dataclass(frozen=True, slots=True)
class CalibrationState:
    """The calibrator in force, how it was tested, and what this catalogue says about it.

    fitted: the calibrator as its card has it; used: with what was applied. tested: None where there
    was no test. local: the latest study and what was applied. decisions: that were ever taken.
    available: what a study would have now.
    """

    fitted: Calibrator
    used: Calibrator
    tested: Tested | None
    local: CalibrationRecord
    decisions: int
    available: Supply

    @property
    def in_force(self) -> bool:
        """Whether what was applied belongs to the calibrator that speaks."""
        return self.local.applied is not None and self.local.applied.calibrator == self.fitted.id

    def llr(self, pair: LocalPair) -> float:
        """log10, of a suspect pair by the calibrator as fitted, within its bound."""
        return min(LOG10_E * pair.log_odds, self.fitted.bound)


class Calibration:
    """Studies the catalogue, and keeps or drops what came of it. One a process."""

    def __init__(self, database: Database, engine: Engine, settings: Settings) -> None:
        self._database, self._engine, self._settings = database, engine, settings
        self._supply: AnswerCache[tuple[str, features.Version], Supply] = AnswerCache(1)

    @property
    def kept(self) -> CalibrationRecord:
        """The latest study and what is applied."""
        return self._engine.local.read()

    @property
    def decisions(self) -> int:
        """How many decisions were ever taken."""
        with self._database.read() as connection:
            return store.decisions_so_far(connection)

    def state(self) -> CalibrationState:
        """All that is known; nothing is compared."""
        return CalibrationState(
            fitted=self._engine.fitted(),
            used=self._engine.calibrator(),
            tested=self._tested(),
            local=self.kept,
            decisions=self.decisions,
            available=self.supply(),
        )

    def couples(self, *, most: int = MOST, seed: int = 0) -> list[Couple]:
        """All genuine pairs of encounters and impostor ones, or a draw where there are many."""
        met, rng = self._met(), np.random.default_rng(seed)
        return [*_genuine(met, most // 2, rng), *_impostors(met, most, rng)]

    def supply(self) -> Supply:
        """What a study would have, up to `MOST`; nothing is compared.

        Counted again only where photos or decisions have come since.
        """
        model = self._engine.embedder().model
        with self._database.read() as connection:
            version = features.version(connection, model)
        return self._supply.get(
            (model, version),
            lambda: supply_of([_pair(first, second, 0.0) for first, second in self.couples()]),
        )

    def compared(self, couples: Sequence[Couple]) -> Iterator[LocalPair]:
        """What the photos of each pair say by the calibrator as fitted, one by one."""
        fitted = self._engine.fitted()
        for (first, second), evidence, _ in self.weighed(couples, fitted):
            yield _pair(first, second, fitted.log_odds(evidence.witnesses))

    def weighed(self, couples: Sequence[Couple], calibrator: Calibrator) -> Iterator[WeighedCouple]:
        """What the photos of each pair say, one by one; without those that cannot be compared.

        A photo that both encounters hold, as a copy, counts in one of them only.
        """
        model = self._engine.embedder().model

        @lru_cache(AT_ONCE)
        def features_of(annotations: tuple[int, ...]) -> list[AnnotationFeatures]:
            with self._database.read() as connection:
                return list(features.get(connection, annotations, model).values())

        for couple in sorted(couples, key=_numbers):
            with self._database.read() as connection:
                sides = [_photos(connection, encounter, model) for encounter in couple]
                first, second = copies.counted_once(connection, sides)
            photos = features_of(tuple(first)), features_of(tuple(second))
            evidence = between(*photos, calibrator, registered=False)
            if evidence.witnesses:
                grade = worse_of((known_grade(photos[0]), known_grade(photos[1])))
                yield WeighedCouple(couple, evidence, grade)

    def some_photos(self, most: int, *, seed: int) -> list[list[AnnotationFeatures]]:
        """What is known of the photos of decided encounters, a draw where there are many."""
        encounters, model = self._met(), self._engine.embedder().model
        order = np.random.default_rng(seed).permutation(len(encounters))[:most].tolist()
        with self._database.read() as connection:
            known = [features.get(connection, encounters[n].annotations, model) for n in order]
        return [list(photos.values()) for photos in known if photos]

    def studied(self, pairs: Sequence[LocalPair]) -> Studied:
        """Conclude, and keep it; nothing is applied."""
        fitted = self._engine.fitted()
        conclusion = study(pairs, fitted, reference=self.reference())
        moment = datetime.now(UTC).replace(microsecond=0)
        studied = Studied(fitted.id, fitted.model, moment, self.decisions, conclusion)
        before = self.kept
        self._engine.local.write(CalibrationRecord(studied, before.applied, before.last))
        return studied

    def apply(self, studied: Studied) -> AppliedFactor:
        """Put the factor of a study in force. Conflict where it would change nothing."""
        if studied.study.factor == 1:
            if not (short := studied.study.supply.missing):
                raise NoReasonToAdjust(calibrator=studied.calibrator)
            raise TooLittleToAdjust(calibrator=studied.calibrator, missing=shortages(short))
        calibration = self.kept.with_applied(studied)
        self._engine.local.write(calibration)
        assert calibration.applied  # noqa: S101
        return calibration.applied

    def reset(self) -> bool:
        """Let the calibrator speak as it was fitted; False where nothing was applied."""
        calibration = self.kept
        if calibration.applied is None:
            return False
        self._engine.local.write(calibration.without())
        return True

    def reference(self) -> Mapping[float, float] | None:
        """Shares of impostor pairs in the test of the calibrator; None where it has none."""
        tested = self._tested()
        strata = {stratum.name: stratum for stratum in tested.strata} if tested else {}
        if ALL not in strata:
            return None
        return {at: exceeded(strata[ALL], at)[1] for at in COMPARED}

    def _tested(self) -> Tested | None:
        folder = self._settings.weights_dir or default_folder()
        return load_tested(self._engine.fitted().id, folder)

    def _met(self) -> list[Met]:
        model = self._engine.embedder().model
        with self._database.read() as connection:
            entries = features.gallery(connection, model)
            decided = store.decided(connection)
        photos: dict[int, list[features.GalleryEntry]] = {}
        for entry in entries:
            photos.setdefault(entry.row.encounter, []).append(entry)
        return [
            Met(
                encounter,
                tuple(entry.row.annotation for entry in photos[encounter.encounter_id]),
                frozenset(entry.flank for entry in photos[encounter.encounter_id]),
            )
            for encounter in decided
            if encounter.encounter_id in photos
        ]


def _genuine(met: Sequence[Met], most: int, rng: np.random.Generator) -> list[Couple]:
    of: dict[int, list[Met]] = {}
    for encounter in met:
        of.setdefault(encounter.decided.identity_id, []).append(encounter)
    couples = [
        (encounter, another)
        for encounters in of.values()
        for encounter, another in combinations(encounters, 2)
        if encounter.usable_with(another)
    ]
    return _some(couples, most, rng)


def _impostors(met: Sequence[Met], most: int, rng: np.random.Generator) -> list[Couple]:
    """All of a small catalogue; of a large one encounters drawn at random, each pair once."""
    n = len(met)
    if n * (n - 1) // 2 <= TRIES * most:
        return _some([pair for pair in combinations(met, 2) if _strangers(*pair)], most, rng)
    draws = np.sort(rng.integers(n, size=(TRIES * most, 2)), axis=1)
    once = dict.fromkeys((int(i), int(j)) for i, j in draws if i != j)
    pairs = ((met[i], met[j]) for i, j in once)
    return list(islice((pair for pair in pairs if _strangers(*pair)), most))


def _strangers(encounter: Met, other: Met) -> bool:
    return encounter.decided.identity_id != other.decided.identity_id and encounter.usable_with(
        other
    )


def _some(couples: list[Couple], most: int, rng: np.random.Generator) -> list[Couple]:
    if len(couples) <= most:
        return couples
    return [couples[n] for n in rng.permutation(len(couples))[:most].tolist()]


def _photos(connection: Connection, encounter: Met, model: str) -> dict[int, int]:
    """Its annotations and the fused pictures over them, to any number each."""
    pictures = bursts.of_encounter(connection, encounter.decided.encounter_id, model)
    return dict.fromkeys(encounter.annotations, 0) | pictures


def _numbers(couple: Couple) -> tuple[int, int]:
    return couple[0].decided.encounter_id, couple[1].decided.encounter_id


def _pair(first: Met, second: Met, log_odds: float) -> LocalPair:
    a, b = first.decided, second.decided
    return LocalPair(
        (str(a.identity_id), str(b.identity_id)),
        log_odds,
        not (a.helped or b.helped),
        (a.encounter_id, b.encounter_id),
    )


TheCalibration = Annotated[Calibration, Depends(component(Calibration))]
"""The app's, for a route."""
