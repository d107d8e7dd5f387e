"""Draws of who is who by photos and places, against all partitions written out."""

from collections import Counter
from math import exp, log

import numpy as np
import pytest
from scipy.special import logit

from reid.density.estimate import SurveyedEncounters, estimate
from reid.density.habitat import around
from reid.density.likelihood import TrapEffort
from reid.density.sampling import Chain, SampledCapture, TrapPlaces
from reid.evaluation.trials.density import surveyed
from reid.evaluation.trials.simulated_nights import SurveyDesign, simulated_survey
from reid.evidence.calibrator import released
from reid.evidence.tested import load_tested
from reid.identify.clusters import DecidedPairs, Table
from reid.identify.partitions import blocks, partitions
from reid.weights import default_folder

STATIONS = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [9.0, 9.0]])
EFFORT = TrapEffort(STATIONS, np.full(4, 60.0))
HABITAT = around(STATIONS, 8.0, 2.0)


class StillPlaces(TrapPlaces):
    """The model with its parameters held."""

    def renew(self, blocks: object, chance: object) -> None:
        """Nothing moves."""


def places(captures: list[list[SampledCapture]]) -> StillPlaces:
    theta = np.array([log(0.03), float(logit(0.03)), log(2.0)])
    return StillPlaces(captures, EFFORT, HABITAT, theta, np.eye(3) * 0.05)


def test_draws_come_as_often_as_their_weight() -> None:
    llr = np.zeros((4, 4))
    comparable = np.zeros((4, 4), bool)
    for i, j, value in ((0, 1, 0.8), (1, 2, -0.6), (0, 2, 0.2)):
        llr[i, j] = llr[j, i] = value
        comparable[i, j] = comparable[j, i] = True
    captures = [
        [SampledCapture(0, 1)],
        [SampledCapture(1, 5)],
        [SampledCapture(2, 9)],
        [SampledCapture(0, 20)],
    ]
    prior = places(captures)
    chain = Chain(llr, comparable, prior, [0, 1, 2, 3], np.random.default_rng(5))
    weight = {
        partition: exp(
            sum(chain.evidence(block) + prior.weight(block) for block in blocks(partition))
        )
        for partition in partitions(4)
    }
    total = sum(weight.values())
    drawn: Counter[tuple[int, ...]] = Counter()
    for _ in range(1500):
        chain.sweep()
        first: dict[int, int] = {}
        drawn[tuple(first.setdefault(label, len(first)) for label in chain.labels())] += 1
    for partition, value in weight.items():
        assert drawn[partition] / 1500 == pytest.approx(value / total, abs=0.04)


def test_a_left_and_a_right_side_join_near_each_other_and_not_far_away() -> None:
    llr, comparable = np.zeros((2, 2)), np.zeros((2, 2), bool)

    def together(other: int) -> float:
        prior = places([[SampledCapture(0, 1)], [SampledCapture(other, 7)]])
        chain = Chain(llr, comparable, prior, [0, 1], np.random.default_rng(1))
        joined = 0
        for _ in range(400):
            chain.sweep()
            joined += len(chain.blocks) == 1
        return joined / 400

    assert together(0) > 0.5 > 0.05 > together(3)


def simulated(seed: int, **other: float) -> SurveyedEncounters:
    tested = load_tested(released().id, default_folder())
    assert tested
    design = SurveyDesign(side=3, **other)
    return surveyed(simulated_survey(design, tested, np.random.default_rng(seed)))


def test_equal_seeds_give_equal_estimates() -> None:
    survey = simulated(3)
    first, again = (estimate(survey, draws=2, seed=8) for _ in range(2))
    assert first.answer == again.answer
    assert first.surface.shape == (len(first.habitat.points),)


def test_the_map_holds_about_as_many_animals_as_the_density_says() -> None:
    result = estimate(simulated(3), draws=2, seed=8)
    living = float(result.surface.sum() * result.habitat.cell_km2)
    assert living == pytest.approx(result.answer.density * result.habitat.area_km2, rel=0.25)


def test_what_people_told_apart_is_never_one_animal() -> None:
    survey = simulated(3)
    size = len(survey.captures)
    pairs = frozenset((i, j) for i in range(size) for j in range(i + 1, size) if j - i < 3)
    apart = SurveyedEncounters(survey.effort, survey.captures, survey.known, DecidedPairs())
    told = SurveyedEncounters(
        survey.effort, survey.captures, survey.known, DecidedPairs(different=pairs)
    )
    assert estimate(told, draws=3).answer.animals > estimate(apart, draws=3).answer.animals


def test_decisions_on_everything_leave_no_doubt_about_who_is_who() -> None:
    tested = load_tested(released().id, default_folder())
    assert tested
    found = simulated_survey(SurveyDesign(side=3), tested, np.random.default_rng(3))
    survey = surveyed(found)
    size = len(found.animal)
    every = [(i, j) for i in range(size) for j in range(i + 1, size)]
    same = frozenset((i, j) for i, j in every if found.animal[i] == found.animal[j])
    decided = DecidedPairs(same=same, different=frozenset({*every} - same))
    known = Table(np.zeros((size, size)), survey.known.comparable, survey.known.compared)
    result = estimate(SurveyedEncounters(survey.effort, survey.captures, known, decided), draws=3)
    assert result.answer.of_identity < 1e-6
    assert result.answer.animals == len({*found.animal.tolist()})
