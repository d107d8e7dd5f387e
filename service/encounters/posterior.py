"""Who an encounter may be, before and after its photos spoke."""

from dataclasses import dataclass

from reid.identify import prior
from service.recognition.engine import Engine
from service.store import encounters, identities
from service.store.database import Database
from service.web.languages import gettext as _


@dataclass(frozen=True, slots=True)
class IdentityChance:
    """One identity before and after the photos spoke.

    compared False: it was not on the shortlist and keeps an llr of 0. identity_id 0: an animal
    that is not in the catalogue, as one line among the others.
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


def posterior(
    database: Database,
    engine: Engine,
    encounter_id: int,
    unseen: float | None = None,
    *,
    wait: bool = True,
) -> WhoItIs:
    """Who an encounter may be, each identity and an animal not in the catalogue.

    unseen: animals that are assumed not to be in the catalogue; None takes Chao's estimate. The
    encounter itself is left out of the catalogue, as it is left out of the gallery.
    """
    answer = engine.candidates(encounter_id, wait=wait)
    with database.read() as connection:
        own = encounters.summary(connection, encounter_id).identity_id
        known = {
            identity.id: (identity.name, identity.encounters - (identity.id == own))
            for identity in identities.catalogue(connection)
        }
    known = {number: facts for number, facts in known.items() if facts[1] > 0}
    estimated = prior.assumed_unseen([count for name, count in known.values()])
    llrs = {c.identity: c.evidence.llr for c in answer.identification.candidates}
    posteriors = prior.posterior([llrs.get(number, 0.0) for number in known], unseen or estimated)
    chances = [
        IdentityChance(
            number, name, llrs.get(number, 0.0), number in llrs, posteriors.prior_identity, share
        )
        for (number, (name, count)), share in zip(known.items(), posteriors.identities, strict=True)
    ]
    return WhoItIs(
        encounter_id=encounter_id,
        identities=tuple(sorted(chances, key=lambda chance: -chance.posterior)),
        prior_unknown=posteriors.prior_unknown,
        unknown=posteriors.unknown,
        unseen=posteriors.unseen,
        estimated=estimated,
        model=answer.identification.model,
        calibrator=answer.calibrator,
    )


def chances(answer: WhoItIs, *, shown: int = 20) -> list[IdentityChance]:
    """The most probable identities, and an animal not in the catalogue, which is always there."""
    words = _("an animal not in the catalogue")
    unknown = IdentityChance(0, words, 0.0, True, answer.prior_unknown, answer.unknown)
    lines = [*answer.identities[:shown], unknown]
    return sorted(lines, key=lambda chance: -chance.posterior)
