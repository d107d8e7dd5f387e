"""Places without an animal: painted ground, grass, leaves, gravel, bark, dots; real landscapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.synthetic.coat import smooth_noise
from reid.types import Float32, Image

SIZE = (480, 960)  # rows and columns of a scenery
_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one camera looks at: a window (x, y, width in pixels) of a scenery (H, W) uint8, two
    times as wide as high."""

    scenery: Image
    window: tuple[float, float, float]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Outlook":
        """A painted place, and where in it a camera looks."""
        return cls.of(draw_scenery(rng), rng)

    @classmethod
    def of(cls, scenery: Image, rng: np.random.Generator) -> "Outlook":
        """Where in a scenery a camera looks."""
        most = min(scenery.shape[1], 2 * scenery.shape[0]) - 60
        width = most * rng.uniform(0.35, 1.0)
        x = rng.uniform(12, scenery.shape[1] - width - 12)
        y = rng.uniform(12, scenery.shape[0] - width / 2 - 12)
        return cls(scenery, (float(x), float(y), float(width)))

    def seen(self, size: Size, rng: np.random.Generator) -> Float32:
        """(H, W) float32 light from the place in one photo: shaken a little and lit anew."""
        x, y, width = self.window
        scale = width / size[1] * np.exp(rng.normal(0, 0.012))
        dx, dy = rng.normal(0, 3, 2) * scale
        matrix = np.array([[scale, 0, x + dx], [0, scale, y + dy]], np.float32)
        flags, mode = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REFLECT
        ground = cv2.warpAffine(self.scenery, matrix, size[::-1], flags=flags, borderMode=mode)
        contrast, level = rng.uniform(0.5, 1.2), np.exp(rng.uniform(-1.7, 0.2))
        return np.asarray((ground.astype(np.float32) / 255 * contrast) * level, np.float32)


def draw_scenery(rng: np.random.Generator, *, size: Size = SIZE) -> Image:
    """(H, W) uint8: one or two painted textures, the farther one above a horizon."""
    ground: NDArray[np.floating] = _texture(rng, size)
    if rng.random() < 0.6:
        behind = _texture(rng, size)
        horizon = rng.uniform(0.15, 0.75) + 0.03 * smooth_noise(rng, 1, 9, 1, size[1])
        y = np.linspace(0, 1, size[0], dtype=np.float32)[:, None]
        share = np.clip(0.5 + (y - horizon) * rng.uniform(3, 60), 0, 1)
        ground = behind * (1 - share) + ground * share
    if rng.random() < 0.35:
        ground = _trunks(ground, rng)
    return np.asarray(np.round(255 * ground.clip(0, 1)), np.uint8)


def read_landscapes(folder: Path) -> list[Image]:
    """All pictures of a folder as (H, W) uint8 luminance, in the order of their names."""
    names = sorted(path for path in folder.glob("*") if path.suffix.lower() in _PICTURES)
    pictures = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in names]
    return [np.asarray(picture, np.uint8) for picture in pictures if picture is not None]


def cut_scenery(
    landscapes: Sequence[Image], rng: np.random.Generator, *, size: Size = SIZE
) -> Image:
    """(H, W) uint8: a part of one landscape, perhaps mirrored."""
    picture = landscapes[int(rng.integers(len(landscapes)))]
    height, width = picture.shape
    most = min(width, height * size[1] / size[0])
    across = min(most, float(np.exp(rng.uniform(np.log(min(360, most)), np.log(most)))))
    down = across * size[0] / size[1]
    x, y = rng.uniform(0, width - across), rng.uniform(0, height - down)
    part = picture[int(y) : int(y + down), int(x) : int(x + across)]
    part = part[:, ::-1] if rng.random() < 0.5 else part
    how = cv2.INTER_AREA if across > size[1] else cv2.INTER_CUBIC
    scenery = cv2.resize(part, size[::-1], interpolation=how).astype(np.float32) / 255
    if across < size[1] or rng.random() < 0.3:  # what is enlarged has lost its grain
        scenery = scenery * (1 + rng.uniform(0.2, 0.9) * (_texture(rng, size) - 0.4))
    return np.asarray(np.round(255 * scenery.clip(0, 1)), np.uint8)


