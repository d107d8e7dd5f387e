"""Gallery, evidence and the order of the stages."""

from dataclasses import replace
from math import log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from weighing import weighing

from reid.errors import EmbeddingMismatch, UnknownModel
from reid.evidence.calibrator import (
    Calibrator,
    Witness,
    fit_evidence,
    fit_weights,
    load_calibrator,
    verdict_of,
)
from reid.evidence.order import Fusion
from reid.evidence.terms import TERMS, EvidenceWeights, FlankMeasurements, terms
from reid.gallery.galleries import Galleries
from reid.identify.answer import Identification, IdentityCandidate
from reid.identify.identify import identify, with_timings
from reid.photo.quality import without_animal
from reid.types import (
    AnnotationFeatures,
    Box,
    Embedding,
    Evidence,
    Flank,
    GalleryRow,
    Grade,
    LocalFeatures,
    Measures,
    Quality,
    Verdict,
)

FULL = EvidenceWeights(
    weighing(intercept=-6, cosine=2, fine=[2], rootsift=[1]), np.zeros((0, TERMS))
)
QUICK = EvidenceWeights(weighing(intercept=-6, cosine=2, fine=[2]), np.zeros((0, TERMS)))
FUSION = Fusion(2, 2, 1)
CALIBRATOR = Calibrator("test@1", "m@1", FUSION, 100, FULL, QUICK, excluding=-1.0)
MEASURED = Measures(1.0, 0.6, 0.5, 0.0, 0.0, 400.0, 0.9, 0.0)
GOOD = Quality(MEASURED, 0.9, Grade.GOOD, (), "quality@1")


def unit(x):
    x = np.asarray(x, np.float32)
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


def animal(seed, view=0, flank=Flank.LEFT, model="m@1"):
    """Features of one animal; another `view` is a little different."""
    rng, noise = np.random.default_rng(seed), np.random.default_rng((seed, view))
    x, y = np.meshgrid(np.arange(20) * 8.0, np.arange(10) * 8.0)
    points = np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)

    def local(size, name, count):
        d = rng.normal(size=(count, size)) + 0.1 * noise.normal(size=(count, size))
        return LocalFeatures(points[:count], unit(d), np.ones(count, np.float32), name)

    vector = unit(rng.normal(size=16) + 0.1 * noise.normal(size=16))
    return AnnotationFeatures(
        Embedding(vector, model),
        local(32, model, 200),
        local(128, "rootsift@1", 100),
        flank,
        Box(0, 0, 160, 80),
    )


class Catalogue:
    """A gallery and the features behind it, small enough to read."""

    def __init__(self, *animals):
        """animals: (identity, encounter, features)."""
        self.rows = [GalleryRow(n, e, i) for n, (i, e, _) in enumerate(animals, 1)]
        self.features = {n: f for n, (_, _, f) in enumerate(animals, 1)}
        self.galleries = Galleries.build(
            [
                (row, f.flank, f.embedding.vector)
                for row, f in zip(self.rows, self.features.values(), strict=True)
            ],
            model="m@1",
        )
        self.asked = []

    def features_of(self, annotations):
        self.asked += annotations
        return {a: self.features[a] for a in annotations}

    def identify(self, *query, **options):
        return identify(query, self.galleries, self.features_of, CALIBRATOR, **options)


@pytest.fixture
def catalogue():
    return Catalogue(*[(i, 10 * i, animal(i)) for i in range(1, 7)])


def test_the_right_animal_comes_first_with_strong_evidence(catalogue):
    answer = catalogue.identify(animal(3, view=1))
    assert answer.candidates[0].identity == 3
    assert answer.candidates[0].evidence.llr == pytest.approx(2.0)
    assert answer.verdict is Verdict.SAME
    assert answer.candidates[1].evidence.llr < 0


def test_a_stranger_gets_no_identity(catalogue):
    answer = catalogue.identify(animal(99))
    assert answer.verdict is not Verdict.SAME


def candidate(identity, llr, verdict=Verdict.INCONCLUSIVE):
    evidence = Evidence(llr, 2.0, verdict, "test@1", (llr, llr))
    return IdentityCandidate(identity, evidence, best=None)


def answered(*candidates):
    return Identification(candidates, "m@1", len(candidates), {})


