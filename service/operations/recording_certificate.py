"""A certificate for the recorded examples: the demo has too few decisions for one of its own."""

from itertools import combinations

import numpy as np

from reid.evidence.strata import KnownPair, PairTally
from service.calibration.certification import Certification, CertifiedCatalogue

ANIMALS, SEED = 20, 1


def keep_drawn_certificate(certification: Certification) -> None:
    """Certify llrs that are drawn, two genuine pairs an animal, every two animals once."""
    rng = np.random.default_rng(SEED)
    names = [str(number) for number in range(1, ANIMALS + 1)]
    same = [KnownPair((n, n), float(rng.normal(2, 0.7)), "good") for n in names for _ in range(2)]
    others = [
        KnownPair(two, float(rng.normal(-1, 0.5)), "usable") for two in combinations(names, 2)
    ]
    measured = CertifiedCatalogue(
        pairs=(*same, *others),
        encounters=3 * ANIMALS,
        background=PairTally(0, 50),
        flanks=PairTally(0, 40),
        reviewers=None,
    )
    certification.certify(measured, command="leopard-reid certify")
