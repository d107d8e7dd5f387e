"""How far synthetic flanks are from real ones: simple statistics, and sheets for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from reid.describe.spacing import FLANK, radial_spectrum, spectral_spacing
from reid.errors import BadSettings
from reid.evaluation.data.photos import FlankFinder, Sample, shown
from reid.photo.contrast import local_contrast
from reid.photo.crop import cut
from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.view import Camera, colourised, render
from reid.types import Box, Crop, Flank, Image

CENTRE = (0.2, 0.15, 0.8, 0.7)  # of a whole-body crop: where a flank mostly lies
DARK = -0.3  # of the local contrast's range -1 to 1
QUANTILES = (0.1, 0.5, 0.9)
STREAM = 1_618_033  # keeps these animals apart from those of a training bank

Grey = NDArray[np.uint8]


class CountsBelowOne(BadSettings, message="--count and --shown need at least one"): ...


class Centre:
    """A fixed window in place of the network's: the same for synthetic and real, needs no model."""

    def flanks(self, crops: list[Crop]) -> list[Box]:
        """The central window of every crop, pixels of the crop."""
        x0, y0, x1, y1 = CENTRE
        sizes = [crop.image.shape[:2] for crop in crops]
        return [Box(x0 * w, y0 * h, x1 * w, y1 * h) for h, w in sizes]


def synthetic_crops(count: int, seed: int) -> Iterator[Crop]:
    """Whole bodies by day and night from good to poor, each another animal and style."""
    for number in range(count):
        rng = np.random.default_rng((seed, STREAM, 1 + number))
        coat = draw_coat(CoatStyle.draw(rng), int(rng.integers(2**62)))
        camera = Camera.draw(rng, hardness=float(rng.uniform(0, 0.6)), loose=1.0)
        view = render(coat, camera, rng, size=(240, 512))
        yield Crop(colourised(view, infrared=camera.infrared), Box(0, 0, 512, 240), Flank.LEFT)


def real_crops(samples: Sequence[Sample], count: int, seed: int) -> Iterator[Crop]:
    """As many photos drawn at random, or all where there are fewer."""
    order = np.random.default_rng((seed, STREAM)).permutation(len(samples))[:count]
    for at in order.tolist():
        yield shown(samples[at])


def flank_of(crop: Crop, finder: FlankFinder) -> Grey:
    """(128, 256) uint8 luminance of the flank."""
    flank_crop = cut(crop.image, crop.flank, finder.flanks([crop])[0])
    grey = cv2.cvtColor(flank_crop.image, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, FLANK[::-1], interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What one flank looks like in numbers.

    slope: of log power over log frequency between 5 and 40 cycles a width.
    contrast: standard deviation of the luminance over its mean.
    dark: share of pixels darker than their surroundings by `DARK` of the local contrast.
    spacing: pixels of 256 between rosettes, from the peak of the spectrum weighed by frequency.
    """

    slope: float
    contrast: float
    dark: float
    spacing: float


NAMES = tuple(Statistics.__dataclass_fields__)


def measure(flank: Grey) -> Statistics:
    """The statistics of one (128, 256) flank."""
    grey = flank.astype(float)
    local = local_contrast(flank).astype(float)
    cycles, power = radial_spectrum(grey)
    slope = float(np.polyfit(np.log(cycles), np.log(power + 1e-9), 1)[0])
    return Statistics(
        slope=slope,
        contrast=float(grey.std() / (grey.mean() + 1.0)),
        dark=float((local < DARK).mean()),
        spacing=spectral_spacing(flank),
    )


def gap_as_text(statistics_of: Mapping[str, Sequence[Statistics]]) -> str:
    """Quantiles of every statistic for every set, and how far each is from the first set.

    The distance is that of Kolmogorov and Smirnov: 0 for the same distribution, 1 for disjoint.
    """
    wide = max(12, *(len(name) + 2 for name in statistics_of))
    head = f"{'statistic':12}{'set':{wide}}{'flanks':>8}"
    lines = [head + "".join(f"{f'{100 * q:.0f} %':>10}" for q in QUANTILES) + f"{'distance':>10}"]
    first = next(iter(statistics_of.values()))
    for statistic in NAMES:
        reference = [getattr(crop, statistic) for crop in first]
        for name, flanks in statistics_of.items():
            values = [getattr(crop, statistic) for crop in flanks]
            distance = float(ks_2samp(reference, values).statistic)
            shown_at = "".join(f"{q:10.3f}" for q in np.quantile(values, QUANTILES))
            lines.append(f"{statistic:12}{name:{wide}}{len(values):8}{shown_at}{distance:10.2f}")
    return "\n".join(lines)


def sheet(rows: Mapping[str, Sequence[Image]], *, columns: int = 8, width: int = 240) -> Image:
    """(H, W, 3) RGB: one band of pictures a set, each set's name above it."""
    size, bands = (width, width // 2), []
    for name, pictures in rows.items():
        title = np.full((24, columns * width, 3), 255, np.uint8)
        cv2.putText(title, name, (6, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
        bands.append(title)
        tiles = [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in pictures]
        tiles += [np.full((width // 2, width, 3), 255, np.uint8)] * (-len(tiles) % columns)
        for at in range(0, len(tiles), columns):
            bands.append(np.hstack(tiles[at : at + columns]))
    return np.vstack(bands).astype(np.uint8)
