"""A body in a window, lit and covered with a coat, and the scenery behind and in front of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.synthetic.coat import smooth_noise
from reid.synthetic.foreground import boulders, plants
from reid.synthetic.scenery import Outlook
from reid.synthetic.skeleton import Part
from reid.synthetic.surface import NOTHING
from reid.training.stock import CHART_STEP, PELT_STEP, Stock
from reid.types import Float32, Image

STRIDE = 8
JUMP = 10.0  # pixels of the pelt between neighbours that lie on different parts
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Staging:
    """A body before the camera, as all relatives of a group share it, in a window of (H, W).

    fur: (H, W, 2) float32, pixels of the pelt. mask, light: (H, W) float32. second: (H, W) bool,
    the right side of the body. cells: fur, chart and code (twice the part plus the side) at the
    centres of the window's cells. body: width in pixels. edges: x0, y0, x1, y1 of the photo inside
    the window; beyond them there is nothing.
    """

    fur: Float32
    mask: Float32
    light: Float32
    second: NDArray[np.bool_]
    cells: tuple[Float32, Float32, NDArray[np.uint8]]
    yaw: float
    body: float
    edges: tuple[int, int, int, int]


def staged(stock: Stock, body: int, size: Size, rng: np.random.Generator) -> Staging:
    """One geometry as a box around the animal shows it, tight, loose or cutting it off."""
    code = stock.code[body]
    return _warped(stock, body, _around(code, size, rng), size, rng, edged=rng.random() < 0.5)


def close_up(
    stock: Stock, body: int, focus: tuple[float, float], size: Size, rng: np.random.Generator
) -> Staging:
    """A part of the coat around a place (u, v) of the chart, at the scale of a window twice as
    large."""
    code, chart = stock.code[body], stock.chart[body].astype(np.float32) / CHART_STEP
    matrix = _around(code, (2 * size[0], 2 * size[1]), rng, loose=(0.75, 1.3))
    torso = (code // 2 == Part.TORSO) | (code // 2 == Part.HIND) | (code // 2 == Part.FORE)
    off = np.hypot(chart[..., 0] - focus[0], 0.35 * (chart[..., 1] - focus[1]))
    row, column = np.unravel_index(np.where(torso, off, 9.0).argmin(), code.shape)
    middle = np.array([size[1] / 2, size[0] / 2]) + rng.normal(0, 0.08, 2) * size[1]
    matrix[:, 2] = np.array([column, row]) - matrix[:, :2] @ middle
    return _warped(stock, body, matrix, size, rng, edged=False)


def nobody(size: Size, width: float) -> Staging:
    """No animal at all; width: pixels that the photo counts as an animal's."""
    rows, columns = size
    nothing, cells = np.zeros(size, np.float32), (rows // STRIDE, columns // STRIDE)
    flat = np.zeros((*cells, 2), np.float32)
    return Staging(
        np.zeros((*size, 2), np.float32),
        nothing,
        nothing,
        nothing > 0,
        (flat, flat.copy(), np.full(cells, NOTHING, np.uint8)),
        0.0,
        width,
        (0, 0, columns, rows),
    )


def _around(
    code: NDArray[np.uint8],
    size: Size,
    rng: np.random.Generator,
    loose: tuple[float, float] | None = None,
) -> Float32:
    """(2, 3) float32 from pixels of the window to pixels of the geometry: zoom, turn and shift.

    loose: range of the window's size over the body's.
    """
    inside = code != NOTHING
    columns, rows = np.nonzero(inside.any(0))[0], np.nonzero(inside.any(1))[0]
    box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)
    kind = rng.random()
    if loose is None:
        loose = (0.5, 1.0) if kind < 0.25 else (1.35, 2.5) if kind > 0.92 else (1.0, 1.35)
    zoom = rng.uniform(*loose)
    extent = box[2:] - box[:2]
    scale = zoom * max(extent[0] / size[1], extent[1] / size[0])
    middle = (box[:2] + box[2:]) / 2 + rng.uniform(-0.5, 0.5, 2) * extent * abs(zoom - 1.0) * 0.8
    turn, stretch = rng.normal(0, 0.05), np.exp(rng.normal(0, 0.04))
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    linear = linear @ np.diag([stretch, 1 / stretch])
    offset = middle - linear @ (np.array([size[1], size[0]]) / 2)
    return np.column_stack([linear, offset]).astype(np.float32)


def _warped(
    stock: Stock, body: int, matrix: Float32, size: Size, rng: np.random.Generator, *, edged: bool
) -> Staging:
    """The geometry under an affine map, lit."""
    code = stock.code[body]
    inside = (code != NOTHING).astype(np.float32)
    fur = stock.fur[body].astype(np.float32) / PELT_STEP
    chart = stock.chart[body].astype(np.float32) / CHART_STEP
    light = _shaded(stock.normal[body].astype(np.float32) / 127, chart, rng)
    smooth, near = (_moved(fur, matrix, size, how) for how in (cv2.INTER_LINEAR, 0))
    jump = np.abs(smooth - near).max(-1, keepdims=True) > JUMP
    soft = 2 * _moved(inside, matrix, size, cv2.INTER_LINEAR) - 0.6
    mask = np.asarray(np.clip(soft, 0, 1), np.float32)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    columns = np.nonzero(inside.any(0))[0]
    return Staging(
        np.where(jump, near, smooth),
        mask,
        _moved(light, matrix, size, cv2.INTER_LINEAR),
        _moved(code, matrix, size, 0, border=NOTHING) % 2 == 1,
        _cells(fur, chart, code, matrix, size),
        float(stock.view[body, 0]),
        float(columns[-1] - columns[0]) / scale,
        _edges(mask, rng) if edged else (0, 0, size[1], size[0]),
    )


