"""The run of `leopard-reid certify`: what is measured, with bars on the terminal."""

from tqdm import tqdm

from reid.evidence.strata import PairTally
from service.calibration.certification import (
    CertificateState,
    Certification,
    CertifiedCatalogue,
    encounters_in,
)
from service.reviews.observers import errors_of_all
from service.store.database import Database
from service.web.parameters import Components


def certified(components: Components, *, most: int, crops: int, command: str) -> CertificateState:
    """Compare, conclude and keep the certificate of a catalogue.

    most: impostor pairs, genuine ones half as many. crops: without an animal. Raises
    TooLittleToCertify where people have decided too little.
    """
    certification = components[Certification]
    couples = certification.couples(most=most)
    pairs = tqdm(certification.compared(couples), total=len(couples), unit="pair", desc="compare")
    with components[Database].read() as connection:
        observed = errors_of_all(connection)
    wrong = observed.false_same + observed.false_different if observed else 0
    measured = CertifiedCatalogue(
        pairs=tuple(pairs),
        encounters=encounters_in(couples),
        background=certification.background(
            crops, done=tqdm(total=crops, unit="crop", desc="background").update
        ),
        flanks=certification.flanks(),
        reviewers=PairTally(wrong, observed.n) if observed else None,
    )
    certification.certify(measured, command=command)
    state = certification.state()
    assert state is not None  # noqa: S101
    return state
