"""From what was measured on the flanks of two encounters to a bounded llr and a verdict."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import log, log10
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reid.errors import UnknownModel
from reid.evidence.order import Fusion
from reid.evidence.terms import SPOKEN, TERMS, EvidenceWeights, FlankMeasurements
from reid.types import Comparison, Evidence, Verdict
from reid.weights import default_folder, latest

LOG10_E = log10(np.e)
NOTHING = 0.02  # |llr| that rounds to nothing
LEAST_CAPACITY = 0.005  # below it two photos have no coat to compare
EXCLUDING = 0.25  # capacity from which silence may exclude: below it too little is seen in both
UNSURE = 0.5  # what below that may be said against two photos, as a negative llr
STEEP = 8.0  # how much more for a capacity of 1 more: the bound is reached at 0.5
POINTS = 20.0  # RootSIFT points: where so many agree, nobody is excluded
SAME = 2.0  # llr from which the machine says "same", and below minus which "different"


class NoSuchCalibrator(UnknownModel, message="no calibrator {calibrator} in {folder}"): ...


class CalibratorOfAnotherRelease(
    UnknownModel,
    message="{calibrator} is of another release: fit it again with scripts/calibrate.py",
): ...


class NoCalibratorOfModel(
    UnknownModel, message="no calibrator of {model} in {folder}: scripts/calibrate.py makes one"
): ...


class Witness(NamedTuple):
    """One flank of two encounters. shared: [0, 1], probability that the photos show one flank.

    frames: of one burst that agree and were fused into one of its pictures; 1 for photos alone.
    """

    measurements: FlankMeasurements
    shared: float = 1.0
    frames: int = 1


class FramesWeight(NamedTuple):
    """What frames that agree add to a witness, each times the natural logarithm of their number.

    gain: share by which its log odds grow, for the noise of the frames is independent. silence: llr
    against one animal where nothing agrees: coat that many frames show alike could have agreed.
    """

    gain: float = 0.15
    silence: float = 0.06

    def grown(self, frames: int) -> float:
        """The factor of the log odds."""
        return 1 + self.gain * log(frames)

    def silent(self, witness: Witness) -> float:
        """Natural log odds to be taken off."""
        unspoken = float(np.exp(-witness.measurements.fine / SPOKEN))
        return self.silence * log(witness.frames) * unspoken / LOG10_E


FRAMES_WEIGHT = FramesWeight()
"""What a new calibrator gets; each card names its own."""


@dataclass(frozen=True, slots=True)
class Calibrator:
    """llr = factor x log10 e x the sum of the witnesses' log odds, within the bound.

    model: the embeddings it was fitted on. individuals: that calibrated it; log10 of their number
    is the bound, nobody may claim more. full, quick: weights where RootSIFT was measured and where
    it was not. same: the llr from which the verdict is "same". factor: above 0, below 1 where the
    photos at hand are unlike those of the calibration and all evidence is to count for less; above
    1 only by `reid.evidence.local`. excluding: capacity from which silence may exclude. frames:
    what frames of one burst weigh that were fused.
    """

    id: str
    model: str
    fusion: Fusion
    individuals: int
    full: EvidenceWeights
    quick: EvidenceWeights
    same: float = SAME
    factor: float = 1.0
    excluding: float = EXCLUDING
    frames: FramesWeight = FRAMES_WEIGHT

    @property
    def bound(self) -> float:
        """The largest |llr| these individuals can support."""
        return log10(self.individuals)

    def evidence(self, witnesses: Sequence[Witness]) -> Evidence:
        """What the flanks of two encounters say together; each is a witness of its own.

        Where the flank is known with probability p only, LR = p LR(one flank) + (1 - p): two photos
        of different flanks say nothing. Without a witness the pair is not comparable and llr is 0;
        it is not comparable either where no photo shows coat that could agree, and none does.
        """
        if not witnesses:
            verdict = Verdict.NOT_COMPARABLE
            return Evidence(0.0, self.bound, verdict, self.id, (0.0, 0.0))
        llr = float(self.llr(np.array(self.log_odds(witnesses))))
        spread = sum(self._said(self._weights(w).spread(w.measurements), w) for w in witnesses)
        spread = np.maximum(spread, self._least(witnesses))
        low, high = (llr, llr)
        if np.size(spread):
            ends = np.percentile(self.llr(np.asarray(spread)), [2.5, 97.5])
            low, high = min(llr, float(ends[0])), max(llr, float(ends[1]))
        verdict = verdict_of(llr, same=self.same)
        if abs(llr) < NOTHING and max(w.measurements.capacity for w in witnesses) < LEAST_CAPACITY:
            verdict = Verdict.NOT_COMPARABLE
        return Evidence(llr, self.bound, verdict, self.id, (low, high))

    def pair(self, comparison: Comparison, *, shared: float = 1.0) -> Evidence:
        """What two photos say when they are all there is; shared: as in `Witness`."""
        return self.evidence([Witness(pooled([comparison], self.fusion), shared)])

    def log_odds(self, witnesses: Sequence[Witness]) -> float:
        """Natural log odds of all witnesses, with balanced classes, before factor and bound.

        They may fall below those of -UNSURE only as far as a witness saw the same coat in both:
        what is turned away, hidden or burnt out cannot be missing.
        """
        weighed = ((np.array(self._weights(w).log_odds(w.measurements)), w) for w in witnesses)
        total = float(sum(self._said(log_odds, w) for log_odds, w in weighed))
        return max(total, self._least(witnesses))

    def _least(self, witnesses: Sequence[Witness]) -> float:
        """Natural log odds that witnesses may exclude with: those of the one that saw most."""
        flanks = [witness.measurements for witness in witnesses]
        seen = [flank.capacity for flank in flanks if (flank.rootsift or 0.0) < POINTS]
        most = max((max(capacity - self.excluding, 0.0) for capacity in seen), default=0.0)
        grown = max(self.frames.grown(witness.frames) for witness in witnesses)
        return -grown * (UNSURE + STEEP * most) / LOG10_E

    def _said(self, log_odds: NDArray[np.float64], witness: Witness) -> NDArray[np.float64]:
        """What a witness says, its frames and how sure its flank is taken into account."""
        fused = log_odds * self.frames.grown(witness.frames) - self.frames.silent(witness)
        return _mixed(fused, witness.shared)

    def _weights(self, witness: Witness) -> EvidenceWeights:
        return self.quick if witness.measurements.rootsift is None else self.full

    def llr(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """llrs of natural log odds of any shape: log10, times the factor, within the bound."""
        llr = self.factor * LOG10_E * log_odds
        return np.clip(llr, -self.bound, self.bound)


def _mixed(log_odds: NDArray[np.float64], shared: float) -> NDArray[np.float64]:
    """log(shared x odds + 1 - shared)."""
    if shared >= 1:
        return log_odds
    with np.errstate(divide="ignore"):
        mixed = np.logaddexp(np.log(shared) + log_odds, np.log1p(-shared))
    return np.asarray(mixed, float)


def pooled(comparisons: Sequence[Comparison], fusion: Fusion) -> FlankMeasurements:
    """One flank's photos pooled: of the pair that agrees best, with the largest capacity of all.

    Photos of one burst are not independent, so nothing is summed. Raises ValueError for none.
    """
    best = max(comparisons, key=fusion.strongest)
    capacity = max(comparison.capacity for comparison in comparisons)
    return FlankMeasurements(
        best.cosine, best.coarse_score, best.fine_score, best.rootsift_score, capacity
    )


def verdict_of(llr: float, *, same: float = SAME) -> Verdict:
    """The verdict of one llr at a threshold."""
    if llr >= same:
        return Verdict.SAME
    return Verdict.DIFFERENT if llr <= -same else Verdict.INCONCLUSIVE


def load_calibrator(name: str, folder: Path | None = None) -> Calibrator:
    """The card NAME@VERSION.toml beside the weights."""
    folder = default_folder() if folder is None else folder
    path = folder / f"{name}.toml"
    if not path.is_file():
        raise NoSuchCalibrator(calibrator=name, folder=folder)
    card = tomllib.loads(path.read_text())
    return Calibrator(
        id=f"{card['name']}@{card['version']}",
        model=card["model"],
        fusion=_fusion(card),
        individuals=int(card["individuals"]),
        full=_evidence_weights(card, "full"),
        quick=_evidence_weights(card, "quick"),
        frames=FramesWeight(*card.get("frames", FRAMES_WEIGHT)),
    )


def _fusion(card: dict[str, Any]) -> Fusion:
    weights = [float(weight) for weight in card.get("order", ())]
    if len(weights) != len(fields(Fusion)):
        raise CalibratorOfAnotherRelease(calibrator=f"{card['name']}@{card['version']}")
    return Fusion(*weights)


def _evidence_weights(card: dict[str, Any], key: str) -> EvidenceWeights:
    weights, refits = np.array(card[key], float), np.array(card.get(f"{key}_refits", []), float)
    if weights.shape != (TERMS,) or refits.size % TERMS:
        name = f"{card['name']}@{card['version']}"
        raise CalibratorOfAnotherRelease(calibrator=name)
    return EvidenceWeights(weights, refits.reshape(-1, TERMS))


def calibrator_of(model: str, folder: Path) -> Calibrator:
    """The newest calibrator in `folder` whose card names this model."""
    cards = {path: tomllib.loads(path.read_text()) for path in folder.glob("*@*.toml")}
    fitted = [path for path, card in cards.items() if card.get("model") == model]
    if not fitted:
        raise NoCalibratorOfModel(model=model, folder=folder)
    newest = max(fitted, key=lambda path: (int(cards[path]["version"]), path.stem))
    return load_calibrator(newest.stem, folder)


def released(folder: Path | None = None) -> Calibrator:
    """The calibrator of the newest rosette model, fitted on synthetic encounters."""
    folder = default_folder() if folder is None else folder
    return calibrator_of(latest(folder), folder)


def fit_weights(
    features: NDArray[np.float64],
    same: NDArray[np.bool_],
    *,
    weight: NDArray[np.float64] | None = None,
    ridge: float = 1e-3,
    intercept: bool = True,
) -> tuple[float, ...]:
    """Intercept (or 0) and non-negative weights of a logistic regression with balanced classes.

    features: (n, F), same: (n,), weight: (n,) of each pair within its class, equal where None. Each
    class weighs one half, so the prior of the pairs cancels and the log odds are a log likelihood
    ratio (Brümmer & du Preez 2006).
    """
    if same.sum() < 2 or (~same).sum() < 2:
        raise ValueError("need at least two genuine and two impostor pairs")
    share = np.ones(len(same)) if weight is None else weight
    balanced = np.where(same, 0.5 / share[same].sum(), 0.5 / share[~same].sum()) * share

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = parameters[0] + features @ parameters[1:]
        value = balanced @ (np.logaddexp(0, logit) - same * logit)
        slack = balanced * (1 / (1 + np.exp(-logit)) - same)
        slope = np.r_[slack.sum(), features.T @ slack + 2 * ridge * parameters[1:]]
        return float(value + ridge * (parameters[1:] ** 2).sum()), slope

    first = (None, None) if intercept else (0.0, 0.0)
    bounds = [first] + [(0.0, None)] * features.shape[1]
    from scipy.optimize import minimize  # here, because it takes a while

    optimum = minimize(loss, np.zeros(features.shape[1] + 1), jac=True, bounds=bounds)
    return tuple(float(p) for p in optimum.x)


def fit_evidence(
    rows: NDArray[np.float64],
    same: NDArray[np.bool_],
    *,
    used: NDArray[np.bool_],
    weight: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """(TERMS,) weights of an `EvidenceWeights`, all >= 0 and the intercept 0.

    rows: (n, TERMS) of `reid.evidence.terms`; same: (n,); used: (TERMS,), terms that may have a
    weight. Where nothing agrees and nothing could have agreed, the log odds are 0, by the form and
    not by the fit: a photo that shows nothing is no evidence.
    """
    chosen = rows[:, used]
    unit = chosen.std(0) + 1e-9
    weights = np.zeros(rows.shape[1])
    slopes = fit_weights(chosen / unit, same, weight=weight, intercept=False)[1:]
    weights[used] = np.array(slopes) / unit
    return weights
