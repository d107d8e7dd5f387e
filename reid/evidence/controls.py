"""Pairs that must say nothing: of two flanks, and of crops that show no animal."""

from collections.abc import Callable, Sequence

import numpy as np

from reid.describe.describer import CropDescriber
from reid.evidence.calibrator import Calibrator
from reid.evidence.encounters import between
from reid.evidence.strata import PairTally
from reid.synthetic.view import Camera, without_animal
from reid.types import AnnotationFeatures, Box, Crop, Flank

SILENT = 0.1  # |llr| up to which a pair says nothing
CROSSED = 12  # encounters of each flank that are compared across flanks
WIDTHS = (260, 1300)  # pixels of a crop that shows nobody

Photos = Sequence[AnnotationFeatures]


def across_flanks(encounters: Sequence[Photos], calibrator: Calibrator) -> PairTally:
    """Left photos of one encounter, right photos of another: pairs whose llr is not 0.

    encounters: photos of each; of either flank the first `CROSSED` that show it are used.
    """
    left, right = (
        [showing for photos in encounters if (showing := [f for f in photos if f.flank is flank])]
        for flank in (Flank.LEFT, Flank.RIGHT)
    )
    pairs = [(a, b) for a in left[:CROSSED] for b in right[:CROSSED]]
    llrs = [between(*pair, calibrator, registered=False).evidence.llr for pair in pairs]
    return PairTally(sum(llr != 0 for llr in llrs), len(llrs))


def without_animals(
    encounters: Sequence[Photos],
    embedder: CropDescriber,
    calibrator: Calibrator,
    *,
    crops: int,
    seed: int,
    done: Callable[[int], object],
) -> PairTally:
    """Generated crops of mere background, each against an encounter: pairs that say something.

    encounters: photos of each. crops: how many. done: is called with 1 after each.
    """
    rng = np.random.default_rng((seed, 10))
    loud = 0
    for _ in range(crops if encounters else 0):
        photos = encounters[int(rng.integers(len(encounters)))]
        [background] = embedder.describe([_background(rng, photos[0].flank)])
        weighed = between([background], photos, calibrator, registered=False)
        loud += abs(weighed.evidence.llr) > SILENT
        done(1)
    return PairTally(loud, crops if encounters else 0)


def _background(rng: np.random.Generator, flank: Flank) -> Crop:
    """A crop that shows nobody, said to show a flank, under good and bad circumstances."""
    camera = Camera.draw(rng, hardness=float(rng.uniform(0, 1)), loose=1.0)
    width = int(rng.integers(*WIDTHS)) // 16 * 16
    height = round(0.47 * width / 16) * 16
    image = without_animal(camera, rng, size=(height, width))
    return Crop(image, Box(0, 0, width, height), flank)
