"""Batches of views, composed on the fly: a coat on a body before a scenery, through a camera.

A step's batch depends on the stock, the recipe and the number of the step, and on nothing else.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.contrast import window_contrast
from reid.synthetic.coat import smooth_noise
from reid.synthetic.foreground import boulders, plants, printed_strip
from reid.synthetic.shot import Shot, taken
from reid.synthetic.surface import NOTHING
from reid.training.stock import CHART_STEP, PELT_STEP, Stock
from reid.types import Float32, Image

STRIDE = 8
JUMP = 10.0  # pixels of the pelt between neighbours that lie on different parts


@dataclass(frozen=True, slots=True)
class BatchRecipe:
    """groups of `relatives` that share style, body, camera and scenery; each in two views.

    empty: sceneries without an animal. poor: share of the second views that are poor photos.
    """

    groups: int = 4
    relatives: int = 2
    empty: int = 2
    poor: float = 0.5
    height: int = 320
    width: int = 640
    seed: int = 1


@dataclass(frozen=True, slots=True)
class LookBatch:
    """N views: B first ones, B second ones, the empty ones. Cells are of 8 x 8 pixels.

    images: (N, H, W) float32, local contrast. coat: (N, h, w) float32, share of a cell that shows
    coat. fur: (N, h, w, 2) float32, where on the pelt a cell's centre lies, body lengths; the right
    side is 10 further down. chart: (N, h, w, 2) float32. part, side: (N, h, w) int64. yaw: (N,)
    float32, radians, positive where the rear is nearer. right: (N,) bool, the animal faces right in
    the picture. group: (B,) int64. poor: (N,) bool.
    """

    images: Float32
    coat: Float32
    fur: Float32
    chart: Float32
    part: NDArray[np.int64]
    side: NDArray[np.int64]
    yaw: Float32
    right: NDArray[np.bool_]
    group: NDArray[np.int64]
    poor: NDArray[np.bool_]

    @property
    def pairs(self) -> int:
        """B."""
        return len(self.group)


@dataclass(frozen=True, slots=True)
class _Setting:
    """A body before the camera, as all relatives of a group share it.

    fur: (H, W, 2) float32 pixels of the pelt. mask, light: (H, W) float32. second: (H, W) bool, the
    right side of the body. cells: fur, chart and code at the centres of cells. body: pixels.
    """

    fur: Float32
    mask: Float32
    light: Float32
    second: NDArray[np.bool_]
    cells: tuple[Float32, Float32, NDArray[np.uint8]]
    yaw: float
    body: float
    edges: tuple[int, int, int, int]


def compose(stock: Stock, recipe: BatchRecipe, step: int, *, unseen: bool = False) -> LookBatch:
    """The batch of a step. unseen: of the styles and bodies that no other batch shows."""
    rng = np.random.default_rng((recipe.seed, step, int(unseen)))
    views: list[list[LookBatch]] = [[], []]
    for _ in range(recipe.groups):
        pair = _group(stock, recipe, rng, unseen=unseen)
        views[0] += pair[0]
        views[1] += pair[1]
    empty = [_empty(stock, recipe, rng) for _ in range(recipe.empty)]
    parts = [*views[0], *views[1], *empty]
    names = ("images", "coat", "fur", "chart", "part", "side", "yaw", "right", "poor")
    arrays = {name: np.stack([getattr(part, name) for part in parts]) for name in names}
    return LookBatch(**arrays, group=np.repeat(np.arange(recipe.groups), recipe.relatives))


def _group(
    stock: Stock, recipe: BatchRecipe, rng: np.random.Generator, *, unseen: bool
) -> tuple[list[LookBatch], list[LookBatch]]:
    """Relatives in two views that they share."""
    r = stock.recipe
    styles = (0, r.unseen) if unseen else (r.unseen, r.styles)
    pelts = stock.pelts[int(rng.integers(*styles))]
    chosen = rng.permutation(r.relatives)[: 2 * recipe.relatives]
    curve, turned = _melanin(rng), bool(rng.random() < 0.5)
    first, second = _bodies(stock, rng, unseen=unseen)
    station = int(rng.integers(len(stock.scenery)))
    strip = rng.random() < 0.3
    moods = [bool(rng.random() < 0.15), bool(rng.random() < recipe.poor)]
    pair: tuple[list[LookBatch], list[LookBatch]] = ([], [])
    for n, (body, poor) in enumerate(zip((first, second), moods, strict=True)):
        setting = _setting(stock, body, recipe, rng)
        ground = int(rng.integers(len(stock.scenery))) if rng.random() < 0.4 * n else station
        window = _window(stock.scenery[ground], rng)
        banner = printed_strip(rng, (recipe.height, recipe.width)) if strip else None
        for k in range(recipe.relatives):
            left = pelts[chosen[k % len(chosen)]]
            right = pelts[chosen[(k + recipe.relatives) % len(chosen)]]
            albedo = _coated(setting, left, right, curve)
            scene = _scene(stock, setting, albedo, ground, window, recipe, rng)
            view = _view(setting, scene, banner, poor, recipe, rng)
            pair[n].append(_mirrored(view) if turned else view)
    return pair


def _bodies(stock: Stock, rng: np.random.Generator, *, unseen: bool) -> tuple[int, int]:
    """Two geometries that show some of the same side: their yaws differ by less than 75 degrees."""
    r = stock.recipe
    low, high = (0, r.unseen) if unseen else (r.unseen, r.geometries)
    first = int(rng.integers(low, high))
    for _ in range(20):
        second = int(rng.integers(low, high))
        if abs(float(stock.view[first, 0] - stock.view[second, 0])) < 1.3:
            return first, second
    return first, first


def _melanin(rng: np.random.Generator) -> Float32:
    """(256,) float32: how dark a height of the pattern is, the style's contrast and threshold."""
    height = np.arange(256, dtype=np.float32) / 255
    slope, middle = rng.uniform(8, 18), rng.uniform(0.38, 0.52)
    black = rng.uniform(0.75, 0.95)
    return (black / (1 + np.exp(-slope * (height - middle)))).astype(np.float32)