def _texture(rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """One painted texture between two greys, [0, 1]."""
    kinds = (_rough, _rough, _blades, _leaves, _gravel, _bark, _dots)
    field = kinds[rng.integers(len(kinds))](rng, size)
    low, high = np.sort(rng.uniform(0, 0.9, 2))
    return (low + (high - low) * field + 0.03 * _rough(rng, size)).astype(np.float32)


def _rough(rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """Noise of several scales."""
    field = np.zeros(size, np.float32)
    persistence, stretch = rng.uniform(0.4, 1.0), rng.uniform(0.4, 2.5)
    for octave in range(7):
        rows = max(2, round(3 * stretch * 2**octave))
        field += persistence**octave * smooth_noise(rng, rows, 6 * 2**octave, *size)
    return (1 / (1 + np.exp(-rng.uniform(0.8, 2.5) * field))).astype(np.float32)


def _blades(rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """Grass or reeds: strokes of many greys, the nearer ones longer."""
    height, width = size
    canvas = np.full(size, int(rng.integers(0, 120)), np.uint8)
    length, lean = rng.uniform(30, 160), rng.normal(0, 0.3)
    rows = np.sort(rng.uniform(0, height * 1.25, int(rng.integers(500, 2200))))
    for y in rows:
        near = 0.3 + y / height
        x, bow = rng.uniform(0, width), rng.normal(lean, 0.35) * length * near
        tip = (x + bow, y - length * near * rng.uniform(0.5, 1))
        line = np.array([(x, y), (x + 0.3 * bow, (y + tip[1]) / 2), tip])
        thick = 1 + int(rng.random() < 0.3 * near)
        grey = int(rng.integers(10, 255))
        cv2.polylines(
            canvas, [np.round(line * 8).astype(np.int32)], False, grey, thick, cv2.LINE_AA, 3
        )
    return _unit(canvas)


def _leaves(rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """Leaves or stones: ellipses over each other, each with a lit and a dark side."""
    height, width = size
    canvas = np.full(size, int(rng.integers(0, 80)), np.uint8)
    radius = float(np.exp(rng.uniform(np.log(4), np.log(30))))
    slim, facing = rng.uniform(0.25, 1), rng.uniform(0, 180)
    for _ in range(int(min(2200, 1.6 * height * width / (radius * radius * slim * 3)))):
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        size_now = radius * rng.uniform(0.5, 1.5)
        axes = (max(1, int(size_now)), max(1, int(size_now * slim)))
        angle, grey = rng.normal(facing, 40), int(rng.integers(30, 230))
        cv2.ellipse(canvas, centre, axes, angle, 0, 360, grey, -1, cv2.LINE_AA)
        cv2.ellipse(canvas, centre, axes, angle, 20, 170, grey // 2, 1, cv2.LINE_AA)
    return _unit(canvas)


def _gravel(rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """Pebbles or cracked ground: cells with dark borders."""
    height, width = size
    n = int(height * width / np.exp(rng.uniform(np.log(60), np.log(900))))
    seeds = np.ones(size, np.uint8)
    seeds[rng.integers(0, height, n), rng.integers(0, width, n)] = 0
    away, labels = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    tone = rng.uniform(0.4, 1, int(labels.max()) + 1).astype(np.float32)[labels]
    reach = float(np.sqrt(height * width / n))
    return (tone * np.clip(1.1 - (away / reach) ** 2, 0.1, 1)).astype(np.float32)


def _bark(rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """Streaks in one direction."""
    fine = int(rng.integers(30, 160))
    upright = rng.random() < 0.6
    grid = (int(rng.integers(3, 9)), fine) if upright else (fine // 2, int(rng.integers(3, 12)))
    streaks = smooth_noise(rng, *grid, *size) + 0.6 * smooth_noise(
        rng, 2 * grid[0], 2 * grid[1], *size
    )
    return (1 / (1 + np.exp(-2 * streaks))).astype(np.float32)


def _dots(rng: np.random.Generator, size: tuple[int, int]) -> Float32:
    """Spotted things that are no coat: dots or rings on an even ground, often in rows."""
    height, width = size
    canvas = np.full(size, 230, np.uint8)
    pitch = float(np.exp(rng.uniform(np.log(9), np.log(60))))
    jitter, ring, slim = rng.uniform(0, 0.3), rng.random() < 0.3, rng.uniform(0.6, 1)
    rows, columns = np.mgrid[0 : height / pitch + 1, 0 : width / pitch + 1]
    points = np.stack([columns + 0.5 * (rows % 2), rows], -1).reshape(-1, 2)
    points = (points + rng.normal(0, jitter, points.shape)) * pitch
    for x, y in points[rng.random(len(points)) < rng.uniform(0.5, 1)]:
        radius = max(1, int(pitch * rng.uniform(0.15, 0.42)))
        axes = (radius, max(1, int(radius * slim)))
        thick = max(1, radius // 3) if ring else -1
        grey = int(rng.integers(0, 90))
        cv2.ellipse(canvas, (int(x), int(y)), axes, 0, 0, 360, grey, thick, cv2.LINE_AA)
    return _unit(canvas)


def _unit(canvas: Image) -> Float32:
    return np.asarray(canvas.astype(np.float32) / 255, np.float32)


def _trunks(ground: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.floating]:
    """Stems of trees in front of the ground."""
    height, width = ground.shape
    for _ in range(int(rng.integers(1, 7))):
        middle, radius = rng.uniform(0, width), rng.uniform(3, 45)
        lean = rng.normal(0, 0.08)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        away = (x - middle - lean * y) / radius
        tone = rng.uniform(0.05, 0.8) * np.sqrt(np.clip(1 - away**2, 0, 1))
        ground = np.where(np.abs(away) < 1, tone * (0.7 + 0.3 * ground), ground)
    return ground
