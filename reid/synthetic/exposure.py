"""How a camera takes a finished scene: light, lens, sensor and file."""

from dataclasses import dataclass

import cv2
import numpy as np

from reid.synthetic.coat import smooth_noise
from reid.synthetic.view import moved
from reid.types import Float32, Image


@dataclass(frozen=True, slots=True)
class Exposure:
    """Lengths in pixels of the file, which shows the animal `across` pixels wide at most.

    light: 1 is right. flash: how fast the light falls off from a centre. noise: standard
    deviation of the grain at white, grey levels.
    """

    across: float
    light: float
    flash: float
    shade: float
    dapple: float
    gamma: float
    blur: float
    motion: float
    noise: float
    jpeg: int

    @classmethod
    def draw(cls, rng: np.random.Generator, *, poor: bool) -> "Exposure":
        """A good photo, or one as bad as those of a cheap camera at night."""
        burnt = rng.random() < 0.15
        low, high = (130, 340) if poor else (300, 1000)
        return cls(
            across=float(np.exp(rng.uniform(np.log(low), np.log(high)))),
            light=float(np.exp(rng.uniform(-1.2, 0.0) if poor else rng.normal(0, 0.3)))
            * (float(rng.uniform(1.3, 2.6)) if burnt else 1.0),
            flash=float(rng.uniform(0, 1.2)) if rng.random() < 0.6 else 0.0,
            shade=float(rng.uniform(0, 0.4)),
            dapple=float(rng.uniform(0.2, 0.6)) if rng.random() < 0.2 else 0.0,
            gamma=float(np.exp(rng.normal(0, 0.25))),
            blur=float(rng.uniform(0.2, 1.1) if poor else rng.exponential(0.4)),
            motion=float(rng.uniform(0, 3.5) if poor else rng.exponential(0.8)),
            noise=float(rng.uniform(2, 9) if poor else rng.exponential(2.5)),
            jpeg=int(rng.integers(35, 80) if poor else rng.integers(60, 97)),
        )


def taken(scene: Float32, exposure: Exposure, body: float, rng: np.random.Generator) -> Image:
    """(H, W) float32 albedo to (H, W) uint8 luminance; body: pixels the animal is wide in it."""
    height, width = scene.shape
    lit = scene * _light(exposure, (height, width), rng)
    share = min(1.0, exposure.across / max(body, 1.0))
    if share < 0.97:
        size = (max(24, round(width * share)), max(12, round(height * share)))
        lit = np.asarray(cv2.resize(lit, size, interpolation=cv2.INTER_AREA), np.float32)
    if exposure.blur > 0.25:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), exposure.blur), np.float32)
    lit = np.asarray(moved(lit, exposure.motion, rng), np.float32)
    light = np.clip(lit, 0, 1)
    grain = _grain(light.shape, rng) * np.float32(exposure.noise / 255)
    noisy = np.clip(light + grain * (0.5 + 0.5 * np.sqrt(light)), 0, 1)
    grey = cv2.LUT(np.round(noisy * 255).astype(np.uint8), _curve(exposure.gamma))
    _, code = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, exposure.jpeg])
    read = np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.uint8)
    if read.shape != scene.shape:
        read = np.asarray(cv2.resize(read, (width, height)), np.uint8)
    return read


def _curve(gamma: float) -> Image:
    return np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)


def _grain(shape: tuple[int, ...], rng: np.random.Generator) -> Float32:
    """White noise of standard deviation 1, cheap."""
    grain = np.empty(shape, np.float32)
    cv2.setRNGSeed(int(rng.integers(2**31)))
    cv2.randn(grain, 0, 1)
    return grain


def _light(exposure: Exposure, size: tuple[int, int], rng: np.random.Generator) -> Float32:
    """(H, W): smooth light with the fall-off of a flash, and dapples of sun."""
    small = (24, 48)
    light = 1 + exposure.shade * smooth_noise(rng, 3, 5, *small)
    y, x = np.mgrid[-0.5 : 0.5 : small[0] * 1j, -0.5 : 0.5 : small[1] * 1j].astype(np.float32)
    cx, cy = rng.uniform(-0.5, 0.5, 2)
    light *= (1 + exposure.flash) / (
        1 + 3 * exposure.flash * ((x - cx) ** 2 + 0.5 * (y - cy) ** 2)
    ) ** 2
    light = np.clip(light, 0.12, 2.5) * exposure.light
    light = cv2.resize(light.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)
    if exposure.dapple:
        spots = smooth_noise(rng, 7, 14, *size) > rng.uniform(-0.5, 1.0)
        light = light * cv2.GaussianBlur(
            1 - exposure.dapple * spots.astype(np.float32), (0, 0), 2.0
        )
    return np.asarray(light, np.float32)
