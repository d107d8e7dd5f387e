"""Density put to the test: simulated surveys of known density, estimated in four ways."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np

from reid.density.combining import DensityInterval, combined
from reid.density.estimate import DensityEstimate, SurveyedEncounters, counts_of, estimate
from reid.density.likelihood import fit
from reid.density.sampling import SampledCapture
from reid.errors import BadSettings, InputError
from reid.evaluation.trials.simulated_nights import (
    SimulatedSurvey,
    SurveyDesign,
    simulated_survey,
)
from reid.evidence.tested import Tested
from reid.identify.clusters import Table, sort

WAYS = {
    "true": "true identities",
    "answer": "draws by photos and places",
    "photos": "draws by photos alone",
    "probable": "most probable history",
    "groups": "the same, every group counted",
}
ASKED_HELD, ASKED_BIAS = 0.90, 0.05
PEOPLE = 0.35  # too many: eight observers on 16 captive snow leopards (Johansson et al. 2020)


class NotTested(
    BadSettings, message="{calibrator} has no tested pairs beside its card: test it first"
): ...


@dataclass(frozen=True, slots=True)
class EstimatedSurvey:
    """One survey. animals: met; encounters: of them. intervals: by way, None where there is none.

    refused: why there is no estimate at all, "" where there is one.
    """

    animals: int
    encounters: int
    intervals: Mapping[str, DensityInterval | None]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class WayFigures:
    """What one way comes to over all surveys.

    estimated: surveys with an interval. held: intervals with the truth inside. bias: mean of the
    densities over the truth, less 1; error: its standard error. median: of the same. animals: mean
    number counted as met. sigma_km: mean. spread: mean coefficient of variation that the intervals
    claim.
    """

    way: str
    estimated: int
    held: int
    bias: float
    error: float
    median: float
    animals: float
    sigma_km: float
    spread: float

    @property
    def good(self) -> bool:
        """Whether it keeps what is asked."""
        return self.held >= ASKED_HELD * self.estimated and abs(self.bias) <= ASKED_BIAS


def surveys(
    design: SurveyDesign,
    tested: Tested,
    *,
    number: int,
    seed: int,
    draws: int,
    workers: int = 1,
) -> Iterator[EstimatedSurvey]:
    """Simulate and estimate; a survey depends on its own number and the seed alone."""
    tasks = ((design, tested, (seed, n), draws) for n in range(number))
    if workers == 1:
        yield from map(_estimated, tasks)
        return
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(_estimated, tasks)


def _estimated(task: tuple[SurveyDesign, Tested, tuple[int, int], int]) -> EstimatedSurvey:
    design, tested, seed, draws = task
    simulated = simulated_survey(design, tested, np.random.default_rng(seed))
    met, encounters = len({*simulated.animal.tolist()}), len(simulated.animal)
    survey = surveyed(simulated)
    try:
        result = estimate(survey, draws=draws, seed=seed[1])
    except InputError as error:
        return EstimatedSurvey(met, encounters, {}, str(error))
    intervals = {
        "true": _by_labels(simulated.animal.tolist(), survey, result),
        "answer": result.answer,
        "photos": result.photos,
        "probable": result.probable,
        "groups": _by_labels(sort(survey.known).of, survey, result),
    }
    return EstimatedSurvey(met, encounters, intervals)


def surveyed(simulated: SimulatedSurvey) -> SurveyedEncounters:
    """What the estimate may know: all but the animals."""
    places = zip(simulated.station.tolist(), simulated.day.tolist(), strict=True)
    return SurveyedEncounters(
        effort=simulated.effort,
        captures=tuple(SampledCapture(station, day) for station, day in places),
        known=Table(simulated.llr, simulated.comparable, simulated.comparable),
    )


def _by_labels(
    labels: Sequence[int], survey: SurveyedEncounters, result: DensityEstimate
) -> DensityInterval | None:
    """The interval of one history. labels: of each encounter."""
    _, animal = np.unique(labels, return_inverse=True)
    counts = counts_of(animal.tolist(), survey.captures, survey.effort)
    try:
        return combined([fit(counts, survey.effort, result.habitat)])
    except InputError:
        return None


def figures(estimated: Sequence[EstimatedSurvey], density: float) -> list[WayFigures]:
    """Every way that gave an interval for two surveys at least. density: the true one."""
    rows = []
    for way, words in WAYS.items():
        intervals = [found for one in estimated if (found := one.intervals.get(way))]
        if len(intervals) < 2:
            continue
        ratios = np.array([one.density for one in intervals]) / density
        rows.append(
            WayFigures(
                way=words,
                estimated=len(intervals),
                held=sum(one.low <= density <= one.high for one in intervals),
                bias=float(ratios.mean() - 1),
                error=float(ratios.std(ddof=1) / np.sqrt(len(ratios))),
                median=float(np.median(ratios) - 1),
                animals=float(np.mean([one.animals for one in intervals])),
                sigma_km=float(np.mean([one.sigma_km for one in intervals])),
                spread=float(np.mean([one.spread for one in intervals])),
            )
        )
    return rows


def as_text(estimated: Sequence[EstimatedSurvey], design: SurveyDesign) -> str:
    """A line a way, and what was asked."""
    heads = f"{'':28}{'surveys':>9}{'holds':>7}{'bias':>9}{'±':>7}{'median':>9}"
    lines = [f"{heads}{'animals':>9}{'sigma':>7}{'CV':>7}"]
    lines += [
        f"{row.way:28}{row.estimated:>9}{row.held:>7}{row.bias:>+9.1%}{row.error:>7.1%}"
        f"{row.median:>+9.1%}{row.animals:>9.1f}{row.sigma_km:>7.2f}{row.spread:>7.1%}"
        for row in figures(estimated, design.density)
    ]
    met = np.mean([one.animals for one in estimated])
    encounters = np.mean([one.encounters for one in estimated])
    refused = [one.refused for one in estimated if one.refused]
    lines.append(
        f"truth: {100 * design.density:g} animals per 100 km², sigma {design.sigma_km:g} km; "
        f"{met:.1f} animals met in {encounters:.1f} encounters on average"
    )
    lines.append(
        f"asked: holds the truth in {ASKED_HELD:.0%}, bias within {ASKED_BIAS:.0%}; people, in "
        f"Johansson et al. 2020, count {PEOPLE:+.0%}"
    )
    lines += [f"without an estimate: {len(refused)}", *sorted({*refused})] if refused else []
    return "\n".join(lines)


def as_json(estimated: Iterable[EstimatedSurvey], design: SurveyDesign) -> dict[str, Any]:
    """Every survey, and the figures."""
    every = list(estimated)
    return {
        "design": asdict(design),
        "figures": [asdict(row) for row in figures(every, design.density)],
        "surveys": [asdict(one) for one in every],
    }
