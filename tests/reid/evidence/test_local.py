"""What the pairs of a catalogue say about a calibrator: scale, shrinkage, domain shift."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from fake_embedder import CALIBRATOR

from reid.evidence.calibrator import Witness
from reid.evidence.local import (
    ANIMALS,
    GENUINE,
    IMPOSTOR,
    LocalPair,
    Rate,
    Shift,
    adjusted,
    study,
    supply_of,
)
from reid.evidence.terms import FlankMeasurements

APART = 2.5  # standard deviations between the classes: log odds are N(±APART²/2, APART)
REFERENCE = {0.5: 0.045, 1.0: 0.016}  # shares of impostors beyond it, by the normal distribution


def catalogue(animals, *, inflated=1.0, independent=True, seed=0):
    """Two genuine and twenty impostor pairs an animal; log odds are `inflated` times too large."""
    rng = np.random.default_rng(seed)
    same = rng.normal(APART**2 / 2, APART, (animals, 2)) * inflated
    other = rng.normal(-(APART**2) / 2, APART, (animals, 20)) * inflated
    whom = rng.integers(1, animals, (animals, 20))
    genuine = [LocalPair((f"{a}",) * 2, x, independent) for a in range(animals) for x in same[a]]
    return genuine + [
        LocalPair((f"{a}", f"{(a + step) % animals}"), x)
        for a in range(animals)
        for step, x in zip(whom[a].tolist(), other[a].tolist(), strict=True)
    ]


def cllr(calibrator, pairs):
    """Bits a pair."""
    cost = {True: [], False: []}
    for one in pairs:
        llr = float(calibrator.llr(np.array(one.log_odds)))
        cost[one.genuine].append(np.log2(1 + 10 ** (-llr if one.genuine else llr)))
    return (np.mean(cost[True]) + np.mean(cost[False])) / 2


def test_a_catalogue_like_the_calibration_changes_next_to_nothing():
    said = study(catalogue(100), CALIBRATOR, reference=REFERENCE)
    assert said.shift is Shift.AS_CALIBRATED
    assert (said.scale, said.shrinkage) == (1, 1)
    assert not any(one.too_often for one in (*said.impostor, *said.genuine))


@pytest.mark.parametrize("inflated", [2.0, 4.0])
def test_llrs_that_claim_too_much_are_brought_back(inflated):
    pairs = catalogue(100, inflated=inflated)
    said = study(pairs, CALIBRATOR, reference=REFERENCE)
    assert said.shift is Shift.MORE
    assert 0.5 / inflated < said.factor < 1.5 / inflated
    used = adjusted(CALIBRATOR, factor=said.factor, number=1)
    assert cllr(used, pairs) < cllr(CALIBRATOR, pairs) - 0.02


def test_llrs_that_claim_too_little_grow_only_by_pairs_decided_without_an_llr():
    alone = study(catalogue(100, inflated=0.6), CALIBRATOR)
    helped = study(catalogue(100, inflated=0.6, independent=False), CALIBRATOR)
    assert alone.scale == pytest.approx(1.5, abs=0.1)
    assert helped.scale == 1


def test_few_animals_do_not_move_the_scale_and_many_do():
    few, many = (study(catalogue(n, inflated=0.6), CALIBRATOR).scale for n in (ANIMALS, 120))
    assert (few, many) == (1, pytest.approx(1.5, abs=0.1))


def test_below_the_needed_number_of_pairs_nothing_is_concluded_and_the_rest_is_counted():
    pairs = catalogue(10, inflated=4)
    said = study(pairs, CALIBRATOR, reference=REFERENCE)
    assert (said.factor, said.shift) == (1, Shift.TOO_FEW)
    assert not any(one.too_often for one in (*said.impostor, *said.genuine))
    assert said.supply.missing == {
        "genuine pairs": GENUINE - 20,
        "individuals with a genuine pair": ANIMALS - 10,
        "individuals with an impostor pair": ANIMALS - 10,
    }


def test_an_empty_catalogue_lacks_everything():
    said = study([], CALIBRATOR)
    assert said.supply.missing["impostor pairs"] == IMPOSTOR
    assert (said.factor, said.shift, said.suspects) == (1, Shift.UNTESTED, ())
    assert [(one.misleading, one.of, one.share) for one in said.impostor] == [(0, 0, 0.0)] * 4


def test_without_a_test_of_the_calibrator_the_universal_bound_still_holds():
    said = study(catalogue(100, inflated=4), CALIBRATOR)
    assert said.shift is Shift.UNTESTED
    assert [one.allowed for one in said.impostor] == pytest.approx(
        [10**-t for t in (0.5, 1, 1.5, 2)]
    )
    assert said.impostor[3].too_often


def test_one_animal_in_two_names_does_not_weaken_the_evidence_of_all_others():
    twins = [LocalPair(("0", "1"), 12.0, encounters=(4, 9))] * 25
    plain = study(catalogue(60), CALIBRATOR)
    said = study([*catalogue(60), *twins], CALIBRATOR)
    assert said.shrinkage == plain.shrinkage == 1
    assert said.suspects[0].encounters == (4, 9)


def test_a_share_is_less_certain_when_its_pairs_are_of_one_animal():
    strangers = [LocalPair((f"{n}", f"{n + 1}"), -3.0) for n in range(40) for _ in range(5)]
    of_many = [LocalPair((f"{n}", f"{n + 20}"), 4.0) for n in range(20)]
    of_one = [LocalPair(("0", f"{n + 20}"), 4.0) for n in range(20)]
    least = [study([*strangers, *some], CALIBRATOR).impostor[1].least for some in (of_many, of_one)]
    assert least[0] > 0.04 > 0.01 > least[1]


def test_counts_of_a_rate_are_those_of_a_plain_loop():
    pairs = catalogue(30)
    said = study(pairs, CALIBRATOR)
    for one in said.impostor:
        assert one.misleading == sum(p.log_odds / log(10) >= one.at for p in pairs if not p.genuine)
    for one in said.genuine:
        assert one.misleading == sum(p.log_odds / log(10) <= -one.at for p in pairs if p.genuine)


def test_a_study_is_the_same_twice_and_in_any_order():
    pairs = catalogue(40, inflated=2)
    assert study(pairs, CALIBRATOR).factor == study(pairs[::-1], CALIBRATOR).factor


def test_pairs_decided_with_an_llr_in_view_are_counted_apart():
    found = supply_of([LocalPair(("a", "a"), 1.0), LocalPair(("b", "b"), 1.0, independent=False)])
    assert (found.genuine, found.independent, found.independent_animals) == (2, 1, 1)


def test_an_adjusted_calibrator_says_so_and_keeps_bound_threshold_and_silence():
    used = adjusted(replace(CALIBRATOR, same=1.5), factor=0.5, number=3)
    assert used.id == "calibrated@1+local@3"
    assert (used.bound, used.same) == (CALIBRATOR.bound, 1.5)
    assert used.llr(np.array([0.0, 100.0])).tolist() == [0, CALIBRATOR.bound]
    seen = Witness(FlankMeasurements(1.0, coarse=0.0, fine=0.0, rootsift=None, capacity=0.0))
    assert used.evidence([seen]).llr == pytest.approx(CALIBRATOR.evidence([seen]).llr / 2)


def test_a_rate_of_nothing_is_zero():
    assert Rate(1.0, 0, 0, 0.0, 0.1).share == 0
