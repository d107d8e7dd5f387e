"""Triples with a known truth: how they are drawn, and what is counted of their posteriors."""

import numpy as np
import pytest

from reid.evaluation.data.surveys import SurveyEncounter, relative
from reid.evaluation.trials import triples
from reid.evaluation.trials.triples import PARTITIONS, Triple, answer, draw, pairs_of, quotas
from reid.types import Evidence, Verdict


def survey(animals, encounters):
    return [
        SurveyEncounter(f"S_{animal}_{n}", f"L{animal + 1:03d}", n, (), "good", "day")
        for animal in range(animals)
        for n in range(encounters)
    ]


def says(llr, verdict=Verdict.INCONCLUSIVE):
    return Evidence(llr, 2.2, verdict, "calibrated@1", interval=(llr, llr))


def test_a_thousand_triples_have_their_truths_as_often_as_the_prior_says():
    assert quotas(1000) == (333, 167, 167, 167, 166)
    assert PARTITIONS[0] == (0, 0, 0)
    assert [sum(quotas(n)) for n in range(40)] == list(range(40))


def test_a_triple_shows_the_animals_that_its_truth_says():
    encounters = survey(8, 4)
    drawn = draw(encounters, 60, np.random.default_rng(1))
    assert len(drawn) == 60
    for triple in drawn:
        animals = [encounters[n].animal for n in triple.members]
        assert len(set(triple.members)) == 3
        for i in range(3):
            for j in range(3):
                assert (animals[i] == animals[j]) == (triple.truth[i] == triple.truth[j])


def test_about_half_of_the_triples_with_strangers_hold_relatives_of_one_style():
    encounters = survey(40, 3)
    close = []
    for triple in draw(encounters, 600, np.random.default_rng(2)):
        animals = {encounters[n].animal for n in triple.members}
        if len(animals) > 1:
            close.append(any(relative(one) in animals for one in animals))
    assert np.mean(close) == pytest.approx(0.5, abs=0.1)


def test_the_same_seed_draws_the_same_triples():
    twice = [draw(survey(6, 3), 30, np.random.default_rng(5)) for _ in range(2)]
    assert twice[0] == twice[1]


def test_triples_of_too_few_animals_are_refused():
    with pytest.raises(ValueError, match="at least three animals with three encounters"):
        draw(survey(5, 2), 10, np.random.default_rng(0))


def test_every_pair_of_a_triple_is_compared_once():
    drawn = [Triple((4, 1, 2), (0, 0, 1)), Triple((2, 1, 0), (0, 1, 2))]
    assert pairs_of(drawn) == {(1, 2), (1, 4), (2, 4), (0, 1), (0, 2)}


def test_strong_evidence_makes_the_right_partition_the_first():
    drawn = [Triple((2, 0, 1), (0, 1, 0))]
    evidence = {(0, 1): says(-2.0), (0, 2): says(-2.0), (1, 2): says(2.0)}
    found = answer(drawn, evidence)
    assert found.probability.sum() == pytest.approx(1)
    assert PARTITIONS[found.probability[0].argmax()] == (0, 1, 0)
    assert found.of(PARTITIONS.index((0, 1, 0)))[:2] == (1, 1)
    assert found.calibration.first == (1, 1)
    assert found.misleading == (0, 1)


def test_photos_that_say_nothing_leave_the_prior():
    nothing = dict.fromkeys([(0, 1), (0, 2), (1, 2)], says(0.0, Verdict.NOT_COMPARABLE))
    found = answer([Triple((0, 1, 2), (0, 0, 0))], nothing)
    assert found.probability[0] == pytest.approx([1 / 3, 1 / 6, 1 / 6, 1 / 6, 1 / 6])


def test_a_sure_and_wrong_partition_is_counted_as_misleading():
    evidence = dict.fromkeys([(0, 1), (0, 2), (1, 2)], says(3.0, Verdict.SAME))
    found = answer([Triple((0, 1, 2), (0, 1, 2))], evidence)
    assert found.misleading == (1, 1)
    assert found.calibration.first == (0, 1)
    assert "wrong with a posterior above 0.95: 1 of 1 triples" in triples.as_text(found)
    assert triples.as_json(found)["truth"] == [PARTITIONS.index((0, 1, 2))]
