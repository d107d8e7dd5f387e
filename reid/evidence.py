"""From the one number of a comparison to a bounded llr and a verdict."""

import tomllib
from dataclasses import dataclass
from math import log10
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from reid.errors import UnknownModel
from reid.fusion import Fusion, Weights
from reid.types import Evidence, Verdict
from reid.weights import default_folder, latest

LOG10_E = log10(np.e)
SAME = 2.0  # llr from which the machine says "same", and below minus which "different"


@dataclass(frozen=True, slots=True)
class Calibrator:
    """llr = clip(log odds x log10 e, -bound, bound); the log odds are those of a balanced fit.

    bound: log10 of the number of individuals that calibrated it; nobody may claim more.
    model: the embeddings it was fitted on.
    """

    id: str
    model: str
    fusion: Fusion
    individuals: int

    @property
    def bound(self) -> float:
        """The largest |llr| these individuals can support."""
        return log10(self.individuals)

    def evidence(self, log_odds: float) -> Evidence:
        """Monotone in the natural log odds of a fusion."""
        llr = min(max(log_odds * LOG10_E, -self.bound), self.bound)
        return Evidence(llr, self.bound, verdict_of(llr), self.id)


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
        raise UnknownModel(f"no calibrator {name} in {folder}")
    card = tomllib.loads(path.read_text())
    full, quick = (_weights(card[key], card.get(f"{key}_silence", [])) for key in ("full", "quick"))
    return Calibrator(
        id=f"{card['name']}@{card['version']}",
        model=card["model"],
        fusion=Fusion(full, quick),
        individuals=int(card["individuals"]),
    )


def _weights(listed: list[float], silence: list[float]) -> Weights:
    intercept, cosine, dense, rootsift = (float(w) for w in listed)
    return Weights(intercept, cosine, dense, rootsift, tuple(float(w) for w in silence))


def calibrator_of(model: str, folder: Path) -> Calibrator:
    """The newest calibrator in `folder` whose card names this model."""
    cards = {path: tomllib.loads(path.read_text()) for path in folder.glob("*@*.toml")}
    fitted = [path for path, card in cards.items() if card.get("model") == model]
    if not fitted:
        raise UnknownModel(f"no calibrator of {model} in {folder}: scripts/calibrate.py makes one")
    newest = max(fitted, key=lambda path: (int(cards[path]["version"]), path.stem))
    return load_calibrator(newest.stem, folder)


def provisional(folder: Path | None = None) -> Calibrator:
    """The calibrator of the newest rosette model: fitted on synthetic animals, annotation level."""
    folder = default_folder() if folder is None else folder
    return calibrator_of(latest(folder), folder)


def fit_weights(
    features: NDArray[np.float64],
    same: NDArray[np.bool_],
    *,
    ridge: float = 1e-3,
    intercept: bool = True,
) -> tuple[float, ...]:
    """Intercept (or 0) and non-negative weights of a logistic regression with balanced classes.

    features: (n, F), same: (n,). Each class weighs one half, so the prior of the pairs cancels and
    the log odds are a log likelihood ratio (Brümmer & du Preez 2006).
    """
    if same.sum() < 2 or (~same).sum() < 2:
        raise ValueError("need at least two genuine and two impostor pairs")
    weight = np.where(same, 0.5 / same.sum(), 0.5 / (~same).sum())

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = parameters[0] + features @ parameters[1:]
        value = weight @ (np.logaddexp(0, logit) - same * logit)
        slack = weight * (1 / (1 + np.exp(-logit)) - same)
        slope = np.r_[slack.sum(), features.T @ slack + 2 * ridge * parameters[1:]]
        return float(value + ridge * (parameters[1:] ** 2).sum()), slope

    first = (None, None) if intercept else (0.0, 0.0)
    bounds = [first] + [(0.0, None)] * features.shape[1]
    found = minimize(loss, np.zeros(features.shape[1] + 1), jac=True, bounds=bounds)
    return tuple(float(p) for p in found.x)


def fit_evidence(
    agreement: NDArray[np.float64], silence: NDArray[np.float64], same: NDArray[np.bool_]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Weights of agreement and of silence, all >= 0 and without an intercept.

    agreement: (n, A), what was found; silence: (n, K), `fusion.silences` of what could have been
    found; same: (n,). Where nothing was found and nothing could have been, the log odds are 0, by
    the form and not by the fit: a photo that shows nothing is no evidence.
    """
    features = np.concatenate([agreement, -silence], 1)
    unit = features.std(0) + 1e-9
    weights = np.array(fit_weights(features / unit, same, intercept=False)[1:]) / unit
    found = agreement.shape[1]
    return tuple(weights[:found].tolist()), tuple(weights[found:].tolist())
