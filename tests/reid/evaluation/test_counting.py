"""Counting the animals of a survey: what is compared, what is asked, and what it took."""

from dataclasses import replace
from itertools import combinations

import pytest

from reid.evaluation.data.surveys import SurveyEncounter
from reid.evaluation.trials import counting
from reid.evaluation.trials.counting import catalogue_of, count, evidence_table, shortlisted
from reid.types import Evidence, Flank, Verdict
from tests.met_animals import met, photo

pytest.importorskip("sklearn")


def says(llr):
    return Evidence(llr, 2.2, Verdict.INCONCLUSIVE, "calibrated@1", interval=(llr, llr))


def survey(animals, encounters):
    """Encounters of one small photo each, animal by animal."""
    return [
        met(animal, sitting) for animal in range(1, animals + 1) for sitting in range(encounters)
    ]


@pytest.fixture(scope="module")
def encounters():
    return survey(4, 3)


def evidence_of(encounters, genuine=2.1, impostor=-1.5, **other):
    """Perfect evidence but for the pairs named: "p0_4" is the pair (0, 4)."""
    held = {
        (i, j): says(genuine if encounters[i].animal == encounters[j].animal else impostor)
        for i, j in combinations(range(len(encounters)), 2)
    }
    named = {tuple(int(n) for n in name[1:].split("_")): says(llr) for name, llr in other.items()}
    return held | named


def test_a_shortlist_brings_encounters_of_one_animal_together(encounters):
    pairs = shortlisted(encounters, each=3)
    genuine = {
        pair
        for pair in combinations(range(12), 2)
        if encounters[pair[0]].animal == encounters[pair[1]].animal
    }
    assert genuine <= pairs
    assert len(pairs) < 12 * 11 / 2
    assert all(i < j for i, j in pairs)


def test_an_encounter_never_stands_on_its_own_shortlist():
    two = SurveyEncounter("e", "L001", 0, (photo(1, 5), photo(1, 6)), "good", "day")
    assert shortlisted([two, met(1, 1)]) == {(0, 1)}


def test_annotations_are_numbered_photo_by_photo():
    two = SurveyEncounter("e", "L001", 0, (photo(1, 5), photo(1, 6)), "good", "day")
    galleries = catalogue_of([two, met(2, 0)], [7, 8])
    rows = galleries.to_compare(photo(1, 5), 3)
    found = sorted((row.annotation, row.encounter, row.identity) for row in rows)
    assert found == [(0, 0, 7), (1, 0, 7), (2, 1, 8)]


def test_a_survey_with_clear_evidence_is_counted_without_a_decision(encounters):
    found = count(encounters, evidence_of(encounters), decisions=0)
    assert (found.encounters, found.animals) == (12, 4)
    assert [(step.counted, step.error) for step in found.steps] == [(4, 0.0)]
    assert found.steps[0].sorted.ari == 1
    assert found.needed() == 0


def test_a_reviewer_mends_what_the_evidence_gets_wrong(encounters):
    misled = evidence_of(encounters, p0_1=-2.0, p0_2=0.8, p3_6=1.9, p3_7=1.9, p3_8=1.9)
    found = count(encounters, misled, decisions=30)
    assert found.steps[0].sorted.ari < 1
    assert found.steps[-1].sorted.ari == 1
    assert found.steps[-1].counted == 4
    assert [step.decisions for step in found.steps] == list(range(len(found.steps)))
    assert sum(found.answers.values()) == len(found.steps) - 1
    assert found.answers["unsettled"] == 0


def test_decisions_are_counted_until_the_count_stays_near_the_truth(encounters):
    few = evidence_of(encounters, genuine=0.9)
    found = count(encounters, few, decisions=40)
    needed = found.needed()
    assert needed
    assert found.steps[0].counted == 12
    assert abs(found.steps[needed - 1].error) > 0.05
    assert all(abs(step.error) <= 0.05 for step in found.steps[needed:])
    assert f"{needed} decisions, {100 * needed / 12:.1f} per 100" in counting.as_text(found)
    assert counting.as_json(found)["decisions_needed"] == needed


def test_a_count_that_never_comes_near_says_so(encounters):
    found = count(encounters, evidence_of(encounters, genuine=0.9), decisions=1)
    assert found.needed() is None
    assert "not reached" in counting.as_text(found)


def test_pairs_without_a_common_flank_are_left_out_of_the_table():
    left, turned = met(1, 0), replace(photo(1, 3), flank=Flank.RIGHT)
    right = SurveyEncounter("r", "L001", 1, (turned,), "good", "day")
    nothing = Evidence(0.0, 2.2, Verdict.NOT_COMPARABLE, "calibrated@1", interval=(0.0, 0.0))
    known = evidence_table([left, right], {(0, 1): nothing})
    assert not known.comparable.any()
    assert count([left, right], {(0, 1): nothing}, decisions=5).answers == {
        "same": 0,
        "different": 0,
        "unsettled": 0,
    }