def _moved(
    field: NDArray[np.generic], matrix: Float32, size: Size, how: int, border: int = 0
) -> Float32:
    flags, mode = how | cv2.WARP_INVERSE_MAP, cv2.BORDER_CONSTANT
    moved = cv2.warpAffine(
        field, matrix, size[::-1], flags=flags, borderMode=mode, borderValue=border
    )
    return np.asarray(moved)


def _cells(
    fur: Float32, chart: Float32, code: NDArray[np.uint8], matrix: Float32, size: Size
) -> tuple[Float32, Float32, NDArray[np.uint8]]:
    """Fur, chart and code at the centres of the window's cells."""
    y, x = np.mgrid[0 : size[0] : STRIDE, 0 : size[1] : STRIDE] + (STRIDE - 1) / 2
    column = np.rint(matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]).astype(int)
    row = np.rint(matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]).astype(int)
    rows, columns = code.shape
    beyond = (column < 0) | (row < 0) | (column >= columns) | (row >= rows)
    column, row = column.clip(0, columns - 1), row.clip(0, rows - 1)
    codes = np.where(beyond, NOTHING, code[row, column]).astype(np.uint8)
    return fur[row, column], chart[row, column], codes


def _shaded(normal: Float32, chart: Float32, rng: np.random.Generator) -> Float32:
    """Light on the body times the tone of its coat: the belly and the inner legs are paler."""
    direction = np.array([rng.normal(0, 0.5), -rng.uniform(0, 0.9), 1.0])
    ambient = rng.uniform(0.35, 0.85)
    lambert = np.clip(normal @ (direction / np.linalg.norm(direction)), 0, 1)
    pale = np.clip((chart[..., 1] - rng.uniform(0.55, 0.75)) / 0.25, 0, 1)
    muzzle = np.clip((0.08 - chart[..., 0]) / 0.02, 0, 1) * np.clip(
        (chart[..., 1] - 0.4) / 0.1, 0, 1
    )
    pale = np.maximum(pale, muzzle)
    low = rng.uniform(0.35, 0.75)
    tone = low + (0.95 - low) * rng.uniform(0.4, 1) * pale
    tone = tone + 0.04 * smooth_noise(rng, 5, 9, *tone.shape)
    light = tone * (ambient + (1 - ambient) * lambert)
    around = cv2.blur(light * (light > 0), (3, 3))  # the outline is as light as what lies inside
    return np.asarray(np.maximum(light, around), np.float32)


def _edges(mask: Float32, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Edges of a photo that ends near the animal, or cuts it."""
    height, width = mask.shape
    if not mask.any():
        return (0, 0, width, height)
    columns, rows = np.nonzero(mask.any(0))[0], np.nonzero(mask.any(1))[0]
    room = rng.uniform(-0.03, 0.12, 4) * width
    return (
        max(0, int(columns[0] - room[0])),
        max(0, int(rows[0] - room[1])),
        min(width, int(columns[-1] + room[2])),
        min(height, int(rows[-1] + room[3])),
    )


def coated(staging: Staging, left: Image, right: Image, curve: Float32) -> Float32:
    """(H, W) float32 light from the animal, nothing beside it.

    left, right: pelts; curve: (256,) how dark a height of the pattern is.
    """
    albedo = np.zeros(staging.mask.shape, np.float32)
    for pelt, side in ((left, ~staging.second), (right, staging.second)):
        y, x = np.nonzero(side & (staging.mask > 0))
        if len(y):
            table = np.zeros((-(-len(y) // 512), 512, 2), np.float32)  # remap wants short sides
            table.reshape(-1, 2)[: len(y)] = staging.fur[y, x]
            height = cv2.remap(pelt, table, None, cv2.INTER_LINEAR)
            albedo[y, x] = 1 - curve[height.ravel()[: len(y)]]
    return albedo * staging.light


def hair(size: Size, rng: np.random.Generator) -> Float32:
    """(H, W) float32 around 1: locks of hair, finer across than along."""
    rows, columns = size
    fine, strength = rng.uniform(2.5, 7), rng.uniform(0, 0.12)
    grid = (round(rows / fine / rng.uniform(1, 3)) + 2, round(columns / fine) + 2)
    return 1 + np.float32(strength) * smooth_noise(rng, *grid, rows, columns)


def hidden(
    stock: Stock, scene: Float32, mask: Float32, rng: np.random.Generator
) -> tuple[Float32, Float32]:
    """Scene and mask with plants, stones or trunks in front, sometimes."""
    size = (scene.shape[0], scene.shape[1])
    if rng.random() < 0.35:
        cover, grey = plants(rng, size)
        scene, mask = scene + cover * (grey - scene), mask * (1 - cover)
    if rng.random() < 0.2:
        cover = boulders(rng, size)
        other = stock.scenery[int(rng.integers(len(stock.scenery)))]
        front = Outlook.of(other, rng).seen(size, rng)
        scene, mask = scene + cover * (front - scene), mask * (1 - cover)
    return scene, mask