def _affine(stock: Stock, body: int, recipe: BatchRecipe, rng: np.random.Generator) -> Float32:
    """(2, 3) float32 from pixels of the view to pixels of the geometry: zoom, turn and shift."""
    code = stock.code[body] != NOTHING
    columns, rows = np.nonzero(code.any(0))[0], np.nonzero(code.any(1))[0]
    box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)
    kind = rng.random()
    loose = rng.uniform(1.0, 1.35)
    if kind < 0.25:
        loose = rng.uniform(0.5, 1.0)
    elif kind > 0.92:
        loose = rng.uniform(1.35, 2.5)
    size = box[2:] - box[:2]
    scale = loose * max(size[0] / recipe.width, size[1] / recipe.height)
    middle = (box[:2] + box[2:]) / 2 + rng.uniform(-0.5, 0.5, 2) * size * abs(loose - 1.0) * 0.8
    turn, stretch = rng.normal(0, 0.05), np.exp(rng.normal(0, 0.04))
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    linear = linear @ np.diag([stretch, 1 / stretch])
    offset = middle - linear @ (np.array([recipe.width, recipe.height]) / 2)
    return np.column_stack([linear, offset]).astype(np.float32)


def _setting(stock: Stock, body: int, recipe: BatchRecipe, rng: np.random.Generator) -> _Setting:
    """One geometry in one window, lit."""
    matrix = _affine(stock, body, recipe, rng)
    code = stock.code[body]
    inside = (code != NOTHING).astype(np.float32)
    fur = stock.fur[body].astype(np.float32) / PELT_STEP
    chart = stock.chart[body].astype(np.float32) / CHART_STEP
    light = _shaded(stock.normal[body].astype(np.float32) / 127, chart, rng)
    smooth, near = (_warped(fur, matrix, recipe, flag) for flag in (cv2.INTER_LINEAR, 0))
    jump = np.abs(smooth - near).max(-1, keepdims=True) > JUMP
    mask = np.clip(2 * _warped(inside, matrix, recipe, cv2.INTER_LINEAR) - 0.6, 0, 1)
    codes = _warped(code, matrix, recipe, 0, border=NOTHING)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    columns = np.nonzero(inside.any(0))[0]
    return _Setting(
        np.where(jump, near, smooth),
        mask,
        _warped(light, matrix, recipe, cv2.INTER_LINEAR),
        codes % 2 == 1,
        _cells(fur, chart, code, matrix, recipe),
        float(stock.view[body, 0]),
        float(columns[-1] - columns[0]) / scale,
        _edges(mask, recipe, rng),
    )


