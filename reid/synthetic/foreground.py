"""What stands between the camera and the animal, and what the camera prints over the picture."""

import cv2
import numpy as np

from reid.synthetic.coat import smooth_noise
from reid.types import Float32, Image

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MAKERS = ("RECON", "TRAILCAM", "BUSHEYE", "HC500", "WILDVIEW", "CUDDE", "SPYPOINT 7", "M-990")


def plants(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Float32, float]:
    """(H, W) float32 share of each pixel that stems and leaves hide, and their grey, [0, 1]."""
    height, width = size
    cover = np.zeros(size, np.uint8)
    leafy = rng.random() < 0.4
    for _ in range(int(rng.integers(1, 14))):
        x, bow = rng.uniform(0, width), rng.normal(0, 0.12 * width, 2)
        t = np.linspace(0, 1, 10)
        top = rng.uniform(-0.2, 0.8) * height
        line = np.stack([x + bow[0] * t + bow[1] * t * t, height + (top - height) * t], -1)
        thick = max(1, round(rng.exponential(0.006) * width))
        points = np.round(line * 8).astype(np.int32)
        cv2.polylines(cover, [points], False, 255, thick, cv2.LINE_AA, 3)
        for at in line[rng.random(10) < 0.6 * leafy]:
            axes = (int(rng.uniform(3, 0.03 * width + 4)), int(rng.uniform(2, 7)))
            angle = float(rng.uniform(0, 360))
            centre = (int(at[0]), int(at[1]))
            cv2.ellipse(cover, centre, axes, angle, 0, 360, 255, -1, cv2.LINE_AA)
    share = np.asarray(cover.astype(np.float32) / 255, np.float32)
    return share, float(rng.uniform(0.03, 0.95))


def boulders(rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """(H, W) float32 share that stones or bushes hide, mostly from below."""
    height, width = size
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    edge = rng.uniform(0.6, 1.0) + rng.uniform(0.05, 0.25) * smooth_noise(rng, 1, 5, 1, width)
    rough = 0.04 * smooth_noise(rng, 12, 24, height, width)
    hidden = np.clip(0.5 + (y - edge + rough) * 20, 0, 1)
    if rng.random() < 0.3:  # a trunk or a post
        x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
        away = np.abs(x - rng.uniform(0, 1) - 0.05 * rng.normal() * y) / rng.uniform(0.01, 0.07)
        hidden = np.maximum(hidden, np.clip(0.5 + (1 - away) * 6, 0, 1))
    return hidden.astype(np.float32)


def rocks(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Float32, Float32]:
    """Smooth rocks or snow in a hard light: (H, W) float32 share that they hide, and their grey."""
    rows, columns = 80, 160
    cover, grey = np.zeros((rows, columns), np.float32), np.zeros((rows, columns), np.float32)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    level, rough = rng.uniform(0.3, 1.3), rng.uniform(0.05, 0.3)
    for _ in range(int(rng.integers(1, 8))):
        middle, axes = rng.uniform(0, 1, 2) * (columns, rows), rng.uniform(5, 45, 2)
        dx, dy = (x - middle[0]) / axes[0], (y - middle[1]) / (0.6 * axes[1])
        away = dx * dx + dy * dy + rough * smooth_noise(rng, 6, 12, rows, columns)
        lit = 0.5 + 0.5 * np.clip(rng.normal(0, 0.7) * dx - dy, -1, 1)
        inside = np.clip((1 - away) * 6, 0, 1)
        tone = level * (0.35 + 0.65 * lit) * (1 + 0.1 * smooth_noise(rng, 9, 18, rows, columns))
        cover, grey = np.maximum(cover, inside), grey + inside * (tone - grey)
    large = [cv2.resize(a.astype(np.float32), size[::-1]) for a in (cover, grey)]
    return np.asarray(large[0], np.float32), np.asarray(large[1], np.float32)


def printed_strip(rng: np.random.Generator, size: tuple[int, int]) -> tuple[Image, Image]:
    """A banner or bare letters at an edge: (H, W) uint8 share that is printed, and its grey."""
    height, width = size
    cover, ink = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    tall = int(rng.uniform(0.05, 0.13) * height)
    top = 0 if rng.random() < 0.35 else height - tall
    bar, letters = ((0, 255), (255, 0), (30, 230))[rng.integers(3)]
    opaque = 0 if rng.random() < 0.3 else int(rng.choice([140, 255]))
    cover[top : top + tall], ink[top : top + tall] = opaque, bar
    text = f"{_stamp(rng)}  {_MAKERS[rng.integers(len(_MAKERS))]}"
    size_now, thick = tall / 30 * rng.uniform(0.55, 0.95), 1 + int(tall > 26)
    at = (int(rng.uniform(0, 0.3) * width), top + int(tall * 0.75))
    for canvas, grey in ((cover, 255), (ink, letters)):
        cv2.putText(canvas, text, at, int(rng.integers(0, 1)), size_now, grey, thick, cv2.LINE_AA)
    if rng.random() < 0.5:
        centre = (int(width * rng.uniform(0.85, 0.97)), top + tall // 2)
        for canvas, grey in ((cover, 255), (ink, letters)):
            cv2.ellipse(canvas, centre, (tall // 2, tall // 3), 0, 0, 360, grey, thick, cv2.LINE_AA)
    return cover, ink


def _stamp(rng: np.random.Generator) -> str:
    """Date, time and temperature as camera traps print them."""
    year, month, day = rng.integers(2008, 2027), rng.integers(1, 13), rng.integers(1, 29)
    hour, minute, second = rng.integers(0, 24), rng.integers(0, 60), rng.integers(0, 60)
    warm = rng.integers(-20, 40)
    dates = (
        f"{year}-{month:02}-{day:02}",
        f"{day:02}.{month:02}.{year}",
        f"{month:02}/{day:02}/{year}",
        f"{day:02} {_MONTHS[month - 1]} {year}",
    )
    clock = f"{hour:02}:{minute:02}:{second:02}"
    return f"{dates[rng.integers(4)]} {clock} {warm}C"
