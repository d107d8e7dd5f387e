"""Real photos made poor, n of them as one encounter, against the other half of each animal."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reid.evaluation.data.surveys import SurveyEncounter
from reid.evaluation.trials.counting import catalogue_of
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import between
from reid.evidence.strata import PairStratum, stratum_of
from reid.identify.identify import identify
from reid.types import AnnotationFeatures

Photos = Sequence[AnnotationFeatures]


@dataclass(frozen=True, slots=True)
class HalvedAnimal:
    """The photos of one animal and flank, in two halves that share no occasion.

    poor: of one half, made poor. good: of the other, as they are. Every photo with its occasion.
    """

    name: str
    poor: tuple[AnnotationFeatures, ...]
    good: tuple[AnnotationFeatures, ...]


@dataclass(frozen=True, slots=True)
class PoorEncounter:
    """n poor photos of one animal, and what was said of it.

    llrs: against the good photos of each animal, by name. first: whether its animal was the first
    candidate in a catalogue of all animals and the strangers.
    """

    animal: str
    llrs: dict[str, float]
    first: bool


def halves(
    poor: Sequence[SurveyEncounter], good: Sequence[SurveyEncounter], *, seed: int
) -> Iterator[HalvedAnimal]:
    """Every animal that was met on two occasions or more; half of its occasions on either side.

    poor, good: the same occasions, made poor and as they are.
    """
    of_animal: dict[str, list[int]] = defaultdict(list)
    for number, encounter in enumerate(good):
        of_animal[encounter.animal].append(number)
    for place, (animal, numbers) in enumerate(sorted(of_animal.items())):
        if len(numbers) < 2:
            continue
        order = np.random.default_rng((seed, 61, place)).permutation(numbers).tolist()
        middle = len(order) // 2
        yield HalvedAnimal(
            animal,
            tuple(photo for n in order[:middle] for photo in poor[n].features),
            tuple(photo for n in order[middle:] for photo in good[n].features),
        )


def drawn(photos: Photos, size: int, *, draws: int, rng: np.random.Generator) -> list[Photos]:
    """Encounters of `size` photos, each photo once a draw at most; none where there are fewer."""
    found: list[Photos] = []
    for _ in range(draws):
        order = rng.permutation(len(photos)).tolist()
        for at in range(0, len(order) - size + 1, size):
            found.append([photos[n] for n in order[at : at + size]])
    return found


def poor_encounters(
    animals: Sequence[HalvedAnimal],
    strangers: Photos,
    size: int,
    calibrator: Calibrator,
    *,
    draws: int,
    seed: int,
    done: Callable[[int], object] = lambda _: None,
) -> Iterator[PoorEncounter]:
    """What the product says of encounters of so many poor photos.

    strangers: photos of other animals in the catalogue, each an identity of its own.
    """
    known = [SurveyEncounter("", one.name, 0, one.good, "", "") for one in animals]
    known += [SurveyEncounter("", "", 0, (photo,), "", "") for photo in strangers]
    galleries = catalogue_of(known, range(len(known)))
    every = [photo for encounter in known for photo in encounter.features]
    rng = np.random.default_rng((seed, 62, size))
    for own, animal in enumerate(animals):
        for photos in drawn(animal.poor, size, draws=draws, rng=rng):
            llrs = {
                other.name: between(photos, other.good, calibrator, registered=False).evidence.llr
                for other in animals
            }
            answer = identify(
                photos, galleries, lambda ids: {number: every[number] for number in ids}, calibrator
            )
            first = bool(answer.candidates) and answer.candidates[0].identity == own
            yield PoorEncounter(animal.name, llrs, first)
            done(1)


def stratum(encounters: Sequence[PoorEncounter], name: str, level: int) -> PairStratum:
    """Each encounter against its own animal and every other one."""
    pairs = [((one.animal, other), llr) for one in encounters for other, llr in one.llrs.items()]
    return stratum_of(name, pairs, level=level)