def test_the_verdict_is_that_of_the_strongest_evidence_wherever_it_stands_in_the_order():
    answer = answered(candidate(1, 0.4), candidate(2, 2.0, Verdict.SAME), candidate(3, -1.0))
    assert (answer.strongest.identity, answer.verdict) == (2, Verdict.SAME)


def test_what_cannot_be_compared_gives_the_verdict_only_where_nothing_else_does():
    nothing = candidate(1, 0.0, Verdict.NOT_COMPARABLE)
    different = candidate(2, -2.0, Verdict.DIFFERENT)
    assert answered(nothing, different).verdict is Verdict.DIFFERENT
    assert answered(nothing).verdict is Verdict.NOT_COMPARABLE


def test_candidates_stand_in_the_order_of_what_agrees(catalogue):
    answer = catalogue.identify(animal(3, view=1))
    pairs = [one.best for one in answer.candidates]
    assert pairs == sorted(pairs, key=lambda pair: -pair.agreement)
    assert all(pair.agreement == FUSION.agreement(pair.comparison) for pair in pairs)


def test_left_is_never_compared_with_right(catalogue):
    answer = catalogue.identify(animal(3, view=1, flank=Flank.RIGHT))
    assert answer.candidates == ()
    assert answer.verdict is Verdict.NOT_COMPARABLE
    assert catalogue.asked == []


def test_a_photo_without_an_animal_is_no_candidate_and_asks_for_none(catalogue):
    empty = replace(animal(3), quality=without_animal(GOOD))
    assert catalogue.identify(empty).candidates == ()
    assert catalogue.identify(empty).verdict == Verdict.NOT_COMPARABLE
    assert catalogue.identify(empty, animal(3)).candidates[0].identity == 3
    catalogue.features[3] = empty
    assert 3 not in {candidate.identity for candidate in catalogue.identify(animal(3)).candidates}


def test_an_unknown_flank_is_tried_against_both():
    catalogue = Catalogue(
        (1, 10, animal(1)), (2, 20, animal(2, flank=Flank.RIGHT)), (3, 30, animal(3))
    )
    assert catalogue.identify(animal(2, 1, Flank.UNKNOWN)).candidates[0].identity == 2
    assert catalogue.identify(animal(3, 1, Flank.UNKNOWN)).candidates[0].identity == 3


def test_an_encounter_is_not_compared_with_itself(catalogue):
    answer = catalogue.identify(animal(3, view=1), exclude_encounters=frozenset({30}))
    assert 3 not in [c.identity for c in answer.candidates]


def test_excluded_rows_do_not_shorten_the_shortlist(catalogue):
    query = animal(3).embedding
    found = catalogue.galleries.shortlist(query, Flank.LEFT, 5, exclude_encounters=frozenset({30}))
    assert len(found) == 5


def test_the_best_photo_of_an_encounter_speaks(catalogue):
    answer = catalogue.identify(animal(99), animal(3, view=1))
    assert answer.candidates[0].identity == 3
    assert answer.candidates[0].best.query == 1
    assert answer.candidates[0].evidence.llr <= CALIBRATOR.bound


def test_one_identity_is_one_candidate():
    catalogue = Catalogue((1, 10, animal(1)), (1, 11, animal(1, 2)), (2, 20, animal(2)))
    assert [c.identity for c in catalogue.identify(animal(1, 3)).candidates] == [1, 2]


def test_rootsift_is_spent_on_few_pairs_of_different_identities(catalogue):
    answer = catalogue.identify(animal(3, view=1), verify=2)
    measured = [c.best.comparison.rootsift_score is not None for c in answer.candidates]
    assert sum(measured) == 2
    assert measured[0]


def test_an_empty_gallery_answers_not_comparable():
    answer = Catalogue().identify(animal(1))
    assert answer.verdict is Verdict.NOT_COMPARABLE
    assert answer.compared == 0


def test_a_query_of_another_model_is_refused_by_name(catalogue):
    with pytest.raises(EmbeddingMismatch, match=r"m@1.*m@2"):
        catalogue.identify(animal(1, model="m@2"))


def test_a_gallery_of_another_model_than_the_calibrator_is_refused():
    galleries = Galleries.build([], model="m@9")
    with pytest.raises(EmbeddingMismatch):
        identify([], galleries, lambda _: {}, CALIBRATOR)


