"""A neighbour's animals against one's own: shortlist, comparison, llr, and whom to call about.

Shortlist and comparison are those of the product. Of an own identity the same best few photos speak
that would be passed on, so both neighbours find the same llr for a pair that both compare.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from reid.describe.rootsift import MODEL as ROOTSIFT
from reid.errors import BadSettings
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import EncounterEvidence, between
from reid.gallery.galleries import Galleries
from reid.identify.identify import FeaturesOf
from reid.identify.prior import posterior
from reid.signatures.content import PassedAnimal, Signatures
from reid.signatures.errors import NothingToCompareWith, SignaturesDamaged
from reid.threads import side_by_side
from reid.types import AnnotationFeatures, Flank, Verdict

SHARED = 0.1  # of a neighbour's animals, the part that is taken to be in the own catalogue, too
EACH = 10  # own annotations on the shortlist of one photo
NEAREST = 8  # own identities that an animal is compared with
CALL = 1.0  # llr from which two animals that name each other are worth a call


class ShareOutOfRange(
    BadSettings, message="the expected share is {share:g}: give a number above 0 and below 1"
): ...


@dataclass(frozen=True, slots=True)
class OwnAnimals:
    """One's own identities. photos: the annotations that speak for each; all of them, and no
    others, are in the galleries."""

    galleries: Galleries
    photos: Mapping[int, Sequence[int]]
    features_of: FeaturesOf

    def of(self, identity: int) -> list[AnnotationFeatures]:
        """The features of one identity's photos."""
        features = self.features_of(self.photos[identity])
        return [features[number] for number in self.photos[identity]]


@dataclass(frozen=True, slots=True)
class MeasuredPair:
    """A neighbour's animal beside an own identity.

    code, name, months: as in `PassedAnimal`. llr to calibrator: as in `Evidence`. flank: of the two
    photos that agree most, as the neighbour stated it. photos: pairs of photos that were compared.
    """

    code: str
    name: str
    months: tuple[str, ...]
    identity: int
    llr: float
    bound: float
    low: float
    high: float
    verdict: Verdict
    calibrator: str
    flank: Flank
    photos: int


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A measured pair among all others.

    posterior: probability of one animal, with the stated prior. call: it is worth a call.
    """

    pair: MeasuredPair
    posterior: float
    call: bool


def check_fit(signatures: Signatures, own: OwnAnimals) -> None:
    """Raises an InputError where the file cannot be compared with these identities."""
    signatures.check_model(own.galleries.model, ROOTSIFT)
    if not own.photos:
        raise NothingToCompareWith()
    mine = own.of(next(iter(own.photos)))[0]
    widths = (
        4 * len(mine.embedding.vector),
        mine.dense.descriptors.shape[1],
        mine.dense.places is not None,
    )
    for animal in signatures.animals:
        for one in animal.annotations:
            if (len(one.vector), one.dense.width, one.dense.placed) != widths:
                raise SignaturesDamaged(fault=f"features are not of the size of {signatures.model}")
            if one.rootsift and one.rootsift.width != mine.rootsift.descriptors.shape[1]:
                raise SignaturesDamaged(fault="keypoints are not of the size of RootSIFT")


def measure(
    animal: PassedAnimal, signatures: Signatures, own: OwnAnimals, calibrator: Calibrator
) -> list[MeasuredPair]:
    """What is found of one animal of the file: a pair for each own identity on its shortlist.

    Without keypoints in the file the weights for pairs without RootSIFT are used, as everywhere.
    """
    photos = [a.features(signatures.model, ROOTSIFT) for a in animal.annotations]
    rootsift = bool(signatures.rootsift)

    def compared(identity: int) -> EncounterEvidence:
        mine = own.of(identity)
        return between(photos, mine, calibrator, registered=False, rootsift=rootsift)

    shortlist = _shortlist(photos, own.galleries)
    results = side_by_side(compared, shortlist)
    return [
        _measured(animal, identity, result)
        for identity, result in zip(shortlist, results, strict=True)
        if result.pairs
    ]


def _shortlist(photos: Sequence[AnnotationFeatures], galleries: Galleries) -> list[int]:
    """The own identities that embedding or cells of the photos point at, every photo in turn."""
    lists = [galleries.to_compare(photo, EACH) for photo in photos if photo.shows_animal]
    rows = (row for turn in zip_longest(*lists) for row in turn if row is not None)
    return list(dict.fromkeys(row.identity for row in rows))[:NEAREST]


def _measured(animal: PassedAnimal, identity: int, result: EncounterEvidence) -> MeasuredPair:
    evidence, best = result.evidence, result.pairs[0]
    return MeasuredPair(
        code=animal.code,
        name=animal.name,
        months=animal.months,
        identity=identity,
        llr=evidence.llr,
        bound=evidence.bound,
        low=evidence.interval[0],
        high=evidence.interval[1],
        verdict=evidence.verdict,
        calibrator=evidence.calibrator,
        flank=animal.annotations[best.query].flank,
        photos=len(result.pairs),
    )


def judged(
    pairs: Sequence[MeasuredPair], identities: int, *, shared: float = SHARED
) -> list[JudgedPair]:
    """All pairs, the strongest first, with what they mean together.

    shared: the part of the neighbour's animals that is taken to be among the own identities before
    any photo is looked at; each identity is equally likely. A pair is worth a call where its llr is
    at least `CALL` and neither animal has a stronger pair.
    """
    if not 0 < shared < 1:
        raise ShareOutOfRange(share=shared)
    theirs = _strongest(pairs, [pair.code for pair in pairs])
    ours = _strongest(pairs, [pair.identity for pair in pairs])
    probabilities = _posteriors(pairs, identities, shared)
    rows = [
        JudgedPair(
            pair,
            probability,
            pair.llr >= CALL and pair.llr >= theirs[pair.code] and pair.llr >= ours[pair.identity],
        )
        for pair, probability in zip(pairs, probabilities, strict=True)
    ]
    return sorted(rows, key=lambda row: (not row.call, -row.pair.llr, row.pair.code))


def _strongest(pairs: Sequence[MeasuredPair], keys: Sequence[Hashable]) -> dict[Hashable, float]:
    largest: dict[Hashable, float] = {}
    for pair, key in zip(pairs, keys, strict=True):
        largest[key] = max(pair.llr, largest.get(key, pair.llr))
    return largest


def _posteriors(pairs: Sequence[MeasuredPair], identities: int, shared: float) -> list[float]:
    """Of each pair, by Bayes over all identities and "none of them"; see `reid.identify.prior`."""
    by_animal: dict[str, list[int]] = {}
    for n, pair in enumerate(pairs):
        by_animal.setdefault(pair.code, []).append(n)
    probabilities = [0.0] * len(pairs)
    for members in by_animal.values():
        rest = max(0, identities - len(members))  # off the shortlist: nothing is known
        llrs = [pairs[n].llr for n in members] + [0.0] * rest
        shares = posterior(llrs, len(llrs) * (1 - shared) / shared)
        for n, probability in zip(members, shares.identities, strict=False):
            probabilities[n] = probability
    return probabilities
