"""How the calibrator is fitted: which pairs, which weights, and the card."""

from dataclasses import replace

import numpy as np
import pytest
from weighing import weighing

from reid.evaluation.data.surveys import SurveyEncounter, plan, relative
from reid.evaluation.trials.calibration import (
    CalibrationPairs,
    degraded_crops,
    draw_pairs,
    fitted,
    measure,
    write_calibrator,
)
from reid.evidence.calibrator import Witness, load_calibrator
from reid.evidence.order import Fusion
from reid.evidence.terms import ROOTSIFT_KNOTS, TERMS, FlankMeasurements, terms
from reid.synthetic.survey import write_survey
from tests.fake_embedder import FakeEmbedder

FUSION = Fusion(0, 1, 2)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey")
    return plan(write_survey(folder, animals=4, seed=3, encounters=2, width=160))


@pytest.fixture(scope="module")
def encounters(photos):
    held = {}
    for photo in photos:
        held.setdefault((photo.animal, photo.encounter), []).append(photo)
    crops = {key: [degraded_crops(some, seed=1)(one) for one in some] for key, some in held.items()}
    return [
        SurveyEncounter(
            name,
            animal,
            some[0].sitting,
            tuple(FakeEmbedder().describe(crops[animal, name])),
            "",
            "",
        )
        for (animal, name), some in held.items()
    ]


def told_nothing(capacity):
    return FlankMeasurements(0.0, 0.0, 0.0, 0.0, capacity)


def pairs_told(n=400, seed=0):
    """Genuine pairs that agree and impostor pairs that do not, of 40 individuals."""
    rng = np.random.default_rng(seed)
    same = np.arange(n) < n // 2
    told = [
        FlankMeasurements(
            0.0,
            *rng.exponential((40.0, 60.0, 20.0) if one else (1.0, 1.0, 0.5)),
            rng.uniform(0, 0.5),
        )
        for one in same
    ]
    animals = rng.integers(0, 40, (n, 2))
    animals[same, 1] = animals[same, 0]
    return CalibrationPairs(
        np.array([terms(one) for one in told]),
        np.array([terms(one._replace(rootsift=None)) for one in told]),
        same,
        np.zeros(n, bool),
        animals.astype(str),
    )


def test_every_genuine_pair_is_drawn_and_a_third_of_the_others_are_relatives(encounters):
    pairs = draw_pairs(encounters, impostors=9, seed=5)
    animals = [(encounters[a].animal, encounters[b].animal) for a, b in pairs]
    assert sum(one == other for one, other in animals) == 4
    others = [pair for pair in animals if pair[0] != pair[1]]
    assert len(others) == len(set(pairs)) - 4 == 9
    assert sum(relative(one) == other for one, other in others) == 3


def test_a_degraded_encounter_is_degraded_as_a_whole_and_the_same_again(photos):
    once, again = (degraded_crops(photos, seed=1)(photos[0]).image for _ in range(2))
    assert np.array_equal(once, again)
    other = degraded_crops(photos, seed=2)(photos[0]).image
    assert once.shape != other.shape or not np.array_equal(once, other)


def test_both_halves_hold_every_genuine_pair_with_one_row_a_flank(photos):
    quiet = lambda _what, _total: lambda _n: None  # noqa: E731
    found = measure(photos, FakeEmbedder(), FUSION, impostors=12, seed=4, progress=quiet)
    assert found.full.shape == found.quick.shape == (len(found.same), TERMS)
    assert found.same.sum() >= 8
    assert (found.individuals[found.same, 0] == found.individuals[found.same, 1]).all()
    assert (found.individuals[~found.same, 0] != found.individuals[~found.same, 1]).all()


def test_only_agreement_and_silence_get_weights_and_refits_differ():
    pairs = pairs_told()
    full = fitted(pairs.full, pairs, rootsift=True, seed=1, refits=5)
    quick = fitted(pairs.quick, pairs, rootsift=False, seed=1, refits=5)
    assert full.weights[:2].tolist() == [0.0, 0.0]
    nothing = weighing(rootsift=[1.0] * len(ROOTSIFT_KNOTS)) > 0
    assert quick.weights[nothing].tolist() == [0.0] * len(ROOTSIFT_KNOTS)
    assert (full.weights >= 0).all()
    assert full.refits.shape == (5, TERMS)
    assert full.refits.std(0).max() > 0


def test_the_card_brings_back_what_was_fitted(tmp_path):
    pairs = pairs_told()
    card = tmp_path / "evidence@5.toml"
    facts = {"data": "forty animals", "command": "this"}
    write_calibrator(card, pairs, FUSION, model="m@1", seed=1, facts=facts)
    calibrator = load_calibrator("evidence@5", tmp_path)
    assert (calibrator.id, calibrator.model) == ("evidence@5", "m@1")
    assert calibrator.bound == pytest.approx(np.log10(40))
    assert calibrator.fusion == FUSION
    strong, weak = FlankMeasurements(0.0, 60.0, 100.0, 30.0, 0.4), told_nothing(0.5)
    same, different = (calibrator.evidence([Witness(told)]) for told in (strong, weak))
    assert same.llr > 1 > -0.5 > different.llr
    assert same.interval[0] <= same.llr <= same.interval[1]
    half = replace(calibrator, factor=0.5)
    mild = [Witness(told_nothing(0.05))]
    assert half.evidence(mild).llr == pytest.approx(calibrator.evidence(mild).llr / 2)