def test_every_stage_is_timed_and_the_total_is_their_sum(catalogue):
    answer = with_timings(catalogue.identify(animal(1)), {"decode": 1.0, "embed": 2.0})
    stages = {k: v for k, v in answer.timings.items() if k != "total"}
    assert list(stages) == ["decode", "embed", "search", "compare"]
    assert answer.timings["total"] == pytest.approx(sum(stages.values()))


def test_the_gallery_orders_by_cosine_and_keeps_our_row_numbers():
    rows = [GalleryRow(700, 1, 1), GalleryRow(5, 2, 2)]
    vectors = unit([[1, 0], [0, 1]])
    items = [(row, Flank.LEFT, vector) for row, vector in zip(rows, vectors, strict=True)]
    galleries = Galleries.build(items, model="m@1")
    found = galleries.shortlist(Embedding(unit([0.2, 1]), "m@1"), Flank.LEFT, 2)
    assert [c.row.annotation for c in found] == [5, 700]


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_llr_is_monotone_and_never_exceeds_its_bound(a, b):
    low, high = sorted((a, b))
    assert CALIBRATOR.llr(np.array(low)) <= CALIBRATOR.llr(np.array(high))
    assert abs(CALIBRATOR.llr(np.array(a))) <= log10(100)


@pytest.mark.parametrize(
    ("llr", "verdict"),
    [(2.0, "same"), (1.99, "inconclusive"), (-1.99, "inconclusive"), (-2.0, "different")],
)
def test_verdicts_change_at_two(llr, verdict):
    assert verdict_of(llr) == verdict


def test_the_fit_recovers_the_true_ratio_of_two_gaussians_whatever_their_numbers():
    rng = np.random.default_rng(0)
    x = np.r_[rng.normal(1, 1, 20_000), rng.normal(-1, 1, 5_000)][:, None]
    intercept, slope = fit_weights(x, np.arange(25_000) < 20_000, ridge=0)
    # N(1, 1) against N(-1, 1): ln LR = 2 x
    assert slope == pytest.approx(2, rel=0.05)
    assert intercept == pytest.approx(0, abs=0.08)


def test_weights_are_never_negative():
    rng = np.random.default_rng(0)
    x = np.r_[rng.normal(-1, 1, 500), rng.normal(1, 1, 500)][:, None]
    assert fit_weights(x, np.arange(1000) < 500)[1] == 0


def test_a_fit_needs_both_kinds_of_pairs():
    with pytest.raises(ValueError, match="two genuine"):
        fit_weights(np.zeros((3, 1)), np.array([True, True, True]))


def test_a_card_of_another_release_says_how_to_fit_it_again(tmp_path):
    orders = "order = [0, 1, 1]\n"
    links = "full = [0, 1]\nquick = [0, 1]\n"
    head = 'name = "evidence"\nversion = 9\nmodel = "m@1"\nindividuals = 9\n'
    (tmp_path / "evidence@9.toml").write_text(head + orders + links)
    with pytest.raises(UnknownModel, match=r"evidence@9 is of another release.*calibrate\.py"):
        load_calibrator("evidence@9", tmp_path)


def test_a_missing_calibrator_is_named(tmp_path):
    with pytest.raises(UnknownModel, match="evidence@9"):
        load_calibrator("evidence@9", tmp_path)


def test_evidence_without_agreement_or_capacity_is_exactly_none():
    rng = np.random.default_rng(0)
    same = np.arange(2000) < 1000
    capacity = rng.uniform(0, 0.5, 2000)
    fine = np.expm1(rng.exponential(1.0, 2000) * np.where(same, 10 * capacity, 0.5))
    told = [FlankMeasurements(0.0, f / 2, f, 0.0, c) for f, c in zip(fine, capacity, strict=True)]
    used = np.ones(TERMS, bool)
    used[:2] = False
    weights = fit_evidence(np.array([terms(one) for one in told]), same, used=used)
    assert (weights >= 0).all()
    assert weights[:2].tolist() == [0, 0]
    fitted = EvidenceWeights(weights, np.zeros((0, TERMS)))
    assert fitted.log_odds(FlankMeasurements(0.9, 0.0, 0.0, 0.0, 0.0)) == 0.0
    assert (
        fitted.log_odds(FlankMeasurements(0.0, 50.0, 100.0, 0.0, 0.4))
        > 2
        > -0.5
        > fitted.log_odds(told_nothing(0.4))
    )


