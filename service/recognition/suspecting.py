"""Whether photos of one encounter show two animals: asked after a worker compared them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from reid.evidence.calibrator import Calibrator
from reid.identify.two_animals import PhotoOfEncounter, SuspectedCut, suspected
from reid.types import AnnotationFeatures
from service.store import cases, encounters, features, identities
from service.store.database import Database
from service.store.pairs import PairMeasurement

MOST_IDENTITIES = 3  # that an encounter is looked at against, the ones that agree most


def two_animals_in(
    database: Database,
    encounter_id: int,
    own: Mapping[int, AnnotationFeatures],
    measured: Iterable[PairMeasurement],
    calibrator: Calibrator,
) -> SuspectedCut | None:
    """The cut between two animals of an encounter, if anything says that there are two.

    own: its embedded photos. measured: what was measured between it and others.
    """
    if len(own) < 2:
        return None
    same = [one for one in measured if one.comparable and one.llr >= calibrator.same]
    with database.read() as connection:
        references = encounters.references_of(connection, encounter_id)
        photos = [
            PhotoOfEncounter(one.annotation.id, one.photo.id, own.get(one.annotation.id))
            for one in references
        ]
        known = _identities(connection, encounter_id, same, next(iter(own.values())))
    return suspected(photos, known, calibrator)


def _identities(
    connection: Connection,
    encounter_id: int,
    same: Sequence[PairMeasurement],
    one_of_own: AnnotationFeatures,
) -> dict[int, list[AnnotationFeatures]]:
    """The photos of the encounter that agrees most of each identity that it may be."""
    assigned, model = identities.assigned(connection), one_of_own.embedding.model
    best: dict[int, int] = {}
    for measurement in sorted(same, key=lambda one: -one.llr):
        (other,) = set(measurement.couple) - {encounter_id}
        if other in assigned:
            best.setdefault(assigned[other], other)
    if len(best) < 2:
        return {}
    photos: dict[int, list[AnnotationFeatures]] = {}
    for identity, other in list(best.items())[:MOST_IDENTITIES]:
        ids = cases.embedded(connection, other, model)
        photos[identity] = list(features.get(connection, list(ids), model).values())
    return photos
