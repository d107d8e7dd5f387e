"""What batches are composed of: pelts, geometries and sceneries, drawn once and kept on disk."""

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reid.errors import BadSettings
from reid.synthetic.pelt import SIZE as PELT
from reid.synthetic.pelt import PeltStyle, draw_pelt
from reid.synthetic.scenery import SIZE as SCENERY
from reid.synthetic.scenery import cut_scenery, draw_scenery, read_landscapes
from reid.synthetic.surface import NOTHING, draw_geometry

CANVAS = (160, 320)  # rows and columns of a geometry
PELT_STEP, CHART_STEP = 32.0, 20000.0  # of the whole numbers that hold coordinates


class StockOfAnotherRecipe(
    BadSettings, message="{folder} holds a stock of another recipe: name another folder"
): ...


@dataclass(frozen=True, slots=True)
class StockRecipe:
    """styles x relatives pelts; `geometries` bodies; painted and real sceneries.

    The first `unseen` styles and geometries are for validation only.
    """

    styles: int = 400
    relatives: int = 4
    geometries: int = 1200
    painted: int = 400
    real: int = 400
    unseen: int = 24
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 < 2 * self.unseen <= min(self.styles, self.geometries):
            raise ValueError("at least one and at most half of the stock is for validation")


@dataclass(frozen=True, slots=True)
class Stock:
    """pelts: (styles, relatives, H, W) uint8, see `reid.synthetic.pelt`. Of each geometry, (N, h,
    w): fur (..., 2) uint16, pixels of the pelt times PELT_STEP; chart (..., 2) uint16 times
    CHART_STEP; code uint8, twice the part plus the side, NOTHING beside the body; normal (..., 3)
    int8, of norm 127. view: (N, 2) float32, yaw in radians and pixels a body length. scenery: (M,
    H, W) uint8.
    """

    recipe: StockRecipe
    pelts: NDArray[np.uint8]
    fur: NDArray[np.uint16]
    chart: NDArray[np.uint16]
    code: NDArray[np.uint8]
    normal: NDArray[np.int8]
    view: NDArray[np.float32]
    scenery: NDArray[np.uint8]


def open_stock(
    folder: Path,
    recipe: StockRecipe,
    *,
    landscapes: Path | None = None,
    processes: int = 2,
    report: Callable[[str], object] = print,
) -> Stock:
    """The stock in `folder`, drawn first if it is missing.

    Raises StockOfAnotherRecipe rather than drawing over one, which a training may be reading.
    landscapes: a folder of pictures without animals; without it all sceneries are painted.
    """
    card = folder / "stock.json"
    about = asdict(recipe) | {"landscapes": landscapes is not None}
    if card.is_file() and json.loads(card.read_text()) != about:
        raise StockOfAnotherRecipe(folder=folder)
    if not card.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for name, (shape, dtype) in _shapes(recipe).items():
            open_memmap(folder / f"{name}.npy", "w+", dtype, shape).flush()
        for work in (_fill_geometries, _fill_scenery, _fill_pelts):
            _shared_out(work, folder, recipe, landscapes, processes)
            report(f"{work.__name__.removeprefix('_fill_')} drawn")
        card.write_text(json.dumps(about))
    return _opened(folder, recipe, "r")


def _shapes(r: StockRecipe) -> dict[str, tuple[tuple[int, ...], str]]:
    bodies = (r.geometries, *CANVAS)
    return {
        "pelts": ((r.styles, r.relatives, *PELT), "uint8"),
        "fur": ((*bodies, 2), "uint16"),
        "chart": ((*bodies, 2), "uint16"),
        "code": (bodies, "uint8"),
        "normal": ((*bodies, 3), "int8"),
        "view": ((r.geometries, 2), "float32"),
        "scenery": ((r.painted + r.real, *SCENERY), "uint8"),
    }


def _opened(folder: Path, recipe: StockRecipe, mode: str) -> Stock:
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode=mode) for name in _shapes(recipe)}  # type: ignore[arg-type]
    return Stock(recipe, **arrays)


def _shared_out(
    work: Callable[[Path, StockRecipe, Path | None, int, int], None],
    folder: Path,
    recipe: StockRecipe,
    landscapes: Path | None,
    processes: int,
) -> None:
    """One piece of work by several processes, or here where there is one."""
    if processes == 1:
        work(folder, recipe, landscapes, 0, 1)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _alone) as pool:
        tasks = [
            pool.submit(work, folder, recipe, landscapes, first, processes)
            for first in range(processes)
        ]
        for task in tasks:
            task.result()


def _alone() -> None:
    """One thread a process: more would only wait for each other."""
    cv2.setNumThreads(1)
    threadpool_limits(1)


def _fill_pelts(
    folder: Path, recipe: StockRecipe, _landscapes: Path | None, first: int, step: int
) -> None:
    """Every `step`th style, from `first`; every style has its own stream of random numbers."""
    stock = _opened(folder, recipe, "r+")
    for s in range(first, recipe.styles, step):
        rng = np.random.default_rng((recipe.seed, 0, s))
        style = PeltStyle.draw(rng)
        for k in range(recipe.relatives):
            stock.pelts[s, k] = draw_pelt(style, int(rng.integers(2**62)))


def _fill_geometries(
    folder: Path, recipe: StockRecipe, _landscapes: Path | None, first: int, step: int
) -> None:
    stock = _opened(folder, recipe, "r+")
    for n in range(first, recipe.geometries, step):
        body = draw_geometry(np.random.default_rng((recipe.seed, 1, n)), size=CANVAS)
        stock.fur[n] = np.round(body.pelt.clip(0, 2000) * PELT_STEP)
        stock.chart[n] = np.round(body.chart.clip(0, 3) * CHART_STEP)
        stock.code[n] = np.where(body.part == NOTHING, NOTHING, body.part * 2 + body.side)
        stock.normal[n] = np.round(body.normal * 127)
        stock.view[n] = body.yaw, body.unit


def _fill_scenery(
    folder: Path, recipe: StockRecipe, landscapes: Path | None, first: int, step: int
) -> None:
    stock = _opened(folder, recipe, "r+")
    pictures = read_landscapes(landscapes) if landscapes else []
    for n in range(first, recipe.painted + recipe.real, step):
        rng = np.random.default_rng((recipe.seed, 2, n))
        real = n >= recipe.painted and pictures
        stock.scenery[n] = cut_scenery(pictures, rng) if real else draw_scenery(rng)
