"""How good an annotation is: measured on its flank, graded by a few weights fitted on known truth.

A grade never drops a photo: it is shown beside the evidence, which is weak where the photo is poor.
"""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.types import Box, Float32, Grade, Measures, Pose, Quality, Reason

LOOK = (192, 384)  # (H, W) pixels at which a flank is measured; about 20 rosettes lie side by side
ROSETTE = (3.2, 6.4)  # standard deviations in such pixels: what lies between them is a rosette
EDGE = (1.6, 3.2)  # and its edges
SHARP = 1.4  # contrast of edges over that of rosettes in a sharp photo of a real leopard
DARK = 0.25  # brightness below which detail of the coat is lost in the grain
WIDE = 512.0  # pixels: the network looks at a flank no closer than this
FAINTEST = 0.1  # grey levels: contrast of rosettes below which there are none
FEWEST = 200  # pixels of coat below which the whole window is measured

GRADES = tuple(Grade)
DEFICITS = {
    "sharpness": Reason.BLUR,
    "trust": Reason.BLUR,
    "dark": Reason.DARK,
    "white": Reason.OVEREXPOSED,
    "small": Reason.SMALL,
    "hidden": Reason.OCCLUDED,
    "turned": Reason.OBLIQUE,
}
"""What an annotation can lack, each 0 where nothing is lacking, and the reason it stands for."""

MOST = {"dark": 3.0, "white": 0.8, "small": 3.5, "hidden": 0.85}
"""Deficits from which an annotation is unusable whatever else it shows."""

ONE_STEP = {"white": 0.6, "hidden": 0.5, "turned": 0.4}
"""Deficits beyond the usual that cost at least one grade, where the truth does not tell: synthetic
photos are burnt out, hidden and turned with little regard to their grade."""

CARD = """name = "{name}"
version = {version}
embedder = "{embedder}"  # whose coat and trust were measured
fitted_on = "{fitted_on}"
command = "{command}"
steps = [{steps}]  # sums from which a photo is usable, poor, unusable
license = "Apache-2.0"

[weights]  # of each deficit
{weights}

[usual]  # deficit of the median good photo, which counts for nothing
{usual}

[most]  # deficit from which a photo is unusable whatever else it shows
{most}
"""


