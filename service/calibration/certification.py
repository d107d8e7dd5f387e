"""The certificate of a catalogue: what its llrs are worth, by what its people decided.

The work of minutes, so a command does it and pages and dossiers quote what it kept.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends

from reid.errors import Conflict
from reid.evidence.certificate import Certificate, certified_strata
from reid.evidence.controls import across_flanks, without_animals
from reid.evidence.local import LocalPair, supply_of
from reid.evidence.strata import KnownPair, PairTally
from service.calibration.study import AT_ONCE, Calibration, Couple, shortages
from service.recognition.engine import Engine
from service.settings import Settings
from service.store import certificate as store
from service.web.parameters import component

SEED = 0  # of intervals, of the encounters and of the crops without an animal


class TooLittleToCertify(
    Conflict,
    message="too few decided encounters to certify this catalogue: nothing was kept; missing: "
    "{missing}",
): ...


@dataclass(frozen=True, slots=True)
class CertificateState:
    """The latest certificate beside what speaks now.

    model, calibrator: in force. since: decisions that were taken after it.
    """

    certificate: Certificate
    model: str
    calibrator: str
    since: int

    @property
    def out_of_date(self) -> bool:
        """Another model or another calibrator speaks now."""
        certified = (self.certificate.model, self.certificate.calibrator)
        return certified != (self.model, self.calibrator)


@dataclass(frozen=True, slots=True)
class CertifiedCatalogue:
    """The pairs of a catalogue, and what was measured beside them.

    encounters: that were compared. background, flanks, reviewers: as in `Certificate`.
    """

    pairs: tuple[KnownPair, ...]
    encounters: int
    background: PairTally
    flanks: PairTally
    reviewers: PairTally | None


class Certification:
    """Certifies the catalogue by the pairs of its calibration. One a process."""

    def __init__(self, engine: Engine, calibration: Calibration, settings: Settings) -> None:
        self._engine, self._calibration, self._settings = engine, calibration, settings

    def state(self) -> CertificateState | None:
        """The latest certificate; None where nobody made one."""
        certificate = store.latest(self._settings.data_dir)
        if certificate is None:
            return None
        used = self._engine.calibrator()
        since = self._calibration.decisions - (certificate.decisions or 0)
        return CertificateState(certificate, used.model, used.id, since)

    def couples(self, *, most: int) -> list[Couple]:
        """Pairs of encounters to compare. Raises TooLittleToCertify where they are too few."""
        couples = self._calibration.couples(most=most)
        _require([KnownPair(_animals(couple), 0.0) for couple in couples])
        return couples

    def compared(self, couples: Sequence[Couple]) -> Iterator[KnownPair]:
        """What users see of each pair, by the calibrator in force, one by one."""
        used = self._engine.calibrator()
        for couple, says, grade in self._calibration.weighed(couples, used):
            alone = not any(encounter.decided.helped for encounter in couple)
            yield KnownPair(_animals(couple), says.evidence.llr, grade, alone)

    def background(self, crops: int, *, done: Callable[[int], object]) -> PairTally:
        """Generated crops without an animal, each against a decided encounter."""
        photos = self._calibration.some_photos(AT_ONCE, seed=SEED)
        network, used = self._engine.embedder(), self._engine.calibrator()
        return without_animals(photos, network, used, crops=crops, seed=SEED, done=done)

    def flanks(self) -> PairTally:
        """Left against right photos of decided encounters."""
        photos = self._calibration.some_photos(AT_ONCE, seed=SEED)
        return across_flanks(photos, self._engine.calibrator())

    def certify(self, measured: CertifiedCatalogue, *, command: str) -> Certificate:
        """Conclude, and keep it. Raises TooLittleToCertify where too few could be compared."""
        _require(measured.pairs)
        used = self._engine.calibrator()
        genuine = [pair for pair in measured.pairs if pair.genuine]
        certificate = Certificate(
            data="decided encounters of the catalogue",
            date=datetime.now(UTC).date().isoformat(),
            model=used.model,
            calibrator=used.id,
            command=command,
            seed=SEED,
            same=used.same,
            encounters=measured.encounters,
            strata=certified_strata(measured.pairs, same=used.same, seed=SEED),
            independent=PairTally(sum(pair.independent for pair in genuine), len(genuine)),
            background=measured.background,
            flanks=measured.flanks,
            reviewers=measured.reviewers,
            decisions=self._calibration.decisions,
        )
        store.keep(self._settings.data_dir, certificate)
        return certificate


def encounters_in(couples: Sequence[Couple]) -> int:
    """How many encounters some pairs are of."""
    return len({encounter.decided.encounter_id for couple in couples for encounter in couple})


def _animals(couple: Couple) -> tuple[str, str]:
    return str(couple[0].decided.identity_id), str(couple[1].decided.identity_id)


def _require(pairs: Sequence[KnownPair]) -> None:
    supply = supply_of([LocalPair(pair.animals, 0.0, pair.independent) for pair in pairs])
    if supply.missing:
        raise TooLittleToCertify(missing=shortages(supply.missing))


TheCertification = Annotated[Certification, Depends(component(Certification))]
"""The app's, for a route."""
