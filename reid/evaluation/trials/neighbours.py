"""Two catalogues exchange signatures: which shared animals are found, and which calls are false."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from reid.describe.rootsift import MODEL as ROOTSIFT
from reid.evaluation.data.surveys import SurveyEncounter
from reid.evidence.calibrator import Calibrator
from reid.gallery.galleries import Galleries
from reid.gallery.voting import Voter, Voting, cells
from reid.signatures import form
from reid.signatures.best import EACH, ReferencePhoto, best
from reid.signatures.content import PassedAnimal, Signatures, passed
from reid.signatures.keys import OwnerKey
from reid.signatures.pairs import JudgedPair, MeasuredPair, OwnAnimals, check_fit, judged, measure
from reid.types import AnnotationFeatures, GalleryRow

KEY = OwnerKey(bytes(range(32)))  # of a trial, known to everybody
MONTH = "2018-09"


@dataclass(frozen=True, slots=True)
class SurveyedCatalogue:
    """A survey as a catalogue: who is who was decided rightly.

    names: of the identities, which are numbered by their places in it. chosen: the photos that
    speak for each. features: of all photos, by number.
    """

    names: tuple[str, ...]
    chosen: tuple[ReferencePhoto, ...]
    features: Sequence[AnnotationFeatures]


@dataclass(frozen=True, slots=True)
class ExchangeResult:
    """What comes of one file. bytes: of the file; seconds: of comparing it. rows: all pairs.

    shared: animals of both catalogues that have photos in the file; owners: code -> true name.
    """

    bytes: int
    animals: int
    annotations: int
    seconds: float
    rows: tuple[JudgedPair, ...]
    names: tuple[str, ...]
    owners: Mapping[str, str]
    shared: frozenset[str]

    def is_right(self, row: JudgedPair) -> bool:
        """Whether the pair is one animal."""
        return self.owners[row.pair.code] == self.names[row.pair.identity]

    @property
    def calls(self) -> list[JudgedPair]:
        """The pairs worth a call."""
        return [row for row in self.rows if row.call]

    @property
    def named(self) -> set[str]:
        """The shared animals that a call would be about."""
        return {self.owners[row.pair.code] for row in self.calls if self.is_right(row)}

    @property
    def false_calls(self) -> int:
        """Calls about two animals."""
        return sum(not self.is_right(row) for row in self.calls)


def catalogue(encounters: Sequence[SurveyEncounter], *, each: int = EACH) -> SurveyedCatalogue:
    """The identities of a survey, with the best few photos of each."""
    names = tuple(sorted({encounter.animal for encounter in encounters}))
    features: list[AnnotationFeatures] = []
    photos = []
    for number, encounter in enumerate(encounters):
        for photo in encounter.features:
            if photo.shows_animal:
                quality = photo.quality
                graded = (quality.grade, quality.value) if quality else (None, 1.0)
                identity = names.index(encounter.animal)
                row = (len(features), number, identity, photo.flank, False)
                photos.append(ReferencePhoto(*row, *graded))
            features.append(photo)
    return SurveyedCatalogue(names, tuple(best(photos, each=each)), features)


def exported(side: SurveyedCatalogue, calibrator: Calibrator, *, rootsift: bool = True) -> bytes:
    """The file that this side would send."""
    codes = KEY.codes(photo.identity for photo in side.chosen)
    by_identity: dict[int, list[ReferencePhoto]] = {}
    for photo in side.chosen:
        by_identity.setdefault(photo.identity, []).append(photo)
    animals = tuple(
        PassedAnimal(
            codes[identity],
            "",
            tuple(passed(side.features[p.annotation], MONTH, rootsift=rootsift) for p in photos),
        )
        for identity, photos in by_identity.items()
    )
    signatures = Signatures(
        model=calibrator.model,
        rootsift=ROOTSIFT if rootsift else "",
        calibrator=calibrator.id,
        area="synthetic",
        contact="",
        made=MONTH,
        each=max(len(animal.annotations) for animal in animals),
        animals=animals,
    )
    return form.write(signatures, KEY)


def own_animals(side: SurveyedCatalogue) -> OwnAnimals:
    """The searchable view of the photos that speak."""
    rows = [GalleryRow(p.annotation, p.encounter, p.identity) for p in side.chosen]
    features = {p.annotation: side.features[p.annotation] for p in side.chosen}
    voters = {number: Voter(photo.flank, 0) for number, photo in features.items()}
    voting = Voting().updated(voters, lambda ids: {n: cells(features[n].dense) for n in ids})
    items = [(row, features[row.annotation]) for row in rows]
    model = items[0][1].embedding.model
    galleries = Galleries.build(
        ((row, photo.flank, photo.embedding.vector) for row, photo in items),
        model=model,
        voting=voting,
    )
    photos: dict[int, list[int]] = {}
    for photo in side.chosen:
        photos.setdefault(photo.identity, []).append(photo.annotation)
    return OwnAnimals(galleries, photos, lambda ids: {n: features[n] for n in ids})


def exchange(
    ours: SurveyedCatalogue,
    theirs: SurveyedCatalogue,
    shared: frozenset[str],
    calibrator: Calibrator,
    *,
    rootsift: bool = True,
    done: Callable[[int], object] = lambda _: None,
) -> ExchangeResult:
    """Write their file, read it here, and compare every animal in it with ours."""
    data = exported(theirs, calibrator, rootsift=rootsift)
    signatures, own = form.read(data), own_animals(ours)
    check_fit(signatures, own)
    began, measured = perf_counter(), list[MeasuredPair]()
    for animal in signatures.animals:
        measured += measure(animal, signatures, own, calibrator)
        done(1)
    codes = KEY.codes(photo.identity for photo in theirs.chosen)
    owners = {code: theirs.names[identity] for identity, code in codes.items()}
    passed_on = {owners[animal.code] for animal in signatures.animals}
    return ExchangeResult(
        bytes=len(data),
        animals=len(signatures.animals),
        annotations=signatures.annotations,
        seconds=perf_counter() - began,
        rows=tuple(judged(measured, len(own.photos))),
        names=ours.names,
        owners=owners,
        shared=shared & passed_on & {ours.names[identity] for identity in own.photos},
    )


def as_text(result: ExchangeResult) -> str:
    """What was found, and every pair that a call would be about or that is missed."""
    lines = [
        f"shared animals found {len(result.named)} of {len(result.shared)}, false calls "
        f"{result.false_calls}; {result.bytes // result.animals:,} bytes an animal "
        f"({result.animals} animals, {result.annotations} photos), {len(result.rows)} pairs "
        f"compared in {result.seconds:.0f} s"
    ]
    for row in result.rows:
        right = result.is_right(row)
        if row.call or right:
            words = ("call" if row.call else "no call", "one animal" if right else "two animals")
            pair = f"{result.owners[row.pair.code]} {result.names[row.pair.identity]}"
            numbers = f"llr {row.pair.llr:+.2f}, posterior {row.posterior:.3f}"
            lines.append(f"  {pair}: {numbers}, {words[0]}: {words[1]}")
    strangers = [row.pair.llr for row in result.rows if not result.is_right(row)]
    if strangers:
        lines.append(f"  largest llr of two animals {max(strangers):+.2f}")
    return "\n".join(lines)


def as_json(result: ExchangeResult) -> dict[str, Any]:
    """The same as numbers, with every pair."""
    return {
        "shared": len(result.shared),
        "named": len(result.named),
        "false_calls": result.false_calls,
        "bytes": result.bytes,
        "animals": result.animals,
        "annotations": result.annotations,
        "seconds": round(result.seconds, 1),
        "pairs": [
            {
                "theirs": result.owners[row.pair.code],
                "ours": result.names[row.pair.identity],
                "llr": round(row.pair.llr, 3),
                "posterior": round(row.posterior, 4),
                "call": row.call,
            }
            for row in result.rows
        ],
    }
