"""Known animals and strangers: who is named, who is new, and what is counted."""

import pytest

from reid.evaluation.data.surveys import DatasetPhoto
from reid.evaluation.trials import open_set
from reid.evaluation.trials.open_set import (
    OpenSetQuery,
    answer_queries,
    known_animals,
    needed_photos,
    rates,
    strata,
)
from reid.types import Flank, Verdict
from tests.fake_embedder import CALIBRATOR
from tests.met_animals import met


def asked(animal, named, llr, *, known=True, quality="good", flanks=1):
    verdict = Verdict.SAME if llr >= 2 else Verdict.INCONCLUSIVE
    return OpenSetQuery(animal, known, False, named, llr, verdict, quality, "day", flanks)


@pytest.fixture(scope="module")
def answers():
    encounters = [met(animal, n) for animal in (1, 2, 3) for n in range(3)]
    encounters += [met(animal, 2) for animal in (4, 5)]
    known = frozenset({"L001", "L002", "L003"})
    return answer_queries(encounters, known, CALIBRATOR), known


def test_known_animals_are_named_and_strangers_are_new(answers):
    found, known = answers
    assert [one.answer() for one in found] == ["L001", "L002", "L003", None, None]
    assert [one.known for one in found] == [True, True, True, False, False]
    counted = rates(found, known)
    assert (counted.baks, counted.baus, counted.geometric) == (1, 1, 1)


def test_a_query_knows_whether_a_relative_stands_in_the_catalogue(answers):
    assert [one.kin for one in answers[0]] == [True, True, False, True, False]


def test_a_lower_threshold_names_strangers():
    found = [asked("L001", "L001", 2.1), asked("L009", "L001", 1.2, known=False)]
    known = frozenset({"L001"})
    assert rates(found, known).baus == 1
    assert rates(found, known, threshold=1.0).baus == 0
    assert [one.false_merge(1.0) for one in found] == [False, True]


def test_a_wrong_identity_is_a_false_merge_and_not_a_miss():
    one = asked("L001", "L002", 2.1)
    assert (one.answer(), one.false_merge()) == ("L002", True)


def test_strata_hold_every_query_once_each():
    found = [asked("L001", "L001", 2.1), asked("L002", "", 0.0, quality="poor", flanks=2)]
    parts = {name: len(part) for name, part in strata(found)}
    assert parts == {"all": 2, "good": 1, "poor": 1, "day": 2, "1 flank": 1, "2 flanks": 1}


def test_the_report_names_counts_and_every_query(answers):
    text = open_set.as_text(*answers)
    assert text.splitlines()[1].split() == ["all", "3", "3", "0", "0", "2", "2", "0"]
    assert "0/5 = 0.000" in text
    assert len(open_set.as_json(*answers)["queries"]) == 5


def test_known_animals_are_drawn_by_the_seed_and_all_are_of_the_survey():
    known = known_animals(5, 7, seed=3)
    assert known == known_animals(5, 7, seed=3) != known_animals(5, 7, seed=4)
    assert len(known) == 5
    assert known <= {f"L{n:03d}" for n in range(1, 13)}


def test_of_a_stranger_only_the_last_encounter_is_needed(tmp_path):
    def of(animal, sitting):
        return DatasetPhoto(tmp_path, animal, sitting, "e", Flank.LEFT, "good", "day")

    need = needed_photos(frozenset({"L001"}))
    assert [need(of("L001", n)) for n in range(3)] == [True, True, True]
    assert [need(of("L002", n)) for n in range(3)] == [False, False, True]


def test_an_empty_catalogue_is_refused():
    with pytest.raises(ValueError, match="needs an animal"):
        answer_queries([met(1, 2)], frozenset(), CALIBRATOR)
