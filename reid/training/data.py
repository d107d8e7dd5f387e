"""A bank of rendered views on disk, made once by several processes, and batches of pairs."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.lib.format import open_memmap

from reid.network import STRIDE, local_contrast
from reid.synthetic.coat import CoatStyle, draw_coat
from reid.synthetic.view import Camera, render
from reid.types import Float32, Image


@dataclass(frozen=True, slots=True)
class BankRecipe:
    """What makes a bank; the same recipe gives the same bytes.

    styles x coats_per_style flanks, each seen in `views` views of (height, width) pixels.
    """

    styles: int = 500
    coats_per_style: int = 20
    views: int = 4
    height: int = 128
    width: int = 256
    seed: int = 1

    @property
    def coats(self) -> int:
        """Number of different flanks."""
        return self.styles * self.coats_per_style


@dataclass(frozen=True, slots=True)
class Bank:
    """Views of many coats.

    images: (coats, views, H, W) int8, local contrast times 127.
    places: (coats, views, H / 8, W / 8, 2) float16, coat coordinates of the cell centres.
    animal: (coats, views, H / 8, W / 8) uint8, 255 where a cell shows coat.
    """

    recipe: BankRecipe
    images: np.ndarray
    places: np.ndarray
    animal: np.ndarray


def open_bank(folder: Path, recipe: BankRecipe, *, processes: int = 2) -> Bank:
    """The bank in `folder`, rendered first if it is missing or of another recipe."""
    card = folder / "recipe.json"
    if not card.is_file() or json.loads(card.read_text()) != asdict(recipe):
        folder.mkdir(parents=True, exist_ok=True)
        _create(folder, recipe)
        parts = [range(i, recipe.styles, processes) for i in range(processes)]
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            list(pool.map(_fill, [folder] * processes, [recipe] * processes, parts))
        card.write_text(json.dumps(asdict(recipe)))
    return _opened(folder, recipe, "r")


def _shapes(r: BankRecipe) -> dict[str, tuple[tuple[int, ...], str]]:
    cells = (r.height // STRIDE, r.width // STRIDE)
    return {
        "images": ((r.coats, r.views, r.height, r.width), "int8"),
        "places": ((r.coats, r.views, *cells, 2), "float16"),
        "animal": ((r.coats, r.views, *cells), "uint8"),
    }


def _create(folder: Path, recipe: BankRecipe) -> None:
    for name, (shape, dtype) in _shapes(recipe).items():
        open_memmap(folder / f"{name}.npy", "w+", dtype, shape).flush()


def _opened(folder: Path, recipe: BankRecipe, mode: str) -> Bank:
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode=mode) for name in _shapes(recipe)}  # type: ignore[arg-type]
    return Bank(recipe, **arrays)


def _fill(folder: Path, recipe: BankRecipe, styles: range) -> None:
    """Render all views of some styles; every coat has its own stream of random numbers."""
    cv2.setNumThreads(1)
    bank = _opened(folder, recipe, "r+")
    for s in styles:
        style = CoatStyle.draw(np.random.default_rng((recipe.seed, s)))
        for c in range(s * recipe.coats_per_style, (s + 1) * recipe.coats_per_style):
            rng = np.random.default_rng((recipe.seed, s, c))
            coat = draw_coat(style, int(rng.integers(2**62)))
            for v in range(recipe.views):
                hardness = float(rng.uniform(0, 0.25) if rng.random() < 0.4 else rng.uniform(0, 1))
                view = render(
                    coat,
                    Camera.draw(rng, hardness=hardness),
                    rng,
                    size=(recipe.height, recipe.width),
                )
                half = STRIDE // 2
                image = np.round(view.image * 255).astype(np.uint8)
                bank.images[c, v] = np.round(local_contrast(image) * 127)
                bank.places[c, v] = view.coat[half::STRIDE, half::STRIDE]
                bank.animal[c, v] = view.animal[half::STRIDE, half::STRIDE] * 255


@dataclass(frozen=True, slots=True)
class Pairs:
    """B pairs of views; the two views of a pair show one coat.

    images: (2B, H, W) float32, first all view 0, then all view 1; places, animal likewise.
    """

    images: Float32
    places: Float32
    animal: Image


def batches(bank: Bank, rng: np.random.Generator, *, styles: int, coats: int) -> Iterator[Pairs]:
    """Endless batches of `styles` x `coats` pairs: relatives side by side are hard negatives."""
    r = bank.recipe
    while True:
        s = rng.choice(r.styles, styles, replace=False)
        c = np.concatenate(
            [k * r.coats_per_style + rng.choice(r.coats_per_style, coats, replace=False) for k in s]
        )
        v = np.stack([rng.choice(r.views, 2, replace=False) for _ in c])
        at = (np.concatenate([c, c]), np.concatenate([v[:, 0], v[:, 1]]))
        yield Pairs(
            bank.images[at].astype(np.float32) / 127,
            bank.places[at].astype(np.float32),
            bank.animal[at],
        )
