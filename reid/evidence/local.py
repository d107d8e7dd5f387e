"""Whether a calibrator holds for a catalogue: what its own decided encounters say about it.

Decisions are taken with the machine's help. A genuine pair that people confirmed because the
machine said so proves little, so evidence may grow only by pairs that were decided without it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reid.evidence.calibrator import LOG10_E, Calibrator

Vector = NDArray[np.float64]

GENUINE, IMPOSTOR, ANIMALS = 30, 100, 15  # pairs and individuals below which nothing is concluded
THRESHOLDS = (0.5, 1.0, 1.5, 2.0)  # of |llr|, where misleading pairs are counted
COMPARED = (0.5, 1.0)  # of these, where the calibration's own share is known well enough
FINEST = 0.01  # of that share: it is read from percentiles
DRAWS, CHANCE = 1000, 0.05  # of the bootstrap; how often a calibrator that holds is doubted
STRONGEST, SPREAD = 1.5, 0.25  # largest scale; standard deviation of its logarithm beforehand
GAIN = 1.92  # nats: half of the 95 % point of chi-squared with one degree of freedom (Wilks 1938)


class LocalPair(NamedTuple):
    """Two encounters that people decided. log_odds: natural, before factor and bound.

    animals: whom they show, twice the same name for a genuine pair. independent: the decisions were
    taken without an llr in view. encounters: their numbers.
    """

    animals: tuple[str, str]
    log_odds: float
    independent: bool = True
    encounters: tuple[int, int] = (0, 0)

    @property
    def genuine(self) -> bool:
        """Both show one animal."""
        return self.animals[0] == self.animals[1]


class Shift(StrEnum):
    """How strangers of the catalogue look beside those of the calibration."""

    AS_CALIBRATED = "no more agreement among strangers than in the calibration"
    MORE = "more agreement among strangers than in the calibration"
    TOO_FEW = "too few pairs to tell"
    UNTESTED = "no test of the calibrator to compare with"


@dataclass(frozen=True, slots=True)
class Rate:
    """How many pairs have at least this |llr| on the wrong side.

    least: what of the share is not chance, 0 where too few pairs could tell. allowed: a calibrated
    llr passes t on the wrong side in 10^-t of the pairs at most. calibration: share in the test of
    the calibrator, None where nobody knows it.
    """

    at: float
    misleading: int
    of: int
    least: float
    allowed: float
    calibration: float | None = None

    @property
    def share(self) -> float:
        """Share of the pairs, [0, 1]; 0 of none."""
        return self.misleading / self.of if self.of else 0.0

    @property
    def too_often(self) -> bool:
        """More often than chance explains."""
        return self.least > self.allowed


@dataclass(frozen=True, slots=True)
class Supply:
    """Pairs and the individuals they come from."""

    genuine: int
    genuine_animals: int
    independent: int
    independent_animals: int
    impostor: int
    impostor_animals: int

    @property
    def tells_strangers(self) -> bool:
        """There are enough impostor pairs."""
        return self.impostor >= IMPOSTOR and self.impostor_animals >= ANIMALS

    @property
    def tells_same(self) -> bool:
        """There are enough genuine pairs."""
        return self.genuine >= GENUINE and self.genuine_animals >= ANIMALS

    @property
    def stands_alone(self) -> bool:
        """There are enough genuine pairs that were decided without an llr in view."""
        return self.independent >= GENUINE and self.independent_animals >= ANIMALS

    @property
    def missing(self) -> dict[str, int]:
        """What is missing for a scale of its own, in the words of a person; empty: nothing."""
        short = {
            "genuine pairs": GENUINE - self.genuine,
            "individuals with a genuine pair": ANIMALS - self.genuine_animals,
            "impostor pairs": IMPOSTOR - self.impostor,
            "individuals with an impostor pair": ANIMALS - self.impostor_animals,
        }
        return {what: number for what, number in short.items() if number > 0}


@dataclass(frozen=True, slots=True)
class Study:
    """What the pairs of a catalogue say about a calibrator.

    impostor: such pairs with llr >= at; genuine: those with llr <= -at; both as the
    calibrator alone says, before anything local. scale: (0, 1.5], of all llrs, 1 where there are
    too few pairs; shrinkage: (0, 1], beyond it. suspects: the impostor pairs with the largest llr,
    where that says "same".
    """

    supply: Supply
    shift: Shift
    impostor: tuple[Rate, ...]
    genuine: tuple[Rate, ...]
    scale: float
    shrinkage: float
    suspects: tuple[LocalPair, ...]

    @property
    def factor(self) -> float:
        """By which every llr is multiplied before it is bounded."""
        return round(self.scale * self.shrinkage, 4)


def study(
    pairs: Sequence[LocalPair],
    calibrator: Calibrator,
    *,
    reference: Mapping[float, float] | None = None,
    seed: int = 0,
) -> Study:
    """All that is asked of a catalogue's pairs.

    calibrator: as its card has it. reference: share of the impostor pairs of its test with at least
    the llr, for the thresholds in COMPARED. The order of the pairs does not matter.
    """
    genuine = [pair for pair in pairs if pair.genuine]
    impostor = [pair for pair in pairs if not pair.genuine]
    supply = supply_of(pairs)
    scale = _refit(genuine, impostor, supply, calibrator.bound)
    plain = replace(calibrator, factor=1.0)
    sides = (
        _pair_class(impostor, 1, reference or {}, seed if supply.tells_strangers else None),
        _pair_class(genuine, -1, {}, seed if supply.tells_same else None),
    )
    misled, missed = (pair.rates(plain.llr) for pair in sides)
    suspects = sorted(impostor, key=lambda pair: -pair.log_odds)[:5]
    return Study(
        supply=supply,
        shift=_shift(misled, supply, reference),
        impostor=misled,
        genuine=missed,
        scale=scale,
        shrinkage=_shrinkage(sides, replace(plain, factor=scale)),
        suspects=tuple(pair for pair in suspects if pair.log_odds * LOG10_E >= calibrator.same),
    )


def adjusted(calibrator: Calibrator, *, factor: float, number: int) -> Calibrator:
    """The calibrator with every llr times a factor; its bound and its threshold stay.

    number: of the local calibration; the name says it, so that every llr that is kept does.
    """
    return replace(calibrator, id=f"{calibrator.id}+local@{number}", factor=factor)


def supply_of(pairs: Sequence[LocalPair]) -> Supply:
    """What there is to go by."""
    genuine = [pair for pair in pairs if pair.genuine]
    impostor = [pair for pair in pairs if not pair.genuine]
    alone = [pair for pair in genuine if pair.independent]
    return Supply(
        genuine=len(genuine),
        genuine_animals=len(_animals(genuine)),
        independent=len(alone),
        independent_animals=len(_animals(alone)),
        impostor=len(impostor),
        impostor_animals=len(_animals(impostor)),
    )


def _animals(pairs: Iterable[LocalPair]) -> list[str]:
    return sorted({name for pair in pairs for name in pair.animals})


@dataclass(frozen=True, slots=True)
class _PairClass:
    """Pairs of one class.

    sign: of a misleading llr; odds: (n,); draws: (DRAWS, n), how often each pair is in a draw of
    the individuals, no draws where there are too few; reference: shares of the calibration.
    """

    sign: int
    odds: Vector
    draws: Vector
    reference: Mapping[float, float]

    def rates(self, llr: Callable[[Vector], Vector]) -> tuple[Rate, ...]:
        """At each of THRESHOLDS."""
        return tuple(self._rate(self.hits(llr, at), at) for at in THRESHOLDS)

    def hits(self, llr: Callable[[Vector], Vector], at: float) -> NDArray[np.bool_]:
        """(n,) pairs that mislead by so much."""
        return np.asarray(self.sign * llr(self.odds) >= at)

    def _rate(self, hit: NDArray[np.bool_], at: float) -> Rate:
        known = self.reference.get(at) if at in COMPARED else None
        allowed = 10**-at if known is None else min(10**-at, max(known, FINEST))
        return Rate(at, int(hit.sum()), len(hit), self._least(hit), allowed, known)

    def _least(self, hit: NDArray[np.bool_]) -> float:
        """Lower limit of the share, by a bootstrap over individuals: pairs share animals.

        One-sided, and CHANCE is divided among the thresholds (Bonferroni).
        """
        if not hit.any() or not len(self.draws):
            return 0.0
        total = self.draws.sum(1)
        shares = (self.draws @ hit)[total > 0] / total[total > 0]
        return float(np.quantile(shares, CHANCE / len(THRESHOLDS)))


def _pair_class(
    pairs: Sequence[LocalPair], sign: int, reference: Mapping[float, float], seed: int | None
) -> _PairClass:
    """Each individual is drawn with replacement; a pair comes with both of its animals.

    seed: None for no draws.
    """
    odds = np.array([pair.log_odds for pair in pairs], float)
    if seed is None:
        return _PairClass(sign, odds, np.zeros((0, len(pairs))), reference)
    names = {name: n for n, name in enumerate(_animals(pairs))}
    even = np.full(len(names), 1 / len(names))
    times = np.random.default_rng(seed).multinomial(len(names), even, DRAWS).astype(float)
    first, other = np.array([[names[name] for name in pair.animals] for pair in pairs]).T
    draws = np.where(first == other, times[:, first], times[:, first] * times[:, other])
    return _PairClass(sign, odds, draws, reference)


def _shift(
    misled: Sequence[Rate], supply: Supply, reference: Mapping[float, float] | None
) -> Shift:
    if reference is None:
        return Shift.UNTESTED
    if not supply.tells_strangers:
        return Shift.TOO_FEW
    known = [rate for rate in misled if rate.calibration is not None]
    more = any(rate.least > max(rate.calibration or 0, FINEST) for rate in known)
    return Shift.MORE if more else Shift.AS_CALIBRATED


def _shrinkage(sides: Sequence[_PairClass], scaled: Calibrator) -> float:
    """The largest of 1, 0.99 ... 0.01 with which no threshold is passed too often.

    P(llr >= t | impostor) <= 10^-t, and the same of genuine pairs at -t, for every calibrated llr:
    the universal bound on misleading evidence (Royall 1997, *Statistical Evidence*, 1.4; Markov's
    inequality). Where the pairs pass it beyond chance, they are brought back to it.
    """
    at_fault = [(side, rate) for side in sides for rate in side.rates(scaled.llr) if rate.too_often]
    for percent in range(100, 1, -1):
        tried = replace(scaled, factor=scaled.factor * percent / 100)
        shares = [(side.hits(tried.llr, rate.at).mean(), rate.allowed) for side, rate in at_fault]
        if all(share <= allowed for share, allowed in shares):
            return percent / 100
    return 0.01


def _refit(
    genuine: Sequence[LocalPair], impostor: Sequence[LocalPair], supply: Supply, bound: float
) -> float:
    """Scale of a logistic regression without intercept, so that nothing stays exactly nothing.

    Classes are balanced, each individual weighs the same in the genuine pair, and the logarithm of
    the scale is normal around 0 with SPREAD beforehand (a penalty); as many observations speak
    against it as individuals gave genuine pairs. Another scale than 1 must gain GAIN nats, and one
    above 1 is found only by pairs decided without an llr.
    """
    if supply.missing:
        return 1.0
    alone = supply.stands_alone
    used = [pair for pair in genuine if pair.independent] if alone else genuine
    often = Counter(pair.animals[0] for pair in used)
    share = np.array([1 / often[pair.animals[0]] for pair in used]) / len(often)
    same, other = (np.array([pair.log_odds for pair in group]) for group in (used, impostor))
    most = bound * log(10)

    def cost(scale: float) -> float:
        lost = share @ np.logaddexp(0, -np.clip(scale * same, -most, most))
        lost += np.logaddexp(0, np.clip(scale * other, -most, most)).mean()
        return float(len(often) * lost + (log(scale) / SPREAD) ** 2 / 2)

    percents = range(5, round(100 * (STRONGEST if alone else 1)) + 1)
    best = min((percent / 100 for percent in percents), key=cost)
    return best if cost(1.0) - cost(best) > GAIN else 1.0
