"""Density of animals from encounters whose animals are uncertain: a first look.

Who is who is drawn many times, each draw is fitted, and the fits are combined. Three answers stand
beside each other, so that nobody takes one of them for more than it is: draws that weigh photos
and places, draws that weigh photos alone, and the most probable history taken for true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.special import logit

from reid.density.combining import DRAWS, DensityInterval, combined
from reid.density.errors import NotEstimable
from reid.density.habitat import CELL, Habitat, around
from reid.density.likelihood import (
    DensityFit,
    Detection,
    Float64,
    TrapEffort,
    check,
    first_guess,
    fit,
    log_sums,
)
from reid.density.sampling import Chain, SampledCapture, TrapPlaces
from reid.errors import InputError
from reid.identify.clusters import (
    UNDECIDED,
    DecidedPairs,
    EncounterGroup,
    Grouping,
    Table,
    evidence_between,
    sort,
)
from reid.identify.draws import draws as photo_draws
from reid.identify.draws import partition_of, units_of
from reid.identify.partitions import Partition

APART = -50.0  # llr of what people told apart
REACH = 4.0  # buffer around the stations, in sigma
LEAST_REACH = 3.5  # below it the area is made larger
ENLARGED = 5  # times at most
BURN_IN = 40  # sweeps over all units before the first draw
THINNING = 5  # sweeps from one draw to the next
LEAST_FITTED = 0.8  # share of draws that must give a density


@dataclass(frozen=True, slots=True)
class SurveyedEncounters:
    """n encounters of one survey, each with its place and day.

    captures: of each, where in the effort it was met. known: llrs of pairs. decided: what people
    concluded, by places of encounters.
    """

    effort: TrapEffort
    captures: tuple[SampledCapture, ...]
    known: Table
    decided: DecidedPairs = UNDECIDED


@dataclass(frozen=True, slots=True)
class DensityEstimate:
    """What the survey says.

    answer: from draws by photos and places. photos: from draws by photos alone; None where most
    of them have no density. probable: the most probable history taken for true, without encounters
    that could not be placed.
    surface: (M,) expected activity centres a km² at each point of the habitat, mean over draws.
    failed: draws by photos and places without a density, which are left out.
    """

    answer: DensityInterval
    photos: DensityInterval | None
    probable: DensityInterval
    habitat: Habitat
    surface: Float64
    encounters: int
    failed: int


def estimate(survey: SurveyedEncounters, *, draws: int = DRAWS, seed: int = 0) -> DensityEstimate:
    """Density with an interval that knows of uncertain identities.

    Raises TooFewCaptured, NoSpatialRecapture or NotEstimable where the captures carry none.
    """
    grouping = sort(survey.known, survey.decided)
    start = partition_of(grouping)
    placed = [n for group in grouping.groups if group.placed for n in group.members]
    habitat, first = _fitting_habitat(survey, start, placed)
    chance = np.random.default_rng(seed)
    drawn = _Units(survey).draws(start, first, habitat, draws, chance)
    fits = _fitted(drawn, survey, habitat, first)
    if len(fits) < max(2, LEAST_FITTED * draws):
        raise NotEstimable
    alone = list(photo_draws(survey.known, survey.decided, number=draws, seed=seed))
    by_photos = _fitted(alone, survey, habitat, first)
    enough = len(by_photos) >= max(2, LEAST_FITTED * draws)
    return DensityEstimate(
        answer=combined([found for _, found in fits]),
        photos=combined([found for _, found in by_photos]) if enough else None,
        probable=combined([first]),
        habitat=habitat,
        surface=np.mean([_surface(*one, survey.effort, habitat) for one in fits], axis=0),
        encounters=len(survey.captures),
        failed=draws - len(fits),
    )


class _Units:
    """What people joined is one unit; only units move."""

    def __init__(self, survey: SurveyedEncounters) -> None:
        self._survey, known, decided = survey, survey.known, survey.decided
        self._members = units_of(len(known), decided)
        self._of = {n: place for place, unit in enumerate(self._members) for n in unit}
        alone = Grouping(tuple(EncounterGroup(unit, 1.0) for unit in self._members))
        llr, comparable = evidence_between(known, alone)
        np.fill_diagonal(comparable, False)
        for i, j in decided.different:
            one, other = self._of[i], self._of[j]
            llr[one, other] = llr[other, one] = APART
            comparable[one, other] = comparable[other, one] = True
        self._llr, self._comparable = llr, comparable

    def draws(
        self,
        start: Partition,
        first: DensityFit,
        habitat: Habitat,
        number: int,
        chance: np.random.Generator,
    ) -> list[Partition]:
        """Draws of the encounters by photos and the capture model."""
        captures = [[self._survey.captures[n] for n in unit] for unit in self._members]
        theta = np.array([log(first.density), float(logit(first.g0)), log(first.sigma_km)])
        prior = TrapPlaces(captures, self._survey.effort, habitat, theta, first.covariance)
        chain = Chain(
            self._llr,
            self._comparable,
            prior,
            [start[unit[0]] for unit in self._members],
            chance,
        )
        drawn = []
        for _ in range(BURN_IN - THINNING):
            chain.sweep()
        for _ in range(number):
            for _ in range(THINNING):
                chain.sweep()
            of_unit = chain.labels()
            drawn.append(_numbered([of_unit[self._of[n]] for n in range(len(start))]))
        return drawn


def counts_of(
    labels: Sequence[int], captures: Sequence[SampledCapture], effort: TrapEffort
) -> Float64:
    """(n, J) occasions on which each animal was met at each station.

    labels: of encounters, 0 and up; a station and occasion counts once for an animal.
    """
    counts = np.zeros((max(labels) + 1, len(effort.stations)))
    for animal, capture in {*zip(labels, captures, strict=True)}:
        counts[animal, capture.station] += 1
    return counts


def _fitting_habitat(
    survey: SurveyedEncounters, start: Partition, placed: Sequence[int]
) -> tuple[Habitat, DensityFit]:
    """An area that reaches REACH sigma beyond the stations, and the fit of one history.

    placed: its encounters. One that is alone and more probably part of some other animal is left
    out, as where animals are counted.
    """
    labels = _numbered([start[n] for n in placed])
    counts = counts_of(labels, [survey.captures[n] for n in placed], survey.effort)
    check(counts)
    sigma = exp(float(first_guess(counts, survey.effort)[1]))
    for _ in range(ENLARGED):
        habitat = around(survey.effort.stations, REACH * sigma, CELL * sigma)
        first = fit(counts, survey.effort, habitat)
        if habitat.buffer_km >= LEAST_REACH * first.sigma_km:
            return habitat, first
        sigma = first.sigma_km
    raise NotEstimable


def _fitted(
    drawn: Sequence[Partition], survey: SurveyedEncounters, habitat: Habitat, first: DensityFit
) -> list[tuple[Float64, DensityFit]]:
    """Counts and fit of each draw that has one; equal draws are fitted once."""
    start = np.array([float(logit(first.g0)), log(first.sigma_km)])
    known: dict[Partition, tuple[Float64, DensityFit] | None] = {}
    for partition in dict.fromkeys(drawn):
        counts = counts_of(partition, survey.captures, survey.effort)
        try:
            known[partition] = counts, fit(counts, survey.effort, habitat, start)
        except InputError:
            known[partition] = None
    every = (known[partition] for partition in drawn)
    return [one for one in every if one is not None]


def _surface(counts: Float64, found: DensityFit, effort: TrapEffort, habitat: Habitat) -> Float64:
    """(M,) activity centres a km²: of the animals that were met, and of those that were not."""
    squared = habitat.squared_distances(effort.stations)
    seen = Detection(squared, effort.occasions, found.g0, found.sigma_km)
    each = counts @ seen.odds + seen.missed
    met = np.exp(each - log_sums(each)[:, None]).sum(0) / habitat.cell_km2
    return np.asarray(met + found.density * np.exp(seen.missed))


def _numbered(labels: Sequence[int]) -> Partition:
    """Labels as a restricted growth string."""
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(label, len(numbers)) for label in labels)
