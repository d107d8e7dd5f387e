"""Who an encounter may be, on the wire."""

from collections.abc import Sequence

from service.web.wire import Wire


class IdentityChanceOut(Wire):
    """One identity before and after the photos spoke; compared false: not on the shortlist."""

    identity_id: int
    name: str
    llr: float
    compared: bool
    prior: float
    posterior: float


class PosteriorOut(Wire):
    """Each identity and an animal that is not in the catalogue; the posteriors sum to 1.

    unseen: animals that are assumed not to be in the catalogue; estimated: the same by Chao1.
    """

    encounter_id: int
    identities: Sequence[IdentityChanceOut]
    prior_unknown: float
    unknown: float
    unseen: float
    estimated: float
    model: str
    calibrator: str
