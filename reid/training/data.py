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

from reid.describe.network import STRIDE
from reid.photo.contrast import local_contrast
from reid.synthetic.coat import Coat, CoatStyle, draw_coat
from reid.synthetic.view import Camera, render
from reid.types import Float32, Image


@dataclass(frozen=True, slots=True)
class BankRecipe:
    """What makes a bank; the same recipe gives the same bytes.

    styles x relatives flanks, each seen in `views` views of the flank and one of the whole body, of
    `detail` times (height, width) pixels, the window of the network's first look. The relatives of
    a style differ in the arrangement of their rosettes and in nothing else: view v of all of them
    has one camera, one pose, one light and one background.
    """

    styles: int = 1200
    relatives: int = 6
    views: int = 4
    height: int = 128
    width: int = 256
    detail: float = 1.5
    seed: int = 1

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) pixels of the rendered views."""
        return round(self.detail * self.height), round(self.detail * self.width)

    @property
    def coats(self) -> int:
        """Number of different flanks."""
        return self.styles * self.relatives


@dataclass(frozen=True, slots=True)
class Bank:
    """Views of many coats; the last view of a coat is loose and shows the whole body.

    images: (coats, views + 1, H, W) uint8, luminance.
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
    height, width = r.size
    cells = (height // STRIDE, width // STRIDE)
    views = (r.coats, r.views + 1)
    return {
        "images": ((*views, height, width), "uint8"),
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
            coat = draw_coat(style, int(arrangement.integers(2**62)), height=2 * recipe.size[0])
            for v in range(recipe.views + 1):
                scene = np.random.default_rng((recipe.seed, s, 2, v))
                _take(bank, s * recipe.relatives + k, v, coat, scene)


def _take(bank: Bank, c: int, v: int, coat: Coat, scene: np.random.Generator) -> None:
    """Render view v of a coat into the bank."""
    recipe, half = bank.recipe, STRIDE // 2
    hardness = float(scene.uniform(0, 0.25) if scene.random() < 0.4 else scene.uniform(0, 1))
    loose = 1.0 if v == recipe.views else 0.1
    camera = Camera.draw(scene, hardness=hardness, loose=loose)
    view = render(coat, camera, scene, size=recipe.size)
    bank.images[c, v] = np.round(view.image * 255)
    bank.places[c, v, ..., :2] = view.coat[half::STRIDE, half::STRIDE]
    bank.places[c, v, ..., 2] = view.body[half::STRIDE, half::STRIDE, 1]
    bank.animal[c, v] = view.animal[half::STRIDE, half::STRIDE] * 255
    bank.yaw[c, v] = camera.yaw


@dataclass(frozen=True, slots=True)
class Views:
    """N views as the network takes them.

    images: (N, H, W) float32, local contrast. places: (N, H / 8, W / 8, 3) and animal: (N, H / 8,
    W / 8) float32 in [0, 1] as in `Bank`. yaw: (N,) float32. mirrored: (N,) bool, where the animal
    faces right: u still grows towards the tail.
    """

    images: Float32
    places: Float32
    animal: Float32
    yaw: Float32
    mirrored: np.ndarray


@dataclass(frozen=True, slots=True)
class Batch:
    """2B views of B coats, first all view 0, then all view 1; and bodies at the first look's size.

    coarse: whether the views are of the first look's size, too, and not of the bank's.
    """

    views: Views
    bodies: Views
    coarse: bool


def batches(
    bank: Bank,
    rng: np.random.Generator,
    *,
    styles: int,
    relatives: int,
    bodies: int,
    mirror: float = 0.5,
    coarse: float = 0.3,
) -> Iterator[Batch]:
    """Endless batches of some relatives of some styles, in two views they share, and bodies.

    Relatives side by side in one view are the hardest negatives: only their rosettes tell them
    apart. A style is mirrored as a whole with probability `mirror`, which makes other coats. A
    batch is coarse with probability `coarse`; every third view 1 is taken by a poorer camera.
    """
    r = bank.recipe
    window = (r.height, r.width)
    while True:
        s = rng.choice(r.styles, styles, replace=False)
        relatives_of = [rng.choice(r.relatives, relatives, replace=False) for _ in s]
        c = (s[:, None] * r.relatives + np.stack(relatives_of)).ravel()
        v = np.stack([rng.choice(r.views, 2, replace=False) for _ in s]).repeat(relatives, 0)
        flip = (rng.random(styles) < mirror).repeat(relatives)
        small = bool(rng.random() < coarse)
        size = window if small else r.size
        poorer = np.concatenate([np.zeros(len(c), bool), rng.random(len(c)) < 1 / 3])
        twice, which = np.tile(flip, 2), np.concatenate([*v.T])
        pairs = _taken(bank, np.concatenate([c, c]), which, twice, size, rng, poorer)
        other, turned = rng.choice(r.coats, bodies, replace=False), rng.random(bodies) < 0.5
        last, fair = np.full(bodies, r.views), np.zeros(bodies, bool)
        loose = _taken(bank, other, last, turned, window, rng, fair)
        yield Batch(pairs, loose, small)


def _taken(
    bank: Bank,
    coats: np.ndarray,
    views: np.ndarray,
    mirrored: np.ndarray,
    size: tuple[int, int],
    rng: np.random.Generator,
    poorer: np.ndarray,
) -> Views:
    """These views of these coats at (H, W) pixels, some of them mirrored, some made poorer."""
    cells = (size[1] // STRIDE, size[0] // STRIDE)
    images, places, animal = [], [], []
    for c, v, poor in zip(coats, views, poorer, strict=True):
        image = bank.images[c, v]
        if poor:
            image = _poorer(image, rng)
        if image.shape != size:
            shrinks = image.shape[1] > size[1]
            how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            image = cv2.resize(image, size[::-1], interpolation=how)
        images.append(local_contrast(image))
        places.append(cv2.resize(bank.places[c, v].astype(np.float32), cells))
        animal.append(cv2.resize(bank.animal[c, v].astype(np.float32) / 255, cells))
    x, y, a = (np.stack(part).astype(np.float32) for part in (images, places, animal))
    for array in (x, y, a):
        array[mirrored] = array[mirrored, :, ::-1]
    return Views(x, y, a, bank.yaw[coats, views], mirrored)


def _poorer(image: Image, rng: np.random.Generator) -> Image:
    """A view from farther away: fewer pixels, blurred, with grain; still small."""
    share = float(np.exp(rng.uniform(np.log(0.2), np.log(0.8))))
    size = (round(image.shape[1] * share), round(image.shape[0] * share))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.3, 1.0))
    small = small * rng.uniform(0.35, 1.0)
    small += rng.standard_normal(small.shape, np.float32) * rng.uniform(0, 6)
    return np.asarray(np.clip(np.round(small), 0, 255), np.uint8)
