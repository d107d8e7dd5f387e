"""Batches of views, composed on the fly: a coat on a body before a scenery, through a camera.

A step's batch depends on the stock, the recipe and the number of the step, and on nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from reid.photo.contrast import half_luminance, window_contrast
from reid.synthetic.exposure import Exposure, taken
from reid.synthetic.foreground import printed_strip, rocks
from reid.synthetic.pelt import UNIT
from reid.synthetic.scenery import Outlook
from reid.synthetic.surface import NOTHING
from reid.training.staging import (
    Size,
    Staging,
    close_up,
    coated,
    hair,
    hidden,
    nobody,
    staged,
)
from reid.training.stock import Stock
from reid.types import Float32, Image

OTHER_SIDE, OTHER_TILE = 10.0, 100.0  # added to the place of fur: never near each other
TILES = 4  # of a mosaic, two by two
YAWS = 1.3  # radians between two views that show some of the same coat


@dataclass(frozen=True, slots=True)
class BatchRecipe:
    """groups of `relatives` that share style, body, camera and scenery; each in two views.

    mosaics: likewise, but each view is four close-ups of the coats of four groups: most of it is
    coat, which descriptors learn from. empty: sceneries without an animal. poor: share of the
    second views that are poor photos.
    """

    groups: int = 3
    relatives: int = 2
    mosaics: int = 2
    empty: int = 1
    poor: float = 0.4
    height: int = 320
    width: int = 640
    seed: int = 1

    @property
    def size(self) -> Size:
        """(H, W) pixels of a view."""
        return self.height, self.width


@dataclass(frozen=True, slots=True)
class LookBatch:
    """N views: B first ones, B second ones, the empty ones. Cells are of 8 x 8 pixels.

    images: (N, H, W) float32, local contrast. grey: (N, H / 2, W / 2) float32, luminance in [0, 1],
    even beyond the edges of the photo. coat: (N, h, w) float32, share of a cell that shows
    coat. fur: (N, h, w, 2) float32, where on the pelt a cell's centre lies, body lengths; the right
    side is 10 further down, the next tile of a mosaic 100. chart: (N, h, w, 2) float32. part, side:
    (N, h, w) int64. yaw: (N,) float32, radians, positive where the rear is nearer. right: (N,)
    bool, the animal faces right in the picture. poor: (N,) bool. whole: (N,) bool, no mosaic.
    animal: (N,) int64, number of the coat in the stock, -1 where there are none or several.
    group: (B,) int64; relatives lie side by side.
    """

    images: Float32
    grey: Float32
    coat: Float32
    fur: Float32
    chart: Float32
    part: NDArray[np.int64]
    side: NDArray[np.int64]
    yaw: Float32
    right: NDArray[np.bool_]
    poor: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    animal: NDArray[np.int64]
    group: NDArray[np.int64]

    @property
    def pairs(self) -> int:
        """B."""
        return len(self.group)


_CELLS = ("images", "grey", "coat", "fur", "chart", "part", "side")
Pair = tuple[list[LookBatch], list[LookBatch]]


def compose(stock: Stock, recipe: BatchRecipe, step: int, *, unseen: bool = False) -> LookBatch:
    """The batch of a step. unseen: of the styles and bodies that no other batch shows."""
    rng = np.random.default_rng((recipe.seed, step, int(unseen)))
    views: Pair = ([], [])
    for _ in range(recipe.groups):
        for side, part in zip(views, _group(stock, recipe, rng, unseen=unseen), strict=True):
            side.extend(part)
    for _ in range(recipe.mosaics):
        tiles = [_group(stock, recipe, rng, unseen=unseen, close=True) for _ in range(TILES)]
        for n, side in enumerate(views):
            side.extend(_mosaic(relative) for relative in zip(*(t[n] for t in tiles), strict=True))
    empty = [_empty(stock, recipe, rng) for _ in range(recipe.empty)]
    parts = [*views[0], *views[1], *empty]
    names = [field.name for field in fields(LookBatch)][:-1]
    arrays = {name: np.stack([getattr(part, name) for part in parts]) for name in names}
    groups = np.arange(recipe.groups + recipe.mosaics)
    return LookBatch(**arrays, group=np.repeat(groups, recipe.relatives))


def _group(
    stock: Stock,
    recipe: BatchRecipe,
    rng: np.random.Generator,
    *,
    unseen: bool,
    close: bool = False,
) -> Pair:
    """Relatives in two views that they share; close: a part of the coat, of half the size."""
    r = stock.recipe
    style = int(rng.integers(*((0, r.unseen) if unseen else (r.unseen, r.styles))))
    pelts = stock.pelts[style]
    chosen = np.resize(rng.permutation(r.relatives), 2 * recipe.relatives)
    curve, turned = _melanin(rng), bool(rng.random() < 0.5)
    station = int(rng.integers(len(stock.scenery)))
    strip = rng.random() < 0.3 and not close
    size = (recipe.height // 2, recipe.width // 2) if close else recipe.size
    focus = (float(rng.uniform(0.25, 1.0)), float(rng.uniform(0.05, 0.9)))
    moods = (bool(rng.random() < 0.15), bool(rng.random() < recipe.poor))
    pair: Pair = ([], [])
    for n, body in enumerate(_bodies(stock, rng, unseen=unseen)):
        staging = (
            close_up(stock, body, focus, size, rng) if close else staged(stock, body, size, rng)
        )
        ground = int(rng.integers(len(stock.scenery))) if rng.random() < 0.4 * n else station
        place = Outlook.of(stock.scenery[ground], rng)
        banner = printed_strip(rng, size) if strip else None
        stones = rocks(rng, size) if rng.random() < 0.2 else (np.float32(0), np.float32(0))
        for k in range(recipe.relatives):
            coats = pelts[chosen[k]], pelts[chosen[k + recipe.relatives]]
            light = coated(staging, *coats, curve) * hair(size, rng)
            back = place.seen(size, rng)
            back = back + stones[0] * (stones[1] - back)
            scene = hidden(stock, back + staging.mask * (light - back), staging.mask, rng)
            number = np.asarray(style * r.relatives + chosen[k])
            view = replace(_view(staging, scene, banner, moods[n], rng), animal=number)
            pair[n].append(_mirrored(view) if turned else view)
    return pair


def _bodies(stock: Stock, rng: np.random.Generator, *, unseen: bool) -> tuple[int, int]:
    """Two geometries that show some of the same side."""
    r = stock.recipe
    low, high = (0, r.unseen) if unseen else (r.unseen, r.geometries)
    first = int(rng.integers(low, high))
    for _ in range(20):
        second = int(rng.integers(low, high))
        if abs(float(stock.view[first, 0] - stock.view[second, 0])) < YAWS:
            return first, second
    return first, first


def _melanin(rng: np.random.Generator) -> Float32:
    """(256,) float32: how dark a height of the pattern is, the style's contrast and threshold.

    In long winter fur spots are pale and have no sharp border.
    """
    height = np.arange(256, dtype=np.float32) / 255
    long = rng.random() < 0.25
    slope, middle = rng.uniform(4, 8) if long else rng.uniform(8, 18), rng.uniform(0.36, 0.54)
    black = rng.uniform(0.45, 0.8) if long else rng.uniform(0.75, 0.95)
    return (black / (1 + np.exp(-slope * (height - middle)))).astype(np.float32)


def _view(
    staging: Staging,
    scene: tuple[Float32, Float32],
    banner: tuple[Image, Image] | None,
    poor: bool,
    rng: np.random.Generator,
) -> LookBatch:
    """The scene through a camera, and what is known of its cells."""
    light, mask = scene
    grey = taken(light, Exposure.draw(rng, poor=poor), staging.body, rng)
    if banner is not None:
        cover = banner[0].astype(np.float32) / 255
        grey = np.round(grey + cover * (banner[1] - grey.astype(np.float32))).astype(np.uint8)
        mask = np.asarray(mask * (1 - cover), np.float32)
    x0, y0, x1, y1 = staging.edges
    shown = np.zeros_like(mask)
    shown[y0:y1, x0:x1] = mask[y0:y1, x0:x1]
    fur, chart, code = staging.cells
    on_body = code != NOTHING
    coat = cv2.resize(shown, code.shape[::-1], interpolation=cv2.INTER_AREA) * on_body
    side = np.where(on_body, code % 2, 0).astype(np.int64)
    fur = fur / np.float32(UNIT)
    fur[..., 1] += OTHER_SIDE * side
    return LookBatch(
        images=window_contrast(grey, staging.edges),
        grey=half_luminance(grey, staging.edges),
        coat=np.asarray(coat, np.float32),
        fur=fur,
        chart=chart,
        part=np.where(on_body, code // 2, 0).astype(np.int64),
        side=side,
        yaw=np.asarray(staging.yaw, np.float32),
        right=np.asarray(False),
        poor=np.asarray(poor),
        whole=np.asarray(True),
        animal=np.asarray(-1),
        group=np.zeros(0, np.int64),
    )


def _mirrored(view: LookBatch) -> LookBatch:
    """The mirror image: the animal faces right, and what was its left side is its right one."""
    cells = {name: np.ascontiguousarray(getattr(view, name)[:, ::-1]) for name in _CELLS}
    return replace(view, **cells | {"side": 1 - cells["side"]}, right=np.asarray(True))


def _mosaic(tiles: Sequence[LookBatch]) -> LookBatch:
    """Four views of half the size as one; places on their pelts are kept apart."""
    apart = [replace(tile, fur=tile.fur + OTHER_TILE * n) for n, tile in enumerate(tiles)]
    rows = [
        {name: np.concatenate([getattr(tile, name) for tile in row], 1) for name in _CELLS}
        for row in (apart[:2], apart[2:])
    ]
    cells = {name: np.concatenate([row[name] for row in rows]) for name in _CELLS}
    poor = np.asarray(any(bool(tile.poor) for tile in tiles))
    nobody_alone = {"whole": np.asarray(False), "animal": np.asarray(-1)}
    return replace(tiles[0], **cells, **nobody_alone, poor=poor)


def _empty(stock: Stock, recipe: BatchRecipe, rng: np.random.Generator) -> LookBatch:
    """A scenery without an animal, sometimes with a printed strip."""
    scenery = stock.scenery[int(rng.integers(len(stock.scenery)))]
    back = Outlook.of(scenery, rng).seen(recipe.size, rng)
    if rng.random() < 0.4:
        cover, grey = rocks(rng, recipe.size)
        back = back + cover * (grey - back)
    staging = nobody(recipe.size, recipe.width * float(rng.uniform(0.3, 1.0)))
    scene = hidden(stock, back, staging.mask, rng)
    banner = printed_strip(rng, recipe.size) if rng.random() < 0.4 else None
    return _view(staging, scene, banner, bool(rng.random() < 0.4), rng)