def _warped(
    field: NDArray[np.generic], matrix: Float32, recipe: BatchRecipe, how: int, border: int = 0
) -> Float32:
    flags = how | cv2.WARP_INVERSE_MAP
    size = (recipe.width, recipe.height)
    mode = cv2.BORDER_CONSTANT
    warped = cv2.warpAffine(field, matrix, size, flags=flags, borderMode=mode, borderValue=border)
    return np.asarray(warped)


def _cells(
    fur: Float32, chart: Float32, code: NDArray[np.uint8], matrix: Float32, recipe: BatchRecipe
) -> tuple[Float32, Float32, NDArray[np.uint8]]:
    """Fur, chart and code at the centres of the view's cells."""
    y, x = np.mgrid[0 : recipe.height : STRIDE, 0 : recipe.width : STRIDE] + (STRIDE - 1) / 2
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
    low = rng.uniform(0.35, 0.75)
    tone = low + (0.95 - low) * rng.uniform(0.4, 1) * pale
    tone = tone + 0.04 * smooth_noise(rng, 5, 9, *tone.shape)
    light = tone * (ambient + (1 - ambient) * lambert)
    around = cv2.blur(light * (light > 0), (3, 3))  # the outline is as light as what lies inside
    return np.asarray(np.maximum(light, around), np.float32)