def measure(
    luminance: NDArray[np.uint8], coat: Float32, *, flank: Box, crop: Box, pose: Pose, trust: float
) -> Measures:
    """What can be measured on one flank.

    luminance: (H, W) uint8 of the flank's window at the size `LOOK`. coat: (h, w) float32 in
    [0, 1], probability of coat over the same window. flank, crop: the window and the crop, in
    pixels of the crop; what lies outside the crop shows no coat. trust: mean weight of the dense
    features.
    """
    visible = cv2.resize(coat, LOOK[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    visible &= _inside(flank, crop)
    mask = visible if visible.sum() >= FEWEST else np.ones(LOOK, bool)
    grey = luminance.astype(np.float32)
    edges, rosettes = (_contrast(grey, mask, *band) for band in (EDGE, ROSETTE))
    shown = grey[mask]
    return Measures(
        sharpness=min(1.0, edges / (rosettes * SHARP)) if rosettes > FAINTEST else 0.0,
        trust=trust,
        brightness=float(shown.mean()) / 255,
        black=float((shown < 8).mean()),
        white=float((shown > 247).mean()),
        flank_pixels=flank.width,
        coat=float(visible.mean()),
        yaw=pose.yaw,
    )


def _inside(flank: Box, crop: Box) -> NDArray[np.bool_]:
    """(H, W) of LOOK: whether the middle of a pixel lies in the crop."""
    height, width = LOOK
    x = flank.x0 + (np.arange(width) + 0.5) * flank.width / width
    y = flank.y0 + (np.arange(height) + 0.5) * flank.height / height
    across, down = (x >= crop.x0) & (x <= crop.x1), (y >= crop.y0) & (y <= crop.y1)
    return np.asarray(down[:, None] & across[None, :], bool)


def _contrast(grey: Float32, mask: NDArray[np.bool_], fine: float, coarse: float) -> float:
    """Root mean square of what lies between two Gaussian blurs, over the mask."""
    band = cv2.GaussianBlur(grey, (0, 0), fine) - cv2.GaussianBlur(grey, (0, 0), coarse)
    return float(np.sqrt((band[mask] ** 2).mean()))


def without_animal(quality: Quality) -> Quality:
    """The quality of a crop in which no animal is seen, whatever was measured on it."""
    return replace(quality, value=0.0, grade=Grade.UNUSABLE, reasons=(Reason.NO_ANIMAL,))


def deficits(of: Measures) -> tuple[float, ...]:
    """What is lacking, in the order of `DEFICITS`, each >= 0 and 0 where nothing is.

    sharpness, trust, hidden: 1 minus the measure (hidden: of the coat). dark, small: halvings below
    `DARK` and `WIDE`. white: share of the coat. turned: 1 minus the cosine of the yaw, which is the
    share of its length that the flank loses.
    """
    return (
        1 - of.sharpness,
        1 - of.trust,
        max(0.0, math.log2(DARK / max(of.brightness, 1 / 255))),
        of.white,
        max(0.0, math.log2(WIDE / of.flank_pixels)),
        1 - of.coat,
        1 - math.cos(math.radians(of.yaw)),
    )


@dataclass(frozen=True, slots=True)
class QualityModel:
    """Ordered logistic regression (McCullagh 1980) on the deficits.

    weights: of each deficit, >= 0. usual: the deficit of the median good photo, which counts for
    nothing. steps: sums from which a photo is usable, poor, unusable. most: see `MOST`; infinite
    where there is no such limit.
    """

    id: str
    weights: tuple[float, ...]
    usual: tuple[float, ...]
    steps: tuple[float, float, float]
    most: tuple[float, ...]

    def grade(self, measures: Measures) -> Quality:
        """Grade, value and reasons; a good annotation needs no reason."""
        grade, value, reasons = self.judged(deficits(measures))
        return Quality(measures, value, grade, reasons, self.id)

    def judged(self, lacking: Sequence[float]) -> tuple[Grade, float, tuple[Reason, ...]]:
        """Grade, value and reasons of what `deficits` returns."""
        costs = [
            weight * max(0.0, lack - usual)
            for weight, lack, usual in zip(self.weights, lacking, self.usual, strict=True)
        ]
        over = [lack >= most for lack, most in zip(lacking, self.most, strict=True)]
        total = max(sum(costs), self.steps[-1] if any(over) else 0.0)
        grade = GRADES[sum(total >= step for step in self.steps)]
        reasons = () if grade is Grade.GOOD else _reasons(costs, over, self.steps[0])
        return grade, _value(total, self.steps), reasons


def _value(total: float, steps: Sequence[float]) -> float:
    """Mean probability of being better than each step, over that of a photo that lacks nothing."""
    better = [sum(1 / (1 + math.exp(min(at - step, 500))) for step in steps) for at in (total, 0.0)]
    return better[0] / better[1]


def _reasons(costs: Sequence[float], over: Sequence[bool], step: float) -> tuple[Reason, ...]:
    """Limits that are passed, then what costs a third of the largest cost and a sixth of a step.

    There are six reasons, so that one of them costs a sixth of the step that was taken.
    """
    of: dict[Reason, float] = {}
    for reason, cost, beyond in zip(DEFICITS.values(), costs, over, strict=True):
        of[reason] = of.get(reason, 0.0) + (math.inf if beyond else cost)
    largest = max((cost for cost in of.values() if cost < math.inf), default=0.0)
    named = [reason for reason, cost in of.items() if cost >= max(largest / 3, step / 6)]
    return tuple(sorted(named, key=lambda reason: -of[reason]))


def load_quality(folder: Path) -> QualityModel | None:
    """The newest card quality@VERSION.toml in `folder`; None where there is none."""
    cards = [p for p in folder.glob("quality@*.toml") if p.stem.split("@")[1].isdigit()]
    if not cards:
        return None
    newest = max(cards, key=lambda path: int(path.stem.split("@")[1]))
    card = tomllib.loads(newest.read_text(encoding="utf-8"))
    weights, usual, most = (
        tuple(float(card[part].get(name, math.inf)) for name in DEFICITS)
        for part in ("weights", "usual", "most")
    )
    return QualityModel(newest.stem, weights, usual, tuple(card["steps"]), most)


def write_quality(
    model: QualityModel, folder: Path, *, embedder: str, fitted_on: str, command: str
) -> Path:
    """Write the card; returns its path."""
    name, version = model.id.split("@")
    tables = {
        part: "\n".join(f"{key} = {value:.6g}" for key, value in zip(DEFICITS, values, strict=True))
        for part, values in (("weights", model.weights), ("usual", model.usual))
    }
    path = folder / f"{model.id}.toml"
    text = CARD.format(
        name=name,
        version=version,
        embedder=embedder,
        fitted_on=fitted_on,
        command=command,
        steps=", ".join(f"{step:.6g}" for step in model.steps),
        most="\n".join(f"{key} = {value:g}" for key, value in MOST.items()),
        **tables,
    )
    path.write_text(text, encoding="utf-8")
    return path


def fit(rows: NDArray[np.float64], grades: NDArray[np.int64], *, id: str) -> QualityModel:
    """The model of deficits (n, F) whose grades are known (0 good to 3 unusable).

    Every deficit is fitted alone, then all are tempered by one factor: in a joint fit the size of
    the synthetic photos, which goes with their grade, would silence blur. Grades weigh alike. No
    weight is less than `ONE_STEP` asks for.
    """
    usual = np.median(rows[grades == 0], axis=0)
    beyond = np.maximum(rows - usual, 0)
    alone = np.array([_fitted(column, grades)[0] for column in beyond.T])
    factor, steps = _fitted(beyond @ alone, grades)
    least = [max(0.0, steps[0]) / ONE_STEP.get(name, math.inf) for name in DEFICITS]
    weights = tuple(float(w) for w in np.maximum(factor * alone, least))
    most = tuple(MOST.get(name, math.inf) for name in DEFICITS)
    return QualityModel(id, weights, tuple(map(float, usual)), steps, most)


def _fitted(
    column: NDArray[np.float64], grades: NDArray[np.int64]
) -> tuple[float, tuple[float, float, float]]:
    """Weight >= 0 of one column and the three ascending steps, by balanced ordered logistic."""
    each = np.arange(len(grades))
    weight = np.array([1 / max(1, (grades == g).sum()) for g in range(4)])[grades]

    def loss(p: NDArray[np.float64]) -> float:
        steps = np.r_[-np.inf, p[1] + np.r_[0, np.cumsum(np.exp(p[2:]))], np.inf]
        below = 1 / (1 + np.exp(np.clip(p[0] * column[:, None] - steps, -500, 500)))
        chance = below[each, grades + 1] - below[each, grades]
        return float(-(weight @ np.log(np.maximum(chance, 1e-12))) + 1e-3 * p[0] ** 2)

    bounds = [(0.0, None), (None, None), (-4.0, 4.0), (-4.0, 4.0)]
    from scipy.optimize import minimize  # here, because it takes a while

    optimum = minimize(loss, np.array([1.0, 0.0, 0.0, 0.0]), bounds=bounds, method="L-BFGS-B").x
    first, second, third = optimum[1] + np.r_[0, np.cumsum(np.exp(optimum[2:]))]
    return float(optimum[0]), (float(first), float(second), float(third))
