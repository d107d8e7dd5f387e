"""A neighbour's animals beside the own ones: what is found, and what that means."""

from dataclasses import replace

import numpy as np
import pytest

from reid.evaluation.data.neighbours import SharedMoreThanAll, plan_neighbours
from reid.evaluation.trials import neighbours, rebuilding
from reid.signatures import form
from reid.signatures.content import passed
from reid.signatures.errors import SignaturesDamaged
from reid.signatures.pairs import MeasuredPair, ShareOutOfRange, check_fit, judged
from reid.types import Flank, Verdict
from tests.fake_embedder import CALIBRATOR
from tests.met_animals import met, photo


def pair(code, identity, llr):
    verdict = Verdict.SAME if llr >= 2 else Verdict.INCONCLUSIVE
    ends = (llr - 0.1, llr + 0.1)
    return MeasuredPair(*(code, "", (), identity, llr, 2.3, *ends, verdict, "e@1", Flank.LEFT, 1))


@pytest.mark.parametrize("rootsift", [True, False])
def test_the_animals_that_both_have_met_are_found_and_no_others(rootsift):
    ours = neighbours.catalogue([met(n, 0) for n in (1, 2, 3, 4)])
    theirs = neighbours.catalogue([met(n, 1) for n in (3, 4, 5, 6)])
    shared = frozenset({"L003", "L004"})
    result = neighbours.exchange(ours, theirs, shared, CALIBRATOR, rootsift=rootsift)
    assert (result.named, result.false_calls) == (set(shared), 0)
    assert "found 2 of 2, false calls 0" in neighbours.as_text(result)
    assert neighbours.as_json(result)["named"] == 2


def test_a_call_is_about_two_animals_that_name_each_other():
    pairs = [pair("A", 1, 2.1), pair("A", 2, 1.9), pair("B", 1, 1.5), pair("C", 3, 0.9)]
    assert [(row.pair.code, row.pair.identity) for row in judged(pairs, 9) if row.call] == [
        ("A", 1)
    ]


def test_a_posterior_shares_the_prior_among_all_identities():
    (row,) = judged([pair("A", 1, 2.0)], 40, shared=0.1)
    odds = 100 * (0.1 / 40) / (0.9 + 39 * 0.1 / 40)
    assert row.posterior == pytest.approx(odds / (1 + odds))
    with pytest.raises(ShareOutOfRange):
        judged([], 40, shared=1)


def test_features_of_another_size_are_refused_before_they_are_compared():
    side = neighbours.catalogue([met(1, 0)])
    read = form.read(neighbours.exported(side, CALIBRATOR))
    animal = read.animals[0]
    narrow = replace(animal.annotations[0], dense=replace(animal.annotations[0].dense, width=32))
    odd = replace(read, animals=(replace(animal, annotations=(narrow,)),))
    with pytest.raises(SignaturesDamaged):
        check_fit(odd, neighbours.own_animals(side))


def test_two_surveys_share_animals_but_no_camera_and_no_day():
    plans = plan_neighbours(animals=6, shared=2, encounters=2, seed=1)
    ours, theirs = ({p.individual for p in side} for side in (plans.ours, plans.theirs))
    assert ours & theirs == plans.shared
    assert (len(ours), len(theirs), len(plans.shared)) == (6, 6, 2)
    cameras = [{p.camera for p in side} for side in (plans.ours, plans.theirs)]
    assert not cameras[0] & cameras[1]
    with pytest.raises(SharedMoreThanAll):
        plan_neighbours(animals=2, shared=2, encounters=2, seed=1)


def test_an_attacker_lays_descriptors_where_they_were(monkeypatch):
    monkeypatch.setattr(rebuilding, "WIDTHS", (64, 64, 64))
    annotation = passed(photo(1, 5))
    bare = rebuilding.grid_of(annotation, rootsift=False)
    whole = rebuilding.grid_of(annotation, rootsift=True)
    assert bare.shape == (195, 64, 128)
    assert bare[130:].max() == 0 < whole[130:].max()
    occupied = whole[129] > 0  # the weight of fine cells
    assert occupied.sum() == len(annotation.dense.features("m@1", (0, 0)))


@pytest.mark.slow
def test_a_decoder_learns_and_says_how_alike_its_pictures_are(monkeypatch):
    monkeypatch.setattr(rebuilding, "WIDTHS", (64, 64, 64))
    rng = np.random.default_rng(1)
    views = [
        rebuilding.DescribedView(
            passed(photo(n, 5)),
            rng.random((128, 256)).astype(np.float32),
            rng.uniform(-1, 1, (128, 256)).astype(np.float32),
            np.pad(np.ones((60, 100), np.float32), ((20, 48), (40, 116))),
        )
        for n in range(8)
    ]
    decoder = rebuilding.learn(views, seed=1, epochs=1)
    likeness = rebuilding.median(rebuilding.likeness(decoder, views[:2], rootsift=True))
    assert abs(likeness.coat) < 0.5
    assert "on the coat" in rebuilding.as_text(likeness)
    assert rebuilding.sheet(decoder, views[:1]).shape == (198, 2340, 3)


def test_correlation_is_that_of_pearson():
    truth = np.arange(100.0, dtype=np.float32).reshape(10, 10)
    where = np.ones((10, 10), bool)
    assert rebuilding.correlation(-2 * truth, truth, where) == pytest.approx(-1)
    assert np.isnan(rebuilding.correlation(truth, truth, ~where))