def told_nothing(capacity):
    return FlankMeasurements(0.0, 0.0, 0.0, 0.0, capacity)


def test_two_flanks_are_two_witnesses_within_the_bound():
    told = FlankMeasurements(0.9, 200.0, 400.0, 40.0, 0.3)
    one, both = (CALIBRATOR.log_odds([Witness(told)] * n) for n in (1, 2))
    assert both == pytest.approx(2 * one)
    assert CALIBRATOR.evidence([Witness(told)] * 9).llr == CALIBRATOR.bound == 2.0


def test_a_flank_that_nobody_stated_weakens_evidence_both_ways():
    agreeing, differing = (
        FlankMeasurements(0.9, 20.0, 50.0, 9.0, 0.3),
        FlankMeasurements(-0.9, 0.0, 0.0, 0.0, 0.3),
    )
    for told in (agreeing, differing):
        sure, unsure = (CALIBRATOR.log_odds([Witness(told, p)]) for p in (1.0, 0.5))
        assert abs(unsure) < abs(sure)
        assert unsure * sure > 0
    assert CALIBRATOR.log_odds([Witness(differing, 0.5)]) >= np.log(0.5)
    assert CALIBRATOR.log_odds([Witness(agreeing, 0.0)]) == 0.0


def test_no_witness_is_not_comparable_and_says_nothing():
    found = CALIBRATOR.evidence([])
    assert (found.llr, found.verdict) == (0.0, Verdict.NOT_COMPARABLE)


def test_silence_excludes_nobody_where_little_of_the_same_coat_is_seen_in_both():
    careful = replace(CALIBRATOR, excluding=0.25)
    silent = FlankMeasurements(-0.9, 0.0, 0.0, 0.0, 0.2)
    assert CALIBRATOR.evidence([Witness(silent)]).llr == -2
    assert careful.evidence([Witness(silent)]).llr == pytest.approx(-0.5)
    assert careful.evidence([Witness(silent)] * 2).llr == pytest.approx(-0.5)
    little, enough = ([Witness(silent._replace(capacity=c))] for c in (0.3, 0.5))
    assert careful.evidence(little).llr == pytest.approx(-0.9)
    assert careful.evidence(enough).llr == -2


def test_silence_excludes_nobody_where_points_of_rootsift_agree():
    careful = replace(CALIBRATOR, excluding=0.25, full=replace(FULL, weights=-np.abs(FULL.weights)))
    points = FlankMeasurements(0.9, 0.0, 0.0, 40.0, 0.6)
    assert careful.evidence([Witness(points)]).llr == pytest.approx(-0.5)
    assert careful.evidence([Witness(points._replace(rootsift=9.0))]).llr == -2


def test_the_interval_holds_the_llr_and_follows_the_refits():
    shaky = EvidenceWeights(FULL.weights, np.stack([FULL.weights * 0.9, FULL.weights * 1.1]))
    calibrator = replace(CALIBRATOR, full=shaky)
    found = calibrator.evidence([Witness(FlankMeasurements(0.5, 0.0, 15.0, 2.0, 0.1))])
    assert found.interval[0] < found.llr < found.interval[1]
    firm = CALIBRATOR.evidence([Witness(FlankMeasurements(0.5, 0.0, 15.0, 2.0, 0.1))])
    assert firm.interval == (firm.llr, firm.llr)


def test_the_factor_and_the_chosen_threshold_change_the_verdict():
    told = [Witness(FlankMeasurements(0.9, 0.0, 2000.0, 40.0, 0.3))]
    assert CALIBRATOR.evidence(told).verdict == Verdict.SAME
    careful = replace(CALIBRATOR, same=0.5, factor=0.2).evidence(told)
    assert careful.llr == pytest.approx(0.2 * CALIBRATOR.log_odds(told) / np.log(10))
    assert careful.verdict == Verdict.SAME
    assert replace(CALIBRATOR, factor=0.2).evidence(told).verdict == Verdict.INCONCLUSIVE
