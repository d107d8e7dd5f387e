"""Figures of evidence against `lir` of the Netherlands Forensic Institute and scikit-learn."""

import numpy as np
import pytest
from lir.algorithms.bayeserror import elub
from lir.algorithms.isotonic_regression import IsotonicCalibrator
from lir.data.models import LLRData
from lir.metrics import cllr as lir_cllr
from lir.metrics import cllr_cal as lir_cllr_cal
from lir.metrics import cllr_min as lir_cllr_min
from lir.plotting import tippett as lir_tippett
from lir.plotting.expected_calibration_error import calculate_ece
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score, roc_curve

from reid.evaluation.measures.metrics import eer, roc, tippett, tpr_at
from reid.evidence.calibrator import Calibrator
from reid.evidence.cost import cllr, cllr_cal, cllr_min
from reid.evidence.order import Fusion
from reid.evidence.terms import TERMS, EvidenceWeights

SEEDS = range(8)


def pairs(seed):
    """Genuine and impostor llrs that overlap; every second seed has many ties."""
    draw = np.random.default_rng(seed)
    genuine, impostor = draw.normal(1, 1.2, 40 + 7 * seed), draw.normal(-1, 1.2, 90)
    return (np.round(genuine, 1), np.round(impostor, 1)) if seed % 2 else (genuine, impostor)


def labelled(genuine, impostor):
    """Both kinds in one array, and the labels 1 and 0 as `lir` and scikit-learn want them."""
    labels = np.repeat([1, 0], [len(genuine), len(impostor)])
    return np.concatenate([genuine, impostor]), labels


def of_lir(genuine, impostor):
    llrs, labels = labelled(genuine, impostor)
    return LLRData(features=llrs, labels=labels)


@pytest.mark.parametrize("seed", SEEDS)
def test_cllr_and_its_two_parts_are_those_of_lir(seed):
    genuine, impostor = pairs(seed)
    data = of_lir(genuine, impostor)
    assert cllr(genuine, impostor) == pytest.approx(lir_cllr(data), abs=1e-9)
    assert cllr_min(genuine, impostor) == pytest.approx(lir_cllr_min(data), abs=1e-9)
    assert cllr_cal(genuine, impostor) == pytest.approx(lir_cllr_cal(data), abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_cllr_is_the_empirical_cross_entropy_at_even_prior_odds(seed):
    genuine, impostor = pairs(seed)
    llrs, labels = labelled(genuine, impostor)
    # lir averages each kind over its own pairs and weighs it by its prior
    entropy = calculate_ece(10**llrs, labels, np.array([0.5]))[0]
    assert cllr(genuine, impostor) == pytest.approx(entropy, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_least_cllr_costs_what_llrs_pooled_by_lir_cost(seed):
    """Pool adjacent violators, once ours and once lir's, whose llrs reach infinity at the ends."""
    genuine, impostor = pairs(seed)
    pooled = IsotonicCalibrator().fit_transform(*labelled(genuine, impostor))
    after = pooled[: len(genuine)], pooled[len(genuine) :]
    assert cllr_min(genuine, impostor) == pytest.approx(cllr(*after), abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_least_cllr_of_weighted_pairs_is_that_of_scikit_learn(seed):
    genuine, impostor = pairs(seed)
    draw = np.random.default_rng(100 + seed)
    weights = draw.uniform(0.1, 3, len(genuine)), draw.uniform(0.1, 3, len(impostor))
    llrs, labels = labelled(genuine, impostor)
    balanced = np.concatenate([one / one.sum() for one in weights])
    share = IsotonicRegression().fit_transform(llrs, labels, sample_weight=balanced)
    kept = np.where(labels == 1, share, 1 - share)
    expected = -(balanced @ np.log2(kept)) / 2
    assert cllr_min(genuine, impostor, weights=weights) == pytest.approx(expected, abs=1e-9)


class Axes:
    """Keeps the lines that `lir` would draw: x and y by colour."""

    def __init__(self):
        self.lines = {}

    def plot(self, x, y, *, color, **_):
        self.lines[color] = x, y

    def __getattr__(self, name):
        return lambda *_, **__: None


@pytest.mark.parametrize("seed", SEEDS)
def test_tippett_shares_are_those_that_lir_draws(seed):
    genuine, impostor = pairs(seed)
    axes = Axes()
    lir_tippett(of_lir(genuine, impostor), ax=axes)
    for side, color in enumerate("br"):  # blue: genuine, red: impostor
        grid, percent = axes.lines[color]
        assert 100 * tippett(genuine, impostor, grid)[side] == pytest.approx(percent, abs=1e-9)


@pytest.mark.parametrize("individuals", [10, 40, 100, 300])
def test_the_bound_is_the_empirical_one_of_as_many_pairs_that_never_mislead(individuals):
    """ELUB (Vergeer et al. 2016) adds one misleading pair of either kind: it ends at log10 n.

    lir searches in steps of 0.01, and rounds towards 0.
    """
    silent = EvidenceWeights(np.zeros(TERMS), np.zeros((0, TERMS)))
    bound = Calibrator("test@1", "", Fusion(0, 0, 0), individuals, silent, silent).bound
    llrs, labels = labelled(np.full(individuals, 5.0), np.full(individuals, -5.0))
    low, high = elub(llrs, labels)
    assert (-low, high) == (pytest.approx(bound, abs=0.011),) * 2
    assert high <= bound + 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_rates_are_those_of_scikit_learn(seed):
    genuine, impostor = pairs(seed)
    llrs, labels = labelled(genuine, impostor)
    false, true = roc(genuine, impostor)
    assert np.trapezoid(true, false) == pytest.approx(roc_auc_score(labels, llrs), abs=1e-9)
    every, found, _ = roc_curve(labels, llrs, drop_intermediate=False)
    assert tpr_at(0.1, genuine, impostor) == found[every <= 0.1].max()
    crossing = np.interp(0, every + found - 1, every)  # both errors are alike
    assert eer(genuine, impostor) == pytest.approx(crossing, abs=1e-9)
