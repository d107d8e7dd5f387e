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
from reid.synthetic.coat import Coat, CoatStyle, draw_coat
from reid.synthetic.view import Camera, render
from reid.types import Float32, Image


@dataclass(frozen=True, slots=True)
class BankRecipe:
    """What makes a bank; the same recipe gives the same bytes.

    styles x relatives flanks, each seen in `views` views of the flank and one of the whole body, of
    (height, width) pixels. The relatives of a style differ in the arrangement of their rosettes and
    in nothing else: view v of all of them has one camera, one pose, one light and one background.
    """

    styles: int = 2000
    relatives: int = 6
    views: int = 4
    height: int = 128
    width: int = 256
    seed: int = 1

    @property
    def coats(self) -> int:
        """Number of different flanks."""
        return self.styles * self.relatives


@dataclass(frozen=True, slots=True)
class Bank:
    """Views of many coats; the last view of a coat is loose and shows the whole body.

    images: (coats, views + 1, H, W) int8, local contrast times 127.
    places: (coats, views + 1, H / 8, W / 8, 3) float16 at the cell centres: coat coordinates (u, v)
    and the place v on the body's outline.
    animal: (coats, views + 1, H / 8, W / 8) uint8, 255 where a cell shows coat.
    yaw: (coats, views + 1) float32, radians; positive where the rear is nearer.
    """

    recipe: BankRecipe
    images: np.ndarray
    places: np.ndarray
    animal: np.ndarray
    yaw: np.ndarray


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
    views = (r.coats, r.views + 1)
    return {
        "images": ((*views, r.height, r.width), "int8"),
        "places": ((*views, *cells, 3), "float16"),
        "animal": ((*views, *cells), "uint8"),
        "yaw": (views, "float32"),
    }


def _create(folder: Path, recipe: BankRecipe) -> None:
    for name, (shape, dtype) in _shapes(recipe).items():
        open_memmap(folder / f"{name}.npy", "w+", dtype, shape).flush()


def _opened(folder: Path, recipe: BankRecipe, mode: str) -> Bank:
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode=mode) for name in _shapes(recipe)}  # type: ignore[arg-type]
    return Bank(recipe, **arrays)


def _fill(folder: Path, recipe: BankRecipe, styles: range) -> None:
    """Render all views of some styles; every style has its own stream of random numbers."""
    cv2.setNumThreads(1)
    bank = _opened(folder, recipe, "r+")
    for s in styles:
        style = CoatStyle.draw(np.random.default_rng((recipe.seed, s)))
        for k in range(recipe.relatives):
            arrangement = np.random.default_rng((recipe.seed, s, 1, k))
            coat = draw_coat(style, int(arrangement.integers(2**62)))
            for v in range(recipe.views + 1):
                scene = np.random.default_rng((recipe.seed, s, 2, v))
                _take(bank, s * recipe.relatives + k, v, coat, scene)


def _take(bank: Bank, c: int, v: int, coat: Coat, scene: np.random.Generator) -> None:
    """Render view v of a coat into the bank."""
    recipe, half = bank.recipe, STRIDE // 2
    hardness = float(scene.uniform(0, 0.25) if scene.random() < 0.4 else scene.uniform(0, 1))
    loose = 1.0 if v == recipe.views else 0.1
    camera = Camera.draw(scene, hardness=hardness, loose=loose)
    view = render(coat, camera, scene, size=(recipe.height, recipe.width))
    image = np.round(view.image * 255).astype(np.uint8)
    bank.images[c, v] = np.round(local_contrast(image) * 127)
    bank.places[c, v, ..., :2] = view.coat[half::STRIDE, half::STRIDE]
    bank.places[c, v, ..., 2] = view.body[half::STRIDE, half::STRIDE, 1]
    bank.animal[c, v] = view.animal[half::STRIDE, half::STRIDE] * 255
    bank.yaw[c, v] = camera.yaw


@dataclass(frozen=True, slots=True)
class Batch:
    """B pairs of views and N whole bodies; the two views of a pair show one coat.

    images: (2B + N, H, W) float32, first all view 0, then all view 1, then the bodies; places,
    animal and yaw likewise. mirrored: (2B + N,) bool, where the animal faces right: u still grows
    towards the tail.
    """

    pairs: int
    images: Float32
    places: Float32
    animal: Image
    yaw: Float32
    mirrored: np.ndarray


def batches(
    bank: Bank,
    rng: np.random.Generator,
    *,
    styles: int,
    relatives: int,
    bodies: int,
    mirror: float = 0.5,
) -> Iterator[Batch]:
    """Endless batches of some relatives of some styles, in two views they share, and bodies.

    Relatives side by side in one view are the hardest negatives: only their rosettes tell them
    apart. A style is mirrored as a whole with probability `mirror`, which makes other coats.
    """
    r = bank.recipe
    while True:
        s = rng.choice(r.styles, styles, replace=False)
        some = [rng.choice(r.relatives, relatives, replace=False) for _ in s]
        c = (s[:, None] * r.relatives + np.stack(some)).ravel()
        v = np.stack([rng.choice(r.views, 2, replace=False) for _ in s]).repeat(relatives, 0)
        other = rng.choice(r.coats, bodies, replace=False)
        at = (np.concatenate([c, c, other]), np.concatenate([*v.T, np.full(bodies, r.views)]))
        flip = (rng.random(styles) < mirror).repeat(relatives)
        mirrored = np.concatenate([flip, flip, rng.random(bodies) < 0.5])
        images = bank.images[at].astype(np.float32) / 127
        places, animal = bank.places[at].astype(np.float32), bank.animal[at]
        for array in (images, places, animal):
            array[mirrored] = array[mirrored, :, ::-1]
        yield Batch(len(c), images, places, animal, bank.yaw[at], mirrored)