def _coated(setting: _Setting, left: Image, right: Image, curve: Float32) -> Float32:
    """(H, W) float32 albedo of the animal; nothing beside it."""
    albedo = np.zeros(setting.mask.shape, np.float32)
    for pelt, side in ((left, ~setting.second), (right, setting.second)):
        y, x = np.nonzero(side & (setting.mask > 0))
        if len(y):
            table = np.zeros((-(-len(y) // 512), 512, 2), np.float32)  # remap wants short sides
            table.reshape(-1, 2)[: len(y)] = setting.fur[y, x]
            height = cv2.remap(pelt, table, None, cv2.INTER_LINEAR)
            albedo[y, x] = 1 - curve[height.ravel()[: len(y)]]
    return albedo * setting.light


def _window(scenery: Image, rng: np.random.Generator) -> Float32:
    """(x, y, width) of a window in pixels of the scenery, two times as wide as high."""
    most = min(scenery.shape[1], 2 * scenery.shape[0]) - 60
    width = most * rng.uniform(0.35, 1.0)
    x = rng.uniform(12, scenery.shape[1] - width - 12)
    y = rng.uniform(12, scenery.shape[0] - width / 2 - 12)
    return np.array([x, y, width], np.float32)


def _behind(
    scenery: Image, window: Float32, recipe: BatchRecipe, rng: np.random.Generator
) -> Float32:
    """(H, W) float32 in [0, 1]: the station's scenery, shaken a little and lit anew."""
    x, y, width = window
    scale = width / recipe.width * np.exp(rng.normal(0, 0.012))
    dx, dy = rng.normal(0, 3, 2) * scale
    matrix = np.array([[scale, 0, x + dx], [0, scale, y + dy]], np.float32)
    flags, mode = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REFLECT
    size = (recipe.width, recipe.height)
    ground = cv2.warpAffine(scenery, matrix, size, flags=flags, borderMode=mode)
    contrast, level = rng.uniform(0.5, 1.2), np.exp(rng.uniform(-1.7, 0.2))
    return np.asarray((ground.astype(np.float32) / 255 * contrast) * level, np.float32)


def _scene(
    stock: Stock,
    setting: _Setting,
    albedo: Float32,
    ground: int,
    window: Float32,
    recipe: BatchRecipe,
    rng: np.random.Generator,
) -> tuple[Float32, Float32]:
    """(H, W) light of the scene, and the share of each pixel that shows coat."""
    behind = _behind(stock.scenery[ground], window, recipe, rng)
    scene = behind + setting.mask * (albedo - behind)
    return _hidden(stock, scene, setting.mask, recipe, rng)


def _hidden(
    stock: Stock,
    scene: Float32,
    mask: Float32,
    recipe: BatchRecipe,
    rng: np.random.Generator,
) -> tuple[Float32, Float32]:
    """With what stands in front."""
    size = (recipe.height, recipe.width)
    if rng.random() < 0.35:
        cover, grey = plants(rng, size)
        scene, mask = scene + cover * (grey - scene), mask * (1 - cover)
    if rng.random() < 0.2:
        cover = boulders(rng, size)
        other = stock.scenery[int(rng.integers(len(stock.scenery)))]
        front = _behind(other, _window(other, rng), recipe, rng)
        scene, mask = scene + cover * (front - scene), mask * (1 - cover)
    return scene, mask


def _edges(
    mask: Float32, recipe: BatchRecipe, rng: np.random.Generator
) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the photo inside the window: beyond its edges there is nothing."""
    full = (0, 0, recipe.width, recipe.height)
    if rng.random() < 0.5 or not mask.any():
        return full
    columns, rows = np.nonzero(mask.any(0))[0], np.nonzero(mask.any(1))[0]
    room = rng.uniform(-0.03, 0.12, 4) * recipe.width
    return (
        max(0, int(columns[0] - room[0])),
        max(0, int(rows[0] - room[1])),
        min(recipe.width, int(columns[-1] + room[2])),
        min(recipe.height, int(rows[-1] + room[3])),
    )


def _view(
    setting: _Setting,
    scene: tuple[Float32, Float32],
    banner: tuple[Image, Image] | None,
    poor: bool,
    recipe: BatchRecipe,
    rng: np.random.Generator,
) -> LookBatch:
    """The scene through a camera, and what is known of its cells."""
    light, mask = scene
    shot = Shot.draw(rng, poor=poor)
    shot = replace(shot, noise=shot.noise * rng.uniform(0.5, 1.0))
    grey = taken(light, shot, setting.body, rng)
    if banner is not None:
        cover = banner[0].astype(np.float32) / 255
        grey = np.round(grey + cover * (banner[1] - grey.astype(np.float32))).astype(np.uint8)
        mask = np.asarray(mask * (1 - cover), np.float32)
    x0, y0, x1, y1 = setting.edges
    shown = np.zeros_like(mask)
    shown[y0:y1, x0:x1] = mask[y0:y1, x0:x1]
    fur, chart, code = setting.cells
    side = (code % 2).astype(np.int64)
    side[code == NOTHING] = 0
    place = fur / 1000.0
    place[..., 1] += 10.0 * side
    return LookBatch(
        window_contrast(grey, (x0, y0, x1, y1)),
        cv2.resize(
            shown, (recipe.width // STRIDE, recipe.height // STRIDE), interpolation=cv2.INTER_AREA
        )
        * (code != NOTHING),
        place,
        chart,
        np.where(code == NOTHING, 0, code // 2).astype(np.int64),
        side,
        np.asarray(setting.yaw, np.float32),
        np.asarray(False),
        np.zeros(0, np.int64),
        np.asarray(poor),
    )


def _mirrored(view: LookBatch) -> LookBatch:
    """The mirror image: the animal faces right, and what was its left side is its right one."""
    fields = {
        name: np.ascontiguousarray(getattr(view, name)[:, ::-1])
        for name in ("images", "coat", "fur", "chart", "part", "side")
    }
    fields["side"] = 1 - fields["side"]
    return replace(view, **fields, right=np.asarray(True))


def _empty(stock: Stock, recipe: BatchRecipe, rng: np.random.Generator) -> LookBatch:
    """A scenery without an animal, sometimes with a printed strip."""
    size = (recipe.height, recipe.width)
    cells = (recipe.height // STRIDE, recipe.width // STRIDE)
    scenery = stock.scenery[int(rng.integers(len(stock.scenery)))]
    behind = _behind(scenery, _window(scenery, rng), recipe, rng)
    nothing = np.zeros(size, np.float32)
    scene = _hidden(stock, behind, nothing, recipe, rng)
    zeros = np.zeros((*cells, 2), np.float32)
    setting = _Setting(
        np.zeros((*size, 2), np.float32),
        nothing,
        nothing,
        nothing > 0,
        (zeros, zeros.copy(), np.full(cells, NOTHING, np.uint8)),
        0.0,
        recipe.width * float(rng.uniform(0.3, 1.0)),
        (0, 0, recipe.width, recipe.height),
    )
    banner = printed_strip(rng, size) if rng.random() < 0.4 else None
    return _view(setting, scene, banner, bool(rng.random() < 0.4), recipe, rng)
