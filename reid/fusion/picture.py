"""One picture of several frames: at each pixel the mean of those that agree there, less blurred."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.fusion.laying import WIDE, LaidFrame, alike
from reid.fusion.links import BurstFrame
from reid.types import Float32, Image

LIGHT = 1 / 20  # of a crop's width: standard deviation over which light is evened out
LEAST = 0.2  # correlation with the others from which a frame stands behind a pixel
SPREAD = 1.0  # pixels of the anchor: standard deviation of the blur that is taken back
GRAIN = 0.3  # of a single frame over its detail, as power: what is not taken back
MIDDLE = 90.0  # grey level of the mean


@dataclass(frozen=True, slots=True)
class FusedPicture:
    """Frames of one burst as one picture.

    image: (H, W, 3) uint8, grey. behind: (H, W) uint8, how many frames stand behind each pixel.
    frames: their positions in the burst, that of the anchor first, whose outline the picture has.
    agreement: [0, 1], mean correlation of a frame with the mean of the others where coat is seen;
    1 for a single one.
    """

    image: Image
    behind: NDArray[np.uint8]
    frames: tuple[int, ...]
    agreement: float

    @property
    def png(self) -> bytes:
        """The picture as a file."""
        return cv2.imencode(".png", self.image[..., 0])[1].tobytes()


def fused(frames: Sequence[BurstFrame], laid: Sequence[LaidFrame]) -> FusedPicture:
    """The picture of frames laid over the first of them.

    A frame counts at a pixel as far as it is alike there to the mean of the others, and not at all
    where it contradicts them; no frame brings anything that is not seen in it.
    """
    shape = laid[0].contrast.shape
    total = np.sum([one.contrast for one in laid], 0, dtype=np.float32)
    light, weight = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    behind, likeness = np.zeros(shape, np.uint8), []
    for one in laid:
        agrees = np.ones(shape, np.float32)
        if len(laid) > 1:
            others = np.asarray((total - one.contrast) / (len(laid) - 1), np.float32)
            agrees = np.clip(alike(others, one.contrast), 0, 1)
        agrees = agrees * one.inside
        light += agrees * _light(frames[one.number], one)
        weight += agrees
        behind += (agrees >= LEAST).astype(np.uint8)
        likeness.append(agrees)
    first = _light(frames[laid[0].number], laid[0])
    mean = np.where(weight > 1e-3, light / np.maximum(weight, 1e-3), first)
    sharp = _less_blurred(mean.astype(np.float32), frames[laid[0].number], behind)
    image = np.asarray(np.clip(np.round(sharp * MIDDLE), 0, 255), np.uint8)
    numbers = tuple(one.number for one in laid)
    coat = _coat(frames[laid[0].number], shape)
    agreement = float(np.mean([one[coat].mean() for one in likeness])) if coat.any() else 0.0
    return FusedPicture(np.repeat(image[..., None], 3, 2), behind, numbers, agreement)


def _light(frame: BurstFrame, one: LaidFrame) -> Float32:
    """(H, W) luminance of a frame on the canvas, over the light around: 1 on average."""
    grey = cv2.cvtColor(frame.crop.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    around = cv2.GaussianBlur(grey, (0, 0), max(1.0, grey.shape[1] * LIGHT)) + 1
    x, y = one.places[..., 0], one.places[..., 1]
    seen = cv2.remap(grey / around, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def _less_blurred(mean: Float32, anchor: BurstFrame, behind: NDArray[np.uint8]) -> Float32:
    """A Wiener filter against a Gaussian blur; with more frames behind, more is taken back.

    Wiener 1949, with noise that is white and falls with the number of frames.
    """
    count = max(float(np.median(behind)), 1.0)
    if count < 2:
        return mean
    spread = SPREAD * WIDE / anchor.crop.image.shape[1]
    margin = int(4 * spread) + 8
    padded = np.pad(mean, margin, mode="reflect")
    down, across = np.fft.fftfreq(padded.shape[0])[:, None], np.fft.rfftfreq(padded.shape[1])[None]
    lens = np.exp(-2 * np.pi**2 * spread**2 * (down**2 + across**2))
    spectrum = np.fft.rfft2(padded) * lens / (lens**2 + GRAIN / count)
    spectrum *= 1 + GRAIN / count  # the mean stays what it is
    sharp = np.fft.irfft2(spectrum, padded.shape)[margin:-margin, margin:-margin]
    return np.asarray(sharp, np.float32)


def _coat(frame: BurstFrame, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(H, W) the rectangle of the canvas in which a frame shows coat."""
    coat, points = np.zeros(shape, bool), frame.features.dense.points
    if not len(points):
        return coat
    at = (points - frame.corner) * WIDE / frame.crop.image.shape[1]
    (x0, y0), (x1, y1) = np.percentile(at, (5, 95), axis=0).astype(int)
    coat[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1] = True
    return coat
